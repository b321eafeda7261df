/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "show.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "gracelab/page/page.h"
#include "gracelab/play/parallel.h"
#include "gracelab/record/ladder.h"
#include "gracelab/record/mermaid.h"
#include "gracelab/record/svg.h"
#include "gracelab/record/text.h"
#include "lib/base/names.h"
#include "lib/base/status.h"
#include "lib/text/escape.h"
#include "playlist.h"
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

/* Names and terminals may be a stranger's: none drives this terminal. */
static void put_fit(struct program *program, const char *text)
{
	char *fit = program_fit_page(text);

	if (fit)
		fputs(fit, program->out);
	else
		program->status = STATUS_FAILURE;
	free(fit);
}

/* Writes what was composed, in ASCII if that was asked for. */
static void put_composed(struct program *program, struct composed *composed)
{
	if (composed->stream && !fclose(composed->stream)) {
		if (program->options.ascii)
			text_write_ascii(program->out, composed->text);
		else
			put_fit(program, composed->text);
	}
	free(composed->text);
	fflush(program->out);
}

/* Whether what is written is seen where complaints are. */
static bool is_beside_complaints(const struct program *program)
{
	struct stat output, complaints;

	return !fstat(program->out_fd, &output) &&
		!fstat(STDERR_FILENO, &complaints) &&
		output.st_dev == complaints.st_dev &&
		output.st_ino == complaints.st_ino;
}

