/* SPDX-License-Identifier: GPL-3.0-or-later */
/* The file that programs write their TLS secrets to, where SSLKEYLOGFILE asks
 * for it (RFC 9850). */
#ifndef GRACELAB_TLS_KEYLOG_H
#define GRACELAB_TLS_KEYLOG_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#define KEYLOG_RANDOM_BYTES 32
#define KEYLOG_SECRET_MAX   64

enum keylog_label {
	KEYLOG_MASTER, /* TLS 1.2: CLIENT_RANDOM */
	KEYLOG_CLIENT_HANDSHAKE,
	KEYLOG_SERVER_HANDSHAKE,
	KEYLOG_CLIENT_TRAFFIC,
	KEYLOG_SERVER_TRAFFIC,
};

struct keylog_secret {
	size_t len;
	uint8_t bytes[KEYLOG_SECRET_MAX];
};

struct keylog;

/* Reads `name` in the folder (openat(2)); it need not be there yet. For
 * keylog_close(); NULL without memory. */
struct keylog *keylog_open(int folder, const char *name);

/*
 * Looks for a secret of the connection whose client has said so; what was
 * written to the file meanwhile is read. False: it is not there, or not yet.
 */
bool keylog_find(struct keylog *keylog, enum keylog_label label,
	const uint8_t client_random[KEYLOG_RANDOM_BYTES],
	struct keylog_secret *secret);

/* As it was given. */
const char *keylog_name(const struct keylog *keylog);

/* Whether there is any secret by now, of whomever. */
bool keylog_has_any(struct keylog *keylog);

/* May be NULL. */
void keylog_close(struct keylog *keylog);

/* Reads a line without its newline; false if it tells of no such secret. */
bool keylog_parse(const char *line, size_t len, enum keylog_label *label,
	uint8_t client_random[KEYLOG_RANDOM_BYTES],
	struct keylog_secret *secret);

#endif
