/* SPDX-License-Identifier: GPL-3.0-or-later */
/* The words of outcomes, for who completes them. */
#include <string.h>

#include "outcome.h"

/* As outcome_scan() takes them. */
static const struct {
	const char *word, *behind;
} begins[] = {
	{ "received", NULL },
	{ "eof", NULL },
	{ "nothing", NULL },
	{ "sent", NULL },
	{ "ECONNRESET", NULL },
	{ "EPIPE", NULL },
	{ "ENOTCONN", NULL },
	{ "ETIMEDOUT", NULL },
	{ "signal", "SIGPIPE" },
	{ "exit", NULL },
	{ "state",
		"ESTABLISHED FIN_WAIT1 FIN_WAIT2 CLOSING TIME_WAIT CLOSE_WAIT "
		"LAST_ACK SYN_SENT SYN_RECV gone" },
	{ "probe", "half full unknown" },
	{ "poll", "IN OUT RDHUP HUP ERR nothing" },
	{ "unread", NULL },
	{ "unacknowledged", NULL },
};

#define BEGINS (sizeof(begins) / sizeof(*begins))

const char *outcome_word(size_t index)
{
	return index < BEGINS ? begins[index].word : NULL;
}

const char *outcome_words_behind(const char *word, size_t len)
{
	for (size_t i = 0; i < BEGINS; i++)
		if (strlen(begins[i].word) == len &&
			!memcmp(begins[i].word, word, len))
			return begins[i].behind;
	return NULL;
}
