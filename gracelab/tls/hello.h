/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Handshake messages: what they are, and what the hellos say. */
#ifndef GRACELAB_TLS_HELLO_H
#define GRACELAB_TLS_HELLO_H

#include "members.h"

/*
 * Takes the inside of a handshake record: the record names the messages that
 * begin in it, and the dialogue learns from each that ends in it. Returns
 * whether there was a KeyUpdate among those that end.
 */
bool hello_take(struct tls_dialogue *dialogue, enum side sender,
	const uint8_t *bytes, size_t len, struct tls_record *record);

#endif
