/* SPDX-License-Identifier: GPL-3.0-or-later */
/* What a program of others says by TLS, out of the bytes of its calls. */
#ifndef GRACELAB_FOREIGN_TLS_H
#define GRACELAB_FOREIGN_TLS_H

#include "foreign_members.h"
#include "gracelab/tls/dialogue.h"

/* Begins, if the experiment is of TLS; false without memory. */
bool foreign_tls_begin(struct foreign *foreign);

/* The file in the actors' folder that both sides write their secrets to: who
 * has read a ServerHello has not told yet what opens the records behind it, but
 * who has sent it has. */
#define FOREIGN_TLS_KEYLOG "tls.keys"

/* Takes the bytes that a call has moved; for tls_taken_free(). */
struct tls_taken foreign_tls_take(
	struct foreign *foreign, const struct trace_call *call);

/*
 * Lets both programs go on until each has sent and got Finished; from there on
 * their calls are held. NULL, or what went wrong, by cast_say().
 */
const char *foreign_tls_secure(struct cast *cast, int64_t deadline_ms);

void foreign_tls_end(struct foreign *foreign);

#endif
