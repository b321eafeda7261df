/* SPDX-License-Identifier: GPL-3.0-or-later */
/* What visits show of a client: of visits that nobody has made. */
#include "gracelab/judge/client/behaviour.h"

#include <signal.h>
#include <stdlib.h>
#include <sys/mman.h>
#include <unistd.h>

#include "gracelab/judge/client/outlook.h"
#include "gracelab/judge/client/shown.h"
#include "gracelab/judge/client/tells.h"
#include "tests/unit/tap.h"

enum {
	VISITS = 4,
	DIED = SIGPIPE,                    /* as waitpid(2) has it: a signal, */
	EXITED_141 = (128 + SIGPIPE) << 8, /* ... or what a shell makes of it */
	EXITED_1 = 1 << 8,
};

static const char reply[] = "a reply that is whole\n";

/* An inquiry with the visits that are put into it. */
struct asked {
	struct client_setting setting;
	struct results results;
	struct inquiry inquiry;
	struct visit visits[VISITS];
	struct visit *places[VISITS];
};

static void begin(struct asked *asked)
{
	*asked = (struct asked){ .setting = { .patience_ms = 5000 } };
	asked->inquiry.setting = &asked->setting;
	asked->inquiry.results = &asked->results;
	asked->inquiry.visits = asked->places;
}

/* What a program has said; -1 for nothing. */
static int said(const char *text)
{
	int fd = text ? memfd_create("said", MFD_CLOEXEC) : -1;

	if (text)
		EXPECT_INT(strlen(text), write(fd, text, strlen(text)));
	return fd;
}

/* One more that was: `like`, but for what every one has, and what it said. */
static struct visit *add(struct asked *asked, enum client_probe id,
	struct visit like, const char *output, const char *errors)
{
	struct visit *visit = &asked->visits[asked->inquiry.count];

	*visit = like;
	visit->id = (int)id;
	visit->setting = &asked->setting;
	visit->state = VISIT_OVER;
	visit->connections = like.connections ? like.connections : 1;
	visit->accepted_s = 1;
	visit->output = said(output);
	visit->errors = said(errors);
	visit->answer.body = reply;
	visit->answer.body_bytes = sizeof(reply) - 1;
	asked->places[asked->inquiry.count++] = visit;
	return visit;
}

static void end(struct asked *asked)
{
	for (size_t i = 0; i < asked->inquiry.count; i++) {
		if (asked->visits[i].output >= 0)
			close(asked->visits[i].output);
		if (asked->visits[i].errors >= 0)
			close(asked->visits[i].errors);
	}
}

static void expect_seen(struct seen seen, enum seen_word word,
	enum result_kind kind, const char *why)
{
	tap_case("%s, not %s: %s", seen_name(word), seen_name(seen.word),
		seen.why);
	EXPECT_INT(word, seen.word);
	EXPECT_INT(kind, seen.kind);
	EXPECT(strstr(seen.why, why));
	tap_case("%s", "");
}

/* One visit alone, of a probe that needs no control. */
static void expect(enum client_probe probe, struct visit like,
	const char *output, enum seen_word word, enum result_kind kind,
	const char *why)
{
	struct asked asked;

	begin(&asked);
	expect_seen(behaviour_of(&asked.inquiry, probe,
			    add(&asked, probe, like, output, NULL)),
		word, kind, why);
	end(&asked);
}

#define VISIT(...) ((struct visit){ __VA_ARGS__ })
#define FIN(...)   VISIT(.fin_s = 1.5, .answered_s = 1.25, __VA_ARGS__)

