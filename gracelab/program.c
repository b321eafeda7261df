/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "program.h"

#include <errno.h>
#include <stdarg.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "catalog.h"
#include "gracelab/explore/exec/exec.h"
#include "gracelab/stage/stage.h"
#include "lib/base/io.h"
#include "lib/base/names.h"
#include "lib/base/options.h"
#include "lib/base/status.h"
#include "lib/text/escape.h"
#include "lib/text/near.h"

char *program_fit(const char *text)
{
	size_t len = strlen(text);
	char *fit = malloc(ESCAPE_SIZE(len));

	if (fit)
		escape_shown(fit, text, len);
	return fit;
}

char *program_fit_page(const char *text)
{
	size_t len = strlen(text);
	char *fit = malloc(ESCAPE_SIZE(len));

	if (fit)
		escape_lines(fit, text, len);
	return fit;
}

void program_complain(const char *format, ...)
{
	va_list arguments;
	char *text = NULL, *line = NULL;

	fflush(NULL);
	va_start(arguments, format);
	if (vasprintf(&text, format, arguments) < 0)
		text = NULL;
	va_end(arguments);
	char *fit = text ? program_fit_page(text) : NULL;
	int len = fit ? asprintf(&line, "gracelab: %s\n", fit) : -1;

	/* There is nowhere left to say that standard error refuses. */
	if (len > 0)
		io_write(STDERR_FILENO, line, (size_t)len);
	free(line);
	free(fit);
	free(text);
}

void program_failed(struct program *program, const struct record *record)
{
	program_complain("%s: %s", record->name, record_why_failed(record));
	program->status = STATUS_FAILURE;
}

/* Names the experiments whose name is nearly that, and a file here that may be
 * meant; "" if there are none. */
static char *near_names(const char *transcripts, const char *name)
{
	struct catalog catalog = { 0 };
	char *text = NULL, *here;
	size_t size;
	FILE *out = open_memstream(&text, &size);
	bool any = false;

	if (!out)
		return NULL;
	if (asprintf(&here, "%s.lab", name) >= 0) {
		any = !access(here, F_OK);
		if (any)
			fprintf(out, "; perhaps ./%s", here);
		free(here);
	}
	if (transcripts)
		catalog_read(&catalog, transcripts);
	for (size_t i = 0; i < catalog.count; i++) {
		if (!near_is(name, catalog.entries[i].name))
			continue;
		fprintf(out, "%s%s", any ? ", " : "; perhaps ",
			catalog.entries[i].name);
		any = true;
	}
	catalog_free(&catalog);
	if (fclose(out)) {
		free(text);
		return NULL;
	}
	return text;
}

bool program_read(struct program *program, const char *name)
{
	char *error = NULL;
	char *path = catalog_path(program->transcripts, name);
	struct experiment *experiment =
		path ? experiment_read(path, &error) : NULL;

	if (experiment) {
		program->experiments[program->count++] = experiment;
	} else if (!error) {
		program_complain("no memory for %s", name);
	} else if (!catalog_is_path(name) && access(path, F_OK) &&
		(!program->transcripts ||
			!access(program->transcripts, X_OK))) {
		char *near = near_names(program->transcripts, name);

		program_complain("there is no experiment '%s'%s; %s", name,
			near ? near : "",
			program->transcripts ? "`gracelab list' shows all"
					     : "nor a folder of transcripts: "
					       "--transcripts DIR names one");
		free(near);
	} else {
		program_complain("%s", error);
	}
	free(path);
	free(error);
	return experiment;
}

/* Makes room for that many experiments. */
static bool reserve(struct program *program, size_t count)
{
	/* Of pointers. NOLINTNEXTLINE(bugprone-sizeof-expression) */
	program->experiments = calloc(count + 1, sizeof(*program->experiments));
	if (!program->experiments)
		program_complain("no memory for the experiments");
	return program->experiments;
}

bool program_find_all(struct program *program, struct catalog *catalog)
{
	const char *folder = program->transcripts;
	char why[NAMES_DESCRIPTION_SIZE];

	if (!folder)
		program_complain("there is no folder of transcripts: "
				 "--transcripts DIR names one");
	else if (!catalog_read(catalog, folder))
		return reserve(program, catalog->count);
	else
		program_complain("cannot read %s: %s", folder,
			names_describe(why, errno));
	return false;
}

/* All experiments of the folder. */
static bool read_all(struct program *program)
{
	struct catalog catalog = { 0 };
	bool good = program_find_all(program, &catalog);

	for (size_t i = 0; program->experiments && i < catalog.count; i++)
		good = program_read(program, catalog.entries[i].path) && good;
	catalog_free(&catalog);
	return good;
}

