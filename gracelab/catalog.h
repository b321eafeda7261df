/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Where experiments, goldens and the programs are found. */
#ifndef GRACELAB_CATALOG_H
#define GRACELAB_CATALOG_H

#include <stdbool.h>
#include <stddef.h>

/*
 * The folder of the running program, with graceclient and graceserver beside
 * it: from /proc/self/exe, or, without /proc, as it was executed. NULL if
 * neither tells. The caller frees it.
 */
char *catalog_programs(void);

/*
 * The folder of the transcripts: the installed one or the source tree's, seen
 * from the programs' folder. NULL if there is none. The caller frees it.
 */
char *catalog_transcripts(const char *programs);

/* The path of the golden beside an experiment's path. The caller frees it. */
char *catalog_golden(const char *experiment_path);

/* An experiment in the folder; all texts are the catalog's. */
struct catalog_entry {
	char *theme; /* the folder in there that it stands in, or "" */
	char *name;  /* unique */
	char *path;
};

struct catalog {
	struct catalog_entry *entries; /* owned, sorted by name */
	size_t count;
};

/*
 * Lists the experiments of a folder and of the folders in it, for
 * catalog_free(). Returns 0, or -1 with errno where it cannot be read; there is
 * nothing to free then.
 */
int catalog_read(struct catalog *catalog, const char *transcripts);

void catalog_free(struct catalog *catalog);

/* A word with a slash, or that ends in .lab, is a path and no name. */
bool catalog_is_path(const char *experiment);

/*
 * The path of an experiment: of a name, in `transcripts` (or NULL), where it
 * would stand if it is not there. The caller frees it; NULL: no memory.
 */
char *catalog_path(const char *transcripts, const char *experiment);

#endif
