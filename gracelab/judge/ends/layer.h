/* SPDX-License-Identifier: GPL-3.0-or-later */
/* An end of ours that speaks TLS: what it does, and the rows of that. */
#ifndef GRACELAB_ENDS_LAYER_H
#define GRACELAB_ENDS_LAYER_H

#include <stdbool.h>
#include <stdint.h>

#include "evidence.h"
#include "gracelab/judge/tls/tls.h"
#include "lib/conn/conn.h"

/*
 * Goes on with the handshake on the connection, and begins one where `*tls` is
 * NULL; the owner frees that. Once it is done the connection sends and reads
 * through it, and the row says which version. Otherwise `why` says what it
 * waits for, or why it has failed.
 */
enum tls_step layer_shake_hands(struct tls **tls, struct tls_context *context,
	struct conn *conn, struct evidence *calls, char why[TLS_WHY_SIZE]);

/* The rows of a handshake that came to nothing: its owner closes now. */
void layer_note_failure(struct evidence *calls);

/* Sends close_notify, a call that began at `call_ns`; as tls_notify(). */
void layer_notify(
	struct tls *tls, bool more, struct evidence *calls, uint64_t call_ns);

/* Whether something is left that cannot be sent yet; `tls` or NULL. */
bool layer_is_blocked(const struct tls *tls, const struct conn *conn);

#endif
