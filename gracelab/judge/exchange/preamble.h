/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * What is said on a connection before the request, step by step: a CONNECT, a
 * SOCKS5 negotiation (RFC 1928), a greeting and STARTTLS. Pure.
 */
#ifndef GRACELAB_PREAMBLE_H
#define GRACELAB_PREAMBLE_H

#include <stdbool.h>
#include <stddef.h>

enum preamble_kind {
	PREAMBLE_SEND,
	PREAMBLE_TEXT,         /* until this text has come */
	PREAMBLE_BYTES,        /* so many bytes */
	PREAMBLE_LINE,         /* a line */
	PREAMBLE_CONNECTED,    /* a header of HTTP with status 2xx */
	PREAMBLE_SOCKS_METHOD, /* 05 00 */
	PREAMBLE_SOCKS_REPLY,  /* 05 00 00 and an address */
	PREAMBLE_ANY,          /* whatever comes, until it is silent */
};

struct preamble_step {
	enum preamble_kind kind;
	char *text;   /* owned: of SEND and TEXT; or NULL */
	size_t bytes; /* of the text, or what BYTES says */
};

struct preamble {
	struct preamble_step *steps; /* owned, `count` of them */
	size_t count;
};

/* Room for a message, terminated. */
#define PREAMBLE_ERROR_SIZE 256

/*
 * Reads a preamble: lines of `send "TEXT"`, `expect "TEXT"`, `expect BYTES` and
 * `expect line`, with C escapes in the texts, empty ones and `#` comments. A
 * file that begins with none of these is sent as it is, and answered: a CONNECT
 * and a SOCKS5 negotiation in their steps. False, with the line and what is
 * wrong in `error`.
 */
bool preamble_parse(
	const char *text, size_t bytes, struct preamble *preamble, char *error);

/*
 * The usual ones, to `target`, a HOST:PORT. False where it is none, or where
 * there is no memory.
 */
bool preamble_socks5(const char *target, struct preamble *preamble);
bool preamble_connect(const char *target, struct preamble *preamble);

void preamble_free(struct preamble *preamble);

enum preamble_outcome {
	PREAMBLE_WAITS,   /* for more */
	PREAMBLE_TAKEN,   /* the step is done; `*taken` bytes of it */
	PREAMBLE_REFUSED, /* with the answer in `error` */
};

/*
 * Looks whether what has come, `len` bytes not taken before, is what a step
 * that is no PREAMBLE_SEND waits for. PREAMBLE_ANY waits until `silent`.
 * `error` has room for PREAMBLE_ERROR_SIZE.
 */
enum preamble_outcome preamble_take(const struct preamble_step *step,
	const char *data, size_t len, bool silent, size_t *taken, char *error);

#endif
