/* SPDX-License-Identifier: GPL-3.0-or-later */
/* The real experiments, broken at random, the same in every run. */
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>

#include "gracelab/catalog.h"
#include "tests/fuzz/fuzz.h"
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
	struct catalog catalog = { 0 };

	if (folder)
		catalog_read(&catalog, folder);
	seeds->files = calloc(catalog.count + 1, sizeof(*seeds->files));
	for (size_t i = 0; seeds->files && i < catalog.count; i++)
		read_seed(seeds, catalog.entries[i].path);
	catalog_free(&catalog);
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
		good += fuzz_experiment((const uint8_t *)text, bytes);
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
