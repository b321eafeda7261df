/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * The cast of a play: its actors, and what each was seen to do. The cast knows
 * no play: what happens it tells by a callback.
 */
#ifndef GRACELAB_CAST_H
#define GRACELAB_CAST_H

#include "members.h"

/* Chooses the kind of each actor; the other members are set by the caller. */
void cast_init(struct cast *cast);

/*
 * Each of these returns NULL, or what went wrong: terminated, the cast's, and
 * valid until the next call.
 */

/* Starts the server, and waits until it listens. */
const char *cast_begin_server(struct cast *cast);
const char *cast_await_server(struct cast *cast, int64_t deadline_ms);

/*
 * Starts a client, with the experiment's options if NULL, and waits until the
 * server has accepted it. That it ends, since nobody takes its connection, is
 * no error but for the first, which must be there before the first step.
 */
const char *cast_start_client(struct cast *cast, unsigned who,
	const struct words *options, int64_t deadline_ms);
const char *cast_start_first(struct cast *cast, int64_t deadline_ms);

/* Waits until the first client and the server have a TLS connection: each has
 * sent and got Finished, and calls nothing more until its turn. */
const char *cast_secure(struct cast *cast, int64_t deadline_ms);

/*
 * Starts the server anew on its port, with the experiment's options if NULL;
 * that it ends at once is no error.
 */
const char *cast_start_server(
	struct cast *cast, const struct words *options, int64_t deadline_ms);

/* Types a line and waits until it is done, or the actor has ended. */
const char *cast_type(
	struct cast *cast, unsigned who, const char *line, int64_t deadline_ms);

/* Whether the next call of a program that plays call by call would not block:
 * waits until it stands at one, sleeps or has ended. */
const char *cast_can_call(struct cast *cast, unsigned who, enum cast_call *can,
	int64_t deadline_ms);

/* Lets it read once, recv(2), or end. */
const char *cast_read(struct cast *cast, unsigned who, int64_t deadline_ms);

/* Sends a signal and waits for the actor's end. */
const char *cast_signal(
	struct cast *cast, unsigned who, int signal, int64_t deadline_ms);

/* Waits until the actor ends by itself. */
const char *cast_await_end(
	struct cast *cast, unsigned who, int64_t deadline_ms);

/*
 * Takes what it has told by itself, without waiting; also that it has
 * ended.
 */
const char *cast_hear(struct cast *cast, unsigned who);

/*
 * Waits until it has done what it does by itself: accept(2), a call that
 * was waiting for the network.
 */
const char *cast_settle(struct cast *cast, unsigned who, int64_t deadline_ms);

/* Takes an outcome out of what was seen; false if it is not there. */
bool cast_take_seen(struct cast_member *member, const struct outcome *outcome);

void cast_forget_seen(struct cast_member *member);

/* Ends whoever has not ended, and frees all. */
void cast_end(struct cast *cast);

#endif
