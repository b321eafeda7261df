/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "help.h"

#include <stdio.h>
#include <string.h>

#include "explain.h"
#include "lib/event/wrap.h"

/* The column of what a command does, and where there is no room for two. */
#define HELP_COLUMN   35
#define NARROW_COLUMN 6

/* A terminal with fewer columns than this has one list, not two beside. */
#define WIDE_COLUMNS 70

/* Lines of a text, of which the first stands behind `first`. */
static void put_text(
	struct report *report, const char *first, int indent, const char *text)
{
	size_t columns = report_columns(report);
	size_t room = columns > (size_t)indent + 10
		? columns - (size_t)indent - 1
		: 0;
	bool fits = strlen(first) < (size_t)indent;
	size_t skipped, len;

	if (!fits) {
		report_line(report, 0, "%s", first);
		first = "";
	}
	do {
		len = wrap_line(text, room, &skipped);
		report_line(report, 0, "%-*s%s%.*s", indent - 1, first, " ",
			(int)len, text);
		first = "";
		text += len + skipped;
	} while (*text);
}

static void put_entry(
	struct report *report, const char *usage, const char *text)
{
	size_t columns = report_columns(report);
	char first[64];

	snprintf(first, sizeof(first), "  %s", usage);
	if (columns && columns < WIDE_COLUMNS) {
		report_line(report, 0, "%s", first);
		put_text(report, "", NARROW_COLUMN, text);
	} else {
		put_text(report, first, HELP_COLUMN, text);
	}
}

static void put_spec(struct report *report, const struct command_spec *spec)
{
	char usage[56];

	snprintf(usage, sizeof(usage), "%s %s", spec->name, spec->synopsis);
	put_entry(report, usage, spec->help);
}

static void put_example(struct report *report, const char *example)
{
	report_line(report, 0, "%s", "  For example:");
	while (*example) {
		size_t len = strcspn(example, "\n");
		char line[80];

		snprintf(line, sizeof(line), "%.*s", (int)len, example);
		put_text(report, "", NARROW_COLUMN, line);
		example += len + (example[len] == '\n');
	}
}

static void explain_one(struct report *report, const struct command_spec *spec)
{
	const struct explanation *explanation = explain(spec->id);

	put_spec(report, spec);
	if (*explanation->text)
		put_text(report, "", 2, explanation->text);
	put_example(report, explanation->example);
}

void help(struct report *report, const struct command_spec *topic)
{
	const struct command_spec *spec = NULL;

	if (topic) {
		explain_one(report, topic);
		return;
	}
	while ((spec = command_next(1u << report->side, spec)))
		put_spec(report, spec);
	if (report->side == CLIENT)
		put_entry(report, "TEXT",
			"any other line is sent, without its newline");
	report_line(report, 0, "`help COMMAND' explains one, with examples.");
}
