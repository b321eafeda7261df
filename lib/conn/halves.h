/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * What a connection consists of: data alone, for the files that work on it;
 * everybody else includes conn.h.
 */
#ifndef GRACE_HALVES_H
#define GRACE_HALVES_H

#include <stdbool.h>
#include <stddef.h>

#include "hold.h"
#include "layer.h"
#include "lib/event/event.h"
#include "queue.h"
#include "save.h"
#include "threads.h"

enum conn_sending { SENDING_OPEN, SENDING_FIN_QUEUED, SENDING_SHUT };
enum conn_receiving { RECEIVING_OPEN, RECEIVING_EOF, RECEIVING_RESET };

struct conn;

/* What the connections of one program share. */
struct conn_context {
	/* Each event as it happens; NULL: nobody listens. */
	void (*on_event)(void *owner, const struct event *event);
	void *owner;
	bool with_state;     /* events carry the TCP state, a system call */
	bool nosignal;       /* MSG_NOSIGNAL on each send, send(2) */
	bool sigpipe_caught; /* signals_take() has given one */
	unsigned behind;     /* connections whose `save` has a slow reader */
	char *buffer;        /* scratch for one call, of buffer_bytes */
	size_t buffer_bytes;
	struct threads *threads; /* borrowed; NULL: no call may block */
	/* Called before close(2), with the descriptor still open; or NULL. */
	void (*before_close)(struct conn *conn);
};

struct conn {
	struct conn_context *context; /* borrowed */
	struct queue queue;
	struct hold *hold;              /* or NULL */
	struct save *save;              /* or NULL */
	const struct conn_layer *layer; /* borrowed; NULL: none */
	void *under;                    /* its first argument */
	unsigned number;                /* from 1 */
	int fd;                         /* -1 after close(2) */
	enum conn_sending sending;
	enum conn_receiving receiving;
	bool paused;       /* reads are typed */
	bool more;         /* MSG_MORE: what is sent waits for what follows */
	bool more_once;    /* ... of the next send alone */
	bool connecting;   /* connect(2) is under way: SYN_SENT */
	bool close_blocks; /* close(2) is made by a thread: it may linger */
	bool in_recv;      /* a thread sits in recv(2), and nobody else reads */
	bool in_close;     /* ... in close(2) */
	bool behind;       /* the reader of `save` is slow: nothing is read */
	bool closing;      /* close(2) is queued */
	bool replied; /* data has come since the last send or `wait reply` */
	bool broken;  /* reset, given up on, or EPIPE not of our doing */
	bool shut_rd; /* our own shutdown(2) ended the half */
	bool shut_wr;
};

#endif
