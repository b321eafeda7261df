/* SPDX-License-Identifier: GPL-3.0-or-later */
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "catalog.h"
#include "golden.h"
#include "lab.h"
#include "ladder.h"
#include "lib/names.h"
#include "lib/status.h"
#include "mermaid.h"
#include "options.h"
#include "stage.h"
#include "svg.h"
#include "text.h"

/* How often an experiment must agree with itself to be recorded. */
#define RECORD_PLAYS 3

/* The program's state: what is played, and what came of it so far. */
struct program {
	struct lab_options options;
	char *programs, *transcripts;    /* folders, owned; may be NULL */
	struct experiment **experiments; /* owned, `count` of them */
	size_t count;
	struct play_options play;
	FILE *out;
	json_t *array;   /* json of several */
	size_t shown;    /* --step: how many rungs */
	char **recorded; /* record: the text of the first play */
	int status;
};

static void complain(const char *format, ...)
	__attribute__((format(printf, 1, 2)));

static void complain(const char *format, ...)
{
	va_list arguments;

	fflush(stdout);
	fprintf(stderr, "gracelab: ");
	va_start(arguments, format);
	vfprintf(stderr, format, arguments);
	va_end(arguments);
	fputc('\n', stderr);
}

static bool read_experiment(struct program *program, const char *name)
{
	char error[EXPERIMENT_ERROR_SIZE];
	char *path = catalog_path(program->transcripts, name);
	struct experiment *experiment =
		path ? experiment_read(path, error) : NULL;

	free(path);
	if (!experiment) {
		complain("%s", error);
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
	bool good = true;

	if (!count) {
		all = program->transcripts ? catalog_names(program->transcripts)
					   : NULL;
		if (!all) {
			complain("there is no folder of transcripts: "
				 "--transcripts DIR names one");
			return false;
		}
		while (all[count])
			count++;
	}
	program->experiments = calloc(count + 1, sizeof(struct experiment *));
	for (size_t i = 0; i < count; i++)
		good = read_experiment(program,
			       all ? all[i] : options->experiments[i]) &&
			good;
	for (size_t i = 0; all && all[i]; i++)
		free(all[i]);
	free(all);
	return good;
}

static void failed(struct program *program, const struct record *record)
{
	complain("%s: %s", record->name, record->failure);
	program->status = STATUS_FAILURE;
}

/* Text is composed here, and goes out by put_composed(). */
struct composed {
	FILE *stream; /* NULL: no memory */
	char *text;
	size_t size;
};

static void compose(struct composed *composed)
{
	composed->text = NULL;
	composed->stream = open_memstream(&composed->text, &composed->size);
}

/* Writes what was composed, in ASCII if that was asked for. */
static void put_composed(struct program *program, struct composed *composed)
{
	if (composed->stream && !fclose(composed->stream)) {
		if (program->options.ascii)
			text_write_ascii(program->out, composed->text);
		else
			fputs(composed->text, program->out);
	}
	free(composed->text);
	fflush(program->out);
}

static void write_text(struct program *program, const struct record *record)
{
	struct composed composed;

	compose(&composed);
	if (composed.stream) {
		ladder_write(composed.stream, record);
		ladder_write_missing(composed.stream, record);
	}
	put_composed(program, &composed);
}

static void on_played(void *context, size_t index, const struct record *record)
{
	struct program *program = context;

	if (record->failure)
		failed(program, record);
	switch (program->options.format) {
	case FORMAT_TEXT:
		if (index)
			fputs("\n\n", program->out);
		write_text(program, record);
		break;
	case FORMAT_JSON:
		json_array_append_new(program->array, record_to_json(record));
		break;
	case FORMAT_SVG:
		svg_write(program->out, record);
		break;
	case FORMAT_MERMAID:
		mermaid_write(program->out, record);
		break;
	}
	fflush(program->out);
}

static void play(struct program *program)
{
	program->array = json_array();
	lab_play(program->experiments, program->count, &program->play,
		on_played, program);
	if (program->options.format == FORMAT_JSON) {
		json_dumpf(program->count == 1
				? json_array_get(program->array, 0)
				: program->array,
			program->out, JSON_INDENT(2) | JSON_REAL_PRECISION(9));
		fputc('\n', program->out);
	}
	json_decref(program->array);
}

static void print_commented(const char *text)
{
	while (*text) {
		int len = (int)strcspn(text, "\n");

		printf("# %.*s\n", len, text);
		text += len + (text[len] == '\n');
	}
}

static void on_checked(void *context, size_t index, const struct record *record)
{
	struct program *program = context;
	char *path = catalog_golden(program->experiments[index]->path);
	char *diff = NULL, *other_system = NULL;
	char why[NAMES_DESCRIPTION_SIZE];
	bool good = false;

	if (record->unplayable) {
		printf("ok %zu - %s # SKIP %s\n", index + 1, record->name,
			record->failure);
	} else if (record->failure) {
		printf("not ok %zu - %s\n# %s\n", index + 1, record->name,
			record->failure);
		program->status = STATUS_FAILURE;
	} else {
		enum golden_result result =
			golden_compare(path, record, &diff, &other_system);

		good = result == GOLDEN_SAME;
		printf("%s %zu - %s\n", good ? "ok" : "not ok", index + 1,
			record->name);
		if (result == GOLDEN_MISSING)
			printf("# no golden %s: %s\n", path,
				names_describe(why, errno));
		if (!good)
			program->status = STATUS_FAILURE;
	}
	if (!record->failure && (!record->wire || !record->states))
		printf("# not observed, and so not compared:%s%s%s%s\n",
			record->wire ? "" : " wire",
			record->states ? "" : " states",
			record->wire_why ? ": " : "",
			record->wire_why ? record->wire_why : "");
	if (other_system && !good)
		printf("# recorded on %s, played on %s\n", other_system,
			record->system);
	if (diff)
		print_commented(diff);
	fflush(stdout);
	free(other_system);
	free(diff);
	free(path);
}

static void check(struct program *program)
{
	printf("TAP version 13\n1..%zu\n", program->count);
	lab_play(program->experiments, program->count, &program->play,
		on_checked, program);
}

/* The first play is remembered; the others must agree with it. */
static void on_recorded(
	void *context, size_t index, const struct record *record)
{
	struct program *program = context;
	char **first = &program->recorded[index];
	char *text = record->failure ? NULL : golden_text(record);

	if (record->failure) {
		failed(program, record);
	} else if (!record->private_network || !record->wire ||
		!record->states) {
		complain("%s: not recorded: not everything is observed here",
			record->name);
		program->status = STATUS_FAILURE;
	} else if (!*first) {
		*first = text;
		return;
	} else if (!text || strcmp(*first, text) != 0) {
		complain("%s: not recorded: two plays disagree:\n%s\n%s",
			record->name, *first, text ? text : "?");
		program->status = STATUS_FAILURE;
	}
	free(text);
}

static void record(struct program *program)
{
	char why[NAMES_DESCRIPTION_SIZE];

	program->recorded = calloc(program->count + 1, sizeof(char *));
	for (int i = 0; i < RECORD_PLAYS && !program->status; i++)
		lab_play(program->experiments, program->count, &program->play,
			on_recorded, program);
	for (size_t i = 0; i < program->count; i++) {
		char *path = catalog_golden(program->experiments[i]->path);

		if (!program->status &&
			golden_write(path, program->recorded[i])) {
			complain("cannot write %s: %s", path,
				names_describe(why, errno));
			program->status = STATUS_FAILURE;
		}
		free(path);
		free(program->recorded[i]);
	}
	free(program->recorded);
}

static void list(struct program *program)
{
	for (size_t i = 0; i < program->count; i++)
		printf("%-22s %s\n", program->experiments[i]->name,
			program->experiments[i]->title
				? program->experiments[i]->title
				: "");
}

/* A classroom's way: Enter, a step, its rungs. */
static void before_step(
	void *context, const struct record *record, const struct step *next)
{
	struct program *program = context;
	struct composed composed;

	compose(&composed);
	if (composed.stream && !program->shown)
		ladder_write_head(composed.stream, record);
	for (; composed.stream && program->shown < record->rung_count;
		program->shown++)
		ladder_write_rung(composed.stream, record,
			&record->rungs[program->shown]);
	put_composed(program, &composed);
	if (!next)
		return;
	fprintf(stderr, "-- %s  [Enter] ", next->source);
	for (int c = getchar(); c != '\n' && c != EOF;)
		c = getchar();
}

static void on_stepped(void *context, size_t index, const struct record *record)
{
	struct program *program = context;
	struct composed composed;

	(void)index;
	if (record->failure)
		failed(program, record);
	compose(&composed);
	if (composed.stream) {
		ladder_write_foot(composed.stream, record);
		ladder_write_missing(composed.stream, record);
	}
	put_composed(program, &composed);
}

static void step(struct program *program)
{
	program->play.before_step = before_step;
	program->play.context = program;
	for (size_t i = 0; i < program->count; i++)
		lab_play(&program->experiments[i], 1, &program->play,
			on_stepped, program);
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
	complain("cannot write %s: %s", program->options.output,
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
		complain("cannot write %s: %s", name ? name : "standard output",
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
		.host_why = program->options.host       ? "--host was said"
			: stage.result == STAGE_PRIVATE ? NULL
							: stage.why,
	};
	switch (program->options.command) {
	case LAB_PLAY:
		if (program->options.step)
			step(program);
		else
			play(program);
		break;
	case LAB_CHECK:
		check(program);
		break;
	case LAB_RECORD:
		record(program);
		break;
	case LAB_LIST:
		list(program);
		break;
	}
}

int main(int argc, char **argv)
{
	struct program program = { 0 };

	program.options.experiments = calloc((size_t)argc + 1, sizeof(char *));
	lab_options_parse(argc, argv, &program.options);
	program.programs = catalog_programs(argv[0]);
	if (program.options.transcripts)
		program.transcripts = strdup(program.options.transcripts);
	else if (program.programs)
		program.transcripts = catalog_transcripts(program.programs);
	if (!program.programs) {
		complain("cannot tell where graceclient and graceserver are");
		program.status = STATUS_FAILURE;
	} else if (!read_experiments(&program)) {
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
