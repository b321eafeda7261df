/* SPDX-License-Identifier: GPL-3.0-or-later */
/* What one try called and got, row by row: the evidence of a finding. */
#ifndef GRACELAB_TRACE_H
#define GRACELAB_TRACE_H

#include <jansson.h>
#include <stddef.h>
#include <stdint.h>

#include "gracelab/record/record.h"
#include "lib/net/state.h"

/* What a row tells of a text, in bytes of the text. */
#define TRACE_TEXT_BYTES 64

struct trace {
	struct record record; /* its rungs alone */
	/* What the recv(2)s of the last rung gave, and its beginning. */
	uint64_t received;
	char text[TRACE_TEXT_BYTES + 1];
	size_t text_bytes;
};

/*
 * Adds a call of the client's, `seconds` after the connection was begun: its
 * name, the text that it took or gave (`len` bytes, or NULL), its result and
 * the state that it led to, of which STATE_GONE is not told. One recv(2) after
 * another that gives bytes is one row.
 */
void trace_call(struct trace *trace, double seconds, const char *call,
	const char *text, size_t len, const char *result, enum tcp_state state);
void trace_received(
	struct trace *trace, double seconds, const char *data, size_t len);

/* The rows as play's JSON has them: a new reference, or NULL. */
json_t *trace_to_json(const struct trace *trace);

/* The rows as lines under a title, for the caller to free, or NULL. */
char *trace_to_text(const struct trace *trace, const char *title);

void trace_free(struct trace *trace);

#endif
