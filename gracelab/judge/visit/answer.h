/* SPDX-License-Identifier: GPL-3.0-or-later */
/* What a client is answered: whole, or cut. Pure. */
#ifndef GRACELAB_ANSWER_H
#define GRACELAB_ANSWER_H

#include <stdbool.h>
#include <stddef.h>

enum answer_kind {
	ANSWER_WHOLE,   /* HTTP: with its length */
	ANSWER_LARGE,   /* ... over and over, ANSWER_LARGE_BYTES at least */
	ANSWER_CUT,     /* half of that */
	ANSWER_CHUNKED, /* what follows is HTTP's alone */
	ANSWER_CHUNKED_CUT,
	ANSWER_UNTIL_FIN, /* only the end of the connection ends it */
	ANSWER_UNTIL_FIN_CUT,
};

/* More than anybody reads at once. */
#define ANSWER_LARGE_BYTES (1024 * 1024)

/* What it is made of; borrowed. */
struct answer_matter {
	const char *reply;
	size_t reply_bytes;
	bool http; /* the reply is a body, its header is ours */
	bool head; /* the request wants no body */
};

/* The reply is borrowed still: what of it is in the answer is its beginning. */

struct answer {
	char *text; /* owned */
	size_t bytes;
	const char *body; /* ... that a client may put out, without a header */
	size_t body_bytes;
	size_t header_bytes; /* of the text */
};

/* False without memory. */
bool answer_make(struct answer *answer, enum answer_kind kind,
	const struct answer_matter *matter);

void answer_free(struct answer *answer);

#endif
