/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "probes.h"

/* How long a client may take to end its sending by itself. */
#define WATCH_MS 500

/* How long after our FIN what comes was not under way when that came. */
#define SETTLE_MS 50

#define FEED_MS 300

/* How long after half a reply one that takes it for all of it has ended. */
#define SATISFIED_MS 100

const struct inspect_item client_probes[] = {
	[CLIENT_PLAIN] = { "plain",
		"a request, its reply, and the server's FIN: the control",
		false, false },
	[CLIENT_ENDS] = { "ends",
		"how it ends: half-close, close, reset or never; does it lose "
		"the reply?",
		true, false },
	[CLIENT_TLS_END] = { "tls-end",
		"the layers of that end: close_notify alone, close_notify and "
		"FIN, FIN alone (TLS)",
		false, false },
	[CLIENT_LATE_REPLY] = { "late-reply",
		"does it take a reply that comes 1 s after its FIN?", true,
		false },
	[CLIENT_SENDS_ON] = { "sends-on",
		"does it go on sending after the server's FIN?", false, false },
	[CLIENT_SIGPIPE] = { "sigpipe",
		"does it die of SIGPIPE when the server is gone?", true,
		false },
	[CLIENT_CUT] = { "cut",
		"does it tell half a reply, ended by FIN, from a whole one? "
		"Judged where the reply says how long it is",
		true, false },
	[CLIENT_CUT_CHUNKED] = { "cut-chunked", "the same in chunks (HTTP)",
		true, false },
	[CLIENT_UNTIL_FIN] = { "until-fin",
		"does it take a reply that only a FIN ends (HTTP)?", false,
		false },
	[CLIENT_TRUNCATED] = { "truncated",
		"does it tell half a reply, ended by FIN without close_notify, "
		"from a whole one (TLS)?",
		true, false },
	[CLIENT_TRUNCATED_UNTIL_FIN] = { "truncated-until-fin",
		"the same where only the end tells the length (TLS, HTTP)",
		true, false },
	[CLIENT_FIN_ALONE] = { "fin-alone",
		"does it take a whole reply that FIN alone ends (TLS)?", false,
		false },
	[CLIENT_NOTIFY_ALONE] = { "notify-alone",
		"is a close_notify without a FIN the end for it (TLS)?", false,
		false },
	[CLIENT_RESET] = { "reset",
		"does it tell half a reply, ended by RST, from a whole one?",
		true, false },
	[CLIENT_RESET_UNTIL_FIN] = { "reset-until-fin",
		"the same where only the end tells the length (HTTP)", true,
		false },
};

static const struct visit_step plain[] = {
	{ VISIT_REQUEST, 0 },
	{ VISIT_ANSWER, 0 },
	{ VISIT_TAKEN, 0 },
	{ VISIT_SHUT, 0 },
	{ VISIT_EXIT, 0 },
	{ VISIT_END, 0 },
};

static const struct visit_step plain_open[] = {
	{ VISIT_REQUEST, 0 },
	{ VISIT_ANSWER, 0 },
	{ VISIT_TAKEN, 0 },
	{ VISIT_PAUSE, SATISFIED_MS },
	{ VISIT_SHUT, 0 },
	{ VISIT_END_INPUT, 0 },
	{ VISIT_EXIT, 0 },
	{ VISIT_END, 0 },
};

static const struct visit_step ends[] = {
	{ VISIT_REQUEST, 0 },
	{ VISIT_WATCH, WATCH_MS },
	{ VISIT_ANSWER, 0 },
	{ VISIT_TAKEN, 0 },
	{ VISIT_WATCH, WATCH_MS },
	{ VISIT_MORE, 0 },
	{ VISIT_SHUT, 0 },
	{ VISIT_EXIT, 0 },
	{ VISIT_END, 0 },
};

static const struct visit_step ends_long[] = {
	{ VISIT_REQUEST, 0 },
	{ VISIT_WATCH, VISIT_PATIENCE },
	{ VISIT_ANSWER, 0 },
	{ VISIT_TAKEN, 0 },
	{ VISIT_SHUT, 0 },
	{ VISIT_EXIT, 0 },
	{ VISIT_END, 0 },
};

static const struct visit_step late[] = {
	{ VISIT_REQUEST, 0 },
	{ VISIT_WATCH, WATCH_MS },
	{ VISIT_PAUSE, CLIENT_THINK_MS },
	{ VISIT_ANSWER, 0 },
	{ VISIT_TAKEN, 0 },
	{ VISIT_END_INPUT, 0 },
	{ VISIT_SHUT, 0 },
	{ VISIT_EXIT, 0 },
	{ VISIT_END, 0 },
};

static const struct visit_step sends_on[] = {
	{ VISIT_FIRST, 0 },
	{ VISIT_SHUT, 0 },
	{ VISIT_PAUSE, SETTLE_MS },
	{ VISIT_FEED, FEED_MS },
	{ VISIT_FEED, FEED_MS },
	{ VISIT_RESET, 0 },
	{ VISIT_FEED, FEED_MS },
	{ VISIT_FEED, FEED_MS },
	{ VISIT_END_INPUT, 0 },
	{ VISIT_EXIT, 0 },
	{ VISIT_END, 0 },
};

