/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Unit tests: every input that is kept holds, so that no bug comes back. */
#include <dirent.h>
#include <stdio.h>
#include <stdlib.h>

#include "fuzz.h"
#include "gracelab/catalog.h"
#include "tests/unit/tap.h"

#define INPUT_BYTES_MAX (1024 * 1024)

typedef bool target(const uint8_t *data, size_t size);

static void replay_file(target *check, const char *folder, const char *name)
{
	char *path = NULL, *bytes = malloc(INPUT_BYTES_MAX);
	FILE *in = asprintf(&path, "%s/%s", folder, name) < 0
		? NULL
		: fopen(path, "re");

	tap_case("%s", name);
	if (EXPECT(bytes && in)) {
		size_t len = fread(bytes, 1, INPUT_BYTES_MAX, in);

		EXPECT(!ferror(in));
		check((const uint8_t *)bytes, len);
	}
	if (in)
		fclose(in);
	free(bytes);
	free(path);
}

static int is_input(const struct dirent *entry)
{
	return entry->d_name[0] != '.';
}

/* Every file of a folder beside the experiments. */
static void replay(target *check, const char *place)
{
	char *programs = catalog_programs();
	char *transcripts = programs ? catalog_transcripts(programs) : NULL;
	struct dirent **entries = NULL;
	char *folder = NULL;
	int count = 0;

	if (EXPECT(transcripts) &&
		EXPECT(asprintf(&folder, "%s/%s", transcripts, place) > 0))
		count = scandir(folder, &entries, is_input, alphasort);
	EXPECT(count > 0);
	for (int i = 0; i < count; i++) {
		replay_file(check, folder, entries[i]->d_name);
		free(entries[i]);
	}
	free(entries);
	free(folder);
	free(transcripts);
	free(programs);
}

/* The experiments themselves. */
static void replay_experiments(void)
{
	char *programs = catalog_programs();
	char *transcripts = programs ? catalog_transcripts(programs) : NULL;
	struct catalog catalog = { 0 };

	if (EXPECT(transcripts))
		EXPECT_INT(0, catalog_read(&catalog, transcripts));
	EXPECT(catalog.count > 0);
	for (size_t i = 0; i < catalog.count; i++)
		replay_file(fuzz_experiment, "", catalog.entries[i].path);
	catalog_free(&catalog);
	free(transcripts);
	free(programs);
}

#define CORPUS "../tests/fuzz/corpus/"

static void lines_hold(void)
{
	replay(fuzz_lines, CORPUS "lines");
}

static void experiments_hold(void)
{
	replay(fuzz_experiment, CORPUS "experiment");
	replay_experiments();
}

static void arguments_hold(void)
{
	replay(fuzz_arguments, CORPUS "arguments");
}

static void packets_hold(void)
{
	replay(fuzz_packet, CORPUS "packet");
}

static void replies_hold(void)
{
	replay(fuzz_reply, CORPUS "reply");
}

static void events_hold(void)
{
	replay(fuzz_events, CORPUS "events");
}

static void records_hold(void)
{
	replay(fuzz_records, CORPUS "records");
}

const struct tap_test tests_replay[] = {
	{ "corpus: typed lines keep to themselves, escapes are harmless",
		lines_hold },
	{ "corpus: an experiment is taken whole or refused with its place",
		experiments_hold },
	{ "corpus: command lines are taken within bounds or refused",
		arguments_hold },
	{ "corpus: a packet cut short gives the same segment or none",
		packets_hold },
	{ "corpus: a reply cut short is never taken for the whole",
		replies_hold },
	{ "corpus: a server's end is seen, whatever it wrote before",
		events_hold },
	{ "corpus: TLS records are the same, however their bytes are cut",
		records_hold },
	{ NULL, NULL },
};
