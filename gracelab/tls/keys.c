/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "keys.h"

/* So many records that were not opened are tried to be passed over. */
#define UNOPENED_MAX 16

static bool open_with(const struct tls_way *way, struct opener *opener,
	uint8_t *out, size_t *len)
{
	return opener_open(opener, way->record, way->record + TLS_HEADER_BYTES,
		way->record_bytes - TLS_HEADER_BYTES, out, len);
}

/* What is inside ends with its type and zeros (RFC 8446, section 5.2). */
static bool strip(const uint8_t *inside, size_t *len, uint8_t *type)
{
	while (*len && !inside[*len - 1])
		--*len;
	if (!*len)
		return false;
	*type = inside[--*len];
	return true;
}

/* Tries keys that are new, from their first number on: records before this one
 * may have been sealed by them while they were not known. */
static bool try_new(
	struct tls_way *way, struct opener opener, uint8_t *out, size_t *len)
{
	uint64_t last =
		way->unopened < UNOPENED_MAX ? way->unopened : UNOPENED_MAX;

	for (opener.next = 0; opener.next <= last; opener.next++)
		if (open_with(way, &opener, out, len)) {
			way->opener = opener;
			way->unopened = 0;
			return true;
		}
	return false;
}

static bool open_1_2(struct tls_dialogue *dialogue, enum side sender,
	uint8_t *out, size_t *len)
{
	struct tls_way *way = &dialogue->ways[sender];
	struct keylog_secret master;
	struct opener opener;

	if (way->opener.suite)
		return open_with(way, &way->opener, out, len);
	return dialogue->has_client_random && dialogue->has_server_random &&
		opener_knows(dialogue->suite) &&
		keylog_find(dialogue->keylog, KEYLOG_MASTER,
			dialogue->client_random, &master) &&
		opener_begin_1_2(&opener, dialogue->suite, sender, &master,
			dialogue->client_random, dialogue->server_random) &&
		try_new(way, opener, out, len);
}

/* The keys of a label that the log tells; false: it tells none that open. */
static bool open_logged(struct tls_dialogue *dialogue, enum side sender,
	enum keylog_label label, uint8_t *out, size_t *len)
{
	struct keylog_secret secret;
	struct opener opener;

	return keylog_find(dialogue->keylog, label, dialogue->client_random,
		       &secret) &&
		opener_begin(&opener, dialogue->suite, &secret) &&
		try_new(&dialogue->ways[sender], opener, out, len);
}

static bool open_1_3(struct tls_dialogue *dialogue, enum side sender,
	uint8_t *out, size_t *len)
{
	struct tls_way *way = &dialogue->ways[sender];
	enum keylog_label handshake = sender == CLIENT
		? KEYLOG_CLIENT_HANDSHAKE
		: KEYLOG_SERVER_HANDSHAKE;
	enum keylog_label traffic = sender == CLIENT ? KEYLOG_CLIENT_TRAFFIC
						     : KEYLOG_SERVER_TRAFFIC;

	/* Behind Finished the keys are others: those of now do not open it. */
	if (way->opener.suite && open_with(way, &way->opener, out, len))
		return true;
	if (way->has_traffic || !dialogue->has_client_random ||
		!opener_knows(dialogue->suite))
		return false;
	if (!way->opener.suite && !way->finished &&
		open_logged(dialogue, sender, handshake, out, len))
		return true;
	way->has_traffic = open_logged(dialogue, sender, traffic, out, len);
	return way->has_traffic;
}

bool keys_open(struct tls_dialogue *dialogue, enum side sender, uint8_t *out,
	size_t *len, uint8_t *type)
{
	struct tls_way *way = &dialogue->ways[sender];
	bool is_1_3 = dialogue->version == TLS_RECORD_1_3;
	bool good = is_1_3 ? open_1_3(dialogue, sender, out, len)
			   : open_1_2(dialogue, sender, out, len);

	if (good && is_1_3)
		good = strip(out, len, type);
	else
		*type = way->record[0];
	if (!good)
		way->unopened++;
	return good;
}
