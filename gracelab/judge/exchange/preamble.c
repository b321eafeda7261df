/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "preamble.h"

#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "lib/text/escape.h"

/* What is shown of an answer. */
#define ANSWER_SHOWN 40

void preamble_free(struct preamble *preamble)
{
	for (size_t i = 0; i < preamble->count; i++)
		free(preamble->steps[i].text);
	free(preamble->steps);
	*preamble = (struct preamble){ 0 };
}

static enum preamble_outcome refuse(
	const char *data, size_t len, const char *why, char *error)
{
	char shown[ESCAPE_SIZE(ANSWER_SHOWN)];
	const char *newline = memchr(data, '\n', len);

	if (newline)
		len = (size_t)(newline - data);
	if (len && data[len - 1] == '\r')
		len--;
	escape_text(shown, data, len < ANSWER_SHOWN ? len : ANSWER_SHOWN);
	snprintf(error, PREAMBLE_ERROR_SIZE, "\"%s\"%s", shown, why);
	return PREAMBLE_REFUSED;
}

static enum preamble_outcome take_connected(
	const char *data, size_t len, size_t *taken, char *error)
{
	static const char begin[] = "HTTP/1.";
	size_t compared = len < strlen(begin) ? len : strlen(begin);
	const char *end = memmem(data, len, "\r\n\r\n", 4);

	if (memcmp(data, begin, compared) != 0)
		return refuse(data, len, ", not HTTP", error);
	if (!end)
		return PREAMBLE_WAITS;
	if (end < data + 12 || data[9] != '2')
		return refuse(data, len, "", error);
	*taken = (size_t)(end - data) + 4;
	return PREAMBLE_TAKEN;
}

static enum preamble_outcome take_socks_method(
	const unsigned char *data, size_t len, size_t *taken, char *error)
{
	if (len && data[0] != 5)
		return refuse((const char *)data, len, ", not SOCKS5", error);
	if (len < 2)
		return PREAMBLE_WAITS;
	if (data[1] != 0) {
		snprintf(error, PREAMBLE_ERROR_SIZE,
			"SOCKS5 takes no method that was offered (%02x)",
			data[1]);
		return PREAMBLE_REFUSED;
	}
	*taken = 2;
	return PREAMBLE_TAKEN;
}

/* RFC 1928, section 6. */
static enum preamble_outcome take_socks_reply(
	const unsigned char *data, size_t len, size_t *taken, char *error)
{
	static const char *const meanings[] = { "", "general failure",
		"not allowed by ruleset", "network unreachable",
		"host unreachable", "connection refused", "TTL expired",
		"command not supported", "address type not supported" };
	size_t address;

	if (len && data[0] != 5)
		return refuse((const char *)data, len, ", not SOCKS5", error);
	if (len >= 2 && data[1]) {
		snprintf(error, PREAMBLE_ERROR_SIZE, "SOCKS5 reply %u (%s)",
			data[1], data[1] < 9 ? meanings[data[1]] : "?");
		return PREAMBLE_REFUSED;
	}
	if (len < 5)
		return PREAMBLE_WAITS;
	switch (data[3]) {
	case 1:
		address = 4;
		break;
	case 3:
		address = 1 + (size_t)data[4];
		break;
	case 4:
		address = 16;
		break;
	default:
		return refuse((const char *)data, len, ", not SOCKS5", error);
	}
	*taken = 4 + address + 2;
	return len < *taken ? PREAMBLE_WAITS : PREAMBLE_TAKEN;
}

static enum preamble_outcome take_through(const char *data, size_t len,
	const char *text, size_t bytes, size_t *taken)
{
	const char *at = memmem(data, len, text, bytes);

	if (!at)
		return PREAMBLE_WAITS;
	*taken = (size_t)(at - data) + bytes;
	return PREAMBLE_TAKEN;
}

enum preamble_outcome preamble_take(const struct preamble_step *step,
	const char *data, size_t len, bool silent, size_t *taken, char *error)
{
	const unsigned char *bytes = (const unsigned char *)data;

	*taken = 0;
	switch (step->kind) {
	case PREAMBLE_SEND:
		return PREAMBLE_TAKEN;
	case PREAMBLE_TEXT:
		return take_through(data, len, step->text, step->bytes, taken);
	case PREAMBLE_LINE:
		return take_through(data, len, "\n", 1, taken);
	case PREAMBLE_BYTES:
		*taken = step->bytes;
		return len < step->bytes ? PREAMBLE_WAITS : PREAMBLE_TAKEN;
	case PREAMBLE_CONNECTED:
		return take_connected(data, len, taken, error);
	case PREAMBLE_SOCKS_METHOD:
		return take_socks_method(bytes, len, taken, error);
	case PREAMBLE_SOCKS_REPLY:
		return take_socks_reply(bytes, len, taken, error);
	case PREAMBLE_ANY:
		*taken = len;
		return len && silent ? PREAMBLE_TAKEN : PREAMBLE_WAITS;
	}
	return PREAMBLE_WAITS;
}
