/* SPDX-License-Identifier: GPL-3.0-or-later */
/* What has come of a try, and of several. */
#ifndef GRACELAB_RELAY_OUTCOME_H
#define GRACELAB_RELAY_OUTCOME_H

#include <stdbool.h>
#include <stddef.h>

#include "relay.h"

/* The worst last, but for what is not the proxy's doing for sure. */
enum outcome {
	OUTCOME_WHOLE,
	OUTCOME_BARE,      /* whole, but TLS ends by FIN alone: as if cut */
	OUTCOME_ENDLESS,   /* whole, but its end never came */
	OUTCOME_SOFTENED,  /* what was reset ended by a FIN */
	OUTCOME_CUT,       /* only the beginning */
	OUTCOME_LOST,      /* nothing, and EOF */
	OUTCOME_RESET,     /* nothing, and RST */
	OUTCOME_HUNG,      /* not all, and nothing for long */
	OUTCOME_ALTERED,   /* other bytes than were sent */
	OUTCOME_UNREACHED, /* no connection came to the server */
	OUTCOME_REFUSED,   /* nor to the proxy */
	OUTCOMES,
};

/* Room for a reason. */
#define OUTCOME_WHY_SIZE 240

/*
 * Compares what both ends have got with what they must get, the server first.
 * `why` (room for OUTCOME_WHY_SIZE) is terminated: "the client got 0 of 65536
 * bytes, then EOF after 0.5 s"; "" if it is whole. `*side` is the end that
 * lacks something.
 */
enum outcome outcome_of(const struct play *play, char *why, enum side *side);

/* Whether an end has ended with less than is due to it: no good will come. */
bool outcome_is_decided(const struct play *play);

/* "lost"; never changes. */
const char *outcome_name(enum outcome outcome);

/* Whether such a try has cost the time-out. */
bool outcome_is_slow(enum outcome outcome);

/* How often which has come, by outcome. */
struct tally {
	unsigned times[OUTCOMES];
};

unsigned tally_total(const struct tally *tally);

/* Those that were not whole. */
unsigned tally_failures(const struct tally *tally);

/* Writes "2 lost, 1 whole of 3" to `out`, terminated. */
void tally_write(const struct tally *tally, char *out, size_t size);

#endif
