/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "gracelab/record/rungs.h"

#include <signal.h>
#include <stdio.h>
#include <stdlib.h>

#include "tests/unit/tap.h"

/* Adds an event that is given as JSON. */
static void add_event(struct rungs *rungs, enum side side, const char *text)
{
	struct heard heard;

	if (heard_read(&heard, text, strlen(text)) != HEARD_EVENT)
		return;
	rungs_add_event(rungs, side, 0, &heard);
	heard_free(&heard);
}

static void add_segment(
	struct rungs *rungs, enum side sender, unsigned flags, unsigned payload)
{
	const struct segment segment = { .flags = (uint8_t)flags,
		.payload_bytes = payload };

	rungs_add_segment(rungs,
		&(struct rungs_segment){
			.sender = sender, .segment = segment });
}

/* The same of a segment that does not arrive at once; 0: of one without id. */
static void add_held(struct rungs *rungs, enum side sender, unsigned flags,
	enum wire_fate fate, unsigned id)
{
	rungs_add_segment(rungs,
		&(struct rungs_segment){
			.sender = sender,
			.segment = { .flags = (uint8_t)flags },
			.fate = fate,
			.id = id,
		});
}

static const char *or_dash(const char *text)
{
	return text ? text : "-";
}

/* A rung as one line: call, result, both states, segment. */
static void expect_rung(
	const struct record *record, size_t i, const char *expected)
{
	char got[200];

	if (!EXPECT(i < record->rung_count))
		return;
	const struct rung *rung = &record->rungs[i];

	snprintf(got, sizeof(got), "%s%s \"%s\" = %s | %s %s | %s%s",
		rung->call ? rung->caller == CLIENT ? "c " : "s " : "",
		or_dash(rung->call), or_dash(rung->text), or_dash(rung->result),
		or_dash(rung->states[CLIENT]), or_dash(rung->states[SERVER]),
		rung->segment ? rung->sender == CLIENT ? "c " : "s " : "",
		or_dash(rung->segment));
	EXPECT_TEXT(expected, got);
}

static void every_event_that_is_a_call_has_a_rung(void)
{
	static const struct {
		const char *event, *rung;
	} cases[] = {
		{ "{\"event\":\"connect\"}", "c connect \"-\" = -" },
		{ "{\"event\":\"accept\",\"detail\":\"127.0.0.1:4\"}",
			"c accept \"-\" = -" },
		{ "{\"event\":\"send\",\"bytes\":5,\"text\":\"data1\"}",
			"c send \"data1\" = 5" },
		{ "{\"event\":\"send\",\"bytes\":70000,\"detail\":\"book\"}",
			"c sendfile \"book\" = 70000" },
		{ "{\"event\":\"recv\",\"bytes\":1,\"text\":\"\\\\n\"}",
			"c recv \"\\n\" = 1" },
		{ "{\"event\":\"eof\"}", "c recv \"-\" = 0 (EOF)" },
		{ "{\"event\":\"would-block\",\"call\":\"recv\",\"errno\":"
		  "\"EAGAIN\"}",
			"c recv \"-\" = EAGAIN" },
		{ "{\"event\":\"error\",\"call\":\"send\",\"errno\":\"EPIPE\","
		  "\"text\":\"x\"}",
			"c send \"x\" = EPIPE" },
		{ "{\"event\":\"error\",\"call\":\"shutdown\",\"detail\":"
		  "\"SHUT_RDWR\",\"errno\":\"ENOTCONN\"}",
			"c shutdown rdwr \"-\" = ENOTCONN" },
		{ "{\"event\":\"shutdown\",\"detail\":\"SHUT_WR\"}",
			"c shutdown wr \"-\" = 0" },
		{ "{\"event\":\"shutdown\",\"detail\":\"SHUT_RD\"}",
			"c shutdown rd \"-\" = 0" },
		{ "{\"event\":\"close\"}", "c close \"-\" = 0" },
		{ "{\"event\":\"reset\"}", "c abortive close \"-\" = 0" },
		{ "{\"event\":\"hold\",\"detail\":\"dup\"}",
			"c hold \"-\" = -" },
		{ "{\"event\":\"hold\",\"child\":true}",
			"c hold child \"-\" = -" },
		{ "{\"event\":\"release\"}", "c release \"-\" = -" },
		{ "{\"event\":\"state\",\"detail\":\"CLOSE, unread 0\","
		  "\"state\":\"CLOSE\"}",
			"c state \"-\" = CLOSE" },
		{ "{\"event\":\"probe\",\"result\":\"half\"}",
			"c probe \"-\" = half-close" },
		{ "{\"event\":\"signal\",\"signal\":\"SIGPIPE\"}",
			"c SIGPIPE caught \"-\" = -" },
		{ "{\"event\":\"exit\",\"status\":3}", "c exit(3) \"-\" = -" },
	};

	for (size_t i = 0; i < sizeof(cases) / sizeof(*cases); i++) {
		struct rungs rungs = { 0 };
		struct record record = { 0 };
		char expected[200];

		tap_case("%s", cases[i].event);
		add_event(&rungs, CLIENT, cases[i].event);
		rungs_flush(&rungs, &record, 0.5);
		/* The first two say that the connection was there. */
		EXPECT_INT(1, record.rung_count);
		snprintf(expected, sizeof(expected), "%s | %s - | -",
			cases[i].rung, i < 2 ? "ESTABLISHED" : "-");
		expect_rung(&record, 0, expected);
		EXPECT(record.rungs && record.rungs[0].seconds == 0.5);
		record_free(&record);
	}
}