/* Those that were named. */
static bool read_named(struct program *program)
{
	const struct lab_options *options = &program->options;
	bool good = reserve(program, (size_t)options->experiment_count);

	for (int i = 0; program->experiments && i < options->experiment_count;
		i++)
		good = program_read(program, options->experiments[i]) && good;
	return good;
}

/* The stream's way out: whole writes, and the first error is kept. */
static ssize_t put(void *cookie, const char *data, size_t len)
{
	struct program *program = cookie;

	if (program->out_error)
		return 0;
	if (io_write(program->out_fd, data, len) == len)
		return (ssize_t)len;
	program->out_error = errno ? errno : EIO;
	return 0;
}

/* Begins to write to a descriptor; false, with errno, where it cannot. */
static bool open_stream(struct program *program, int fd)
{
	program->out_fd = fd;
	program->out = fd < 0
		? NULL
		: fopencookie(program, "w",
			  (cookie_io_functions_t){ .write = put });
	return program->out;
}

bool program_open_output(struct program *program)
{
	const char *name = program->options.output;
	char why[NAMES_DESCRIPTION_SIZE];

	if (!name)
		return open_stream(program, STDOUT_FILENO);
	if (open_stream(program, io_create(name)))
		return true;
	program_complain(
		"cannot write %s: %s", name, names_describe(why, errno));
	return false;
}

void program_close_output(struct program *program)
{
	const char *name = program->options.output;
	char why[NAMES_DESCRIPTION_SIZE];

	fclose(program->out);
	if (name && close(program->out_fd) && !program->out_error)
		program->out_error = errno;
	if (!program->out_error)
		return;
	program_complain("cannot write %s: %s", name ? name : "standard output",
		names_describe(why, program->out_error));
	program->status = STATUS_FAILURE;
}

/* The command line, and the folders. */
static bool begin(
	struct program *program, const struct argp *argp, int argc, char **argv)
{
	char **experiments = calloc((size_t)argc + 1, sizeof(*experiments));

	*program = (struct program){ .status = STATUS_FAILURE };
	if (!experiments) {
		program_complain("no memory for the command line");
		return false;
	}
	options_begin(&program->options, experiments);
	options_parse(argp, argc, argv, &program->options);
	program->programs = catalog_programs();
	if (program->options.transcripts)
		program->transcripts = strdup(program->options.transcripts);
	else if (program->programs)
		program->transcripts = catalog_transcripts(program->programs);
	program->status = STATUS_ORDER;
	return true;
}

bool program_begin_reading(
	struct program *program, const struct argp *argp, int argc, char **argv)
{
	if (!begin(program, argp, argc, argv))
		return false;
	if (program_open_output(program))
		return true;
	program->status = STATUS_FAILURE;
	return false;
}

/* How to play, as the options ask for it and the system allows. */
static void choose_play(struct program *program)
{
	const struct lab_options *options = &program->options;

	program->stage = (struct stage){ .result = STAGE_PRIVATE };
	if (!options->host)
		stage_probe(&program->stage);
	program->play = (struct play_options){
		.programs = program->programs,
		.pcap = options->pcap,
		.patience_ms = options->patience_ms,
		.wire = options->wire || options->acks,
		.acks = options->acks,
		.host_why = options->host ? "--host was said"
			: program->stage.result == STAGE_PRIVATE
			? NULL
			: program->stage.why,
	};
}

bool program_begin(
	struct program *program, const struct argp *argp, int argc, char **argv)
{
	if (!begin(program, argp, argc, argv))
		return false;
	program->status = STATUS_FAILURE;
	if (!program->programs) {
		program_complain(
			"cannot tell where graceclient and graceserver are");
		return false;
	}
	bool names = program->options.experiment_count ||
		program->options.may_be_none;

	if (!(names ? read_named(program) : read_all(program))) {
		program->status = STATUS_USAGE;
		return false;
	}
	if (!program->options.into_folder && !program_open_output(program))
		return false;
	choose_play(program);
	program->status = STATUS_ORDER;
	return true;
}

int program_end(struct program *program)
{
	if (program->out)
		program_close_output(program);
	for (size_t i = 0; i < program->count; i++)
		experiment_free(program->experiments[i]);
	free(program->experiments);
	free(program->transcripts);
	free(program->programs);
	free(program->options.experiments);
	exec_forget(&program->play);
	return program->status;
}
