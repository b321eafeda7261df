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

/*
 * The path of an experiment: of a name, in `transcripts` (or NULL); anything
 * with a slash or that ends in .lab is a path already. The caller frees it.
 */
char *catalog_path(const char *transcripts, const char *experiment);

/* The path of the golden beside an experiment's path. The caller frees it. */
char *catalog_golden(const char *experiment_path);

/*
 * The names of all experiments in a folder, sorted, NULL at the end; free each
 * and the list. NULL with errno where the folder cannot be read.
 */
char **catalog_names(const char *transcripts);

#endif
