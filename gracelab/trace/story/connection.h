/* SPDX-License-Identifier: GPL-3.0-or-later */
/* The connections that were seen, by their ports. */
#ifndef GRACELAB_CONNECTION_H
#define GRACELAB_CONNECTION_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "gracelab/observe/kernel.h"
#include "gracelab/tls/dialogue.h"
#include "lib/base/side.h"
#include "lib/net/progress.h"
#include "lib/net/segment.h"

/* What moves in bulk is summed up: calls of one kind, and their bytes. */
struct bulk {
	const char *name; /* NULL: none; never changes */
	int process, thread;
	uint64_t calls, bytes; /* of those that moved some */
	uint64_t again;        /* those that gave EAGAIN */
};

/* Of one side: what it got, what it sent. */
enum bulk_way { BULK_IN, BULK_OUT, BULK_WAYS };

/* What one side sends, where not all of it is looked at. */
struct stream {
	bool asked;   /* whether it can be thinned */
	bool thinned; /* not all segments are seen */
	bool lost;    /* not all of the sum that comes is known */
	/* Who has moved bytes last, by which socket. */
	pid_t process;
	int fd;
	uint64_t inode;
};

struct connection {
	struct connection *next; /* of the same bucket */
	unsigned number;         /* from 1, as they were met */
	uint16_t ports[SIDES];
	bool has_pair; /* addresses too */
	struct kernel_pair pair;
	uint32_t isn; /* of its SYN, if has_isn */
	bool has_isn;
	enum tcp_state shown[SIDES];
	size_t changer[SIDES]; /* the row that may have changed the state */
	bool touched;          /* in the list of those to look at */
	bool over;             /* both ends are gone */
	bool answered;         /* its SYN+ACK was seen */
	bool accepted;
	unsigned users; /* sockets that are joined to it */
	uint64_t moved_bytes;
	struct progress progress[SIDES]; /* of what each side sends */
	/* What a side has seen of it, if that is TLS; owned, or NULL. */
	struct tls_dialogue *dialogues[SIDES];
	bool speaks_no_tls[SIDES]; /* or not any more that anybody could say */
	struct bulk bulk[SIDES][BULK_WAYS];
	struct stream streams[SIDES];
	uint64_t bulk_sent[SIDES]; /* bytes on the wire, each counted once */
};

#define CONNECTION_BUCKETS 4096
#define CONNECTION_NO_ROW  SIZE_MAX

struct connections {
	struct connection *buckets[CONNECTION_BUCKETS]; /* owned */
	struct connection **touched; /* owned: to be looked at */
	size_t touched_count, touched_room;
	size_t count;
	unsigned last_number;
};

/* The connection that began last with these ports, or NULL. */
struct connection *connections_find(const struct connections *connections,
	uint16_t client_port, uint16_t server_port);

/* The same of a segment, and who has sent it. */
struct connection *connection_of_segment(const struct connections *connections,
	const struct segment *segment, enum side *sender);

/* The first to a port that was answered, and that nobody has accepted yet; or
 * NULL. */
struct connection *connections_waiting(
	const struct connections *connections, uint16_t server_port);

/* NULL without memory. */
struct connection *connections_add(struct connections *connections,
	uint16_t client_port, uint16_t server_port);

/* Notes that its states may have changed. */
void connections_touch(
	struct connections *connections, struct connection *connection);

/* Frees those that are over and that no socket is joined to. */
void connections_sweep(struct connections *connections);

void connections_free(struct connections *connections);

#endif
