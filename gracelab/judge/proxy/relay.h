/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * Two ends that are both ours, with or without a proxy between them: each acts
 * on a script of its own, and reads whatever comes meanwhile.
 */
#ifndef GRACELAB_RELAY_H
#define GRACELAB_RELAY_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "gracelab/record/record.h"
#include "lib/event/event.h"

enum relay_act {
	RELAY_SEND,        /* `amount` bytes */
	RELAY_SHUT,        /* shutdown(SHUT_WR) */
	RELAY_CLOSE,       /* behind what is queued; the last act */
	RELAY_RESET,       /* the last act too */
	RELAY_PAUSE,       /* `amount` ms */
	RELAY_STALL,       /* `amount` ms without reading */
	RELAY_AWAIT_BYTES, /* until `amount` bytes have come in all */
	RELAY_AWAIT_END,   /* EOF or RST */
	RELAY_END,         /* of the script */
};

struct relay_step {
	enum relay_act act;
	int64_t amount;
};

/* What one end has seen. */
struct relay_end {
	bool connected;
	uint64_t sent, received; /* bytes */
	bool eof, reset;
	double end_s; /* when that came, since the play began; -1: never */
	bool done;    /* the whole script was acted on */
	int error;    /* errno: why not connected */
};

struct relay_plan {
	const char *host, *port; /* whom the client connects to */
	int listener;            /* where the server's connection comes from */
	const struct relay_step *scripts[SIDES]; /* each ends with RELAY_END */
	int64_t patience_ms; /* how long nothing may happen */
	/* Each event of either side as it happens; NULL: nobody listens. */
	void (*on_event)(void *context, int side, const struct event *event);
	void *context;
};

/* Plays both scripts to their ends, or until nothing happens any more. */
void relay_run(const struct relay_plan *plan, struct relay_end ends[SIDES]);

#endif
