/* SPDX-License-Identifier: GPL-3.0-or-later */
/* The real experiments, broken at random, the same in every run. */
#include <ctype.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>

#include "gracelab/catalog.h"
#include "gracelab/experiment.h"
#include "gracelab/outcome.h"
#include "tests/unit/tap.h"

#define MUTATIONS  100000
#define TEXT_BYTES 4096

static uint64_t state;

/* xorshift64 (Marsaglia, 2003). */
static size_t random_below(size_t bound)
{
	state ^= state << 13;
	state ^= state >> 7;
	state ^= state << 17;
	return state % bound;
}

struct seeds {
	struct {
		char text[TEXT_BYTES];
		size_t bytes;
	} * files; /* owned */
	size_t count;
};

static bool read_seed(struct seeds *seeds, const char *path)
{
	FILE *in = fopen(path, "re");

	if (!in)
		return false;
	seeds->files[seeds->count].bytes =
		fread(seeds->files[seeds->count].text, 1, TEXT_BYTES / 2, in);
	seeds->count++;
	fclose(in);
	return true;
}

/* The experiments beside the program that runs. */
static bool read_seeds(struct seeds *seeds)
{
	char *programs = catalog_programs();
	char *folder = programs ? catalog_transcripts(programs) : NULL;
	char **names = folder ? catalog_names(folder) : NULL;
	size_t count = 0;

	while (names && names[count])
		count++;
	seeds->files = calloc(count + 1, sizeof(*seeds->files));
	for (size_t i = 0; i < count; i++) {
		char *path = catalog_path(folder, names[i]);

		if (seeds->files && path)
			read_seed(seeds, path);
		free(path);
		free(names[i]);
	}
	free(names);
	free(folder);
	free(programs);
	return seeds->count;
}

static const char *const pieces[] = { "\"", "\\", "'", "\n", "\r\n", "#",
	"client", "server", ">", ":", "!", " ", "\t", "received \"", "\\x",
	"\\0", "start", "SIGKILL", "state ", "gone", "exit ", "sent ", "9999",
	"title ", "file a \"b\"\n", "sysctl net.", "inherit SIGPIPE=", "=",
	"eof", "nothing", "EPIPE", "probe half", "\xff", "\xc3\xa9", "\x1b[" };

/* Puts `len` bytes in at `at`, as far as there is room. */
static void insert(
	char *text, size_t *bytes, size_t at, const char *piece, size_t len)
{
	if (*bytes + len > TEXT_BYTES)
		return;
	memmove(text + at + len, text + at, *bytes - at);
	memcpy(text + at, piece, len);
	*bytes += len;
}

static void mutate(char *text, size_t *bytes)
{
	size_t at = *bytes ? random_below(*bytes) : 0;
	size_t len = *bytes ? random_below(*bytes - at) + 1 : 0;
	const char *piece =
		pieces[random_below(sizeof(pieces) / sizeof(*pieces))];
	char any = (char)random_below(256);

	switch (random_below(6)) {
	case 0:
		if (*bytes)
			text[at] = any;
		break;
	case 1:
		if (len > 16)
			len = random_below(16) + 1;
		memmove(text + at, text + at + len, *bytes - at - len);
		*bytes -= len;
		break;
	case 2:
		/* Cut short. */
		if (random_below(4) == 0)
			*bytes = at;
		break;
	case 3:
		insert(text, bytes, at, &any, 1);
		break;
	default:
		insert(text, bytes, at, piece, strlen(piece));
		break;
	}
}

static void check_error(const char *error)
{
	static const char path[] = "some/path.lab:";
	const char *end = memchr(error, '\0', EXPERIMENT_ERROR_SIZE);
	char *after;

	if (!EXPECT(end) || !EXPECT(!strncmp(error, path, strlen(path))))
		return;
	EXPECT(strtoul(error + strlen(path), &after, 10) > 0);
	EXPECT(*after == ':' && isdigit((unsigned char)after[1]));
	EXPECT(strtoul(after + 1, &after, 10) > 0);
	EXPECT(!strncmp(after, ": expected ", strlen(": expected ")));
	EXPECT(!strchr(error, '\n'));
}

/* What was taken can be written, and taken again as the same. */
static void check_outcome(const struct outcome *outcome)
{
	char line[OUTCOME_TEXT_SIZE + 16], error[EXPERIMENT_ERROR_SIZE];
	char text[OUTCOME_TEXT_SIZE];

	outcome_text(outcome, text);
	if (outcome->kind == OUTCOME_RECEIVED && outcome->bytes > 200)
		return; /* cut */
	snprintf(line, sizeof(line), "client: %s", text);
	struct experiment *again =
		experiment_parse("x", "x", line, strlen(line), error);

	if (EXPECT(again))
		EXPECT(outcome_equal(outcome, &again->steps[0].outcome));
	experiment_free(again);
}

static void check_step(const struct step *step, unsigned *line)
{
	EXPECT(step->side == SIDE_CLIENT || step->side == SIDE_SERVER);
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
		EXPECT_INT(SIDE_SERVER, step->side);
		break;
	}
}

static bool check_text(const char *text, size_t bytes)
{
	char error[EXPERIMENT_ERROR_SIZE];
	/* Alone in memory, so that a sanitizer sees what is read behind it. */
	char *copy = malloc(bytes ? bytes : 1);
	unsigned line = 0;

	if (!EXPECT(copy))
		return false;
	memcpy(copy, text, bytes);
	memset(error, 'e', sizeof(error));
	struct experiment *e =
		experiment_parse("some/path.lab", "path", copy, bytes, error);
	bool good = e;

	free(copy);
	if (!e)
		check_error(error);
	for (size_t i = 0; e && i < e->step_count; i++)
		check_step(&e->steps[i], &line);
	EXPECT(!e || e->step_count);
	experiment_free(e);
	return good;
}

static void broken_files_are_taken_or_refused(void)
{
	struct seeds seeds = { 0 };
	char text[TEXT_BYTES];
	int good = 0;

	if (!EXPECT(read_seeds(&seeds)))
		return;
	state = 0x9e3779b97f4a7c15;
	for (int i = 0; i < MUTATIONS && tap_passing(); i++) {
		size_t seed = random_below(seeds.count);
		size_t bytes = seeds.files[seed].bytes;
		size_t times = random_below(4) + 1;

		memcpy(text, seeds.files[seed].text, bytes);
		while (times--)
			mutate(text, &bytes);
		tap_case("input %d: %.*s", i, (int)bytes, text);
		good += check_text(text, bytes);
	}
	tap_case("%d of %d were taken", good, MUTATIONS);
	EXPECT(good > MUTATIONS / 20 && good < MUTATIONS - MUTATIONS / 20);
	free(seeds.files);
}

const struct tap_test tests_lab_fuzz[] = {
	{ "lab fuzz: a broken experiment is taken whole or refused with its "
	  "place",
		broken_files_are_taken_or_refused },
	{ NULL, NULL },
};
