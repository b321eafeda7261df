/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "lib/event/event.h"

#include <errno.h>
#include <jansson.h>
#include <signal.h>
#include <stdlib.h>

#include "lib/text/escape.h"
#include "tests/unit/tap.h"

/* The event as JSON, read back; NULL, and a failure, if it is none. */
static json_t *read_back(
	const struct event *event, enum side side, double seconds)
{
	char *text = NULL;
	size_t len = 0;
	json_error_t error;

	if (!EXPECT_INT(0, event_to_json(event, side, seconds, &text, &len)))
		return NULL;
	EXPECT(len > 0 && text[len - 1] == '\n');
	EXPECT(len > 0 && memchr(text, '\n', len) == text + len - 1);
	json_t *object = json_loadb(
		text, len, JSON_REJECT_DUPLICATES | JSON_ALLOW_NUL, &error);

	free(text);
	EXPECT(object && json_is_object(object));
	return object;
}

static void expect_string(json_t *object, const char *key, const char *expected)
{
	json_t *value = json_object_get(object, key);

	if (EXPECT(value && json_is_string(value)))
		EXPECT_BYTES(expected, strlen(expected),
			json_string_value(value), json_string_length(value));
}

static void expect_integer(json_t *object, const char *key, json_int_t expected)
{
	json_t *value = json_object_get(object, key);

	if (EXPECT(value && json_is_integer(value)))
		EXPECT_INT(expected, json_integer_value(value));
}

static void kinds_have_the_names_of_the_design(void)
{
	static const char *const names[] = {
		[EVENT_LISTEN] = "listen",
		[EVENT_CONNECT] = "connect",
		[EVENT_ACCEPT] = "accept",
		[EVENT_SEND] = "send",
		[EVENT_RECV] = "recv",
		[EVENT_PEEK] = "peek",
		[EVENT_EOF] = "eof",
		[EVENT_WOULD_BLOCK] = "would-block",
		[EVENT_ERROR] = "error",
		[EVENT_SHUTDOWN] = "shutdown",
		[EVENT_CLOSE] = "close",
		[EVENT_RESET] = "reset",
		[EVENT_HOLD] = "hold",
		[EVENT_RELEASE] = "release",
		[EVENT_OPTION] = "option",
		[EVENT_LISTENER] = "listener",
		[EVENT_STATE] = "state",
		[EVENT_PROBE] = "probe",
		[EVENT_SIGNAL] = "signal",
		[EVENT_QUEUED] = "queued",
		[EVENT_UNSENT] = "unsent",
		[EVENT_SAVED] = "saved",
		[EVENT_FAILURE] = "failure",
		[EVENT_DONE] = "done",
		[EVENT_EXIT] = "exit",
		[EVENT_KILLED] = "killed",
	};

	for (size_t i = 0; i < sizeof(names) / sizeof(*names); i++) {
		const struct event event = { .kind = (enum event_kind)i };

		tap_case("%s", names[i]);
		EXPECT_TEXT(names[i], event_name((enum event_kind)i));
		json_t *object = read_back(&event, CLIENT, 0);

		expect_string(object, "event", names[i]);
		json_decref(object);
	}
}

static void a_send_has_what_the_design_shows(void)
{
	const struct event event = {
		.kind = EVENT_SEND,
		.conn = 1,
		.data = "data1",
		.bytes = 5,
		.state = STATE_ESTABLISHED,
	};
	json_t *object = read_back(&event, CLIENT, 1.25);

	EXPECT_INT(7, json_object_size(object));
	EXPECT(json_is_real(json_object_get(object, "t")));
	EXPECT(json_real_value(json_object_get(object, "t")) == 1.25);
	expect_string(object, "side", "client");
	expect_integer(object, "conn", 1);
	expect_string(object, "event", "send");
	expect_integer(object, "bytes", 5);
	expect_string(object, "text", "data1");
	expect_string(object, "state", "ESTABLISHED");
	json_decref(object);
}

static void the_keys_keep_their_order(void)
{
	static const char begin[] = "{\"t\": ";
	static const char rest[] =
		", \"side\": \"server\", \"conn\": 2, "
		"\"event\": \"recv\", \"bytes\": 2, \"text\": \"hi\", "
		"\"state\": \"CLOSE_WAIT\"}\n";
	const struct event event = {
		.kind = EVENT_RECV,
		.conn = 2,
		.data = "hi",
		.bytes = 2,
		.state = STATE_CLOSE_WAIT,
	};
	char *text = NULL;
	size_t len = 0;

	if (!EXPECT_INT(0, event_to_json(&event, SERVER, 0.5, &text, &len)))
		return;
	EXPECT(len > sizeof(rest) && !memcmp(text, begin, sizeof(begin) - 1));
	if (len >= sizeof(rest))
		EXPECT_BYTES(rest, sizeof(rest) - 1,
			text + len - (sizeof(rest) - 1), sizeof(rest) - 1);
	free(text);
}

static void time_is_a_real_of_microseconds(void)
{
	static const double times[] = { 0, 1, 0.000001, 12.345678, 1234.567891,
		86399.999 };
	const struct event event = { .kind = EVENT_CLOSE };

	for (size_t i = 0; i < sizeof(times) / sizeof(*times); i++) {
		json_t *object = read_back(&event, CLIENT, times[i]);
		json_t *t = json_object_get(object, "t");
		double off = json_real_value(t) - times[i];

		tap_case("%f", times[i]);
		EXPECT(t && json_is_real(t));
		EXPECT(off < 0.000005 && off > -0.000005);
		json_decref(object);
	}
}