static void test_fin(void)
{
	const enum client_probe ends = CLIENT_ENDS;

	expect(ends, FIN(.fin = MOMENT_BEFORE, .taken = FATE_TAKEN), NULL,
		SEEN_HALF_CLOSE, RESULT_GOOD, "0.500 s after it has connected");
	/* It may have gone behind its last read(2). */
	expect(ends, FIN(.fin = MOMENT_BEFORE, .taken = FATE_REFUSED), reply,
		SEEN_HALF_CLOSE, RESULT_GOOD, ", and put out");
	expect(ends, FIN(.fin = MOMENT_BEFORE, .taken = FATE_REFUSED), "other",
		SEEN_CLOSE, RESULT_BAD, "meets RST, and is lost");
	expect(ends, FIN(.fin = MOMENT_BEFORE), NULL, SEEN_UNKNOWN,
		RESULT_UNPROVED, "neither read nor refused");
	expect(ends, FIN(.fin = MOMENT_AFTER, .taken = FATE_REFUSED), NULL,
		SEEN_CLOSE, RESULT_BAD, "while the reply does");
	expect(ends,
		FIN(.fin = MOMENT_AFTER, .taken = FATE_TAKEN,
			.more = FATE_REFUSED),
		NULL, SEEN_CLOSE, RESULT_GOOD, "0.250 s after the reply");
	expect(ends,
		FIN(.fin = MOMENT_AFTER, .taken = FATE_TAKEN, .orphaned_s = 2),
		NULL, SEEN_CLOSE, RESULT_GOOD, "what comes behind meets RST");
	expect(ends,
		FIN(.fin = MOMENT_AFTER, .taken = FATE_TAKEN,
			.more = FATE_TAKEN, .orphaned_s = 2),
		NULL, SEEN_HALF_CLOSE, RESULT_GOOD, "it reads on");
	expect(ends, FIN(.fin = MOMENT_AFTER, .taken = FATE_TAKEN), NULL,
		SEEN_UNKNOWN, RESULT_UNPROVED, "does not show");
	expect(ends, FIN(.fin = MOMENT_LAST), NULL, SEEN_NEVER, RESULT_GOOD,
		"before the server's");
	expect(ends, VISIT(.exited = true), NULL, SEEN_NEVER, RESULT_BAD,
		"something that it has started");
	expect(ends, VISIT(.given_up = true), NULL, SEEN_NEVER, RESULT_BAD,
		"none in 5 s");
}

static void test_reset(void)
{
	const enum client_probe ends = CLIENT_ENDS;

	expect(ends, FIN(.reset = MOMENT_BEFORE), NULL, SEEN_RESET, RESULT_BAD,
		"no reply can reach it");
	expect(ends, FIN(.reset = MOMENT_AFTER, .unread_at_reset = true), NULL,
		SEEN_RESET, RESULT_UNPROVED, "does not show");
	expect(ends, FIN(.reset = MOMENT_AFTER, .unread_at_reset = true), reply,
		SEEN_RESET, RESULT_REPORTED, ", and put it out");
	expect(ends, FIN(.reset = MOMENT_LAST), NULL, SEEN_RESET,
		RESULT_REPORTED, "the server's FIN came before");
}

static void test_plain(void)
{
	struct visit none = VISIT(.exited = true, .status = EXITED_1);
	struct asked asked;

	expect(CLIENT_PLAIN, VISIT(.taken = FATE_TAKEN), NULL, SEEN_SERVED,
		RESULT_REPORTED, "no end in 5 s");
	expect(CLIENT_PLAIN, VISIT(.exited = true), reply, SEEN_SERVED,
		RESULT_REPORTED, "put it out; then: status 0");
	expect(CLIENT_PLAIN, VISIT(.taken = FATE_REFUSED), NULL, SEEN_UNSERVED,
		RESULT_REPORTED, "not read");
	begin(&asked);
	struct visit *visit =
		add(&asked, CLIENT_PLAIN, none, "out\n", "\033no\n");

	visit->connections = 0;
	expect_seen(behaviour_of(&asked.inquiry, CLIENT_ENDS, visit),
		SEEN_NO_CONNECTION, RESULT_UNPROVED, "status 1: \\x1bno");
	end(&asked);
}

/* A late reply that is lost, beside what the same client does without a FIN. */
static void expect_late(struct visit like, struct visit open,
	enum result_kind kind, const char *why)
{
	struct asked asked;

	begin(&asked);
	const struct visit *visit =
		add(&asked, CLIENT_LATE_REPLY, like, NULL, NULL);

	add(&asked, CLIENT_LATE_OPEN, open, NULL, NULL);
	expect_seen(behaviour_of(&asked.inquiry, CLIENT_LATE_REPLY, visit),
		SEEN_LOST, kind, why);
	end(&asked);
}

