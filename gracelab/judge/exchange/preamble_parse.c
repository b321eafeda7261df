/* SPDX-License-Identifier: GPL-3.0-or-later */
#include <arpa/inet.h>
#include <ctype.h>
#include <errno.h>
#include <netdb.h>
#include <netinet/in.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "lib/net/net.h"
#include "lib/text/escape.h"
#include "preamble.h"

/* Longer than this no step can be; an answer is read into memory. */
#define STEP_BYTES_MAX 65536

/* Adds a step with a copy of `text`; false without memory. */
static bool add(struct preamble *preamble, enum preamble_kind kind,
	const char *text, size_t bytes)
{
	struct preamble_step *steps = reallocarray(
		preamble->steps, preamble->count + 1, sizeof(*steps));
	char *copy = text ? malloc(bytes + 1) : NULL;

	if (steps)
		preamble->steps = steps;
	if (!steps || (text && !copy)) {
		free(copy);
		return false;
	}
	if (text)
		memcpy(copy, text, bytes);
	steps[preamble->count++] = (struct preamble_step){ kind, copy, bytes };
	return true;
}

/* A text in double quotes that ends the line: where it ends, or NULL. */
static const char *closing_quote(const char *at, const char *end)
{
	const char *quote = at;

	while (quote < end && *quote != '"')
		quote += *quote == '\\' ? 2 : 1;
	if (quote >= end)
		return NULL;
	for (const char *rest = quote + 1; rest < end; rest++)
		if (!isspace((unsigned char)*rest))
			return NULL;
	return quote;
}

/* Returns what is wrong, or NULL. */
static const char *add_quoted(struct preamble *preamble,
	enum preamble_kind kind, const char *at, const char *end)
{
	const char *quote = closing_quote(at, end);

	if (!quote)
		return "expected a text in double quotes";
	size_t bytes = (size_t)(quote - at);

	if (!add(preamble, kind, at, bytes))
		return "no memory";
	struct preamble_step *step = &preamble->steps[preamble->count - 1];

	if (!escape_resolve(step->text, &step->bytes))
		return "unknown escape";
	return step->bytes ? NULL : "expected a text that is not empty";
}

static const char *add_bytes(
	struct preamble *preamble, const char *at, const char *end)
{
	size_t bytes = 0;

	while (at < end && isdigit((unsigned char)*at) &&
		bytes <= STEP_BYTES_MAX)
		bytes = bytes * 10 + (size_t)(*at++ - '0');
	if (at < end || !bytes || bytes > STEP_BYTES_MAX)
		return "expected \"TEXT\", a number of bytes up to 65536, or "
		       "line";
	return add(preamble, PREAMBLE_BYTES, NULL, bytes) ? NULL : "no memory";
}

/* One line, without the spaces around it. Returns what is wrong, or NULL. */
static const char *add_line(
	struct preamble *preamble, const char *at, const char *end)
{
	static const char send[] = "send", expect[] = "expect";
	size_t word = 0;

	while (at + word < end && !isspace((unsigned char)at[word]))
		word++;
	const char *rest = at + word;

	while (rest < end && isspace((unsigned char)*rest))
		rest++;
	if (word == strlen(send) && !memcmp(at, send, word)) {
		if (rest == end || *rest != '"')
			return "expected a text in double quotes";
		return add_quoted(preamble, PREAMBLE_SEND, rest + 1, end);
	}
	if (word != strlen(expect) || memcmp(at, expect, word) != 0)
		return "expected send or expect";
	if (rest < end && *rest == '"')
		return add_quoted(preamble, PREAMBLE_TEXT, rest + 1, end);
	if (end - rest == 4 && !memcmp(rest, "line", 4))
		return add(preamble, PREAMBLE_LINE, NULL, 0) ? NULL
							     : "no memory";
	return add_bytes(preamble, rest, end);
}

static bool parse_steps(
	const char *text, size_t bytes, struct preamble *preamble, char *error)
{
	const char *end = text + bytes;
	unsigned number = 1;

	for (const char *line = text; line < end; number++) {
		const char *newline = memchr(line, '\n', (size_t)(end - line));
		const char *next = newline ? newline + 1 : end, *at = line,
			   *last = newline ? newline : end;

		while (at < last && isspace((unsigned char)*at))
			at++;
		while (last > at && isspace((unsigned char)last[-1]))
			last--;
		const char *wrong = at == last || *at == '#'
			? NULL
			: add_line(preamble, at, last);

		if (wrong) {
			snprintf(error, PREAMBLE_ERROR_SIZE, "line %u: %s",
				number, wrong);
			return false;
		}
		line = next;
	}
	return true;
}

