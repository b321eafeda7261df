/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "reply.h"

#include <string.h>

/* FNV-1a, 64 bits. */
#define DIGEST_BASIS UINT64_C(0xcbf29ce484222325)
#define DIGEST_PRIME UINT64_C(0x100000001b3)

#define DIGESTED_BYTES (1024 * 1024)

void reply_begin(struct reply *reply, const struct reply_rule *rule)
{
	*reply = (struct reply){ .digest = DIGEST_BASIS };
	http_begin(&reply->http, rule->head);
}

/* The longest beginning of `len` bytes that is their end too, not all of them.
 */
static size_t border(const char *text, size_t len)
{
	size_t most = len ? len - 1 : 0;

	while (most && memcmp(text, text + len - most, most) != 0)
		most--;
	return most;
}

/* Looks for --until's text, which may come in pieces. */
static void search(struct reply *reply, const struct reply_rule *rule,
	const char *data, size_t len)
{
	for (size_t i = 0; i < len && !reply->found; i++) {
		while (reply->matched && rule->until[reply->matched] != data[i])
			reply->matched = border(rule->until, reply->matched);
		if (rule->until[reply->matched] == data[i])
			reply->matched++;
		reply->found = reply->matched == rule->until_bytes;
	}
}

/* Of no more than can differ by chance: whoever reads must not be slow. */
static void digest(struct reply *reply, const char *data, size_t len)
{
	uint64_t left = reply->bytes < DIGESTED_BYTES
		? DIGESTED_BYTES - reply->bytes
		: 0;

	for (size_t i = 0; i < len && i < left; i++)
		reply->digest =
			(reply->digest ^ (unsigned char)data[i]) * DIGEST_PRIME;
}

void reply_feed(struct reply *reply, const struct reply_rule *rule,
	const char *data, size_t len)
{
	size_t room = sizeof(reply->head) - reply->head_bytes;
	size_t kept = len < room ? len : room;

	memcpy(reply->head + reply->head_bytes, data, kept);
	reply->head_bytes += kept;
	digest(reply, data, len);
	reply->bytes += len;
	http_feed(&reply->http, data, len);
	if (rule->until)
		search(reply, rule, data, len);
}

bool reply_is_whole(const struct reply *reply, const struct reply_rule *rule)
{
	if (rule->expect_bytes)
		return reply->bytes >= rule->expect_bytes;
	if (reply_is_http(reply))
		return reply->http.stage == HTTP_WHOLE;
	if (rule->until)
		return reply->found;
	return rule->known_bytes && reply->bytes >= rule->known_bytes;
}
