/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * Certificates for one run: an authority of its own, and a certificate of it
 * for localhost, 127.0.0.1 and ::1, in files.
 */
#ifndef GRACELAB_TLS_CERTS_H
#define GRACELAB_TLS_CERTS_H

#include <limits.h>
#include <stdbool.h>

#include "context.h"

/* Paths, all terminated; "": not made. */
struct tls_certs {
	char folder[PATH_MAX - 32];
	char ca[PATH_MAX]; /* the authority's certificate */
	char cert[PATH_MAX], key[PATH_MAX];
	char pem[PATH_MAX]; /* both of these, in one */
};

/*
 * Makes them, in a new folder in $TMPDIR or /tmp; false with the reason in
 * `error`. Everybody may read the files, also a proxy that drops privileges:
 * they are worth nothing after this run. tls_certs_remove() in any case.
 */
bool tls_certs_make(struct tls_certs *certs, char error[TLS_ERROR_SIZE]);
void tls_certs_remove(struct tls_certs *certs);

#endif
