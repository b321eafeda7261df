/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "list.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "catalog.h"
#include "lib/base/names.h"
#include "lib/base/status.h"
#include "program.h"

/* One line: the name, the title. */
static void write_entry(
	struct program *program, const struct experiment *from, int width)
{
	char *name = program_fit(from->name);

	fprintf(program->out, "%-*s %s\n", width, name ? name : "?",
		from->title ? from->title : "");
	free(name);
}

/* How wide the column of names is. */
static int widest(const struct catalog *catalog)
{
	size_t width = 22;

	for (size_t i = 0; i < catalog->count; i++)
		if (strlen(catalog->entries[i].name) > width)
			width = strlen(catalog->entries[i].name);
	return (int)width;
}

static int by_theme(const void *a, const void *b)
{
	const struct catalog_entry *one = a, *other = b;
	int order = strcmp(one->theme, other->theme);

	return order ? order : strcmp(one->name, other->name);
}

/* For people: a heading for each theme. For programs: nothing but names. */
static void write_all(struct program *program, struct catalog *catalog)
{
	bool for_people = isatty(STDOUT_FILENO);
	const char *theme = "";
	int width = widest(catalog);

	if (for_people && catalog->count)
		qsort(catalog->entries, catalog->count,
			sizeof(*catalog->entries), by_theme);
	for (size_t i = 0; i < catalog->count; i++) {
		const struct catalog_entry *entry = &catalog->entries[i];

		if (for_people && strcmp(entry->theme, theme) != 0) {
			char *heading = program_fit(entry->theme);

			theme = entry->theme;
			fprintf(program->out, "%s%s\n", i ? "\n" : "",
				heading ? heading : "?");
			free(heading);
		}
		/* What does not parse has been said. */
		if (program_read(program, entry->path))
			write_entry(program,
				program->experiments[program->count - 1],
				width);
		else
			program->status = STATUS_FAILURE;
	}
}

int list_run(int argc, char **argv)
{
	struct program program;
	struct catalog catalog = { 0 };

	if (!program_begin_reading(&program, &options_list, argc, argv))
		return program_end(&program);
	if (program_find_all(&program, &catalog))
		write_all(&program, &catalog);
	else
		program.status = STATUS_FAILURE;
	catalog_free(&catalog);
	return program_end(&program);
}
