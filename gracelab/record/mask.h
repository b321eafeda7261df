/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Transcripts with a column taken out, to compare what both have observed. */
#ifndef GRACELAB_MASK_H
#define GRACELAB_MASK_H

#include <stdbool.h>

/*
 * Rewrites a transcript, terminated, so that it holds only what is observed
 * without the wire, the states or both. Where the wire is left out, a state
 * that a segment brought about stands beside the call before it. Returns the
 * new text, for the caller to free, or NULL without memory.
 */
char *mask_transcript(const char *text, bool wire, bool states);

#endif
