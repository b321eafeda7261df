/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "outlook.h"

#include <stdio.h>
#include <string.h>

#include "lib/base/status.h"
#include "seen.h"

/* There is no plain exchange, or nothing was proved. */
#define STATUS_NO_VERDICT 3

/* What is said of a probe that is bad, and of one that is good. */
static const struct {
	const char *violation, *proof;
} says[CLIENT_PROBES] = {
	[CLIENT_ENDS] = { "its end loses the reply, or never comes",
		"how it ends loses no reply" },
	[CLIENT_LATE_REPLY] = { "it does not wait for a reply after its FIN",
		"a reply 1 s after its FIN" },
	[CLIENT_SIGPIPE] = { "it dies of SIGPIPE", "" },
	[CLIENT_CUT] = { "a reply that is cut counts as whole",
		"a cut reply is told" },
	[CLIENT_CUT_CHUNKED] = { "a reply that is cut counts as whole",
		"a cut reply in chunks is told" },
	[CLIENT_RESET] = { "a reply that is reset counts as whole",
		"a reset reply is told" },
	[CLIENT_RESET_UNTIL_FIN] = { "a reply that is reset counts as whole",
		"one without a length that is reset is told" },
};

static void say(
	struct results *results, const char *separator, const char *text)
{
	size_t used = strlen(results->proof);

	if (*text && !strstr(results->proof, text))
		snprintf(results->proof + used, sizeof(results->proof) - used,
			"%s%s", used ? separator : "", text);
}

static bool any(const struct inquiry *inquiry, enum result_kind kind)
{
	for (int id = CLIENT_ENDS; id < CLIENT_PROBES; id++)
		if (inquiry->words[id] && client_probes[id].judged &&
			inquiry->kinds[id] == kind)
			return true;
	return false;
}

static void say_violations(const struct inquiry *inquiry)
{
	for (int id = 0; id < CLIENT_PROBES; id++)
		if (inquiry->words[id] && inquiry->kinds[id] == RESULT_BAD)
			say(inquiry->results, "; ", says[id].violation);
}

static void say_proof(const struct inquiry *inquiry)
{
	const char *separator = "proved: ";

	for (int id = 0; id < CLIENT_PROBES; id++) {
		size_t used = strlen(inquiry->results->proof);

		if (!inquiry->words[id] || inquiry->kinds[id] != RESULT_GOOD ||
			!says[id].proof)
			continue;
		snprintf(inquiry->results->proof + used,
			sizeof(inquiry->results->proof) - used, "%s%s",
			separator, says[id].proof);
		separator = ", ";
	}
	for (int id = 0; id < CLIENT_PROBES; id++)
		if (inquiry->words[id] && inquiry->kinds[id] == RESULT_UNPROVED)
			say(inquiry->results, "; ",
				"what cannot be told stands above");
}

static void say_no_verdict(const struct inquiry *inquiry)
{
	const char *plain = inquiry->words[CLIENT_PLAIN];

	say(inquiry->results, "",
		*inquiry->failure ? inquiry->failure
			: inquiry->interrupted
			? "interrupted; what was finished stands above"
			: !plain ||
				!strcmp(plain, seen_name(SEEN_NO_CONNECTION))
			? "the client makes no plain connection"
			: any(inquiry, RESULT_UNPROVED)
			? "nothing was proved"
			: "nothing that is judged was asked");
}

/* True, false, or null where it is not known. */
static json_t *tell(const struct inquiry *inquiry, enum client_probe id,
	enum seen_word yes, enum seen_word no)
{
	const char *word = inquiry->words[id];

	return !word                            ? json_null()
		: !strcmp(word, seen_name(yes)) ? json_true()
		: !strcmp(word, seen_name(no))  ? json_false()
						: json_null();
}

static json_t *facts(const struct inquiry *inquiry)
{
	return json_pack("{s:o, s:o, s:o, s:o, s:o, s:o}", "ends",
		inquiry->ends ? json_string(inquiry->ends) : json_null(),
		"takes_late_reply",
		tell(inquiry, CLIENT_LATE_REPLY, SEEN_TAKEN, SEEN_LOST),
		"sends_after_fin",
		tell(inquiry, CLIENT_SENDS_ON, SEEN_SENDS_ON, SEEN_STOPS),
		"dies_of_sigpipe",
		tell(inquiry, CLIENT_SIGPIPE, SEEN_SIGPIPE, SEEN_SURVIVES),
		"tells_cut", tell(inquiry, CLIENT_CUT, SEEN_TELLS, SEEN_SILENT),
		"tells_reset",
		tell(inquiry, CLIENT_RESET, SEEN_TELLS, SEEN_SILENT));
}

void outlook_conclude(struct inquiry *inquiry)
{
	struct results *results = inquiry->results;

	results->data = facts(inquiry);
	if (any(inquiry, RESULT_BAD)) {
		results->status = STATUS_FAILURE;
		results->overall = "FAIL";
		say_violations(inquiry);
	} else if (*inquiry->failure || inquiry->interrupted ||
		!any(inquiry, RESULT_GOOD)) {
		results->status = STATUS_NO_VERDICT;
		results->overall = "NO-VERDICT";
		say_no_verdict(inquiry);
	} else {
		results->status = STATUS_ORDER;
		results->overall = "PASS";
		say_proof(inquiry);
	}
}
