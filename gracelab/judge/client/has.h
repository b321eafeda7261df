/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * Whether a client has the reply that was sent to it. What is read from a
 * socket the program has; but TLS may read and throw away, as SSL_shutdown(3)
 * does, so that there the program itself has to show it. Pure.
 */
#ifndef GRACELAB_CLIENT_HAS_H
#define GRACELAB_CLIENT_HAS_H

#include "inquiry.h"

enum has_reply {
	HAS_REPLY,
	HAS_NOT,       /* the reply was refused */
	HAS_DISCARDED, /* TLS has read it, and the program does not have it */
	HAS_UNREAD,    /* neither read nor refused */
	HAS_UNKNOWN,   /* TLS has read it, and nothing shows more */
};

enum has_reply has_reply(
	const struct inquiry *inquiry, const struct visit *visit);

/*
 * Whether more controls are needed: one that does not put out the reply may do
 * so while its standard input is open, and its exit status may differ from that
 * without a reply.
 */
bool has_to_be_asked(const struct inquiry *inquiry);

/*
 * Whether it has refused our server once TLS stood: it has said nothing, and
 * failed. The certificate, most likely.
 */
bool has_refused_server(const struct visit *visit);

/* Whether an alert of its own in the handshake says so. */
bool has_refused_certificate(const struct visit *visit);

#endif
