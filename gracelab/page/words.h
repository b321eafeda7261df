/* SPDX-License-Identifier: GPL-3.0-or-later */
/* The ladder as a table of words: for who does not see it, and for paper. */
#ifndef GRACELAB_PAGE_WORDS_H
#define GRACELAB_PAGE_WORDS_H

#include <stdio.h>

#include "gracelab/record/record.h"

/* Writes a table with a row for each rung, in its body. */
void words_write(FILE *out, const struct record *record);

#endif
