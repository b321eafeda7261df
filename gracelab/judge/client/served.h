/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Whether a client is served at all. Pure. */
#ifndef GRACELAB_CLIENT_SERVED_H
#define GRACELAB_CLIENT_SERVED_H

#include "seen.h"

/* Of a visit with a request, its reply, and the server's end. */
struct seen served_plain(
	const struct inquiry *inquiry, const struct visit *visit);

/* Of one that has not come so far; both with the client's words. */
struct seen served_no_connection(const struct visit *visit);
struct seen served_no_handshake(const struct visit *visit);

#endif
