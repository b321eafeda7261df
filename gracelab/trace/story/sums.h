/* SPDX-License-Identifier: GPL-3.0-or-later */
/* What moves in bulk: one row says how many calls and bytes it was. */
#ifndef GRACELAB_SUMS_H
#define GRACELAB_SUMS_H

#include "members.h"

/* From so many bytes on, calls that move more are no news one by one. */
#define SUMS_BULK_BYTES (1024 * 1024)

/* Whether the connection moves in bulk. */
bool sums_is_bulk(const struct connection *connection);

/* From so many on, not each segment is looked at where its kernel tells how far
 * a stream has got. */
#define SUMS_THIN_BYTES (16 * 1024 * 1024)

/* Notes whose the socket is by this call, of a connection: it can be asked. */
void sums_note(struct story *story, const struct trace_socket *socket,
	const struct trace_call *call);

/* Adds so many calls to the sum, like the one, of a socket that has a
 * connection. */
struct sums_calls {
	uint64_t calls, bytes, again;
};
void sums_add(struct story *story, const struct trace_socket *socket,
	const struct trace_call *call, const struct sums_calls *more);

/* Adds a call to the sum, if it is one of bulk; it has no row then. */
bool sums_call(struct story *story, const struct trace_socket *socket,
	const struct trace_call *call);

/* The same of a segment, whatever it is. */
bool sums_segment(struct story *story, struct connection *connection,
	enum side sender, const struct segment *segment);

/* Each segment of that side is looked at from now on: soon nobody may tell how
 * far its stream has got. */
void sums_end(
	struct story *story, struct connection *connection, enum side side);

/* Adds the rows that tell of what was summed up, and begins anew. */
void sums_tell(struct story *story, struct connection *connection);
/* The same of what was sent: before a segment that may be among what has been
 * received. */
void sums_tell_sent(struct story *story, struct connection *connection);
void sums_tell_all(struct story *story);

#endif
