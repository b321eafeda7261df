/* SPDX-License-Identifier: GPL-3.0-or-later */
#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "catalog.h"
#include "gracelab/play/parallel.h"
#include "gracelab/record/golden.h"
#include "lib/base/escape.h"
#include "lib/base/names.h"
#include "lib/base/status.h"
#include "program.h"

/* How often an experiment must agree with itself to be recorded. */
#define RECORD_PLAYS 3

static void print_commented(const char *text)
{
	while (*text) {
		size_t len = strcspn(text, "\n");
		char *shown = malloc(ESCAPE_SIZE(len));

		/* Goldens and actors' words are a stranger's. */
		if (shown)
			escape_shown(shown, text, len);
		printf("# %s\n", shown ? shown : "no memory");
		free(shown);
		text += len + (text[len] == '\n');
	}
}

/* A golden that agrees says so at its foot, where all was observed. */
static void confirm(
	struct program *program, const char *path, const struct record *record)
{
	char why[NAMES_DESCRIPTION_SIZE];

	if (!record->private_network || !record->wire || !record->states)
		return;
	switch (golden_confirm(path, record->system)) {
	case 0:
		break;
	case 1:
		printf("# confirmed on %s\n", record->system);
		break;
	default:
		program->status = STATUS_FAILURE;
		printf("# cannot confirm in %s: %s\n", path,
			names_describe(why, errno));
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
			record_why_failed(record));
	} else if (record->failed) {
		printf("not ok %zu - %s\n", index + 1, record->name);
		print_commented(record_why_failed(record));
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
		else if (program->options.confirm)
			confirm(program, path, record);
	}
	if (!record->failed && (!record->wire || !record->states))
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

void verify_check(struct program *program)
{
	printf("TAP version 13\n1..%zu\n", program->count);
	parallel_play(program->experiments, program->count, &program->play,
		on_checked, program);
}

/* The first play is remembered; the others must agree with it. */
static void on_recorded(
	void *context, size_t index, const struct record *record)
{
	struct program *program = context;
	char **first = &program->recorded[index];
	char *text = record->failed ? NULL : golden_text(record);

	if (record->failed) {
		program_failed(program, record);
	} else if (!record->private_network || !record->wire ||
		!record->states) {
		program_complain(
			"%s: not recorded: not everything is observed here",
			record->name);
		program->status = STATUS_FAILURE;
	} else if (!*first) {
		*first = text;
		return;
	} else if (!text || strcmp(*first, text) != 0) {
		program_complain(
			"%s: not recorded: two plays disagree:\n%s\n%s",
			record->name, *first, text ? text : "?");
		program->status = STATUS_FAILURE;
	}
	free(text);
}

void verify_record(struct program *program)
{
	char why[NAMES_DESCRIPTION_SIZE];

	program->recorded = calloc(program->count + 1, sizeof(char *));
	for (int i = 0; i < RECORD_PLAYS && !program->status; i++)
		parallel_play(program->experiments, program->count,
			&program->play, on_recorded, program);
	for (size_t i = 0; i < program->count; i++) {
		char *path = catalog_golden(program->experiments[i]->path);

		if (!program->status &&
			golden_write(path, program->recorded[i])) {
			program_complain("cannot write %s: %s", path,
				names_describe(why, errno));
			program->status = STATUS_FAILURE;
		}
		free(path);
		free(program->recorded[i]);
	}
	free(program->recorded);
}
