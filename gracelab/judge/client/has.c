/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "has.h"

#include <string.h>
#include <sys/wait.h>

#include "seen.h"

bool has_to_be_asked(const struct inquiry *inquiry)
{
	const struct visit *plain = inquiry_next(inquiry, CLIENT_PLAIN, NULL);

	return inquiry->setting->tls && plain && plain->taken == FATE_TAKEN &&
		!seen_in_output(plain);
}

bool has_refused_server(const struct visit *visit)
{
	return visit->setting->tls && !visit->heard.bytes && visit->exited &&
		WIFEXITED(visit->status) && WEXITSTATUS(visit->status) &&
		visit->fin == MOMENT_BEFORE && visit->taken != FATE_TAKEN &&
		!seen_in_output(visit);
}

bool has_refused_certificate(const struct visit *visit)
{
	/* As OpenSSL names what RFC 8446 section 6.2 has. */
	return *visit->refused &&
		(strstr(visit->alert, "certificate") ||
			!strcmp(visit->alert, "unknown CA"));
}

/* Whether it puts out the reply, where it does not end before. */
static bool puts_out(const struct inquiry *inquiry)
{
	const struct visit *plain = inquiry_next(inquiry, CLIENT_PLAIN, NULL);
	const struct visit *open =
		inquiry_next(inquiry, CLIENT_PLAIN_OPEN, NULL);

	return (plain && seen_in_output(plain)) ||
		(open && seen_in_output(open));
}

/*
 * By its exit status, where a reply makes it end well and none does not. The
 * other way round the reply may be what it did not expect.
 */
static enum has_reply by_status(
	const struct inquiry *inquiry, const struct visit *visit)
{
	const struct visit *with = inquiry_next(inquiry, CLIENT_PLAIN, NULL);
	const struct visit *without =
		inquiry_next(inquiry, CLIENT_NO_REPLY, NULL);

	if (!with || !without || !with->exited || !without->exited ||
		!visit->exited || with->status || !without->status)
		return HAS_UNKNOWN;
	return !visit->status                      ? HAS_REPLY
		: visit->status == without->status ? HAS_DISCARDED
						   : HAS_UNKNOWN;
}

enum has_reply has_reply(
	const struct inquiry *inquiry, const struct visit *visit)
{
	if (seen_in_output(visit))
		return HAS_REPLY;
	if (visit->taken != FATE_TAKEN)
		return visit->taken == FATE_REFUSED ? HAS_NOT : HAS_UNREAD;
	if (!visit->setting->tls)
		return HAS_REPLY;
	/* One that was ended by us may not have written all. */
	if (puts_out(inquiry))
		return visit->exited ? HAS_DISCARDED : HAS_UNKNOWN;
	return by_status(inquiry, visit);
}
