/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "behaviour.h"

#include <string.h>
#include <sys/wait.h>

#include "has.h"
#include "layers.h"
#include "served.h"
#include "tells.h"

/* What a shell adds to the number of a signal that has ended a program. */
#define SHELL_SIGNAL 128

/* Its FIN, or close_notify, came before the reply. */
static struct seen see_early_fin(
	const struct inquiry *inquiry, const struct visit *visit)
{
	const char *end = seen_its_end(visit);
	double at_s = visit->fin_s - visit->accepted_s;

	switch (has_reply(inquiry, visit)) {
	case HAS_REPLY:
		return seen_say(SEEN_HALF_CLOSE, RESULT_GOOD,
			"its %s comes %.3f s after it has connected; the "
			"reply is read%s",
			end, at_s,
			seen_in_output(visit) ? ", and put out" : "");
	case HAS_NOT:
		return seen_say(SEEN_CLOSE, RESULT_BAD,
			"its %s comes %.3f s after it has connected; %s meets "
			"%s, and is lost",
			end, at_s,
			visit->plan.answer == ANSWER_LARGE
				? "more than the first record of a long reply"
				: "the reply",
			seen_terms(visit->setting).refusal);
	case HAS_DISCARDED:
		return seen_say(SEEN_CLOSE, RESULT_BAD,
			"its %s comes %.3f s after it has connected; the "
			"reply is read from the socket, thrown away, and lost",
			end, at_s);
	case HAS_UNREAD:
		return seen_say(SEEN_UNKNOWN, RESULT_UNPROVED,
			"after its %s the reply is neither read nor refused",
			end);
	case HAS_UNKNOWN:
		break;
	}
	return seen_say(SEEN_UNKNOWN, RESULT_UNPROVED,
		"after its %s the reply is read from the socket; whether the "
		"program gets it does not show",
		end);
}

static struct seen see_late_fin(
	const struct inquiry *inquiry, const struct visit *visit)
{
	const char *end = seen_its_end(visit);
	const char *refusal = seen_terms(visit->setting).refusal;
	double at_s = visit->fin_s - visit->answered_s;

	if (visit->taken == FATE_REFUSED)
		return seen_say(SEEN_CLOSE, RESULT_BAD,
			"its %s comes while the reply does, of which the "
			"rest meets %s",
			end, refusal);
	if (has_reply(inquiry, visit) == HAS_DISCARDED)
		return seen_say(SEEN_CLOSE, RESULT_BAD,
			"its %s comes while the reply does, which is read "
			"from the socket, thrown away, and lost",
			end);
	if (visit->more == FATE_REFUSED ||
		(visit->more == FATE_OPEN && visit->orphaned_s > 0))
		return seen_say(SEEN_CLOSE, RESULT_GOOD,
			"its %s comes %.3f s after the reply, which it has "
			"read; what comes behind meets %s",
			end, at_s, refusal);
	if (visit->more == FATE_TAKEN)
		return seen_say(SEEN_HALF_CLOSE, RESULT_GOOD,
			"its %s comes %.3f s after the reply; it reads on", end,
			at_s);
	return seen_say(SEEN_UNKNOWN, RESULT_UNPROVED,
		"its %s comes after the reply; whether it reads on does not "
		"show",
		end);
}

static struct seen see_reset(const struct visit *visit)
{
	const struct seen_terms terms = seen_terms(visit->setting);
	bool shown = seen_in_output(visit);

	if (visit->reset == MOMENT_BEFORE)
		return seen_say(SEEN_RESET, RESULT_BAD,
			"%s, %.3f s after it has connected: no reply can "
			"reach it",
			terms.reset, visit->fin_s - visit->accepted_s);
	/* It may have read it a moment before. */
	if (visit->unread_at_reset && !shown)
		return seen_say(SEEN_RESET, RESULT_UNPROVED,
			"%s, once the reply is there; whether it has read "
			"that does not show",
			terms.reset);
	if (visit->reset == MOMENT_LAST)
		return seen_say(SEEN_RESET, RESULT_REPORTED,
			"%s, once it has read the reply%s; the server's %s "
			"came before",
			terms.reset, shown ? ", and put it out" : "",
			terms.end);
	return seen_say(SEEN_RESET, RESULT_REPORTED,
		"%s, once it has read the reply%s", terms.reset,
		shown ? ", and put it out" : "");
}

static struct seen see_ends(
	const struct inquiry *inquiry, const struct visit *visit)
{
	const char *none = seen_terms(visit->setting).none;

	if (visit->broken)
		return layers_broken(visit);
	if (visit->reset)
		return see_reset(visit);
	switch (visit->fin) {
	case MOMENT_BEFORE:
		return see_early_fin(inquiry, visit);
	case MOMENT_AFTER:
		return see_late_fin(inquiry, visit);
	case MOMENT_LAST:
		return seen_say(SEEN_NEVER, RESULT_GOOD,
			"%s before the server's; then it ends too", none);
	case MOMENT_NEVER:
		break;
	}
	if (visit->exited)
		return seen_say(SEEN_NEVER, RESULT_BAD,
			"%s, though the program has ended: something that "
			"it has started holds the connection",
			none);
	return seen_say(SEEN_NEVER, RESULT_BAD,
		"%s, and none in %.3g s after the server's: the "
		"connection never ends",
		none, (double)visit->setting->patience_ms / 1000);
}

