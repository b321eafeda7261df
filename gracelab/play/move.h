/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * Moves: what can happen in a play. A new one is a kind here, a file that does
 * it, and a line in the table of move.c.
 */
#ifndef GRACELAB_MOVE_H
#define GRACELAB_MOVE_H

#include "loop.h"

enum move_kind {
	MOVE_LINE,   /* `line` is typed */
	MOVE_READ,   /* the side reads once */
	MOVE_SIGNAL, /* `signal` is sent to the side's process, and ends it */
	MOVE_START,  /* the side's program is started again with `options` */
	MOVE_END,    /* time passes until the side's program ends by itself */
	MOVE_STATE,  /* time passes until the side's kernel is in `state` */
	MOVE_WIRE,   /* `wire` is done, or time passes until it is seen */
	MOVE_REBOOT, /* the side's host is replaced by a fresh one */
};

#define MOVES (MOVE_REBOOT + 1)

struct move {
	enum move_kind kind;
	unsigned who; /* actors.h */
	const char *line;
	int signal;
	const struct words *options; /* NULL: the experiment's */
	enum tcp_state state;
	const struct wire_step *wire;
};

struct move_type {
	const char *name;

	/* Why it cannot happen now: a text that stays; NULL: it can. */
	const char *(*refusal)(const struct play *play, unsigned who);

	/* Does it. False where play_fail() has been called. */
	bool (*act)(struct play *play, const struct move *move);
};

/* What can happen next. */
struct moves_possible {
	bool can[MOVES][ACTORS_MAX];
};

void moves_list(const struct play *play, struct moves_possible *possible);

/* Does a move, if it can happen. False where the play has failed. */
bool moves_do(struct play *play, const struct move *move);

/* move_actor.c: what a person could do at the side's terminal. */
extern const struct move_type move_line, move_read, move_signal, move_start,
	move_end;

/* move_state.c */
extern const struct move_type move_state;

/* move_wire.c: what can be done where there is a wire; either side's. */
extern const struct move_type move_wire, move_reboot;

#endif
