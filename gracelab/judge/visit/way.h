/* SPDX-License-Identifier: GPL-3.0-or-later */
/* What clients connect by: TCP or UNIX sockets, with TLS or without. */
#ifndef GRACELAB_VISIT_WAY_H
#define GRACELAB_VISIT_WAY_H

#include <stdbool.h>

#include "gracelab/judge/subject/sockets.h"
#include "gracelab/judge/tls/certs.h"
#include "gracelab/judge/tls/context.h"
#include "setting.h"

/* What all visits of a client share. Zero-initialised: plain TCP. */
struct way {
	bool is_unix;
	struct sockets sockets;     /* where the UNIX sockets are */
	struct tls_certs certs;     /* of our server, and who vouches for it */
	struct tls_context *secure; /* owned; NULL: no TLS */
};

/*
 * Makes what the setting asks for; false with the reason in `error`.
 * way_close() in any case.
 */
bool way_open(struct way *way, const struct client_setting *setting,
	char error[TLS_ERROR_SIZE]);

/* Removes what was made. */
void way_close(struct way *way);

#endif
