/* SPDX-License-Identifier: GPL-3.0-or-later */
/* A visit from within, for the files that it is made of. */
#ifndef GRACELAB_VISIT_INSIDE_H
#define GRACELAB_VISIT_INSIDE_H

#include "visit_data.h"

/* Acts on the step under way: true when the next may begin. */
bool visit_act(struct visit *visit, struct kernel *kernel);

/* Whether its sending has ended, in whatever way. */
static inline bool visit_has_ended(const struct visit *visit)
{
	return visit->fin || visit->reset || visit->broken;
}

/* Closes its standard input, if it is open. */
void visit_end_input(struct visit *visit);

/* Its connection has been accepted; visit_receive.c. */
void visit_enter(struct visit *visit, int fd);

/* Reads what has come, and notes how its half ends. */
void visit_receive(struct visit *visit);

/*
 * What became of all that was sent: taken once nothing of it is under way and
 * nothing waits in the client's socket. visit_fate.c.
 */
enum visit_fate visit_fate_of(const struct visit *visit, struct kernel *kernel);

/* Notes it once nobody has the client's socket any more, where that matters. */
void visit_look_at_socket(struct visit *visit, struct kernel *kernel);

/* Goes on with the handshake; visit_secure.c. */
void visit_shake_hands(struct visit *visit);

/* Whether something is left that the kernel has no room for. */
bool visit_is_blocked(const struct visit *visit);

/* Goes on sending what is left. */
void visit_flush(struct visit *visit);

/* Sends close_notify, once; `more`: a FIN follows. */
void visit_notify(struct visit *visit, bool more);

/* Forgets TLS, but for how the client has ended its half. */
void visit_end_tls(struct visit *visit);

#endif