static void who_was_killed_has_a_rung_that_nobody_wrote(void)
{
	const struct heard heard = {
		.event = { .kind = EVENT_KILLED, .signal = SIGKILL },
		.how = -1,
	};
	struct rungs rungs = { 0 };
	struct record record = { 0 };

	add_event(&rungs, CLIENT,
		"{\"event\":\"killed\",\"signal\":\"SIGTERM\"}");
	rungs_add_event(&rungs, SERVER, 0, &heard);
	rungs_flush(&rungs, &record, 1);
	EXPECT_INT(1, record.rung_count);
	expect_rung(&record, 0, "s killed by SIGKILL \"-\" = - | - - | -");
	record_free(&record);
}

static void what_did_not_fit_is_told(void)
{
	struct rungs rungs = { 0 };
	struct record record = { 0 };

	/* As where strdup(3) fails. */
	rungs_add(&rungs, (struct rungs_call){ .result = strdup("0") });
	EXPECT(!rungs_flush(&rungs, &record, 1));
	EXPECT_INT(0, record.rung_count);
	EXPECT(rungs_flush(&rungs, &record, 2));
	record_free(&record);
}

static void other_events_add_nothing(void)
{
	struct rungs rungs = { 0 };
	struct record record = { 0 };

	add_event(&rungs, CLIENT, "{\"event\":\"done\",\"line\":1}");
	add_event(&rungs, CLIENT, "{\"event\":\"listen\"}");
	add_event(&rungs, CLIENT, "{\"event\":\"unheard-of\"}");
	add_event(&rungs, CLIENT, "{\"event\":7}");
	add_event(&rungs, CLIENT, "{}");
	add_event(&rungs, CLIENT, "[]");
	add_segment(&rungs, SERVER, SEGMENT_ACK, 0);
	rungs_flush(&rungs, &record, 1);
	EXPECT_INT(0, record.rung_count);
	record_free(&record);
}

