/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * Kinds of actors: what differs between programs that can play. A new kind is
 * a file with one of these, named here, which cast_init() chooses.
 */
#ifndef GRACELAB_KIND_H
#define GRACELAB_KIND_H

#include "members.h"

/*
 * Each function returns NULL, or what went wrong, by cast_say(). That the
 * actor ends is no error: it is an outcome, noted by cast_see_end().
 */
struct actor_kind {
	const char *name;
	/* Each read() is its next call, whatever that is: what must be seen
	 * is looked for call by call. */
	bool calls;

	/* Its program, as messages name it. */
	const char *(*program)(const struct cast *cast, unsigned who);

	/* Starts the program with these options; waits for nothing. */
	const char *(*begin)(
		struct cast *cast, unsigned who, const struct words *options);

	/*
	 * Waits until the server listens (cast->host and port are then set),
	 * or the client has its connection.
	 */
	const char *(*await_ready)(
		struct cast *cast, unsigned who, int64_t deadline_ms);

	/* A server's: waits until it has accepted and what follows is done. */
	const char *(*await_accepted)(
		struct cast *cast, unsigned who, int64_t deadline_ms);

	/* Types a line, and waits until it is done. */
	const char *(*type)(struct cast *cast, unsigned who, const char *line,
		int64_t deadline_ms);

	/* Has it read once, recv(2). */
	const char *(*read)(
		struct cast *cast, unsigned who, int64_t deadline_ms);

	/* Whether its next call would not block; NULL: it has no such. */
	const char *(*can_call)(struct cast *cast, unsigned who,
		enum cast_call *can, int64_t deadline_ms);

	/* Takes what it has told by itself, without waiting. */
	const char *(*hear)(struct cast *cast, unsigned who);

	/* Waits until it has done what it does by itself, cast_settle(). */
	const char *(*settle)(
		struct cast *cast, unsigned who, int64_t deadline_ms);

	/* Waits for its end. */
	const char *(*await_end)(
		struct cast *cast, unsigned who, int64_t deadline_ms);

	/* Waits until both sides' programs, of this kind, have a TLS connection
	 * of theirs secured; NULL: it has no such. */
	const char *(*secure)(struct cast *cast, int64_t deadline_ms);

	/* Ends it, and frees what is its own; NULL: actor_end() does. */
	void (*end)(struct cast *cast, unsigned who);
};

/* graceclient and graceserver; any program, `exec`. */
extern const struct actor_kind kind_grace, kind_foreign;

/* Sets the cast's message, printf(3)'s format, and returns it. */
const char *cast_say(struct cast *cast, const char *format, ...)
	__attribute__((format(printf, 2, 3)));

/*
 * Each notes an outcome; the second that the actor has ended, from its wait
 * status, which it tells of where it was killed. NULL, or "no memory".
 */
const char *cast_see(struct cast *cast, unsigned who, struct outcome outcome);
const char *cast_see_end(struct cast *cast, unsigned who);

/* Notes the outcome that an event tells of, if it does. NULL, or "no memory".
 */
const char *cast_see_event(
	struct cast *cast, unsigned who, const struct heard *heard);

#endif
