/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "hello.h"

#include <string.h>

enum {
	MESSAGE_HEADER = 4,
	CLIENT_HELLO = 1,
	SERVER_HELLO = 2,
	KEY_UPDATE = 24,
	SUPPORTED_VERSIONS = 43,
};

/* A ServerHello with this random is a HelloRetryRequest (RFC 8446, 4.1.3). */
static const uint8_t retry_random[KEYLOG_RANDOM_BYTES] = { 0xcf, 0x21, 0xad,
	0x74, 0xe5, 0x9a, 0x61, 0x11, 0xbe, 0x1d, 0x8c, 0x02, 0x1e, 0x65, 0xb8,
	0x91, 0xc2, 0xa2, 0x11, 0x16, 0x7a, 0xbb, 0x8c, 0x5e, 0x07, 0x9e, 0x09,
	0xe2, 0xc8, 0xa8, 0x33, 0x9c };

/* What is left of a message to be read. */
struct rest {
	const uint8_t *at;
	size_t len;
};

/* The next bytes, or NULL where there are not so many. */
static const uint8_t *take(struct rest *rest, size_t len)
{
	const uint8_t *at = rest->at;

	if (rest->len < len)
		return NULL;
	rest->at += len;
	rest->len -= len;
	return at;
}

/* A number of `bytes` bytes; -1 where they are not there. */
static long take_number(struct rest *rest, size_t bytes)
{
	const uint8_t *at = take(rest, bytes);
	long number = at ? 0 : -1;

	for (size_t i = 0; at && i < bytes; i++)
		number = number << 8 | at[i];
	return number;
}

/* supported_versions among a ServerHello's extensions (RFC 8446, 4.2.1);
 * -1 where there is none. */
static long find_version(struct rest *rest)
{
	for (;;) {
		long type = take_number(rest, 2);
		long len = take_number(rest, 2);
		const uint8_t *at = len < 0 ? NULL : take(rest, (size_t)len);

		if (!at)
			return -1;
		if (type == SUPPORTED_VERSIONS && len == 2)
			return at[0] << 8 | at[1];
	}
}

static void learn_client(struct tls_dialogue *dialogue, struct rest rest)
{
	const uint8_t *random;

	if (take_number(&rest, 2) < 0)
		return;
	random = take(&rest, KEYLOG_RANDOM_BYTES);
	if (!random)
		return;
	memcpy(dialogue->client_random, random, KEYLOG_RANDOM_BYTES);
	dialogue->has_client_random = true;
}

static void learn_server(struct tls_dialogue *dialogue, struct rest rest)
{
	long version = take_number(&rest, 2);
	const uint8_t *random = take(&rest, KEYLOG_RANDOM_BYTES);
	long session = take_number(&rest, 1);

	if (!random || session < 0 || !take(&rest, (size_t)session))
		return;
	long suite = take_number(&rest, 2);

	if (suite < 0 || take_number(&rest, 1) < 0 ||
		!memcmp(random, retry_random, sizeof(retry_random)))
		return;
	if (take_number(&rest, 2) >= 0) {
		long agreed = find_version(&rest);

		version = agreed < 0 ? version : agreed;
	}
	memcpy(dialogue->server_random, random, KEYLOG_RANDOM_BYTES);
	dialogue->has_server_random = true;
	dialogue->version = (uint16_t)version;
	dialogue->suite = (uint16_t)suite;
}

/* A message is whole, or as much of it as is kept. */
static void learn(struct tls_dialogue *dialogue, enum side sender)
{
	struct tls_messages *messages = &dialogue->ways[sender].messages;
	struct rest rest = { messages->bytes + MESSAGE_HEADER,
		messages->kept - MESSAGE_HEADER };

	if (messages->bytes[0] == CLIENT_HELLO && sender == CLIENT)
		learn_client(dialogue, rest);
	if (messages->bytes[0] == SERVER_HELLO && sender == SERVER)
		learn_server(dialogue, rest);
	if (messages->bytes[0] == TLS_FINISHED)
		dialogue->ways[sender].finished = true;
}

static void name(struct tls_record *record, uint8_t message)
{
	if (record->message_count < TLS_MESSAGES_MAX)
		record->messages[record->message_count++] = message;
}

/* Takes bytes into the message; how many of them it has taken. */
static size_t fill(
	struct tls_messages *messages, const uint8_t *bytes, size_t len)
{
	size_t taken = 0;

	while (messages->header_bytes < MESSAGE_HEADER && taken < len) {
		messages->bytes[messages->header_bytes++] = bytes[taken++];
		if (messages->header_bytes < MESSAGE_HEADER)
			continue;
		messages->kept = MESSAGE_HEADER;
		messages->left = (size_t)messages->bytes[1] << 16 |
			(size_t)messages->bytes[2] << 8 | messages->bytes[3];
	}
	if (messages->header_bytes < MESSAGE_HEADER)
		return taken;
	size_t more =
		len - taken < messages->left ? len - taken : messages->left;
	size_t room = sizeof(messages->bytes) - messages->kept;
	size_t kept = more < room ? more : room;

	memcpy(messages->bytes + messages->kept, bytes + taken, kept);
	messages->kept += kept;
	messages->left -= more;
	return taken + more;
}

bool hello_take(struct tls_dialogue *dialogue, enum side sender,
	const uint8_t *bytes, size_t len, struct tls_record *record)
{
	struct tls_messages *messages = &dialogue->ways[sender].messages;
	bool updates = false;

	while (len) {
		if (!messages->header_bytes)
			name(record, bytes[0]);
		size_t taken = fill(messages, bytes, len);

		bytes += taken;
		len -= taken;
		if (messages->header_bytes < MESSAGE_HEADER || messages->left)
			continue;
		learn(dialogue, sender);
		updates = updates || messages->bytes[0] == KEY_UPDATE;
		messages->header_bytes = 0;
		messages->kept = 0;
	}
	return updates;
}