static void segments_are_named(void)
{
	static const struct {
		unsigned flags, payload;
		const char *text;
	} cases[] = {
		{ SEGMENT_SYN, 0, "SYN" },
		{ SEGMENT_SYN | SEGMENT_ACK, 0, "SYN+ACK" },
		{ SEGMENT_ACK | SEGMENT_PSH, 5, "data 5" },
		{ SEGMENT_ACK | SEGMENT_FIN, 5, "data 5+FIN" },
		{ SEGMENT_ACK | SEGMENT_FIN, 4294967295U,
			"data 4294967295+FIN" },
		{ SEGMENT_ACK | SEGMENT_FIN, 0, "FIN" },
		{ SEGMENT_ACK | SEGMENT_RST, 0, "RST" },
		{ SEGMENT_RST, 0, "RST" },
		{ SEGMENT_ACK, 0, "ACK" },
	};
	char text[SEGMENT_TEXT_SIZE];

	for (size_t i = 0; i < sizeof(cases) / sizeof(*cases); i++) {
		const struct segment segment = {
			.flags = (uint8_t)cases[i].flags,
			.payload_bytes = cases[i].payload,
		};

		segment_text(&segment, text);
		EXPECT_TEXT(cases[i].text, text);
	}
}

static void a_segment_stands_with_the_call_that_sent_it(void)
{
	struct rungs rungs = { 0 };
	struct record record = { 0 };

	add_event(&rungs, SERVER,
		"{\"event\":\"recv\",\"bytes\":1,\"text\":\"x\"}");
	add_event(&rungs, SERVER,
		"{\"event\":\"send\",\"bytes\":2,\"text\":\"Hi\"}");
	add_segment(&rungs, SERVER, SEGMENT_ACK, 2);
	add_segment(&rungs, CLIENT, SEGMENT_RST, 0);
	rungs_set_state(&rungs, 0, CLIENT, STATE_GONE);
	rungs_set_state(&rungs, 0, SERVER, STATE_GONE);
	rungs_flush(&rungs, &record, 1);
	EXPECT_INT(3, record.rung_count);
	expect_rung(&record, 0, "s recv \"x\" = 1 | - - | -");
	expect_rung(&record, 1, "s send \"Hi\" = 2 | - - | s data 2");
	expect_rung(&record, 2, "- \"-\" = - | gone gone | c RST");
	record_free(&record);
}

static void a_call_takes_no_segment_of_the_other_side(void)
{
	struct rungs rungs = { 0 };
	struct record record = { 0 };

	add_event(&rungs, SERVER,
		"{\"event\":\"send\",\"bytes\":2,\"text\":\"Hi\"}");
	add_segment(&rungs, CLIENT, SEGMENT_RST, 0);
	rungs_flush(&rungs, &record, 1);
	EXPECT_INT(2, record.rung_count);
	expect_rung(&record, 0, "s send \"Hi\" = 2 | - - | -");
	expect_rung(&record, 1, "- \"-\" = - | - - | c RST");
	record_free(&record);
}

/* As connect(2) and its handshake are seen, without an accept(2). */
static void add_handshake(struct rungs *rungs)
{
	add_event(rungs, CLIENT, "{\"event\":\"connect\"}");
	add_segment(rungs, CLIENT, SEGMENT_SYN, 0);
	add_segment(rungs, SERVER, SEGMENT_SYN | SEGMENT_ACK, 0);
	add_segment(rungs, CLIENT, SEGMENT_ACK, 0);
}

static void connect_and_accept_make_three_rungs(void)
{
	struct rungs rungs = { 0 };
	struct record record = { 0 };

	add_handshake(&rungs);
	add_event(&rungs, SERVER, "{\"event\":\"accept\"}");
	add_event(&rungs, SERVER,
		"{\"event\":\"shutdown\",\"detail\":\"SHUT_WR\"}");
	add_segment(&rungs, SERVER, SEGMENT_FIN | SEGMENT_ACK, 0);
	rungs_set_state(&rungs, 0, CLIENT, STATE_CLOSE_WAIT);
	rungs_set_state(&rungs, 0, SERVER, STATE_FIN_WAIT2);
	rungs_flush(&rungs, &record, 1);
	EXPECT_INT(4, record.rung_count);
	expect_rung(&record, 0, "c connect \"-\" = - | - - | c SYN");
	expect_rung(&record, 1, "- \"-\" = - | ESTABLISHED - | s SYN+ACK");
	expect_rung(&record, 2, "s accept \"-\" = - | - ESTABLISHED | -");
	expect_rung(&record, 3,
		"s shutdown wr \"-\" = 0 | CLOSE_WAIT FIN_WAIT2 | s FIN");
	record_free(&record);
}

