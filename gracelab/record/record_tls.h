/* SPDX-License-Identifier: GPL-3.0-or-later */
/* TLS records of a rung as JSON. */
#ifndef GRACELAB_RECORD_TLS_H
#define GRACELAB_RECORD_TLS_H

#include <jansson.h>
#include <stdbool.h>
#include <stddef.h>

#include "lib/net/tls_record.h"

/* Sets `records` of a row, if there are any. 0, or -1 without memory. */
int record_tls_set(json_t *row, const struct tls_record *records, size_t count);

/* Reads them again, for free(3). False if one of them is none, or without
 * memory; then there is nothing to free. */
bool record_tls_get(
	const json_t *row, struct tls_record **records, size_t *count);

#endif
