/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Experiment files: experiment.h, scan.h, outcome.h. */
#include "gracelab/experiment/experiment.h"

#include <ctype.h>
#include <stdio.h>
#include <stdlib.h>

#include "fuzz.h"
#include "gracelab/experiment/outcome.h"
#include "tests/unit/tap.h"

static void check_error(const char *error)
{
	static const char path[] = "some/path.lab:";
	char *after;

	if (!EXPECT(error) || !EXPECT(!strncmp(error, path, strlen(path))))
		return;
	EXPECT(strtoul(error + strlen(path), &after, 10) > 0);
	EXPECT(*after == ':' && isdigit((unsigned char)after[1]));
	EXPECT(strtoul(after + 1, &after, 10) > 0);
	EXPECT(!strncmp(after, ": expected ", strlen(": expected ")));
	EXPECT(fuzz_is_harmless(error, strlen(error)));
}

/* What was taken can be written, and taken again as the same. */
static void check_outcome(const struct outcome *outcome)
{
	/* Records are taken below `tls` alone, the others below that too. */
	static const char head[] = "server exec a\nclient exec b\ntls\n";
	char file[sizeof(head) + OUTCOME_TEXT_SIZE + 16];
	char text[OUTCOME_TEXT_SIZE];
	char *error;

	outcome_text(outcome, text);
	if (outcome->kind == OUTCOME_RECEIVED && outcome->bytes > 200)
		return; /* cut */
	snprintf(file, sizeof(file), "%sclient: %s", head, text);
	struct experiment *again =
		experiment_parse("x", "x", file, strlen(file), &error);

	if (EXPECT(again))
		EXPECT(outcome_equal(outcome, &again->steps[0].outcome));
	experiment_free(again);
}

/* What is said of a segment reads the same again. */
static void check_wire(const struct wire_step *wire)
{
	char text[SEGMENT_TEXT_SIZE];
	struct segment again = { 0 };

	EXPECT(wire->verb <= VERB_AWAIT);
	EXPECT(wire->verb != VERB_FORGE ||
		(wire->has_side && wire->has_segment));
	if (!wire->has_segment)
		return;
	segment_text(&wire->segment, text);
	EXPECT(segment_named(text, &again));
	EXPECT_INT(wire->segment.flags, again.flags);
	EXPECT_INT(wire->segment.payload_bytes, again.payload_bytes);
}

static void check_step(const struct step *step, unsigned *line)
{
	EXPECT(step->side == CLIENT || step->side == SERVER);
	EXPECT(step->line_number > *line);
	*line = step->line_number;
	EXPECT(step->source && !strchr(step->source, '\n'));
	switch (step->kind) {
	case STEP_TYPE:
		EXPECT(step->line && *step->line);
		EXPECT(step->line && !strchr(step->line, '\n'));
		break;
	case STEP_EXPECT:
		check_outcome(&step->outcome);
		break;
	case STEP_SIGNAL:
		EXPECT(step->signal > 0);
		break;
	case STEP_START:
		EXPECT_INT(SERVER, step->side);
		break;
	case STEP_WIRE:
		check_wire(&step->wire);
		break;
	case STEP_REBOOT:
		break;
	}
}

static void check_words(const struct words *words)
{
	size_t count = 0;

	while (words->list && words->list[count])
		count++;
	EXPECT_INT(words->count, count);
}

static void check_head(const struct experiment *e)
{
	EXPECT(!e->title || fuzz_is_harmless(e->title, strlen(e->title)));
	EXPECT(!e->asks || fuzz_is_harmless(e->asks, strlen(e->asks)));
	check_words(&e->server);
	check_words(&e->client);
	check_words(&e->sysctls);
	for (size_t i = 0; i < e->file_count; i++) {
		const struct lab_file *file = &e->files[i];

		/* It stays in the folder that the actors work in. */
		EXPECT(*file->name && *file->name != '.');
		EXPECT(!strchr(file->name, '/'));
		EXPECT(fuzz_is_harmless(file->name, strlen(file->name)));
	}
}

bool fuzz_experiment(const uint8_t *data, size_t size)
{
	char *error, *copy = fuzz_copy(data, size);
	unsigned line = 0;

	struct experiment *e =
		experiment_parse("some/path.lab", "path", copy, size, &error);

	free(copy);
	if (!e) {
		check_error(error);
		free(error);
		return false;
	}
	check_head(e);
	EXPECT(e->step_count || e->explored);
	for (size_t i = 0; i < e->step_count; i++)
		check_step(&e->steps[i], &line);
	experiment_free(e);
	return true;
}