static void who_is_not_accepted_is_established_behind_the_handshake(void)
{
	struct rungs rungs = { 0 };
	struct record record = { 0 };

	add_handshake(&rungs);
	rungs_set_state(&rungs, 0, SERVER, STATE_ESTABLISHED);
	rungs_flush(&rungs, &record, 1);
	EXPECT_INT(3, record.rung_count);
	expect_rung(&record, 1, "- \"-\" = - | ESTABLISHED - | s SYN+ACK");
	expect_rung(&record, 2, "- \"-\" = - | - ESTABLISHED | -");
	record_free(&record);
}

static void syn_recv_begins_with_the_syn(void)
{
	struct rungs rungs = { 0 };
	struct record record = { 0 };

	add_handshake(&rungs);
	rungs_set_state(&rungs, 0, SERVER, STATE_SYN_RECV);
	rungs_flush(&rungs, &record, 1);
	EXPECT_INT(2, record.rung_count);
	expect_rung(&record, 0, "c connect \"-\" = - | - SYN_RECV | c SYN");
	record_free(&record);
}

/* As `open --nowait` does, and is told of later. */
static void connect_returns_behind_the_syn_ack_that_it_waited_for(void)
{
	struct rungs rungs = { 0 };
	struct record record = { 0 };

	add_segment(&rungs, SERVER, SEGMENT_SYN | SEGMENT_ACK, 0);
	add_event(&rungs, CLIENT, "{\"event\":\"connect\"}");
	rungs.calls[0].establishes = false;
	rungs_set_state(&rungs, 0, CLIENT, STATE_ESTABLISHED);
	rungs_flush(&rungs, &record, 1);
	EXPECT_INT(2, record.rung_count);
	expect_rung(&record, 0, "- \"-\" = - | ESTABLISHED - | s SYN+ACK");
	expect_rung(&record, 1, "c connect \"-\" = - | - - | -");
	record_free(&record);
}

static void without_a_wire_connect_and_accept_tell_the_states(void)
{
	struct rungs rungs = { 0 };
	struct record record = { 0 };

	add_event(&rungs, CLIENT, "{\"event\":\"connect\"}");
	add_event(&rungs, SERVER, "{\"event\":\"accept\"}");
	rungs_flush(&rungs, &record, 1);
	EXPECT_INT(2, record.rung_count);
	expect_rung(&record, 0, "c connect \"-\" = - | ESTABLISHED - | -");
	expect_rung(&record, 1, "s accept \"-\" = - | - ESTABLISHED | -");
	record_free(&record);
}

static void with_acks_each_state_stands_with_its_segment(void)
{
	struct rungs rungs = { .acks = true };
	struct record record = { 0 };

	add_event(&rungs, CLIENT, "{\"event\":\"close\"}");
	add_segment(&rungs, CLIENT, SEGMENT_FIN | SEGMENT_ACK, 0);
	rungs_set_state_by_segment(&rungs, CLIENT, STATE_FIN_WAIT1);
	rungs_set_state_by_segment(&rungs, SERVER, STATE_CLOSE_WAIT);
	add_segment(&rungs, SERVER, SEGMENT_ACK, 0);
	rungs_set_state_by_segment(&rungs, CLIENT, STATE_FIN_WAIT2);
	rungs_flush(&rungs, &record, 1);
	add_held(&rungs, SERVER, SEGMENT_ACK, WIRE_SENT, 1);
	rungs_flush(&rungs, &record, 2);
	EXPECT_INT(3, record.rung_count);
	expect_rung(
		&record, 0, "c close \"-\" = 0 | FIN_WAIT1 CLOSE_WAIT | c FIN");
	expect_rung(&record, 1, "- \"-\" = - | FIN_WAIT2 - | s ACK");
	/* That it waits is no silence, also in the next step. */
	expect_rung(&record, 2, "- \"-\" = - | - - | s ACK");
	EXPECT_INT(WIRE_SENT, record.rungs[2].wire);
	record_free(&record);
	rungs_free(&rungs);
}

