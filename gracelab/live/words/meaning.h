/* SPDX-License-Identifier: GPL-3.0-or-later */
/* What a row of the ladder means, in a sentence or two, and where that is
 * written down. Pure. */
#ifndef GRACELAB_LIVE_MEANING_H
#define GRACELAB_LIVE_MEANING_H

#include "gracelab/record/record.h"

/*
 * The meaning of the record's row number `at`, for free(3): sentences of the
 * call, of the segment and of the states, as far as they are there, each with
 * its source. NULL without memory.
 */
char *meaning_text(const struct record *record, size_t at);

#endif