static void names_stand_for_numbers(void)
{
	const struct event error = {
		.kind = EVENT_ERROR, .call = "send", .error = EPIPE
	};
	const struct event signal = { .kind = EVENT_SIGNAL, .signal = SIGPIPE };
	json_t *object = read_back(&error, SERVER, 0);

	expect_string(object, "side", "server");
	expect_string(object, "errno", "EPIPE");
	expect_string(object, "call", "send");
	json_decref(object);
	object = read_back(&signal, SERVER, 0);
	expect_string(object, "signal", "SIGPIPE");
	json_decref(object);
}

static void done_has_the_line_and_exit_the_status(void)
{
	const struct event done = { .kind = EVENT_DONE, .line = 3 };
	const struct event exit_0 = { .kind = EVENT_EXIT, .status = 0 };
	const struct event exit_3 = { .kind = EVENT_EXIT, .status = 3 };
	json_t *object = read_back(&done, CLIENT, 0);

	expect_integer(object, "line", 3);
	EXPECT(!json_object_get(object, "status"));
	json_decref(object);
	object = read_back(&exit_0, CLIENT, 0);
	expect_integer(object, "status", 0);
	EXPECT(!json_object_get(object, "line"));
	json_decref(object);
	object = read_back(&exit_3, CLIENT, 0);
	expect_integer(object, "status", 3);
	json_decref(object);
}

static void what_does_not_apply_is_left_out(void)
{
	const struct event event = { .kind = EVENT_CLOSE };
	json_t *object = read_back(&event, CLIENT, 0);

	EXPECT_INT(3, json_object_size(object));
	json_decref(object);
}

static void text_is_escaped(void)
{
	static const char data[] = "a\n\\\"\0\x1b[2J\xff\u00e9\u202e";
	const struct event event = {
		.kind = EVENT_RECV, .data = data, .bytes = sizeof(data) - 1
	};
	json_t *object = read_back(&event, CLIENT, 0);

	expect_integer(object, "bytes", sizeof(data) - 1);
	expect_string(object, "text",
		"a\\n\\\\\"\\x00\\x1b[2J\\xff\u00e9\\xe2\\x80\\xae");
	json_decref(object);
}

/* The length of `text` for `len` bytes that a character of 2 bytes ends. */
static size_t text_bytes_for(size_t len)
{
	char *data = malloc(len);

	if (!EXPECT(data))
		exit(EXIT_FAILURE);
	memset(data, 'x', len);
	if (len > ESCAPE_EVENT_BYTES)
		memcpy(data + ESCAPE_EVENT_BYTES - 1, "\u00e9", 2);
	const struct event event = {
		.kind = EVENT_RECV, .data = data, .bytes = len
	};
	json_t *object = read_back(&event, CLIENT, 0);
	size_t got = json_string_length(json_object_get(object, "text"));

	expect_integer(object, "bytes", (json_int_t)len);
	json_decref(object);
	free(data);
	return got;
}

static void text_is_cut_after_64_kib(void)
{
	EXPECT_INT(65536, ESCAPE_EVENT_BYTES);
	EXPECT_INT(65535, text_bytes_for(65535));
	EXPECT_INT(65536, text_bytes_for(65536));
	/* A character that the cut would split is left out. */
	EXPECT_INT(65535, text_bytes_for(65537));
	EXPECT_INT(65535, text_bytes_for(262144));
}

static void worst_text_is_whole(void)
{
	char *data = calloc(1, ESCAPE_EVENT_BYTES);

	if (!EXPECT(data))
		return;
	const struct event event = {
		.kind = EVENT_RECV, .data = data, .bytes = ESCAPE_EVENT_BYTES
	};
	json_t *object = read_back(&event, CLIENT, 0);

	EXPECT_INT(4 * ESCAPE_EVENT_BYTES,
		json_string_length(json_object_get(object, "text")));
	json_decref(object);
	free(data);
}

static void no_bytes_are_an_empty_text(void)
{
	const struct event empty = { .kind = EVENT_SEND, .data = "" };
	const struct event unkept = {
		.kind = EVENT_SEND, .bytes = 9, .detail = "file"
	};
	json_t *object = read_back(&empty, CLIENT, 0);

	expect_integer(object, "bytes", 0);
	expect_string(object, "text", "");
	json_decref(object);
	object = read_back(&unkept, CLIENT, 0);
	expect_integer(object, "bytes", 9);
	expect_string(object, "detail", "file");
	EXPECT(!json_object_get(object, "text"));
	json_decref(object);
}

static void a_path_of_any_bytes_is_told(void)
{
	const struct event event = {
		.kind = EVENT_SEND, .bytes = 9, .detail = "caf\xe9.txt"
	};
	json_t *object = read_back(&event, CLIENT, 0);

	expect_string(object, "detail", "caf\\xe9.txt");
	json_decref(object);
}

const struct tap_test tests_event[] = {
	{ "event: each kind has the name that the design gives it",
		kinds_have_the_names_of_the_design },
	{ "event: a send has what the design shows, and nothing else",
		a_send_has_what_the_design_shows },
	{ "event: the keys keep their order", the_keys_keep_their_order },
	{ "event: the time is a real number, exact to microseconds",
		time_is_a_real_of_microseconds },
	{ "event: errors and signals are named", names_stand_for_numbers },
	{ "event: done has the line's number, exit the status, 0 too",
		done_has_the_line_and_exit_the_status },
	{ "event: what does not apply is left out",
		what_does_not_apply_is_left_out },
	{ "event: the text is escaped, and one line", text_is_escaped },
	{ "event: the text is cut after 64 KiB, between characters",
		text_is_cut_after_64_kib },
	{ "event: 64 KiB of NUL are all in the text", worst_text_is_whole },
	{ "event: no bytes give an empty text, data not kept gives none",
		no_bytes_are_an_empty_text },
	{ "event: a path that is not UTF-8 is told, escaped",
		a_path_of_any_bytes_is_told },
	{ NULL, NULL },
};
