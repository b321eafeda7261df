/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "verify.h"

#include <errno.h>
#include <stdarg.h>
#include <stdlib.h>
#include <string.h>

#include "catalog.h"
#include "gracelab/record/golden.h"
#include "lib/base/names.h"
#include "lib/base/status.h"
#include "playlist.h"
#include "program.h"

/* How often an experiment must agree with itself to be recorded. */
#define RECORD_PLAYS 3

/* Plays and what came of them so far. */
struct verify {
	struct program *program;
	char **recorded; /* record: the text of each first play */
};

/* Goldens and messages may be a stranger's: none drives the terminal. */
static void print_commented(FILE *out, const char *text)
{
	char *fit = program_fit_page(text);

	for (const char *line = fit ? fit : "no memory"; *line;) {
		int len = (int)strcspn(line, "\n");

		fprintf(out, "# %.*s\n", len, line);
		line += len + (line[len] == '\n');
	}
	free(fit);
}

__attribute__((format(printf, 2, 3))) static void comment(
	FILE *out, const char *format, ...)
{
	va_list arguments;
	char *text = NULL;

	va_start(arguments, format);
	if (vasprintf(&text, format, arguments) < 0)
		text = NULL;
	va_end(arguments);
	print_commented(out, text ? text : "no memory");
	free(text);
}

/* A line of TAP, in which a `#` has a meaning of its own. */
static void print_result(FILE *out, bool good, size_t index, const char *name,
	const char *behind)
{
	char *fit = program_fit(name);

	fprintf(out, "%s %zu - ", good ? "ok" : "not ok", index + 1);
	for (const char *p = fit ? fit : "?"; *p; p++)
		fprintf(out, *p == '#' ? "\\%c" : "%c", *p);
	fprintf(out, "%s\n", behind);
	free(fit);
}

/* A golden that agrees says so at its foot, where all was observed. */
static void confirm(
	struct program *program, const char *path, const struct record *record)
{
	char why[NAMES_DESCRIPTION_SIZE];

	bool complete = record_is_complete(record);

	if (!complete)
		return;
	switch (golden_confirm(path, record->system)) {
	case 0:
		break;
	case 1:
		comment(program->out, "confirmed on %s", record->system);
		break;
	default:
		program->status = STATUS_FAILURE;
		comment(program->out, "cannot confirm in %s: %s", path,
			names_describe(why, errno));
	}
}

/* Compares a play that came to its end. */
static void compare(
	struct program *program, size_t index, const struct record *record)
{
	const char *experiment = program->experiments[index]->path;
	char *path = catalog_golden(experiment);
	char *diff = NULL, *other_system = NULL;
	char why[NAMES_DESCRIPTION_SIZE];

	errno = ENOMEM;
	enum golden_result result = path
		? golden_compare(path, record, &diff, &other_system)
		: GOLDEN_MISSING;
	bool good = result == GOLDEN_SAME;

	names_describe(why, errno);
	print_result(program->out, good, index, record->name, "");
	if (result == GOLDEN_MISSING)
		comment(program->out,
			"no golden %s: %s; `gracelab record %s' writes one",
			path ? path : "?", why, experiment);
	if (!good)
		program->status = STATUS_FAILURE;
	else if (program->options.confirm)
		confirm(program, path, record);
	if (record_lacks_wire(record) || !record->states)
		comment(program->out,
			"not observed, and so not compared:%s%s%s%s",
			record_lacks_wire(record) ? " wire" : "",
			record->states ? "" : " states",
			record->wire_why ? ": " : "",
			record->wire_why ? record->wire_why : "");
	if (other_system && !good)
		comment(program->out, "recorded on %s, played on %s",
			other_system, record->system);
	if (diff)
		print_commented(program->out, diff);
	free(other_system);
	free(diff);
	free(path);
}

static void on_checked(void *context, size_t index, const struct record *record)
{
	const struct verify *verify = context;
	FILE *out = verify->program->out;
	const char *why = record_why_failed(record);
	char *skip = NULL;

	if (record->unplayable) {
		if (asprintf(&skip, " # SKIP %s", why) < 0)
			skip = NULL;
		char *fit = program_fit(skip ? skip : " # SKIP");

		print_result(
			out, true, index, record->name, fit ? fit : " # SKIP");
		free(fit);
		free(skip);
	} else if (record->failed) {
		print_result(out, false, index, record->name, "");
		print_commented(out, why);
		verify->program->status = STATUS_FAILURE;
	} else {
		compare(verify->program, index, record);
	}
	fflush(out);
}

void verify_check_program(struct program *program)
{
	struct verify verify = { .program = program };

	fprintf(program->out, "TAP version 13\n1..%zu\n", program->count);
	playlist_play(program, on_checked, &verify);
}

int verify_check(int argc, char **argv)
{
	struct program program;

	if (program_begin(&program, &options_check, argc, argv))
		verify_check_program(&program);
	return program_end(&program);
}

/* Two plays of one experiment gave two transcripts. */
static void disagree(
	struct program *program, const char *name, const char *a, const char *b)
{
	char *diff = golden_diff("one play", a, "another", b);

	program_complain("%s: not recorded: two plays disagree:\n%s", name,
		diff ? diff : "(no memory to show how)");
	program->status = STATUS_FAILURE;
	free(diff);
}

/* The first play is remembered; the others must agree with it. */
static void on_recorded(
	void *context, size_t index, const struct record *record)
{
	struct verify *verify = context;
	struct program *program = verify->program;
	char **first = &verify->recorded[index];
	char *text = record->failed ? NULL : golden_text(record);

	if (record->failed) {
		program_failed(program, record);
	} else if (!record_is_complete(record)) {
		program_complain(
			"%s: not recorded: not everything is observed here",
			record->name);
		program->status = STATUS_FAILURE;
	} else if (!text) {
		program_complain("%s: not recorded: no memory", record->name);
		program->status = STATUS_FAILURE;
	} else if (!*first) {
		*first = text;
		return;
	} else if (strcmp(*first, text) != 0) {
		disagree(program, record->name, *first, text);
	}
	free(text);
}

/* Writes what all plays agreed on. */
static void write_golden(
	struct program *program, const char *experiment, const char *text)
{
	char *path = catalog_golden(experiment);
	char why[NAMES_DESCRIPTION_SIZE];

	errno = ENOMEM;
	if (!path || golden_write(path, text)) {
		program_complain("cannot write %s: %s",
			path ? path : experiment, names_describe(why, errno));
		program->status = STATUS_FAILURE;
	}
	free(path);
}

void verify_record_program(struct program *program)
{
	struct verify verify = { .program = program };

	verify.recorded = calloc(program->count + 1, sizeof(char *));
	if (!verify.recorded) {
		program_complain("no memory for the transcripts");
		program->status = STATUS_FAILURE;
	}
	for (int i = 0; i < RECORD_PLAYS && !program->status; i++)
		playlist_play(program, on_recorded, &verify);
	for (size_t i = 0; verify.recorded && i < program->count; i++) {
		if (!program->status)
			write_golden(program, program->experiments[i]->path,
				verify.recorded[i]);
		free(verify.recorded[i]);
	}
	free(verify.recorded);
}

int verify_record(int argc, char **argv)
{
	struct program program;

	if (program_begin(&program, &options_record, argc, argv))
		verify_record_program(&program);
	return program_end(&program);
}