static void test_late(void)
{
	const enum client_probe late = CLIENT_LATE_REPLY;
	struct visit lost = VISIT(.fin = MOMENT_BEFORE, .fin_s = 2,
		.answered_s = 3, .taken = FATE_REFUSED);
	struct visit whole = lost;

	expect(late, VISIT(.fin = MOMENT_AFTER, .taken = FATE_TAKEN), NULL,
		SEEN_UNKNOWN, RESULT_UNPROVED, "no FIN came before");
	whole.taken = FATE_TAKEN;
	expect(late, whole, NULL, SEEN_TAKEN, RESULT_GOOD, "read 1.00 s after");
	expect(late, lost, reply, SEEN_TAKEN, RESULT_GOOD, "read 1.00 s after");
	whole.taken = FATE_OPEN;
	expect(late, whole, NULL, SEEN_UNREAD, RESULT_BAD, "is not read");
	expect(late, lost, NULL, SEEN_LOST, RESULT_BAD, "gives up 1.00 s");
	lost.orphaned_s = 2.25;
	expect_late(lost, VISIT(.taken = FATE_REFUSED), RESULT_UNPROVED,
		"gives up 0.25 s after its FIN, and as soon without one");
	expect_late(lost, VISIT(.taken = FATE_TAKEN), RESULT_BAD, "0.25 s");
	/* These are no controls: they have ended all the same. */
	expect_late(lost, lost, RESULT_BAD, "0.25 s");
	expect_late(lost, VISIT(.reset = MOMENT_BEFORE, .taken = FATE_REFUSED),
		RESULT_BAD, "0.25 s");
}

static void test_sends_on(void)
{
	struct visit more = VISIT(.heard = { .bytes = 19 }, .heard_at_end = 5,
		.fed_before = true);
	const enum client_probe on = CLIENT_SENDS_ON, dies = CLIENT_SIGPIPE;

	expect(on, more, NULL, SEEN_SENDS_ON, RESULT_REPORTED, "14 bytes");
	expect(dies, more, NULL, SEEN_SURVIVES, RESULT_REPORTED, "no end in");
	more.exited = true;
	more.status = DIED;
	expect(dies, more, NULL, SEEN_SIGPIPE, RESULT_BAD, "SIGPIPE");
	more.status = EXITED_141;
	expect(dies, more, NULL, SEEN_SIGPIPE, RESULT_BAD, "status 141");
	more.status = SIGKILL;
	expect(dies, more, NULL, SEEN_SURVIVES, RESULT_REPORTED, "SIGKILL");
	more.fin = MOMENT_AFTER;
	expect(on, more, NULL, SEEN_UNKNOWN, RESULT_REPORTED, "has ended");
	/* Of what came before it was fed nobody knows why. */
	more.fin = MOMENT_LAST;
	more.fed_before = false;
	expect(on, more, NULL, SEEN_UNKNOWN, RESULT_REPORTED, "nothing to");
	expect(on, VISIT(.reads_input = true), NULL, SEEN_STOPS,
		RESULT_REPORTED, "nothing of what stands");
	expect(dies, VISIT(.reads_input = true), NULL, SEEN_UNKNOWN,
		RESULT_REPORTED, "after the server has ended");
}

/* How a client that was served twice by `id` would be told from `like`. */
struct telling {
	enum client_probe probe;
	struct visit control, like;
	const char *control_errors, *errors, *output;
	bool is_framed;
};

static void expect_told(const struct telling *telling, enum seen_word word,
	enum result_kind kind, const char *why)
{
	enum client_probe id = client_control_of(telling->probe);
	struct asked asked;

	begin(&asked);
	asked.setting.framed = telling->is_framed;
	for (int i = 0; i < 2; i++)
		add(&asked, id, telling->control,
			"Got: ", telling->control_errors);
	const struct visit *visit = add(&asked, telling->probe, telling->like,
		telling->output ? telling->output : "Got: ", telling->errors);

	expect_seen(behaviour_of(&asked.inquiry, telling->probe, visit), word,
		kind, why);
	end(&asked);
}

#define SERVED(...) VISIT(.taken = FATE_TAKEN, .exited = true, __VA_ARGS__)

static void test_told(void)
{
	struct telling cut = { CLIENT_CUT, .control = SERVED(.status = 0),
		.like = SERVED(.status = EXITED_1), .is_framed = true };

	expect_told(&cut, SEEN_TELLS, RESULT_GOOD,
		"status 1; with a whole one: status 0");
	cut.like.status = DIED;
	expect_told(&cut, SEEN_DIES, RESULT_BAD, "dies of SIGPIPE");
	cut.like.exited = false;
	expect_told(&cut, SEEN_HANGS, RESULT_BAD, "no end in 5 s; with a");
	cut.like = cut.control;
	expect_told(&cut, SEEN_SILENT, RESULT_BAD, "nothing that tells");
	cut.like.connections = 2;
	expect_told(&cut, SEEN_TELLS, RESULT_GOOD, "connects once more");
	cut.like.connections = 0;
	cut.like.taken = FATE_REFUSED;
	expect_told(&cut, SEEN_UNKNOWN, RESULT_UNPROVED, "is not read");
	cut.output = reply;
	expect_told(&cut, SEEN_UNKNOWN, RESULT_UNPROVED, "output differs");
}