static void a_state_stands_with_the_call_where_no_segment_is_seen(void)
{
	struct rungs rungs = { 0 };
	struct record record = { 0 };

	add_event(&rungs, SERVER, "{\"event\":\"eof\"}");
	add_event(&rungs, SERVER, "{\"event\":\"close\"}");
	rungs_set_state(&rungs, 0, CLIENT, STATE_TIME_WAIT);
	rungs_set_state(&rungs, 0, SERVER, STATE_GONE);
	rungs_flush(&rungs, &record, 1);
	EXPECT_INT(2, record.rung_count);
	expect_rung(&record, 0, "s recv \"-\" = 0 (EOF) | - - | -");
	expect_rung(&record, 1, "s close \"-\" = 0 | TIME_WAIT gone | -");
	record_free(&record);
}

static void what_nobody_called_for_has_a_rung_of_its_own(void)
{
	struct rungs rungs = { 0 };
	struct record record = { 0 };

	rungs_set_state(&rungs, 0, CLIENT, STATE_GONE);
	rungs_flush(&rungs, &record, 1);
	add_segment(&rungs, SERVER, SEGMENT_FIN | SEGMENT_ACK, 0);
	rungs_flush(&rungs, &record, 2);
	rungs_flush(&rungs, &record, 3);
	EXPECT_INT(2, record.rung_count);
	expect_rung(&record, 0, "- \"-\" = - | gone - | -");
	expect_rung(&record, 1, "- \"-\" = - | - - | s FIN");
	record_free(&record);
}

static void many_segments_of_one_call_are_all_shown(void)
{
	struct rungs rungs = { 0 };
	struct record record = { 0 };

	add_event(&rungs, CLIENT,
		"{\"event\":\"send\",\"bytes\":9,\"detail\":\"book\"}");
	for (unsigned i = 1; i <= 3; i++)
		add_segment(&rungs, CLIENT, SEGMENT_ACK, i);
	add_segment(&rungs, SERVER, SEGMENT_RST, 0);
	rungs_flush(&rungs, &record, 1);
	EXPECT_INT(4, record.rung_count);
	expect_rung(&record, 0, "c sendfile \"book\" = 9 | - - | c data 1");
	expect_rung(&record, 2, "- \"-\" = - | - - | c data 3");
	expect_rung(&record, 3, "- \"-\" = - | - - | s RST");
	record_free(&record);
}

static void a_line_without_an_event_is_a_call_as_typed(void)
{
	struct rungs rungs = { 0 };
	struct record record = { 0 };

	rungs_add_line(&rungs, CLIENT, "sleep 1s", 0);
	rungs_add_line(&rungs, SERVER, "a\x1b[b\xff", 0);
	rungs_flush(&rungs, &record, 1);
	EXPECT_INT(2, record.rung_count);
	expect_rung(&record, 0, "c sleep 1s \"-\" = - | - - | -");
	expect_rung(&record, 1, "s a\\x1b[b\\xff \"-\" = - | - - | -");
	record_free(&record);
}

static void each_connection_has_its_own_rows(void)
{
	struct rungs rungs = { 0 };
	struct record record = { 0 };
	static const char closed[] = "{\"event\":\"close\"}";
	struct heard heard;

	/* Two close in one step; each FIN and state stands with its own. */
	for (unsigned c = 1; c <= 2; c++) {
		if (!EXPECT_INT(HEARD_EVENT,
			    heard_read(&heard, closed, strlen(closed))))
			return;
		rungs_add_event(&rungs, CLIENT, c, &heard);
		heard_free(&heard);
	}
	for (unsigned c = 2; c >= 1; c--)
		rungs_add_segment(&rungs,
			&(struct rungs_segment){ .sender = CLIENT,
				.connection = c,
				.segment.flags = SEGMENT_FIN | SEGMENT_ACK });
	rungs_set_state(&rungs, 1, CLIENT, STATE_FIN_WAIT2);
	rungs_set_state(&rungs, 2, SERVER, STATE_CLOSE_WAIT);
	rungs_set_state(&rungs, 3, SERVER, STATE_GONE);
	EXPECT(rungs_flush(&rungs, &record, 1));
	if (EXPECT_INT(4, record.rung_count)) {
		expect_rung(&record, 0, "c close \"-\" = 0 | - - | -");
		expect_rung(
			&record, 1, "c close \"-\" = 0 | - CLOSE_WAIT | c FIN");
		expect_rung(&record, 2, "- \"-\" = - | FIN_WAIT2 - | c FIN");
		expect_rung(&record, 3, "- \"-\" = - | - gone | -");
		EXPECT_INT(1, record.rungs[0].connection);
		EXPECT_INT(2, record.rungs[1].connection);
		EXPECT_INT(1, record.rungs[2].connection);
		EXPECT_INT(3, record.rungs[3].connection);
	}
	record_free(&record);
}

