/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "served.h"

#include <stdio.h>

#include "has.h"
#include "lib/text/escape.h"

/* How it ended, and what it has said: ": status 1: no such host". */
static struct seen unserved(
	const struct visit *visit, enum seen_word word, const char *what)
{
	char said[2048], shown[240], exit[SEEN_EXIT_SIZE];
	size_t got = visit_said(visit->errors, said, sizeof(said));

	if (!got)
		got = visit_said(visit->output, said, sizeof(said));
	escape_words(shown, sizeof(shown), said, got);
	return seen_say(word, RESULT_UNPROVED, "%s: %s%s%s", what,
		seen_exit(exit, visit), *shown ? ": " : "", shown);
}

struct seen served_no_connection(const struct visit *visit)
{
	return unserved(
		visit, SEEN_NO_CONNECTION, "the client makes no connection");
}

struct seen served_no_handshake(const struct visit *visit)
{
	char what[TLS_WHY_SIZE + 32];

	snprintf(what, sizeof(what),
		"the TLS handshake fails: %.200s; the client", visit->refused);
	return unserved(visit, SEEN_NO_HANDSHAKE, what);
}

struct seen served_plain(
	const struct inquiry *inquiry, const struct visit *visit)
{
	char exit[SEEN_EXIT_SIZE], version[16] = "";

	if (has_refused_server(visit))
		return unserved(visit, SEEN_UNSERVED,
			"it ends the connection once TLS stands, with nothing "
			"said");
	seen_exit(exit, visit);
	if (visit->setting->tls)
		snprintf(version, sizeof(version),
			"TLS %s: ", tls_version_name(visit->version));
	switch (has_reply(inquiry, visit)) {
	case HAS_REPLY:
		return seen_say(SEEN_SERVED, RESULT_REPORTED,
			"%sit has read the reply%s; then: %s", version,
			seen_in_output(visit) ? ", and put it out" : "", exit);
	case HAS_UNKNOWN:
		return seen_say(SEEN_SERVED, RESULT_REPORTED,
			"%sthe reply is read from the socket; whether the "
			"program gets it does not show; then: %s",
			version, exit);
	case HAS_DISCARDED:
		return seen_say(SEEN_UNSERVED, RESULT_REPORTED,
			"%sthe reply is read from the socket, and thrown away; "
			"then: %s",
			version, exit);
	case HAS_NOT:
	case HAS_UNREAD:
		break;
	}
	return seen_say(SEEN_UNSERVED, RESULT_REPORTED,
		"%sthe reply is not read; then: %s", version, exit);
}