static void test_words(void)
{
	struct telling cut = { CLIENT_CUT, .control = SERVED(.status = 0),
		.like = SERVED(.status = 0), .errors = "too short\n",
		.is_framed = true };

	expect_told(&cut, SEEN_TELLS, RESULT_GOOD, "but it says: too short");
	/* One that always says something may have counted bytes. */
	cut.control_errors = "22 bytes\n";
	expect_told(&cut, SEEN_UNKNOWN, RESULT_UNPROVED, "differs: too short");
	cut.errors = cut.control_errors;
	expect_told(&cut, SEEN_SILENT, RESULT_BAD, "nothing that tells");
	cut.errors = NULL;
	expect_told(&cut, SEEN_SILENT, RESULT_BAD, "nothing that tells");
	cut.output = "Got: hm";
	expect_told(&cut, SEEN_UNKNOWN, RESULT_UNPROVED, "may say so: Got: hm");
	/* The reply itself, as often as it has got it, is no message. */
	cut.output = "Got: a reply that is whole\n";
	expect_told(&cut, SEEN_SILENT, RESULT_BAD, "nothing that tells");
}

/* Nothing in a reply without a frame says that it is cut; a RST does. */
static void test_unframed(void)
{
	struct telling one = { CLIENT_CUT, .control = SERVED(.status = 0),
		.like = SERVED(.status = 0) };

	expect_told(&one, SEEN_SILENT, RESULT_REPORTED, "(--framed)");
	one.like.status = EXITED_1;
	expect_told(&one, SEEN_TELLS, RESULT_REPORTED, "status 1");
	one.like.exited = false;
	expect_told(&one, SEEN_HANGS, RESULT_REPORTED, "no end");
	one.probe = CLIENT_RESET;
	expect_told(&one, SEEN_HANGS, RESULT_BAD, "no end");
	one.like = one.control;
	expect_told(&one, SEEN_SILENT, RESULT_BAD, "nothing that tells");
	one.like.fin = MOMENT_BEFORE;
	expect_told(&one, SEEN_SILENT, RESULT_BAD, "nothing that tells");
	one.like.fin = MOMENT_AFTER;
	expect_told(&one, SEEN_UNKNOWN, RESULT_UNPROVED, "before the RST");
	one.like = SERVED(.reset = MOMENT_BEFORE);
	expect_told(&one, SEEN_UNKNOWN, RESULT_UNPROVED, "before the RST");
	one = (struct telling){ CLIENT_UNTIL_FIN,
		.control = SERVED(.status = 0), .like = SERVED(.status = 0) };
	expect_told(
		&one, SEEN_TAKEN, RESULT_REPORTED, "as with one with a length");
	one.like.status = EXITED_1;
	expect_told(&one, SEEN_TELLS, RESULT_REPORTED, "does not take it");
}

static void expect_no_control(struct visit first, struct visit other,
	const char *output, const char *why)
{
	struct asked asked;

	begin(&asked);
	add(&asked, CLIENT_PLAIN, first, output, NULL);
	add(&asked, CLIENT_PLAIN, other, output, NULL);
	EXPECT_INT(!*why, tells_has_control(&asked.inquiry, CLIENT_PLAIN));
	expect_seen(behaviour_of(&asked.inquiry, CLIENT_RESET,
			    add(&asked, CLIENT_RESET,
				    SERVED(.status = EXITED_1), output, NULL)),
		*why ? SEEN_UNKNOWN : SEEN_TELLS,
		*why ? RESULT_UNPROVED : RESULT_GOOD, why);
	end(&asked);
}

