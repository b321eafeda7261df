/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "layers.h"

#include <stdio.h>

static const char *when(enum visit_moment moment)
{
	switch (moment) {
	case MOMENT_BEFORE:
		return "before the reply";
	case MOMENT_AFTER:
		return "after the reply";
	case MOMENT_LAST:
		return "after the server's end";
	case MOMENT_NEVER:
		break;
	}
	return "never";
}

struct seen layers_broken(const struct visit *visit)
{
	/* Before the reply it is no end that a client means to make: it does
	 * not like what the server has done. */
	enum result_kind kind = visit->broken == MOMENT_BEFORE
		? RESULT_UNPROVED
		: RESULT_REPORTED;

	if (*visit->alert)
		return seen_say(SEEN_ALERT, kind,
			"it ends with the alert \"%s\", %s", visit->alert,
			when(visit->broken));
	return seen_say(SEEN_ALERT, RESULT_UNPROVED,
		"what comes %s is no record of TLS", when(visit->broken));
}

static struct seen notified(const struct visit *visit)
{
	const char *then = when(visit->notify);

	if (visit->tcp_rst == visit->notify)
		return seen_say(SEEN_NOTIFY_RST, RESULT_REPORTED,
			"%s: it closes with something unread", then);
	if (visit->tcp_fin == visit->notify)
		return seen_say(SEEN_NOTIFY_FIN, RESULT_REPORTED, "%s", then);
	if (visit->tcp_fin || visit->tcp_rst)
		return seen_say(SEEN_NOTIFY_ALONE, RESULT_REPORTED, "%s; %s %s",
			then, visit->tcp_fin ? "FIN" : "RST",
			when(visit->tcp_fin ? visit->tcp_fin : visit->tcp_rst));
	return seen_say(SEEN_NOTIFY_ALONE, RESULT_REPORTED, "%s; no FIN", then);
}

struct seen layers_of(const struct visit *visit)
{
	if (visit->broken)
		return layers_broken(visit);
	if (visit->reset)
		return seen_say(SEEN_RESET, RESULT_REPORTED,
			"RST %s, without close_notify", when(visit->reset));
	if (visit->notify)
		return notified(visit);
	if (visit->tcp_fin)
		return seen_say(SEEN_FIN_ALONE, RESULT_REPORTED,
			"%s, without close_notify: a cut looks the same",
			when(visit->tcp_fin));
	return seen_say(
		SEEN_NEVER, RESULT_REPORTED, "neither close_notify nor FIN");
}