static void a_held_segment_has_two_rungs(void)
{
	struct rungs rungs = { 0 };
	struct record record = { 0 };

	add_event(&rungs, CLIENT, "{\"event\":\"close\"}");
	add_held(&rungs, CLIENT, SEGMENT_FIN | SEGMENT_ACK, WIRE_SENT, 1);
	rungs_set_state(&rungs, 0, CLIENT, STATE_FIN_WAIT1);
	rungs_flush(&rungs, &record, 1);
	add_held(&rungs, CLIENT, SEGMENT_FIN | SEGMENT_ACK, WIRE_ARRIVED, 1);
	rungs_set_state(&rungs, 0, SERVER, STATE_CLOSE_WAIT);
	rungs_flush(&rungs, &record, 2);
	add_held(&rungs, SERVER, SEGMENT_RST, WIRE_FORGED, 0);
	rungs_set_state(&rungs, 0, CLIENT, STATE_GONE);
	rungs_flush(&rungs, &record, 3);
	EXPECT_INT(3, record.rung_count);
	expect_rung(&record, 0, "c close \"-\" = 0 | FIN_WAIT1 - | c FIN");
	expect_rung(&record, 1, "- \"-\" = - | - CLOSE_WAIT | c FIN");
	expect_rung(&record, 2, "- \"-\" = - | gone - | s RST");
	EXPECT_INT(WIRE_SENT, record.rungs[0].wire);
	EXPECT_INT(WIRE_ARRIVED, record.rungs[1].wire);
	EXPECT_INT(1, record.rungs[1].segment_id);
	EXPECT_INT(WIRE_FORGED, record.rungs[2].wire);
	record_free(&record);
	rungs_free(&rungs);
}

static void a_held_ack_is_shown_once_something_is_told_of_it(void)
{
	struct rungs rungs = { 0 };
	struct record record = { 0 };

	add_segment(&rungs, CLIENT, SEGMENT_FIN | SEGMENT_ACK, 0);
	add_held(&rungs, SERVER, SEGMENT_ACK, WIRE_SENT, 1);
	add_held(&rungs, SERVER, SEGMENT_ACK, WIRE_SENT, 2);
	rungs_flush(&rungs, &record, 1);
	add_segment(&rungs, SERVER, SEGMENT_FIN | SEGMENT_ACK, 0);
	rungs_flush(&rungs, &record, 2);
	EXPECT_INT(2, record.rung_count);
	add_held(&rungs, SERVER, SEGMENT_ACK, WIRE_LOST, 2);
	rungs_flush(&rungs, &record, 3);
	add_held(&rungs, SERVER, SEGMENT_ACK, WIRE_ARRIVED, 1);
	rungs_set_state(&rungs, 0, CLIENT, STATE_FIN_WAIT2);
	rungs_flush(&rungs, &record, 4);
	/* Both were sent behind the first row. */
	EXPECT_INT(6, record.rung_count);
	expect_rung(&record, 0, "- \"-\" = - | - - | c FIN");
	expect_rung(&record, 1, "- \"-\" = - | - - | s ACK");
	expect_rung(&record, 3, "- \"-\" = - | - - | s FIN");
	expect_rung(&record, 5, "- \"-\" = - | FIN_WAIT2 - | s ACK");
	EXPECT_INT(1, record.rungs[1].segment_id);
	EXPECT_INT(2, record.rungs[2].segment_id);
	EXPECT(record.rungs[1].seconds < 2 && record.rungs[1].late);
	EXPECT_INT(WIRE_LOST, record.rungs[4].wire);
	record_free(&record);
	rungs_free(&rungs);
}