static void test_controls(void)
{
	struct visit good = SERVED(.status = 0), silent = good;
	struct asked asked;

	expect_no_control(good, good, NULL, "");
	silent.taken = FATE_OPEN;
	expect_no_control(silent, good, NULL, "does not read a whole reply");
	expect_no_control(silent, good, reply, "");
	expect_no_control(VISIT(.taken = FATE_TAKEN), good, NULL,
		"does not end either (no end in 5 s)");
	expect_no_control(good, VISIT(.taken = FATE_TAKEN), NULL,
		"not end the same way twice");
	expect_no_control(good, SERVED(.status = EXITED_1), NULL, "twice");
	expect_no_control(SERVED(.status = EXITED_1),
		SERVED(.status = EXITED_1), NULL, "fails too (status 1)");
	begin(&asked);
	expect_seen(behaviour_of(&asked.inquiry, CLIENT_CUT,
			    add(&asked, CLIENT_CUT, good, NULL, NULL)),
		SEEN_UNKNOWN, RESULT_UNPROVED, "not served with a whole");
	end(&asked);
}

/* A visit with TLS, beside a plain one whose output that is; NULL: none. */
static void expect_tls(enum client_probe probe, struct visit like,
	const char *plain_output, enum seen_word word, enum result_kind kind,
	const char *why)
{
	struct asked asked;

	begin(&asked);
	asked.setting.tls = true;
	if (plain_output)
		add(&asked, CLIENT_PLAIN, SERVED(.status = 0), plain_output,
			NULL);
	expect_seen(behaviour_of(&asked.inquiry, probe,
			    add(&asked, probe, like, NULL, NULL)),
		word, kind, why);
	end(&asked);
}

static void test_layers(void)
{
	const enum client_probe layers = CLIENT_TLS_END, ends = CLIENT_ENDS;
	struct visit notified = FIN(.fin = MOMENT_BEFORE,
		.notify = MOMENT_BEFORE, .taken = FATE_TAKEN, .exited = true);
	struct visit with_fin = notified, with_rst = notified;

	expect_tls(layers, notified, NULL, SEEN_NOTIFY_ALONE, RESULT_REPORTED,
		"before the reply; no FIN");
	with_fin.tcp_fin = MOMENT_BEFORE;
	expect_tls(layers, with_fin, NULL, SEEN_NOTIFY_FIN, RESULT_REPORTED,
		"before the reply");
	with_fin.tcp_fin = MOMENT_LAST;
	expect_tls(layers, with_fin, NULL, SEEN_NOTIFY_ALONE, RESULT_REPORTED,
		"FIN after the server's end");
	with_rst.tcp_rst = MOMENT_BEFORE;
	expect_tls(layers, with_rst, NULL, SEEN_NOTIFY_RST, RESULT_REPORTED,
		"something unread");
	expect_tls(layers, FIN(.fin = MOMENT_AFTER, .tcp_fin = MOMENT_AFTER),
		NULL, SEEN_FIN_ALONE, RESULT_REPORTED, "after the reply");
	expect_tls(layers, FIN(.reset = MOMENT_AFTER), NULL, SEEN_RESET,
		RESULT_REPORTED, "without close_notify");
	expect_tls(layers, VISIT(.given_up = true), NULL, SEEN_NEVER,
		RESULT_REPORTED, "neither");
	expect_tls(ends,
		VISIT(.broken = MOMENT_BEFORE, .alert = "decode error"), NULL,
		SEEN_ALERT, RESULT_UNPROVED, "the alert \"decode error\"");
	/* What TLS has read the program need not have. */
	expect_tls(ends, notified, "", SEEN_UNKNOWN, RESULT_UNPROVED,
		"does not show");
	expect_tls(ends, notified, reply, SEEN_CLOSE, RESULT_BAD,
		"thrown away, and lost");
	notified.exited = false;
	expect_tls(ends, notified, reply, SEEN_UNKNOWN, RESULT_UNPROVED,
		"does not show");
}