/* The end of a transcript, the failure last and only once. */
static void end_text(
	struct program *program, FILE *out, const struct record *record)
{
	ladder_write_remarks(out, record);
	if (!is_beside_complaints(program))
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

static void write_page(struct program *program, const struct record *record)
{
	const char *folder = program->options.output;
	char why[NAMES_DESCRIPTION_SIZE];

	if (!program->options.into_folder) {
		page_write(program->out, record);
	} else if (page_write_into(folder, record)) {
		program_complain("cannot write %s/%s.html: %s", folder,
			record->name, names_describe(why, errno));
		program->status = STATUS_FAILURE;
	}
}

/* A folder has one page of a name. */
static bool check_names(struct program *program)
{
	struct experiment **list = program->experiments;

	for (size_t i = 0; program->options.into_folder && i < program->count;
		i++) {
		for (size_t k = 0; k < i; k++) {
			if (strcmp(list[i]->name, list[k]->name) != 0)
				continue;
			program_complain("%s and %s: two pages of one name",
				list[k]->path, list[i]->path);
			program->status = STATUS_USAGE;
			return false;
		}
	}
	return true;
}

/* A play under way. */
struct show {
	struct program *program;
	json_t *array;    /* the records, for one text in the end */
	size_t shown;     /* --step: how many rungs */
	size_t late;      /* ... of which so many were put between others */
	bool input_ended; /* --step: nobody presses Enter any more */
};

static void on_played(void *context, size_t index, const struct record *record)
{
	struct show *show = context;
	struct program *program = show->program;

	switch (program->options.format) {
	case FORMAT_TEXT:
		if (index)
			fputs("\n\n", program->out);
		write_text(program, record);
		break;
	case FORMAT_JSON:
		if (json_array_append_new(show->array, record_to_json(record)))
			program->status = STATUS_FAILURE;
		break;
	case FORMAT_SVG:
		if (record->table)
			fputs(record->table, program->out);
		else
			svg_write(program->out, record);
		break;
	case FORMAT_MERMAID:
		mermaid_write(program->out, record);
		break;
	case FORMAT_HTML:
		write_page(program, record);
		break;
	case FORMAT_DOT:
	case FORMAT_LAB:
		break;
	}
	fflush(program->out);
	/* Last, where it is read first. */
	if (record->failed)
		program_failed(program, record);
}

/* One object of one record, an array of several. */
static void write_json(struct show *show)
{
	struct program *program = show->program;
	const json_t *json = program->count == 1
		? json_array_get(show->array, 0)
		: show->array;
	size_t flags = JSON_INDENT(2) | JSON_REAL_PRECISION(9);

	/* C1 and bidirectional controls are no controls to JSON. */
	if (isatty(program->out_fd))
		flags |= JSON_ENSURE_ASCII;
	if (!json || json_dumpf(json, program->out, flags)) {
		program_complain("no memory for the JSON");
		program->status = STATUS_FAILURE;
	}
	fputc('\n', program->out);
}

static void play_all(struct show *show)
{
	struct program *program = show->program;

	show->array = json_array();
	playlist_play(program, on_played, show);
	if (program->options.format == FORMAT_JSON)
		write_json(show);
	json_decref(show->array);
}

void show_one(struct program *program, struct experiment *experiment)
{
	struct show show = { .program = program, .array = json_array() };

	parallel_play(&experiment, 1, &program->play, on_played, &show);
	if (program->options.format == FORMAT_JSON)
		write_json(&show);
	json_decref(show.array);
}

/* Asks for Enter; the prompt is gone when the ladder goes on. */
static void await_enter(struct show *show, const struct step *next)
{
	char source[ESCAPE_LINE_SIZE];
	bool is_terminal = isatty(STDERR_FILENO);
	int c;

	if (show->input_ended)
		return;
	/* What must be seen is for who watches to guess. */
	if (next->kind == STEP_EXPECT)
		fprintf(stderr, "-- %s: ?  [Enter] ", side_name(next->side));
	else
		fprintf(stderr, "-- %s  [Enter] ",
			escape_made_fit(source, next->source));
	while ((c = getchar()) != '\n' && c != EOF)
		;
	show->input_ended = c == EOF;
	if (is_terminal)
		/* Enter went to the next line, the end of input did not. */
		fputs(c == EOF ? "\r\033[K" : "\033[A\r\033[K", stderr);
	else
		fputc('\n', stderr);
}

/* A classroom's way: Enter, a step, its rungs. */
/*
 * What was put before a rung that has been shown cannot be shown any more: it
 * counts as if it had.
 */
static void pass_over_late(struct show *show, const struct record *record)
{
	size_t late = 0;

	for (size_t i = 0; i < show->shown; i++) {
		if (!record->rungs[i].late)
			continue;
		late++;
		if (late > show->late) {
			show->late++;
			show->shown++;
		}
	}
}

static void before_step(
	void *context, const struct record *record, const struct step *next)
{
	struct show *show = context;
	struct composed composed;

	compose(&composed);
	if (composed.stream && !show->shown)
		ladder_write_head(composed.stream, record);
	pass_over_late(show, record);
	for (; composed.stream && show->shown < record->rung_count;
		show->shown++) {
		const struct rung *rung = &record->rungs[show->shown];

		show->late += rung->late;
		ladder_write_rung(composed.stream, record, rung);
	}
	put_composed(show->program, &composed);
	if (next)
		await_enter(show, next);
}

static void on_stepped(void *context, size_t index, const struct record *record)
{
	struct show *show = context;
	struct composed composed;

	(void)index;
	compose(&composed);
	if (composed.stream) {
		ladder_write_foot(composed.stream, record);
		end_text(show->program, composed.stream, record);
	}
	put_composed(show->program, &composed);
	if (record->failed)
		program_failed(show->program, record);
}

static void play_by_steps(struct show *show)
{
	struct program *program = show->program;

	program->play.before_step = before_step;
	program->play.context = show;
	for (size_t i = 0; i < program->count; i++)
		parallel_play(&program->experiments[i], 1, &program->play,
			on_stepped, show);
}

int show_run(int argc, char **argv)
{
	struct program program;
	struct show show = { .program = &program };

	if (!program_begin(&program, &options_play, argc, argv))
		return program_end(&program);
	if (!check_names(&program) || !playlist_take_order(&program))
		return program_end(&program);
	if (program.options.step)
		play_by_steps(&show);
	else
		play_all(&show);
	return program_end(&program);
}
