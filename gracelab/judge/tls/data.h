/* SPDX-License-Identifier: GPL-3.0-or-later */
/* What is asked of TLS, and what came of it: data. */
#ifndef GRACELAB_TLS_DATA_H
#define GRACELAB_TLS_DATA_H

#include <stdbool.h>

enum tls_version { TLS_ANY, TLS_1_2, TLS_1_3 };

/* What a client asks for; all borrowed while the context lives. */
struct tls_wish {
	enum tls_version version; /* TLS_ANY: 1.2 or later */
	const char *name;         /* the server's, or address: to be verified */
	const char *sni; /* the name to be sent and verified; NULL: `name` */
	const char *ca;  /* a file of certificates; NULL: the system's */
	bool insecure;   /* nothing is verified */
};

/* How the peer has ended its half, as far as it was read. */
struct tls_end {
	bool notified; /* close_notify has come */
	bool fin;      /* the end of TCP, behind it or without it */
	int error;     /* errno of recv(2) or send(2); 0: none */
	/* The last alert of the peer's but for close_notify, "bad record mac";
	 * never changes, "": none. */
	const char *alert;
};

/* "1.2", "1.3"; "" for TLS_ANY. */
static inline const char *tls_version_name(enum tls_version version)
{
	return version == TLS_1_2 ? "1.2" : version == TLS_1_3 ? "1.3" : "";
}

#endif
