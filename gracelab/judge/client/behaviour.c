/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "behaviour.h"

#include <string.h>
#include <sys/wait.h>

#include "lib/text/escape.h"
#include "tells.h"

/* What a shell adds to the number of a signal that has ended a program. */
#define SHELL_SIGNAL 128

static struct seen no_connection(const struct visit *visit)
{
	char said[240], shown[ESCAPE_SIZE(sizeof(said))], exit[SEEN_EXIT_SIZE];
	size_t got = visit_said(visit->errors, said, sizeof(said));

	if (!got)
		got = visit_said(visit->output, said, sizeof(said));
	while (got && said[got - 1] == '\n')
		got--;
	escape_text(shown, said, got);
	return seen_say(SEEN_NO_CONNECTION, RESULT_UNPROVED,
		"the client makes no connection: %s%s%.180s",
		seen_exit(exit, visit), *shown ? ": " : "", shown);
}

static struct seen see_plain(const struct visit *visit)
{
	char exit[SEEN_EXIT_SIZE];

	seen_exit(exit, visit);
	if (visit->taken == FATE_TAKEN || seen_in_output(visit))
		return seen_say(SEEN_SERVED, RESULT_REPORTED,
			"it has read the reply%s; then: %s",
			seen_in_output(visit) ? ", and put it out" : "", exit);
	return seen_say(SEEN_UNSERVED, RESULT_REPORTED,
		"the reply is not read; then: %s", exit);
}

/* Its FIN came before the reply. */
static struct seen see_early_fin(const struct visit *visit)
{
	bool shown = seen_in_output(visit);

	if (visit->taken == FATE_TAKEN || shown)
		return seen_say(SEEN_HALF_CLOSE, RESULT_GOOD,
			"its FIN comes %.3f s after it has connected; the "
			"reply is read%s",
			visit->fin_s - visit->accepted_s,
			shown ? ", and put out" : "");
	if (visit->taken == FATE_REFUSED)
		return seen_say(SEEN_CLOSE, RESULT_BAD,
			"its FIN comes %.3f s after it has connected; the "
			"reply meets RST, and is lost",
			visit->fin_s - visit->accepted_s);
	return seen_say(SEEN_UNKNOWN, RESULT_UNPROVED,
		"after its FIN the reply is neither read nor refused");
}

static struct seen see_late_fin(const struct visit *visit)
{
	if (visit->taken == FATE_REFUSED)
		return seen_say(SEEN_CLOSE, RESULT_BAD,
			"its FIN comes while the reply does, of which the "
			"rest meets RST");
	if (visit->more == FATE_REFUSED ||
		(visit->more == FATE_OPEN && visit->orphaned_s > 0))
		return seen_say(SEEN_CLOSE, RESULT_GOOD,
			"its FIN comes %.3f s after the reply, which it has "
			"read; what comes behind meets RST",
			visit->fin_s - visit->answered_s);
	if (visit->more == FATE_TAKEN)
		return seen_say(SEEN_HALF_CLOSE, RESULT_GOOD,
			"its FIN comes %.3f s after the reply; it reads on",
			visit->fin_s - visit->answered_s);
	return seen_say(SEEN_UNKNOWN, RESULT_UNPROVED,
		"its FIN comes after the reply; whether it reads on does not "
		"show");
}

static struct seen see_reset(const struct visit *visit)
{
	bool shown = seen_in_output(visit);

	if (visit->reset == MOMENT_BEFORE)
		return seen_say(SEEN_RESET, RESULT_BAD,
			"RST, %.3f s after it has connected: no reply can "
			"reach it",
			visit->fin_s - visit->accepted_s);
	/* It may have read it a moment before. */
	if (visit->unread_at_reset && !shown)
		return seen_say(SEEN_RESET, RESULT_UNPROVED,
			"RST, once the reply is there; whether it has read "
			"that does not show");
	return seen_say(SEEN_RESET, RESULT_REPORTED,
		"RST, once it has read the reply%s%s",
		shown ? ", and put it out" : "",
		visit->reset == MOMENT_LAST ? "; the server's FIN came before"
					    : "");
}

static struct seen see_ends(const struct visit *visit)
{
	if (visit->reset)
		return see_reset(visit);
	switch (visit->fin) {
	case MOMENT_BEFORE:
		return see_early_fin(visit);
	case MOMENT_AFTER:
		return see_late_fin(visit);
	case MOMENT_LAST:
		return seen_say(SEEN_NEVER, RESULT_GOOD,
			"no FIN before the server's; then it ends too");
	case MOMENT_NEVER:
		break;
	}
	if (visit->exited)
		return seen_say(SEEN_NEVER, RESULT_BAD,
			"no FIN, though the program has ended: something that "
			"it has started holds the connection");
	return seen_say(SEEN_NEVER, RESULT_BAD,
		"no FIN, and none in %.3g s after the server's: the "
		"connection never ends",
		(double)visit->setting->patience_ms / 1000);
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
	double waited_s = visit->answered_s - visit->fin_s;

	if (visit->fin != MOMENT_BEFORE)
		return seen_say(SEEN_UNKNOWN, RESULT_UNPROVED,
			"no FIN came before the reply, this time");
	if (visit->taken == FATE_TAKEN || seen_in_output(visit))
		return seen_say(SEEN_TAKEN, RESULT_GOOD,
			"read %.2f s after its FIN", waited_s);
	if (visit->taken == FATE_OPEN)
		return seen_say(SEEN_UNREAD, RESULT_BAD,
			"the reply, %.2f s after its FIN, is not read",
			waited_s);
	if (visit->orphaned_s > 0)
		waited_s = visit->orphaned_s - visit->fin_s;
	return seen_say(SEEN_LOST, fails_anyway ? RESULT_UNPROVED : RESULT_BAD,
		"it gives up %.2f s after its FIN%s", waited_s,
		fails_anyway ? ", and as soon without one" : "");
}

static struct seen see_sends_on(const struct visit *visit)
{
	unsigned long long more = visit->heard.bytes - visit->heard_at_fin;

	if (visit->fin && visit->fin != MOMENT_LAST)
		return seen_say(SEEN_UNKNOWN, RESULT_REPORTED,
			"it has ended its sending before the server's FIN");
	if (more && visit->fed_before)
		return seen_say(SEEN_SENDS_ON, RESULT_REPORTED,
			"%llu bytes come after the server's FIN", more);
	if (visit->reads_input)
		return seen_say(SEEN_STOPS, RESULT_REPORTED,
			"nothing of what stands at its standard input then is "
			"sent");
	return seen_say(SEEN_UNKNOWN, RESULT_REPORTED,
		"it sends nothing after the server's FIN, and may have nothing "
		"to send");
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
			"it has sent after the server's FIN and does not die "
			"of SIGPIPE: %s",
			seen_exit(exit, visit));
	return seen_say(SEEN_UNKNOWN, RESULT_REPORTED,
		"it sends nothing after the server has ended");
}

struct seen behaviour_of(const struct inquiry *inquiry, enum client_probe probe,
	const struct visit *visit)
{
	if (!visit->connections)
		return no_connection(visit);
	switch (probe) {
	case CLIENT_PLAIN:
		return see_plain(visit);
	case CLIENT_ENDS:
	case CLIENT_ENDS_LONG:
		return see_ends(visit);
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
	case CLIENT_RESET:
	case CLIENT_RESET_UNTIL_FIN:
	case CLIENT_CHUNKED:
	case CLIENT_VISITS:
		break;
	}
	return tells_of(inquiry, probe, visit);
}
