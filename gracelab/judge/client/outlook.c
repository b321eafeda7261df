/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "outlook.h"

#include <stdio.h>
#include <string.h>

#include "has.h"
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
	[CLIENT_TRUNCATED] = { "a reply that a FIN without close_notify cuts "
			       "counts as whole",
		"one that a FIN without close_notify cuts is told" },
	[CLIENT_TRUNCATED_UNTIL_FIN] = { "a reply that a FIN without "
					 "close_notify cuts counts as whole",
		"one without a length that a FIN without close_notify cuts is "
		"told" },
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

/* What a FIN is called where there is another end. */
static const char *adapt(const struct inquiry *inquiry, const char *text,
	char *room, size_t size)
{
	static const char fin[] = "its FIN";
	const char *end = seen_terms(inquiry->setting).end;
	const char *found = strstr(text, fin);

	if (!found)
		return text;
	snprintf(room, size, "%.*sits %s%s", (int)(found - text), text, end,
		found + sizeof(fin) - 1);
	return room;
}

/* The visit in which a close_notify has cost the reply, if that is so. */
static const struct visit *loses_reply(const struct inquiry *inquiry)
{
	bool closes = inquiry->kinds[CLIENT_ENDS] == RESULT_BAD &&
		inquiry->ends && !strcmp(inquiry->ends, seen_name(SEEN_CLOSE));
	bool gives_up = inquiry->words[CLIENT_LATE_REPLY] &&
		inquiry->kinds[CLIENT_LATE_REPLY] == RESULT_BAD;
	const struct visit *visit = NULL;

	while ((closes || gives_up) &&
		(visit = inquiry_next(inquiry, CLIENT_ENDS, visit)))
		if (visit->notify == MOMENT_BEFORE)
			return visit;
	return NULL;
}

/* What the version of TLS says of a half that lives on. */
static void say_section(const struct inquiry *inquiry)
{
	const struct visit *visit = loses_reply(inquiry);

	if (visit && visit->version == TLS_1_2)
		say(inquiry->results, "; ",
			"TLS 1.2 itself allows that: RFC 5246 section 7.2.1 "
			"has nobody wait for more behind a close_notify");
	if (visit && visit->version == TLS_1_3)
		say(inquiry->results, "; ",
			"TLS 1.3 lets the other half live: RFC 8446 section "
			"6.1");
}

static void say_violations(const struct inquiry *inquiry)
{
	char room[160];

	for (int id = 0; id < CLIENT_PROBES; id++)
		if (inquiry->words[id] && inquiry->kinds[id] == RESULT_BAD)
			say(inquiry->results, "; ",
				adapt(inquiry, says[id].violation, room,
					sizeof(room)));
	say_section(inquiry);
}

static void say_proof(const struct inquiry *inquiry)
{
	const char *separator = "proved: ";
	char room[160];

	for (int id = 0; id < CLIENT_PROBES; id++) {
		size_t used = strlen(inquiry->results->proof);

		if (!inquiry->words[id] || inquiry->kinds[id] != RESULT_GOOD ||
			!says[id].proof)
			continue;
		snprintf(inquiry->results->proof + used,
			sizeof(inquiry->results->proof) - used, "%s%s",
			separator,
			adapt(inquiry, says[id].proof, room, sizeof(room)));
		separator = ", ";
	}
	for (int id = 0; id < CLIENT_PROBES; id++)
		if (inquiry->words[id] && inquiry->kinds[id] == RESULT_UNPROVED)
			say(inquiry->results, "; ",
				"what cannot be told stands above");
}

/* What may be mended where a client does not trust our server. */
static void say_ca(const struct inquiry *inquiry)
{
	say(inquiry->results, "; ",
		inquiry->setting->told_ca
			? "{ca} is the certificate to be trusted"
			: "COMMAND has no {ca}, the file of the certificate "
			  "to be trusted");
}

/* Why there is no plain exchange. */
static void say_no_plain(const struct inquiry *inquiry)
{
	const struct visit *plain = inquiry_next(inquiry, CLIENT_PLAIN, NULL);

	if (plain && has_refused_server(plain)) {
		say(inquiry->results, "",
			"the client refuses our server once TLS stands");
		say_ca(inquiry);
	} else if (plain && *plain->refused) {
		say(inquiry->results, "", "the TLS handshake fails: ");
		say(inquiry->results, "", plain->refused);
		if (has_refused_certificate(plain))
			say_ca(inquiry);
	} else {
		say(inquiry->results, "",
			"the client makes no plain connection");
	}
}

static bool has_plain(const struct inquiry *inquiry)
{
	const struct visit *visit = inquiry_next(inquiry, CLIENT_PLAIN, NULL);
	const char *plain = inquiry->words[CLIENT_PLAIN];

	return plain && !(visit && has_refused_server(visit)) &&
		strcmp(plain, seen_name(SEEN_NO_CONNECTION)) != 0 &&
		strcmp(plain, seen_name(SEEN_NO_HANDSHAKE)) != 0;
}

static void say_no_verdict(const struct inquiry *inquiry)
{
	if (*inquiry->failure)
		say(inquiry->results, "", inquiry->failure);
	else if (inquiry->interrupted)
		say(inquiry->results, "",
			"interrupted; what was finished stands above");
	else if (!has_plain(inquiry))
		say_no_plain(inquiry);
	else
		say(inquiry->results, "",
			any(inquiry, RESULT_UNPROVED)
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

/* What there is to know with TLS alone. */
static json_t *add_layers(const struct inquiry *inquiry, json_t *facts)
{
	const struct visit *plain = inquiry_next(inquiry, CLIENT_PLAIN, NULL);
	const char *end = inquiry->words[CLIENT_TLS_END];
	const char *version = plain ? tls_version_name(plain->version) : "";

	if (!facts || !inquiry->setting->tls)
		return facts;
	if (end && !strcmp(end, seen_name(SEEN_NO_HANDSHAKE)))
		end = NULL;
	json_object_set_new(
		facts, "tls", *version ? json_string(version) : json_null());
	json_object_set_new(
		facts, "tls_end", end ? json_string(end) : json_null());
	json_object_set_new(facts, "tells_truncated",
		tell(inquiry, CLIENT_TRUNCATED, SEEN_TELLS, SEEN_SILENT));
	return facts;
}

static json_t *facts(const struct inquiry *inquiry)
{
	json_t *facts = json_pack("{s:o, s:o, s:o, s:o, s:o, s:o}", "ends",
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

	return add_layers(inquiry, facts);
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
