/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "results.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <sys/ioctl.h>
#include <unistd.h>

#include "export.h"
#include "gracelab/record/text.h"
#include "known.h"
#include "lib/base/io.h"

/* Where nobody says how wide it is, and the least that a table needs. */
#define COLUMNS       80
#define COLUMNS_LEAST 50

/* The least columns that the names and the verdicts of a table get. */
#define NAME_COLUMNS    13
#define VERDICT_COLUMNS 13

/* Where the lines below the table go on. */
#define INDENT_BELOW 4

int results_parse_format(const char *name)
{
	static const char *const names[] = { "text", "json", "junit" };

	for (int i = 0; i < 3; i++)
		if (!strcmp(names[i], name))
			return i;
	return -1;
}

static size_t columns_of(FILE *out)
{
	struct winsize size;

	if (ioctl(fileno(out), TIOCGWINSZ, &size) || !size.ws_col)
		return COLUMNS;
	return size.ws_col < COLUMNS_LEAST ? COLUMNS_LEAST : size.ws_col;
}

int results_open(
	struct results *results, const char *path, enum results_format format)
{
	*results = (struct results){
		.overall = "",
		.format = format,
		.watched = isatty(STDERR_FILENO),
		.name_columns = NAME_COLUMNS,
	};
	/* Last, so that errno is that of this. */
	results->out = path ? io_create_stream(path) : stdout;
	if (!results->out)
		return -1;
	results->columns = columns_of(results->out);
	return 0;
}

int results_open_junit(struct results *results, const char *path)
{
	results->junit = io_create_stream(path);
	return results->junit ? 0 : -1;
}

void results_expect(struct results *results, const char *name)
{
	if (strlen(name) > results->name_columns)
		results->name_columns = strlen(name);
}

struct result *results_add(struct results *results)
{
	struct result *rows =
		reallocarray(results->rows, results->count + 1, sizeof(*rows));

	if (!rows)
		return NULL;
	results->rows = rows;
	rows[results->count] = (struct result){ .name = "", .verdict = "" };
	return &rows[results->count++];
}

void results_progress(
	struct results *results, const char *name, unsigned try, unsigned tries)
{
	if (!results->watched)
		return;
	results->progress = true;
	fprintf(stderr, "\r\033[K%s %u of %u", name, try, tries);
	fflush(stderr);
}

static void free_rows(struct results *results)
{
	for (size_t i = 0; i < results->count; i++) {
		json_decref(results->rows[i].data);
		json_decref(results->rows[i].ladder);
		free(results->rows[i].picture);
	}
	free(results->rows);
	results->rows = NULL;
	results->count = results->shown = 0;
}

void results_restart(struct results *results, const char *why)
{
	if (results->shown && results->format == RESULTS_TEXT)
		fprintf(results->out, "\n%s\n\n", why);
	free_rows(results);
}

static void clear_progress(struct results *results)
{
	if (results->progress)
		fputs("\r\033[K", stderr);
	fflush(stderr);
	results->progress = false;
}

/*
 * Writes a text from the column `at` on, wrapped; what goes on in the next line
 * begins at `indent`.
 */
static void wrap(
	struct results *results, size_t at, size_t indent, const char *text)
{
	size_t left = strlen(text);

	while (left) {
		size_t columns =
			results->columns > at + 10 ? results->columns - at : 10;
		size_t taken =
			text_write_wrapped(results->out, text, left, columns);

		text += taken;
		left -= taken;
		fputc('\n', results->out);
		if (left)
			fprintf(results->out, "%*s", (int)indent, "");
		at = indent;
	}
}

static void show_row(struct results *results, const struct result *row)
{
	int names = (int)results->name_columns;
	/* Where the third column begins. */
	size_t indent = results->name_columns + VERDICT_COLUMNS + 4;
	char text[sizeof(row->measured) + sizeof(row->why) + 2];

	snprintf(text, sizeof(text), "%s%s%s", row->measured,
		*row->measured && *row->why ? "; " : "", row->why);
	fprintf(results->out, "%s %-*s ",
		row->kind != RESULT_BAD                  ? " "
			: known_has(results->known, row) ? "~"
							 : "!",
		names, row->name);
	if (!*text) {
		fprintf(results->out, "%s\n", row->verdict);
		return;
	}
	fprintf(results->out, "%-*s ", VERDICT_COLUMNS, row->verdict);
	size_t len = strlen(row->verdict);

	wrap(results,
		indent + (len > VERDICT_COLUMNS ? len - VERDICT_COLUMNS : 0),
		indent, text);
}

static void show_title(struct results *results)
{
	if (!results->titled)
		fprintf(results->out, "%s\n\n", results->title);
	results->titled = true;
}

void results_show(struct results *results)
{
	if (results->format != RESULTS_TEXT)
		return;
	clear_progress(results);
	show_title(results);
	for (; results->shown < results->count; results->shown++)
		show_row(results, &results->rows[results->shown]);
	if (fflush(results->out) && !results->error)
		results->error = errno;
}

/* What helps, each once. */
static void show_remedies(struct results *results)
{
	for (size_t i = 0; i < results->count; i++) {
		const char *remedy = results->rows[i].remedy;
		bool again = false;

		for (size_t k = 0; k < i; k++)
			again = again ||
				(results->rows[k].remedy && remedy &&
					!strcmp(results->rows[k].remedy,
						remedy));
		if (!remedy || again)
			continue;
		fputs("Remedy: ", results->out);
		wrap(results, strlen("Remedy: "), INDENT_BELOW, remedy);
	}
}

static void show_end(struct results *results)
{
	results_show(results);
	fprintf(results->out, "%s%s%s", results->count ? "\n" : "",
		results->overall, *results->proof ? ": " : "\n");
	wrap(results, strlen(results->overall) + 2, INDENT_BELOW,
		results->proof);
	if (results->notes)
		fputs(results->notes, results->out);
	show_remedies(results);
	for (size_t i = 0; i < results->count; i++)
		if (results->rows[i].picture)
			fprintf(results->out, "\n%s", results->rows[i].picture);
}

int results_close(struct results *results)
{
	FILE *out = results->out;

	clear_progress(results);
	switch (results->format) {
	case RESULTS_TEXT:
		show_end(results);
		break;
	case RESULTS_JSON:
		export_json(out, results);
		break;
	case RESULTS_JUNIT:
		export_junit(out, results);
		break;
	}
	results->out = NULL;
	return io_end_stream(out, results->error);
}

int results_close_junit(struct results *results)
{
	FILE *out = results->junit;

	if (!out)
		return 0;
	export_junit(out, results);
	results->junit = NULL;
	return io_end_stream(out, 0);
}

void results_free(struct results *results)
{
	free_rows(results);
	free(results->suite);
	json_decref(results->data);
	free(results->notes);
	*results = (struct results){ .overall = "" };
}
