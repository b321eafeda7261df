/* SPDX-License-Identifier: GPL-3.0-or-later */
/* All that a client is put through, and what has come of it: data. */
#ifndef GRACELAB_INQUIRY_H
#define GRACELAB_INQUIRY_H

#include "gracelab/judge/results.h"
#include "hall.h"
#include "probes.h"

struct inquiry {
	const struct client_setting *setting; /* borrowed */
	bool chosen[CLIENT_PROBES];
	unsigned tries;
	struct results *results; /* borrowed */
	struct hall hall;
	struct way way;
	struct visit **visits; /* owned, `count` of them */
	size_t count;
	bool http; /* it asks so */
	bool interrupted;
	char failure[TLS_ERROR_SIZE];          /* why it could not go on; "" */
	const char *ends;                      /* a word, or NULL: not known */
	enum result_kind kinds[CLIENT_PROBES]; /* of the rows */
	const char *words[CLIENT_PROBES]; /* their verdicts; NULL: no row */
};

/* The next visit of that id behind `previous` (NULL: the first), or NULL. */
static inline const struct visit *inquiry_next(const struct inquiry *inquiry,
	enum client_probe id, const struct visit *previous)
{
	bool behind = !previous;

	for (size_t i = 0; i < inquiry->count; i++) {
		if (behind && inquiry->visits[i]->id == (int)id)
			return inquiry->visits[i];
		behind = behind || inquiry->visits[i] == previous;
	}
	return NULL;
}

#endif