static void what_a_timer_did_stands_behind_what_was_lost(void)
{
	struct rungs rungs = { 0 };
	struct record record = { 0 };

	rungs_add_segment(&rungs,
		&(struct rungs_segment){
			.sender = CLIENT,
			.segment = { .flags = SEGMENT_FIN | SEGMENT_ACK },
			.fate = WIRE_LOST,
			.again = true,
		});
	rungs_set_state(&rungs, 0, CLIENT, STATE_GONE);
	rungs_flush(&rungs, &record, 1);
	EXPECT_INT(2, record.rung_count);
	expect_rung(&record, 0, "- \"-\" = - | - - | c FIN");
	expect_rung(&record, 1, "- \"-\" = - | gone - | -");
	record_free(&record);
	rungs_free(&rungs);
}

static void what_is_not_flushed_can_be_freed(void)
{
	struct rungs rungs = { 0 };

	add_event(&rungs, CLIENT,
		"{\"event\":\"send\",\"bytes\":1,\"text\":\"x\"}");
	add_segment(&rungs, CLIENT, SEGMENT_ACK, 1);
	rungs_free(&rungs);
	EXPECT_INT(0, rungs.call_count);
	rungs_free(&rungs);
}

const struct tap_test tests_lab_rungs[] = {
	{ "rungs: a held segment has a rung where it was sent, and another",
		a_held_segment_has_two_rungs },
	{ "rungs: a held ACK is shown once something is told of it",
		a_held_ack_is_shown_once_something_is_told_of_it },
	{ "rungs: what a timer did stands behind what was lost",
		what_a_timer_did_stands_behind_what_was_lost },
	{ "rungs: every event that is a call has a rung",
		every_event_that_is_a_call_has_a_rung },
	{ "rungs: other events and pure ACKs add nothing",
		other_events_add_nothing },
	{ "rungs: that a program was killed is seen, not written",
		who_was_killed_has_a_rung_that_nobody_wrote },
	{ "rungs: a flush says whether something was lost",
		what_did_not_fit_is_told },
	{ "rungs: segments are named", segments_are_named },
	{ "rungs: a segment stands with the call that sent it",
		a_segment_stands_with_the_call_that_sent_it },
	{ "rungs: ESTABLISHED begins with the SYN+ACK, and with accept",
		connect_and_accept_make_three_rungs },
	{ "rungs: who is not accepted is ESTABLISHED behind the handshake",
		who_is_not_accepted_is_established_behind_the_handshake },
	{ "rungs: SYN_RECV begins with the SYN", syn_recv_begins_with_the_syn },
	{ "rungs: connect returns behind the SYN+ACK that it waited for",
		connect_returns_behind_the_syn_ack_that_it_waited_for },
	{ "rungs: without a wire connect and accept tell the states",
		without_a_wire_connect_and_accept_tell_the_states },
	{ "rungs: with ACKs each state stands with its segment",
		with_acks_each_state_stands_with_its_segment },
	{ "rungs: a call takes no segment of the other side",
		a_call_takes_no_segment_of_the_other_side },
	{ "rungs: where no segment is seen a state stands with what did it",
		a_state_stands_with_the_call_where_no_segment_is_seen },
	{ "rungs: what nobody called for has a rung of its own",
		what_nobody_called_for_has_a_rung_of_its_own },
	{ "rungs: many segments of one call are all shown",
		many_segments_of_one_call_are_all_shown },
	{ "rungs: a line without an event is a call as typed, escaped",
		a_line_without_an_event_is_a_call_as_typed },
	{ "rungs: each connection has rows of its own",
		each_connection_has_its_own_rows },
	{ "rungs: what is not flushed can be freed",
		what_is_not_flushed_can_be_freed },
	{ NULL, NULL },
};
