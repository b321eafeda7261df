/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "stream.h"

#include <stdlib.h>
#include <string.h>

/* A prime: a piece that is lost or comes twice shows. */
#define PERIOD_BYTES 65521

char *stream_pattern(void)
{
	static const char letters[] = "abcdefghijklmnopqrstuvwxyz"
				      "ABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789";
	char *pattern = malloc(PERIOD_BYTES + STREAM_BUFFER_BYTES);
	uint32_t random = 1;

	for (size_t i = 0; pattern && i < PERIOD_BYTES; i++) {
		random = random * 1664525u + 1013904223u;
		pattern[i] = letters[(random >> 16) % (sizeof(letters) - 1)];
	}
	for (size_t i = 0; pattern && i < STREAM_BUFFER_BYTES; i++)
		pattern[PERIOD_BYTES + i] = pattern[i % PERIOD_BYTES];
	return pattern;
}

const char *stream_piece(const char *pattern, const char *token, uint64_t at,
	uint64_t limit, char *scratch, size_t *bytes)
{
	*bytes =
		limit < STREAM_PIECE_BYTES ? (size_t)limit : STREAM_PIECE_BYTES;
	if (at >= STREAM_TOKEN_BYTES)
		return pattern + at % PERIOD_BYTES;
	size_t left = STREAM_TOKEN_BYTES - (size_t)at;

	memcpy(scratch, pattern + at, *bytes);
	memcpy(scratch, token + at, left < *bytes ? left : *bytes);
	return scratch;
}

bool stream_is(const char *pattern, const char *token, uint64_t at,
	const char *bytes, size_t count)
{
	if (at < STREAM_TOKEN_BYTES) {
		size_t left = STREAM_TOKEN_BYTES - (size_t)at;
		size_t first = left < count ? left : count;

		if (token && memcmp(bytes, token + at, first) != 0)
			return false;
		at += first;
		bytes += first;
		count -= first;
	}
	return !memcmp(bytes, pattern + at % PERIOD_BYTES, count);
}