/* With TLS the end has two layers, and each is met by itself. */
static const struct visit_step sends_on_tls[] = {
	{ VISIT_FIRST, 0 },
	{ VISIT_NOTIFY, 0 },
	{ VISIT_PAUSE, SETTLE_MS },
	{ VISIT_FEED, FEED_MS },
	{ VISIT_FEED, FEED_MS },
	{ VISIT_FIN, 0 },
	{ VISIT_FEED, FEED_MS },
	{ VISIT_RESET, 0 },
	{ VISIT_FEED, FEED_MS },
	{ VISIT_FEED, FEED_MS },
	{ VISIT_END_INPUT, 0 },
	{ VISIT_EXIT, 0 },
	{ VISIT_END, 0 },
};

static const struct visit_step fin_alone[] = {
	{ VISIT_REQUEST, 0 },
	{ VISIT_ANSWER, 0 },
	{ VISIT_TAKEN, 0 },
	{ VISIT_FIN, 0 },
	{ VISIT_EXIT, 0 },
	{ VISIT_END, 0 },
};

static const struct visit_step notify_alone[] = {
	{ VISIT_REQUEST, 0 },
	{ VISIT_ANSWER, 0 },
	{ VISIT_TAKEN, 0 },
	{ VISIT_NOTIFY, 0 },
	{ VISIT_EXIT, 0 },
	{ VISIT_END, 0 },
};

static const struct visit_step no_reply[] = {
	{ VISIT_REQUEST, 0 },
	{ VISIT_SHUT, 0 },
	{ VISIT_EXIT, 0 },
	{ VISIT_END, 0 },
};

static const struct visit_step reset[] = {
	{ VISIT_REQUEST, 0 },
	{ VISIT_ANSWER, 0 },
	{ VISIT_TAKEN, 0 },
	{ VISIT_PAUSE, SATISFIED_MS },
	{ VISIT_RESET, 0 },
	{ VISIT_EXIT, 0 },
	{ VISIT_END, 0 },
};

struct visit_plan client_plan(enum client_probe id, bool tls)
{
	static const struct {
		const struct visit_step *script;
		enum answer_kind answer;
		bool holds_input;
	} plans[CLIENT_VISITS] = {
		[CLIENT_PLAIN] = { plain, ANSWER_WHOLE, false },
		[CLIENT_ENDS] = { ends, ANSWER_WHOLE, false },
		[CLIENT_TLS_END] = { ends, ANSWER_WHOLE, false },
		[CLIENT_LATE_REPLY] = { late, ANSWER_WHOLE, false },
		[CLIENT_SENDS_ON] = { sends_on, ANSWER_WHOLE, true },
		[CLIENT_SIGPIPE] = { sends_on, ANSWER_WHOLE, true },
		[CLIENT_CUT] = { plain, ANSWER_CUT, false },
		[CLIENT_CUT_CHUNKED] = { plain, ANSWER_CHUNKED_CUT, false },
		[CLIENT_UNTIL_FIN] = { plain, ANSWER_UNTIL_FIN, false },
		[CLIENT_TRUNCATED] = { fin_alone, ANSWER_CUT, false },
		[CLIENT_TRUNCATED_UNTIL_FIN] = { fin_alone,
			ANSWER_UNTIL_FIN_CUT, false },
		[CLIENT_FIN_ALONE] = { fin_alone, ANSWER_WHOLE, false },
		[CLIENT_NOTIFY_ALONE] = { notify_alone, ANSWER_WHOLE, false },
		[CLIENT_RESET] = { reset, ANSWER_CUT, false },
		[CLIENT_RESET_UNTIL_FIN] = { reset, ANSWER_UNTIL_FIN_CUT,
			false },
		[CLIENT_ENDS_LONG] = { ends_long, ANSWER_WHOLE, false },
		[CLIENT_ENDS_LARGE] = { ends, ANSWER_LARGE, false },
		[CLIENT_LATE_OPEN] = { late, ANSWER_WHOLE, true },
		[CLIENT_CHUNKED] = { plain, ANSWER_CHUNKED, false },
		[CLIENT_PLAIN_OPEN] = { plain_open, ANSWER_WHOLE, true },
		[CLIENT_NO_REPLY] = { no_reply, ANSWER_WHOLE, false },
	};
	struct visit_plan plan = {
		.script = plans[id].script,
		.answer = plans[id].answer,
		.holds_input = plans[id].holds_input,
		.leaves_unread = client_probe_resets(id),
	};

	if (tls && plan.script == sends_on)
		plan.script = sends_on_tls;
	return plan;
}

bool client_probe_is_tls(enum client_probe id)
{
	return id == CLIENT_TLS_END || id == CLIENT_TRUNCATED ||
		id == CLIENT_TRUNCATED_UNTIL_FIN || id == CLIENT_FIN_ALONE ||
		id == CLIENT_NOTIFY_ALONE;
}

bool client_probe_resets(enum client_probe id)
{
	return id == CLIENT_RESET || id == CLIENT_RESET_UNTIL_FIN;
}

bool client_probe_is_http(enum client_probe id)
{
	return id == CLIENT_CUT_CHUNKED || id == CLIENT_UNTIL_FIN ||
		id == CLIENT_TRUNCATED_UNTIL_FIN ||
		id == CLIENT_RESET_UNTIL_FIN || id == CLIENT_CHUNKED;
}

enum client_probe client_control_of(enum client_probe id)
{
	return id == CLIENT_CUT_CHUNKED ? CLIENT_CHUNKED
		: id == CLIENT_RESET_UNTIL_FIN ||
			id == CLIENT_TRUNCATED_UNTIL_FIN
		? CLIENT_UNTIL_FIN
		: CLIENT_PLAIN;
}