/* The row of three visits, in the words of a report. */
static void test_row(void)
{
	struct visit taken = FIN(.fin = MOMENT_BEFORE, .taken = FATE_TAKEN);
	struct visit lost = FIN(.fin = MOMENT_BEFORE, .taken = FATE_REFUSED);
	struct asked asked;

	begin(&asked);
	EXPECT(!results_open(&asked.results, "/dev/null", RESULTS_JSON));
	asked.inquiry.chosen[CLIENT_ENDS] = true;
	add(&asked, CLIENT_ENDS, taken, NULL, NULL);
	add(&asked, CLIENT_ENDS, lost, NULL, NULL);
	add(&asked, CLIENT_ENDS, taken, NULL, NULL);
	/* One that is not over counts for nothing. */
	add(&asked, CLIENT_ENDS, lost, NULL, NULL)->state = VISIT_SERVED;
	shown_add(&asked.inquiry, CLIENT_ENDS);
	if (EXPECT_INT(1, asked.results.count)) {
		const struct result *row = &asked.results.rows[0];
		json_t *agreed = json_object_get(row->data, "agreed");

		EXPECT_TEXT("close", row->verdict);
		EXPECT_INT(RESULT_BAD, row->kind);
		EXPECT_TEXT("2 half-close, 1 close of 3", row->measured);
		EXPECT_INT(1, json_integer_value(agreed));
		EXPECT(row->ladder && row->picture);
	}
	EXPECT_TEXT("close", asked.inquiry.ends);
	shown_add(&asked.inquiry, CLIENT_CUT);
	EXPECT_INT(1, asked.results.count);
	asked.inquiry.chosen[CLIENT_LATE_REPLY] = true;
	asked.inquiry.interrupted = true;
	shown_add(&asked.inquiry, CLIENT_LATE_REPLY);
	if (EXPECT_INT(2, asked.results.count))
		EXPECT_TEXT("interrupted", asked.results.rows[1].why);
	results_free(&asked.results);
	end(&asked);
}

/* What follows from these rows, of a client that has made a connection. */
static void expect_outlook(const struct inquiry *like, int status,
	const char *overall, const char *proof)
{
	struct asked asked;

	begin(&asked);
	add(&asked, CLIENT_PLAIN, SERVED(.status = 0), NULL, NULL);
	memcpy(asked.inquiry.words, like->words, sizeof(like->words));
	memcpy(asked.inquiry.kinds, like->kinds, sizeof(like->kinds));
	asked.inquiry.interrupted = like->interrupted;
	outlook_conclude(&asked.inquiry);
	tap_case("%s: %s", asked.results.overall, asked.results.proof);
	EXPECT_INT(status, asked.results.status);
	EXPECT_TEXT(overall, asked.results.overall);
	EXPECT_TEXT(proof, asked.results.proof);
	tap_case("%s", "");
	json_decref(asked.results.data);
	end(&asked);
}

static void test_outlook(void)
{
	struct inquiry rows = { .words = { "pass" },
		.kinds = { RESULT_REPORTED } };

	expect_outlook(
		&rows, 3, "NO-VERDICT", "nothing that is judged was asked");
	/* What is only reported is no proof. */
	rows.words[CLIENT_UNTIL_FIN] = "taken";
	rows.kinds[CLIENT_UNTIL_FIN] = RESULT_GOOD;
	rows.words[CLIENT_RESET] = "cannot tell";
	rows.kinds[CLIENT_RESET] = RESULT_UNPROVED;
	expect_outlook(&rows, 3, "NO-VERDICT", "nothing was proved");
	rows.words[CLIENT_ENDS] = "half-close";
	rows.kinds[CLIENT_ENDS] = RESULT_GOOD;
	expect_outlook(&rows, 0, "PASS",
		"proved: how it ends loses no reply; what cannot be told "
		"stands above");
	rows.interrupted = true;
	expect_outlook(&rows, 3, "NO-VERDICT",
		"interrupted; what was finished stands above");
	rows.words[CLIENT_CUT] = rows.words[CLIENT_CUT_CHUNKED] = "silent";
	rows.kinds[CLIENT_CUT] = rows.kinds[CLIENT_CUT_CHUNKED] = RESULT_BAD;
	expect_outlook(&rows, 1, "FAIL", "a reply that is cut counts as whole");
	expect_outlook(&(struct inquiry){ .words = { "no connection" } }, 3,
		"NO-VERDICT", "the client makes no plain connection");
}

const struct tap_test tests_judge_behaviour[] = {
	{ "a client's FIN is judged by what becomes of the reply", test_fin },
	{ "a client's RST is bad before the reply, and told from a late one",
		test_reset },
	{ "a client is served if it has read the reply, or has put it out",
		test_plain },
	{ "a late reply that is lost is the FIN's doing, or it is not",
		test_late },
	{ "who sends after the server's FIN may die of it", test_sends_on },
	{ "a cut reply is told by status, by one more try, or not", test_told },
	{ "... or in words that a whole one does not have", test_words },
	{ "a reply without a frame is judged only where a RST ends it",
		test_unframed },
	{ "what a client is told from has to be twice the same, and good",
		test_controls },
	{ "with TLS an end has layers, and what is read may be thrown away",
		test_layers },
	{ "a row has the worst of its visits, and counts them", test_row },
	{ "the last sentence on a client follows from its rows", test_outlook },
	{ NULL, NULL },
};
