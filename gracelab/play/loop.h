/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * The loop's inside, as directors, moves and networks see it. They call each
 * other by nothing but this.
 */
#ifndef GRACELAB_LOOP_H
#define GRACELAB_LOOP_H

#include "gracelab/cast/cast.h"
#include "gracelab/observe/kernel.h"
#include "gracelab/record/rungs.h"
#include "play_options.h"

struct network;

struct connection {
	bool known; /* `pair` is, and the kernels can be asked for it */
	struct kernel_pair pair;
	unsigned served; /* its number at the server; 0: not accepted yet */
	bool waits;      /* over UNIX sockets: connected, not accepted yet */
	uint32_t inodes[SIDES];              /* ... of its ends; 0: not known */
	struct kernel_socket sockets[SIDES]; /* as last looked at */
	enum tcp_state shown[SIDES];         /* as last shown in the record */
};

struct play {
	const struct experiment *experiment;
	const struct play_options *options;
	struct record *record;
	struct cast cast;
	const struct network *network;
	void *network_state; /* the network's own */
	/* By their clients' numbers, actors.h; see connections.h. */
	struct connection connections[ACTORS_MAX];
	unsigned served;         /* whose it is that the server acted on last */
	unsigned acting;         /* who makes the move under way */
	struct rungs rungs;      /* of that move */
	const struct step *step; /* that a failure names, or NULL */
	const char *typing;      /* the line that is being acted on, or NULL */
	char *instead; /* owned: outcomes that the step has passed, or NULL */
	bool folds;    /* data is of a TLS handshake, not shown */
	size_t first_rung; /* of the move under way */
	double start_s;
};

/*
 * Says why the play does not come to its end, printf(3)'s format; the first
 * failure counts. Returns false, for the caller to return.
 */
bool play_fail(struct play *play, const char *format, ...)
	__attribute__((format(printf, 2, 3)));

/* Has the record show what the terminals show by now. */
void play_keep_terminals(struct play *play);

/* When what begins now has taken too long, duration_now_ms(). */
int64_t play_deadline_ms(const struct play *play);

/*
 * Waits between two looks at the kernel. The first looks are made at once,
 * since nearly always they are the last.
 */
void play_pause(unsigned looks);

#endif
