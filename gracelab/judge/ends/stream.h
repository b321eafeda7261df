/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * What an end sends: its token, which says whose it is, and then a pattern that
 * tells each byte's place. No NUL and no control characters but the ends of
 * lines: what is no TCP proxy answers at once.
 */
#ifndef GRACELAB_STREAM_H
#define GRACELAB_STREAM_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#define STREAM_TOKEN_BYTES 32

/* What each token begins with. */
#define STREAM_TOKEN "grace/"

/* The longest piece to be sent, and to be compared, at once. */
#define STREAM_PIECE_BYTES  65536
#define STREAM_BUFFER_BYTES (256 * 1024)

/* The pattern, for free(3); NULL without memory. */
char *stream_pattern(void);

/*
 * The next bytes of a stream of which `at` are sent: `*bytes` of them, `limit`
 * at most. They stand in the pattern or in `scratch`, of STREAM_BUFFER_BYTES.
 */
const char *stream_piece(const char *pattern, const char *token, uint64_t at,
	uint64_t limit, char *scratch, size_t *bytes);

/*
 * Whether bytes at that place, STREAM_BUFFER_BYTES at most, are the stream's;
 * without a token only its pattern is compared.
 */
bool stream_is(const char *pattern, const char *token, uint64_t at,
	const char *bytes, size_t count);

#endif
