/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "gracelab/catalog.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/stat.h>
#include <unistd.h>

#include "tests/unit/tap.h"

/* Takes the text over. */
static void expect_path(const char *expected, char *got)
{
	EXPECT_TEXT(expected, got ? got : "(null)");
	free(got);
}

static void a_name_is_looked_up_and_a_path_is_not(void)
{
	expect_path("/t/close-early.lab", catalog_path("/t", "close-early"));
	expect_path("close-early", catalog_path(NULL, "close-early"));
	expect_path("x.lab", catalog_path("/t", "x.lab"));
	expect_path("./x", catalog_path("/t", "./x"));
	expect_path("a b/c.lab", catalog_path("/t", "a b/c.lab"));
	expect_path("/t/x.labs.lab", catalog_path("/t", "x.labs"));
}

static void a_golden_stands_beside_its_experiment(void)
{
	expect_path("/t/x.txt", catalog_golden("/t/x.lab"));
	expect_path("x.txt", catalog_golden("x.lab"));
	expect_path("a.lab/x.txt", catalog_golden("a.lab/x"));
	expect_path("a.lab/x.lab.txt", catalog_golden("a.lab/x.lab.lab"));
	expect_path("./x.txt", catalog_golden("./x"));
}

static void touch(const char *folder, const char *name)
{
	char path[200];

	snprintf(path, sizeof(path), "%s/%s", folder, name);
	FILE *out = fopen(path, "we");

	if (EXPECT(out))
		fclose(out);
}

static void experiments_are_those_of_lab_files_sorted(void)
{
	static const char *const files[] = { "b.lab", "a.lab", "a.txt", ".lab",
		".hidden.lab", "README.md", "c.lab.txt", "shut/a-b.lab",
		"shut/a-b.txt", "shut/deep/x.lab", ".git/y.lab" };
	static const char *const folders[] = { "shut", "shut/deep", ".git" };
	static const struct catalog_entry expected[] = {
		{ "", "a", "a.lab" },
		{ "shut", "a-b", "shut/a-b.lab" },
		{ "", "b", "b.lab" },
	};
	char folder[] = "/tmp/gracelab-unit-XXXXXX", path[200];
	struct catalog catalog;

	if (!EXPECT(mkdtemp(folder)))
		return;
	for (size_t i = 0; i < sizeof(folders) / sizeof(*folders); i++) {
		snprintf(path, sizeof(path), "%s/%s", folder, folders[i]);
		mkdir(path, 0777);
	}
	for (size_t i = 0; i < sizeof(files) / sizeof(*files); i++)
		touch(folder, files[i]);
	if (EXPECT_INT(0, catalog_read(&catalog, folder)) &&
		EXPECT_INT(3, catalog.count)) {
		for (size_t i = 0; i < 3; i++) {
			EXPECT_TEXT(
				expected[i].theme, catalog.entries[i].theme);
			EXPECT_TEXT(expected[i].name, catalog.entries[i].name);
			snprintf(path, sizeof(path), "%s/%s", folder,
				expected[i].path);
			EXPECT_TEXT(path, catalog.entries[i].path);
			expect_path(
				path, catalog_path(folder, expected[i].name));
		}
	}
	catalog_free(&catalog);
	for (size_t i = 0; i < sizeof(files) / sizeof(*files); i++) {
		snprintf(path, sizeof(path), "%s/%s", folder, files[i]);
		unlink(path);
	}
	for (size_t i = sizeof(folders) / sizeof(*folders); i > 0; i--) {
		snprintf(path, sizeof(path), "%s/%s", folder, folders[i - 1]);
		rmdir(path);
	}
	rmdir(folder);
	errno = 0;
	EXPECT_INT(-1, catalog_read(&catalog, folder));
	EXPECT_INT(ENOENT, errno);
}

static void programs_and_transcripts_are_found_from_this_one(void)
{
	char *programs = catalog_programs();
	char *transcripts = programs ? catalog_transcripts(programs) : NULL;
	struct stat stat_of;

	EXPECT(programs && programs[0] == '/');
	EXPECT(transcripts && !stat(transcripts, &stat_of) &&
		S_ISDIR(stat_of.st_mode));
	free(transcripts);
	free(programs);
	EXPECT(!catalog_transcripts("/nonexistent/bin"));
}

const struct tap_test tests_lab_catalog[] = {
	{ "catalog: a name is looked up, a path is not",
		a_name_is_looked_up_and_a_path_is_not },
	{ "catalog: a golden stands beside its experiment",
		a_golden_stands_beside_its_experiment },
	{ "catalog: experiments are the .lab files of a folder and its folders",
		experiments_are_those_of_lab_files_sorted },
	{ "catalog: programs and transcripts are found from this program",
		programs_and_transcripts_are_found_from_this_one },
	{ NULL, NULL },
};
