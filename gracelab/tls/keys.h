/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Which keys open a record. */
#ifndef GRACELAB_TLS_KEYS_H
#define GRACELAB_TLS_KEYS_H

#include "members.h"

/*
 * Opens the sealed record that is whole at way->record, by the keys of now or
 * by those that may have come after them; each trial is a proof, since a seal
 * that was made by other keys does not fit. What is inside goes to `out`
 * (TLS_LENGTH_MAX), its length to *len and its type to *type. False: no key
 * that is known opens it.
 */
bool keys_open(struct tls_dialogue *dialogue, enum side sender, uint8_t *out,
	size_t *len, uint8_t *type);

#endif
