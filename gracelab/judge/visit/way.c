/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "way.h"

#include <errno.h>
#include <stdio.h>

#include "lib/base/names.h"

bool way_open(struct way *way, const struct client_setting *setting,
	char error[TLS_ERROR_SIZE])
{
	char why[NAMES_DESCRIPTION_SIZE];

	*way = (struct way){ .is_unix = setting->is_unix };
	if (way->is_unix && !sockets_open(&way->sockets)) {
		snprintf(error, TLS_ERROR_SIZE,
			"no folder for a UNIX socket: %s",
			names_describe(why, errno));
		return false;
	}
	if (!setting->tls)
		return true;
	if (!tls_certs_make(&way->certs, error))
		return false;
	way->secure = tls_context_server(
		way->certs.cert, way->certs.key, setting->version, error);
	return way->secure != NULL;
}

void way_close(struct way *way)
{
	tls_context_free(way->secure);
	tls_certs_remove(&way->certs);
	sockets_close(&way->sockets);
	*way = (struct way){ 0 };
}
