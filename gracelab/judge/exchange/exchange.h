/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * One request and its reply, with a FIN at a chosen time, on a connection that
 * does not block: many can be under way in one pool.
 */
#ifndef GRACELAB_EXCHANGE_H
#define GRACELAB_EXCHANGE_H

#include <poll.h>
#include <stdbool.h>
#include <stdint.h>

#include "plan.h"

struct exchange;

/*
 * Begins one, for exchange_finish(); NULL without memory. A connection that is
 * refused is tried again for half a second, for a peer that comes back.
 */
struct exchange *exchange_begin(const struct exchange_plan *plan);

/* What to wait for, and until when (-1: for ever) if nothing comes. */
struct pollfd exchange_wants(const struct exchange *exchange);
int64_t exchange_due_ms(const struct exchange *exchange);

/* Goes on, after poll(2) gave `revents`. */
void exchange_go_on(struct exchange *exchange, short revents);

/* Sends the request of one that is held, if it has come so far. */
void exchange_release(struct exchange *exchange);

/* Sends the FIN now. */
void exchange_send_fin(struct exchange *exchange);

/* How far it is; `end` is END_NOT_YET while it goes on. */
const struct exchange_result *exchange_so_far(const struct exchange *exchange);

/* Whether it is held, and all before the request is done. */
bool exchange_is_ready(const struct exchange *exchange);

/* How long nothing has happened. */
int64_t exchange_silent_ms(const struct exchange *exchange);

/* Closes and frees it. Its result goes to `*result`, for exchange_forget(). */
void exchange_finish(struct exchange *exchange, struct exchange_result *result);

void exchange_forget(struct exchange_result *result);

#endif
