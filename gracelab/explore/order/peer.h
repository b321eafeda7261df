/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * One of the two programs, as an explorer has it: its connection, the lines
 * still to be typed, and what it was told. It acts as graceclient and
 * graceserver act, by the same connection and commands, in this process.
 */
#ifndef GRACELAB_PEER_H
#define GRACELAB_PEER_H

#include "lib/conn/conn.h"
#include "lib/event/report.h"
#include "lib/net/state.h"
#include "script.h"

/* How a program learns that something was lost, if at all. */
enum told {
	TOLD_NOBODY,
	TOLD_SEND_EPIPE,
	TOLD_SEND_ECONNRESET,
	TOLD_RECV_ECONNRESET,
	TOLD_SEND_SIGPIPE,
};

#define TOLDS (TOLD_SEND_SIGPIPE + 1)

/* What the kernel sends when the last descriptor of a socket goes. */
enum farewell { FAREWELL_NONE, FAREWELL_FIN, FAREWELL_RST };

/* What one recv(2) takes, and the longest answer. */
#define PEER_RECV_BYTES (64 * 1024)

struct peer {
	struct conn conn; /* the first member: the hooks get it alone */
	struct conn_context context;
	struct report report; /* which nobody reads */
	struct status status;
	const struct script *script;
	enum side side;
	size_t next;    /* the next of its lines */
	bool dead;      /* the program has ended */
	bool dying;     /* by SIGPIPE, once the call has returned */
	bool read_over; /* recv(2) gave EOF or an error */
	bool eof;       /* EOF */
	bool ended;     /* no descriptor is left, and so: */
	enum farewell farewell;
	/* The last TCP state that was not CLOSE, as order_make() noted it. */
	enum tcp_state left_state;
	size_t owed;     /* the server: bytes of the message to be answered */
	char *message;   /* the server: owned; the greeting, and those bytes */
	size_t greeting; /* bytes of it */
	/* Bytes that it sent, or that were refused, or owed when it died. */
	size_t sent;
	size_t received;
	enum told *told; /* borrowed: the first, of both sides */
	/* Called with each event, behind what is noted here; or NULL. */
	void (*on_event)(struct peer *peer, const struct event *event);
	void *owner;
};

/* To be done once; false without memory. For peer_free() in any case. */
bool peer_init(struct peer *peer, const struct script *script, enum side side,
	enum told *told);

void peer_free(struct peer *peer);

/*
 * Begins an order with a connected, non-blocking socket, which the peer owns;
 * the server acts on --on-accept.
 */
void peer_begin(struct peer *peer, int fd);

/* Whether it runs and has a line left. */
bool peer_has_line(const struct peer *peer);

/* Acts on the next line. */
void peer_line(struct peer *peer);

/* Whether it reads once something is there. */
bool peer_reads(const struct peer *peer);

/* recv(2) once; an error, and EOF at the server, have their consequences. */
void peer_read(struct peer *peer);

/* Whether a message waits for its answer. */
bool peer_owes(const struct peer *peer);

/* Sends the answer. */
void peer_answer(struct peer *peer);

/* Goes on with what is queued. True if anything was done. */
bool peer_flush(struct peer *peer);

/* A descriptor of its socket, also of one that is only held; -1: none. */
int peer_descriptor(const struct peer *peer);

/* peer_event.c: notes an event of the peer `owner`. */
void peer_note_event(void *owner, const struct event *event);

/* Ends the order: what is left is reset. */
void peer_end(struct peer *peer);

#endif
