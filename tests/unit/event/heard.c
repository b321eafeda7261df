/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "lib/event/heard.h"

#include <errno.h>
#include <signal.h>
#include <stdlib.h>
#include <sys/socket.h>

#include "tests/unit/tap.h"

/* Writes the event and hears it; false, and a failure, if it is not heard. */
static bool hear(struct heard *heard, const struct event *event)
{
	char *text = NULL;
	size_t len = 0;

	*heard = (struct heard){ 0 };
	if (!EXPECT_INT(0, event_to_json(event, CLIENT, 1.5, &text, &len)))
		return false;
	enum heard_result result = heard_read(heard, text, len - 1);

	free(text);
	return EXPECT_INT(HEARD_EVENT, result);
}

static void every_field_is_heard_as_it_was_written(void)
{
	static const char data[] = "a\\\n\0\xff\"";
	const struct event event = {
		.kind = EVENT_SEND,
		.conn = 3,
		.data = data,
		.bytes = sizeof(data),
		.call = "send",
		.state = STATE_CLOSE_WAIT,
		.detail = "a\\x41 file",
		.error = EPIPE,
		.child = true,
		.local = "127.0.0.1:1",
		.peer = "[::1]:2",
		.signal = SIGPIPE,
	};
	struct heard heard;

	if (!hear(&heard, &event))
		return;
	EXPECT_INT(EVENT_SEND, heard.event.kind);
	EXPECT_INT(3, heard.event.conn);
	EXPECT_INT(sizeof(data), heard.event.bytes);
	EXPECT_BYTES(data, sizeof(data), heard.event.data, heard.data_bytes);
	EXPECT_TEXT("send", heard.event.call);
	EXPECT_INT(STATE_CLOSE_WAIT, heard.event.state);
	EXPECT_TEXT("a\\x41 file", heard.event.detail);
	EXPECT_INT(EPIPE, heard.event.error);
	EXPECT(heard.event.child);
	EXPECT_TEXT("127.0.0.1:1", heard.event.local);
	EXPECT_TEXT("[::1]:2", heard.event.peer);
	EXPECT_INT(SIGPIPE, heard.event.signal);
	EXPECT_INT(-1, heard.how);
	heard_free(&heard);
	EXPECT(!heard.event.data && !heard.event.call);
}

static void every_kind_is_heard_but_a_death(void)
{
	for (int kind = 0; kind < EVENTS; kind++) {
		const struct event event = { .kind = (enum event_kind)kind };
		struct heard heard;

		tap_case("%s", event_name(event.kind));
		if (kind == EVENT_KILLED) {
			static const char killed[] = "{\"event\":\"killed\"}";

			EXPECT_INT(HEARD_NOTHING,
				heard_read(&heard, killed, strlen(killed)));
		} else if (hear(&heard, &event)) {
			EXPECT_INT(kind, heard.event.kind);
			heard_free(&heard);
		}
	}
}

static void what_belongs_to_one_kind_is_heard(void)
{
	struct heard heard;

	if (hear(&heard,
		    &(struct event){
			    .kind = EVENT_SHUTDOWN, .detail = "SHUT_RD" }))
		EXPECT_INT(SHUT_RD, heard.how);
	heard_free(&heard);
	if (hear(&heard,
		    &(struct event){
			    .kind = EVENT_PROBE, .probe = PROBE_FULL }))
		EXPECT_INT(PROBE_FULL, heard.event.probe);
	heard_free(&heard);
	if (hear(&heard, &(struct event){ .kind = EVENT_EXIT, .status = 3 }))
		EXPECT_INT(3, heard.event.status);
	heard_free(&heard);
	if (hear(&heard, &(struct event){ .kind = EVENT_DONE, .line = 70000 }))
		EXPECT_INT(70000, heard.event.line);
	heard_free(&heard);
	if (hear(&heard,
		    &(struct event){
			    .kind = EVENT_SAVED, .bytes = 9, .saved = 7 })) {
		EXPECT_INT(9, heard.event.bytes);
		EXPECT_INT(7, heard.event.saved);
	}
	heard_free(&heard);
}

static void no_other_line_is_an_event(void)
{
	static const char *const lines[] = { "", "{", "[]", "{}", "7",
		"{\"event\":7}", "{\"event\":\"end\"}", "{\"event\":\"SEND\"}",
		"{\"event\":null}", "\"send\"" };

	for (size_t i = 0; i < sizeof(lines) / sizeof(*lines); i++) {
		struct heard heard;

		tap_case("%s", lines[i]);
		EXPECT_INT(HEARD_NOTHING,
			heard_read(&heard, lines[i], strlen(lines[i])));
	}
}

static void what_a_line_has_in_another_form_is_zero(void)
{
	static const char line[] =
		"{\"event\":\"recv\",\"conn\":\"x\",\"bytes\":-5,\"text\":"
		"\"\\\\q\",\"errno\":7,\"state\":\"NO_STATE\",\"call\":[],"
		"\"signal\":\"SIGNONE\",\"local\":{}}";
	struct heard heard;

	EXPECT_INT(HEARD_EVENT, heard_read(&heard, line, strlen(line)));
	EXPECT(!heard.event.conn && !heard.event.bytes && !heard.event.data);
	EXPECT(!heard.data_bytes && !heard.event.error && !heard.event.state);
	EXPECT(!heard.event.call && !heard.event.signal && !heard.event.local);
	heard_free(&heard);
}

const struct tap_test tests_heard[] = {
	{ "heard: every field is heard as it was written",
		every_field_is_heard_as_it_was_written },
	{ "heard: every kind is heard, but that a program was killed",
		every_kind_is_heard_but_a_death },
	{ "heard: what belongs to one kind is heard",
		what_belongs_to_one_kind_is_heard },
	{ "heard: no other line is an event", no_other_line_is_an_event },
	{ "heard: what a line has in another form is zero",
		what_a_line_has_in_another_form_is_zero },
	{ NULL, NULL },
};