/* Whether the first line that says something is a step. */
static bool has_steps(const char *text, size_t bytes)
{
	const char *end = text + bytes;

	while (text < end && (isspace((unsigned char)*text) || *text == '#')) {
		if (*text == '#')
			while (text < end && *text != '\n')
				text++;
		else
			text++;
	}
	size_t left = (size_t)(end - text);

	return (left > 5 && !memcmp(text, "send", 4) &&
		       isspace((unsigned char)text[4])) ||
		(left > 7 && !memcmp(text, "expect", 6) &&
			isspace((unsigned char)text[6]));
}

/* A greeting and a request of SOCKS5, one behind the other, are two steps. */
static bool parse_socks(
	const unsigned char *data, size_t bytes, struct preamble *preamble)
{
	const char *text = (const char *)data;
	size_t greeting = bytes > 1 ? 2 + (size_t)data[1] : 0;

	if (bytes < 3 || data[0] != 5 || bytes < greeting)
		return false;
	if (bytes > greeting && data[greeting] != 5)
		return false;
	return add(preamble, PREAMBLE_SEND, text, greeting) &&
		add(preamble, PREAMBLE_SOCKS_METHOD, NULL, 0) &&
		(bytes == greeting ||
			(add(preamble, PREAMBLE_SEND, text + greeting,
				 bytes - greeting) &&
				add(preamble, PREAMBLE_SOCKS_REPLY, NULL, 0)));
}

bool preamble_parse(
	const char *text, size_t bytes, struct preamble *preamble, char *error)
{
	bool connect = bytes > 8 && !memcmp(text, "CONNECT ", 8);

	*preamble = (struct preamble){ 0 };
	snprintf(error, PREAMBLE_ERROR_SIZE, "it is empty");
	if (!bytes)
		return false;
	if (has_steps(text, bytes)) {
		if (parse_steps(text, bytes, preamble, error))
			return true;
		preamble_free(preamble);
		return false;
	}
	if (parse_socks((const unsigned char *)text, bytes, preamble))
		return true;
	preamble_free(preamble);
	snprintf(error, PREAMBLE_ERROR_SIZE, "no memory");
	return add(preamble, PREAMBLE_SEND, text, bytes) &&
		add(preamble, connect ? PREAMBLE_CONNECTED : PREAMBLE_ANY, NULL,
			0);
}

/* Cuts HOST:PORT or [HOST]:PORT; the host goes to `host`, room for 256. */
static bool split(const char *target, char *host, uint16_t *port)
{
	const char *colon = strrchr(target, ':');
	size_t len = colon ? (size_t)(colon - target) : 0;

	if (!len || len > 255 || !net_parse_port(colon + 1, port) || !*port)
		return false;
	if (target[0] == '[' && len > 2 && target[len - 1] == ']') {
		target++;
		len -= 2;
	} else if (memchr(target, ':', len)) {
		return false;
	}
	memcpy(host, target, len);
	host[len] = '\0';
	return true;
}

bool preamble_socks5(const char *target, struct preamble *preamble)
{
	char host[256], request[4 + 1 + 255 + 2] = { 5, 1, 0 };
	uint16_t port;
	size_t len = 3;

	*preamble = (struct preamble){ 0 };
	if (!split(target, host, &port))
		return false;
	if (inet_pton(AF_INET, host, request + 4) == 1) {
		request[len] = 1;
		len += 5;
	} else if (inet_pton(AF_INET6, host, request + 4) == 1) {
		request[len] = 4;
		len += 17;
	} else {
		request[len++] = 3;
		request[len++] = (char)strlen(host);
		/* No string. NOLINTNEXTLINE(bugprone-not-null-terminated*) */
		memcpy(request + len, host, strlen(host));
		len += strlen(host);
	}
	request[len++] = (char)(port >> 8);
	request[len++] = (char)(port & 0xff);
	return add(preamble, PREAMBLE_SEND, "\5\1\0", 3) &&
		add(preamble, PREAMBLE_SOCKS_METHOD, NULL, 0) &&
		add(preamble, PREAMBLE_SEND, request, len) &&
		add(preamble, PREAMBLE_SOCKS_REPLY, NULL, 0);
}

bool preamble_connect(const char *target, struct preamble *preamble)
{
	char host[256], *request;
	uint16_t port;

	*preamble = (struct preamble){ 0 };
	if (!split(target, host, &port))
		return false;
	int len = asprintf(&request, "CONNECT %s HTTP/1.1\r\nHost: %s\r\n\r\n",
		target, target);
	bool added = len > 0 &&
		add(preamble, PREAMBLE_SEND, request, (size_t)len) &&
		add(preamble, PREAMBLE_CONNECTED, NULL, 0);

	if (len > 0)
		free(request);
	return added;
}
