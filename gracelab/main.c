/* SPDX-License-Identifier: GPL-3.0-or-later */
#include <assert.h>
#include <errno.h>
#include <stdarg.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "catalog.h"
#include "gracelab/judge/inspect.h"
#include "gracelab/stage/stage.h"
#include "lib/base/escape.h"
#include "lib/base/io.h"
#include "lib/base/names.h"
#include "lib/base/status.h"
#include "program.h"

void program_complain(const char *format, ...)
{
	static const char begins[] = "gracelab: ";
	va_list arguments;
	char *text = NULL;

	fflush(stdout);
	va_start(arguments, format);
	int len = vasprintf(&text, format, arguments);
	va_end(arguments);
	if (len < 0)
		return;
	/* Names and actors' words are a stranger's. */
	char *shown = malloc(ESCAPE_SIZE((size_t)len) + 1);

	if (shown) {
		size_t size = escape_lines(shown, text, (size_t)len);

		shown[size] = '\n';
		io_write(STDERR_FILENO, begins, strlen(begins));
		io_write(STDERR_FILENO, shown, size + 1);
	}
	free(shown);
	free(text);
}

void program_failed(struct program *program, const struct record *record)
{
	program_complain("%s: %s", record->name, record_why_failed(record));
	program->status = STATUS_FAILURE;
}

static bool read_experiment(struct program *program, const char *name)
{
	char *error = NULL;
	char *path = catalog_path(program->transcripts, name);
	struct experiment *experiment =
		path ? experiment_read(path, &error) : NULL;

	free(path);
	if (!experiment) {
		program_complain("%s", error ? error : "no memory");
		free(error);
		return false;
	}
	program->experiments[program->count++] = experiment;
	return true;
}

/* All experiments of the folder, or those that were named. */
static bool read_experiments(struct program *program)
{
	struct lab_options *options = &program->options;
	char **all = NULL;
	size_t count = (size_t)options->experiment_count;
	bool good;

	if (!count) {
		all = program->transcripts ? catalog_names(program->transcripts)
					   : NULL;
		if (!all) {
			program_complain("there is no folder of transcripts: "
					 "--transcripts DIR names one");
			return false;
		}
		while (all[count])
			count++;
	}
	program->experiments = calloc(count + 1, sizeof(struct experiment *));
	if (!program->experiments)
		program_complain("no memory for the experiments");
	good = program->experiments;
	for (size_t i = 0; program->experiments && i < count; i++)
		good = read_experiment(program,
			       all ? all[i] : options->experiments[i]) &&
			good;
	for (size_t i = 0; all && all[i]; i++)
		free(all[i]);
	free(all);
	return good;
}

static void list(struct program *program)
{
	for (size_t i = 0; i < program->count; i++) {
		const struct experiment *experiment = program->experiments[i];

		assert(experiment);
		printf("%-22s %s\n", experiment->name,
			experiment->title ? experiment->title : "");
	}
}

static bool open_output(struct program *program)
{
	char why[NAMES_DESCRIPTION_SIZE];

	program->out = stdout;
	if (!program->options.output)
		return true;
	program->out = fopen(program->options.output, "we");
	if (program->out)
		return true;
	program_complain("cannot write %s: %s", program->options.output,
		names_describe(why, errno));
	return false;
}

static void close_output(struct program *program)
{
	const char *name = program->options.output;
	char why[NAMES_DESCRIPTION_SIZE];
	bool bad = ferror(program->out);

	if ((program->out == stdout ? fflush(stdout) : fclose(program->out)) ||
		bad) {
		program_complain("cannot write %s: %s",
			name ? name : "standard output",
			names_describe(why, errno));
		program->status = STATUS_FAILURE;
	}
}

static void run(struct program *program)
{
	struct stage stage = { .result = STAGE_PRIVATE };

	if (program->options.command != LAB_LIST && !program->options.host)
		stage_probe(&stage);
	program->play = (struct play_options){
		.programs = program->programs,
		.pcap = program->options.pcap,
		.patience_ms = program->options.patience_ms,
		.wire = program->options.wire,
		.host_why = program->options.host       ? "--host was said"
			: stage.result == STAGE_PRIVATE ? NULL
							: stage.why,
	};
	switch (program->options.command) {
	case LAB_PLAY:
		if (program->options.step)
			show_step(program);
		else
			show_play(program);
		break;
	case LAB_CHECK:
		verify_check(program);
		break;
	case LAB_RECORD:
		verify_record(program);
		break;
	case LAB_LIST:
		list(program);
		break;
	}
}

/*
 * Runs a subcommand that has a command line of its own, wherever its name
 * stands among the options. Returns its exit status, or -1 if there is none.
 */
static int inspect(int argc, char **argv)
{
	static const struct {
		const char *name;
		int (*run)(int argc, char **argv);
	} inspections[] = {
		{ "audit", inspect_audit },
		{ "proxy", inspect_proxy },
	};

	/* Behind another subcommand the word is somebody's argument. */
	static const char *const others[] = { "play", "check", "record", "list",
		"--" };

	for (int i = 1; i < argc; i++) {
		if (lab_options_takes_value(argv[i])) {
			i++;
			continue;
		}
		for (size_t k = 0; k < sizeof(others) / sizeof(*others); k++)
			if (!strcmp(argv[i], others[k]))
				return -1;
		for (size_t k = 0;
			k < sizeof(inspections) / sizeof(*inspections); k++) {
			if (strcmp(argv[i], inspections[k].name) != 0)
				continue;
			memmove(&argv[i], &argv[i + 1],
				(size_t)(argc - i) * sizeof(*argv));
			return inspections[k].run(argc - 1, argv);
		}
	}
	return -1;
}

int main(int argc, char **argv)
{
	struct program program = { 0 };
	int inspected = inspect(argc, argv);

	if (inspected >= 0)
		return inspected;

	program.options.experiments = calloc((size_t)argc + 1, sizeof(char *));
	lab_options_parse(argc, argv, &program.options);
	program.programs = catalog_programs();
	if (program.options.transcripts)
		program.transcripts = strdup(program.options.transcripts);
	else if (program.programs)
		program.transcripts = catalog_transcripts(program.programs);
	if (!program.programs) {
		program_complain(
			"cannot tell where graceclient and graceserver are");
		program.status = STATUS_FAILURE;
	} else if (!read_experiments(&program) &&
		program.options.command != LAB_LIST) {
		program.status = STATUS_USAGE;
	} else if (!open_output(&program)) {
		program.status = STATUS_FAILURE;
	} else {
		run(&program);
		close_output(&program);
	}
	for (size_t i = 0; i < program.count; i++)
		experiment_free(program.experiments[i]);
	free(program.experiments);
	free(program.transcripts);
	free(program.programs);
	free(program.options.experiments);
	return program.status;
}
