/* SPDX-License-Identifier: GPL-3.0-or-later */
#include <stdlib.h>
#include <sys/stat.h>
#include <unistd.h>

#include "gracelab/play/parallel.h"
#include "gracelab/record/ladder.h"
#include "gracelab/record/mermaid.h"
#include "gracelab/record/svg.h"
#include "gracelab/record/text.h"
#include "lib/base/escape.h"
#include "program.h"

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

/* Whether what is written is seen where complaints are. */
static bool is_beside_complaints(FILE *out)
{
	struct stat output, complaints;

	return !fstat(fileno(out), &output) &&
		!fstat(STDERR_FILENO, &complaints) &&
		output.st_dev == complaints.st_dev &&
		output.st_ino == complaints.st_ino;
}

/* The end of a transcript, the failure last and only once. */
static void end_text(
	struct program *program, FILE *out, const struct record *record)
{
	ladder_write_missing(out, record);
	if (!is_beside_complaints(program->out))
		ladder_write_failure(out, record);
}

static void write_text(struct program *program, const struct record *record)
{
	struct composed composed;

	compose(&composed);
	/* Where nothing was played there is nothing to show. */
	if (composed.stream && (!record->failed || record->rung_count)) {
		ladder_write(composed.stream, record);
		end_text(program, composed.stream, record);
	}
	put_composed(program, &composed);
}

static void on_played(void *context, size_t index, const struct record *record)
{
	struct program *program = context;

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
	if (record->failed)
		program_failed(program, record);
}

void show_play(struct program *program)
{
	program->array = json_array();
	parallel_play(program->experiments, program->count, &program->play,
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

/* A classroom's way: Enter, a step, its rungs. */
static void before_step(
	void *context, const struct record *record, const struct step *next)
{
	struct program *program = context;
	struct composed composed;
	char source[ESCAPE_LINE_SIZE];

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
	fprintf(stderr, "-- %s  [Enter] ",
		escape_made_fit(source, next->source));
	for (int c = getchar(); c != '\n' && c != EOF;)
		c = getchar();
}

static void on_stepped(void *context, size_t index, const struct record *record)
{
	struct program *program = context;
	struct composed composed;

	(void)index;
	compose(&composed);
	if (composed.stream) {
		ladder_write_foot(composed.stream, record);
		end_text(program, composed.stream, record);
	}
	put_composed(program, &composed);
	if (record->failed)
		program_failed(program, record);
}

void show_step(struct program *program)
{
	program->play.before_step = before_step;
	program->play.context = program;
	for (size_t i = 0; i < program->count; i++)
		parallel_play(&program->experiments[i], 1, &program->play,
			on_stepped, program);
}
