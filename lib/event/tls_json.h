/* SPDX-License-Identifier: GPL-3.0-or-later */
/* TLS records of a rung as JSON. */
#ifndef GRACE_TLS_JSON_H
#define GRACE_TLS_JSON_H

#include <jansson.h>
#include <stdbool.h>
#include <stddef.h>

#include "lib/net/tls_record.h"

/* Sets `records` of a row, if there are any. 0, or -1 without memory. */
int tls_json_set(json_t *row, const struct tls_record *records, size_t count);

/* Reads them again, for free(3). False if one of them is none, or without
 * memory; then there is nothing to free. */
bool tls_json_get(
	const json_t *row, struct tls_record **records, size_t *count);

#endif