/* Whether one that sends no FIN takes a reply as late; -1: nothing tells. */
static int late_without_fin(const struct inquiry *inquiry)
{
	const struct visit *visit =
		inquiry_next(inquiry, CLIENT_LATE_OPEN, NULL);

	if (!visit || !visit->connections || visit->fin == MOMENT_BEFORE ||
		visit->reset == MOMENT_BEFORE)
		return -1;
	return visit->taken == FATE_TAKEN;
}

static struct seen see_late(
	const struct inquiry *inquiry, const struct visit *visit)
{
	bool fails_anyway = late_without_fin(inquiry) == 0;
	const char *its_end = seen_its_end(visit);
	double waited_s = visit->answered_s - visit->fin_s;

	if (visit->fin != MOMENT_BEFORE)
		return seen_say(SEEN_UNKNOWN, RESULT_UNPROVED,
			"%s came before the reply, this time",
			seen_terms(visit->setting).none);
	switch (has_reply(inquiry, visit)) {
	case HAS_REPLY:
		return seen_say(SEEN_TAKEN, RESULT_GOOD,
			"read %.2f s after its %s", waited_s, its_end);
	case HAS_UNREAD:
		return seen_say(SEEN_UNREAD, RESULT_BAD,
			"the reply, %.2f s after its %s, is not read", waited_s,
			its_end);
	case HAS_UNKNOWN:
		return seen_say(SEEN_UNKNOWN, RESULT_UNPROVED,
			"read from the socket %.2f s after its %s; whether the "
			"program gets it does not show",
			waited_s, its_end);
	case HAS_DISCARDED:
		return seen_say(SEEN_LOST, RESULT_BAD,
			"read from the socket %.2f s after its %s, and thrown "
			"away",
			waited_s, its_end);
	case HAS_NOT:
		break;
	}
	if (visit->orphaned_s > 0)
		waited_s = visit->orphaned_s - visit->fin_s;
	return seen_say(SEEN_LOST, fails_anyway ? RESULT_UNPROVED : RESULT_BAD,
		"it gives up %.2f s after its %s%s", waited_s, its_end,
		fails_anyway ? ", and as soon without one" : "");
}

static struct seen see_sends_on(const struct visit *visit)
{
	unsigned long long more = visit->heard.bytes - visit->heard_at_end;
	const char *end = seen_terms(visit->setting).end;

	if (visit->fin && visit->fin != MOMENT_LAST)
		return seen_say(SEEN_UNKNOWN, RESULT_REPORTED,
			"it has ended its sending before the server's %s", end);
	if (more && visit->fed_before)
		return seen_say(SEEN_SENDS_ON, RESULT_REPORTED,
			"%llu bytes come after the server's %s", more, end);
	if (visit->reads_input)
		return seen_say(SEEN_STOPS, RESULT_REPORTED,
			"nothing of what stands at its standard input then is "
			"sent");
	return seen_say(SEEN_UNKNOWN, RESULT_REPORTED,
		"it sends nothing after the server's %s, and may have nothing "
		"to send",
		end);
}

static bool died_of_sigpipe(const struct visit *visit)
{
	return visit->exited &&
		(WIFSIGNALED(visit->status) ? WTERMSIG(visit->status) == SIGPIPE
					    : WEXITSTATUS(visit->status) ==
					SHELL_SIGNAL + SIGPIPE);
}

static struct seen see_sigpipe(const struct visit *visit)
{
	const struct seen sends = see_sends_on(visit);
	char exit[SEEN_EXIT_SIZE];

	if (died_of_sigpipe(visit))
		return seen_say(SEEN_SIGPIPE, RESULT_BAD,
			"%s: it dies of SIGPIPE when it sends to a server that "
			"is gone",
			seen_exit(exit, visit));
	if (sends.word == SEEN_SENDS_ON)
		return seen_say(SEEN_SURVIVES, RESULT_REPORTED,
			"it has sent after the server's %s and does not die "
			"of SIGPIPE: %s",
			seen_terms(visit->setting).end, seen_exit(exit, visit));
	return seen_say(SEEN_UNKNOWN, RESULT_REPORTED,
		"it sends nothing after the server has ended");
}

struct seen behaviour_of(const struct inquiry *inquiry, enum client_probe probe,
	const struct visit *visit)
{
	if (!visit->connections)
		return served_no_connection(visit);
	if (*visit->refused)
		return served_no_handshake(visit);
	switch (probe) {
	case CLIENT_PLAIN:
		return served_plain(inquiry, visit);
	case CLIENT_ENDS:
	case CLIENT_ENDS_LONG:
	case CLIENT_ENDS_LARGE:
		return see_ends(inquiry, visit);
	case CLIENT_TLS_END:
		return layers_of(visit);
	case CLIENT_LATE_REPLY:
	case CLIENT_LATE_OPEN:
		return see_late(inquiry, visit);
	case CLIENT_SENDS_ON:
		return see_sends_on(visit);
	case CLIENT_SIGPIPE:
		return see_sigpipe(visit);
	case CLIENT_CUT:
	case CLIENT_CUT_CHUNKED:
	case CLIENT_UNTIL_FIN:
	case CLIENT_TRUNCATED:
	case CLIENT_TRUNCATED_UNTIL_FIN:
	case CLIENT_FIN_ALONE:
	case CLIENT_NOTIFY_ALONE:
	case CLIENT_RESET:
	case CLIENT_RESET_UNTIL_FIN:
	case CLIENT_CHUNKED:
	case CLIENT_PLAIN_OPEN:
	case CLIENT_NO_REPLY:
	case CLIENT_VISITS:
		break;
	}
	return tells_of(inquiry, probe, visit);
}
