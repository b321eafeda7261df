/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "said.h"

#include <stdlib.h>
#include <sys/socket.h>

#include "gracelab/trace/peek.h"
#include "lib/text/escape.h"

/* A call that moves more at once is not looked at. */
#define BYTES_MAX ((size_t)16 << 20)

bool said_by_tls(const struct connection *connection, enum side side)
{
	const struct tls_dialogue *dialogue =
		connection ? connection->dialogues[side] : NULL;

	return dialogue &&
		(tls_dialogue_is_tls(dialogue, CLIENT) ||
			tls_dialogue_is_tls(dialogue, SERVER));
}

void said_lose(struct connection *connection, enum side side)
{
	tls_dialogue_free(connection->dialogues[side]);
	connection->dialogues[side] = NULL;
	connection->speaks_no_tls[side] = true;
}

/* The bytes of a call, `len` long, for free(3); or NULL. */
static char *copy(const struct trace_call *call, size_t len)
{
	char *bytes = len <= BYTES_MAX ? malloc(len) : NULL;

	if (bytes && call->what->bytes != CALL_NO_BYTES &&
		call->what->bytes != CALL_MESSAGES &&
		peek_bytes(call, len, bytes, len) == len)
		return bytes;
	free(bytes);
	return NULL;
}

/* Whether it moves bytes of the stream. */
static bool moves(const struct trace_call *call)
{
	if (call->result <= 0)
		return false;
	switch (call->what->kind) {
	case CALL_READ:
		return !call->what->flags ||
			!(call->args[call->what->flags] & MSG_PEEK);
	case CALL_WRITE:
	case CALL_SENDFILE:
	case CALL_SPLICE:
		return true;
	default:
		return false;
	}
}

void said_take(struct story *story, struct connection *connection,
	enum side side, const struct trace_call *call)
{
	struct tls_taken *taken = &story->said;
	struct tls_dialogue **dialogue = &connection->dialogues[side];
	enum side sender =
		call->what->kind == CALL_READ ? side_other(side) : side;

	if (connection->speaks_no_tls[side] || !moves(call))
		return;
	if (!story->bytes)
		story->bytes = copy(call, (size_t)call->result);
	const char *bytes = story->bytes;

	if (bytes && !*dialogue &&
		tls_dialogue_may_begin(bytes, (size_t)call->result))
		*dialogue = tls_dialogue_begin(story->plan.keylog);
	if (bytes && *dialogue)
		tls_dialogue_take(
			*dialogue, sender, bytes, (size_t)call->result, taken);
	story->sealed |= taken->sealed;
	story->opened |= taken->opened;
	story->incomplete |= taken->incomplete;
	if (!bytes || !said_by_tls(connection, side))
		said_lose(connection, side);
}

void said_forget(struct story *story)
{
	tls_taken_free(&story->said);
	free(story->bytes);
	story->bytes = NULL;
}

void said_fill(const struct story *story, struct rung *rung,
	const struct tls_taken *taken)
{
	size_t len = escape_cut(
		taken->text, taken->text_bytes, story->plan.text_bytes);
	char *text = len ? malloc(ESCAPE_SIZE(len)) : NULL;

	if (text)
		escape_text(text, taken->text, len);
	rung->text = text;
	rung->records = tls_record_copy(taken->records, taken->count);
	rung->record_count = rung->records ? taken->count : 0;
}
