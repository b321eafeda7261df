/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "wording.h"

#include <assert.h>
#include <errno.h>
#include <stdarg.h>
#include <stdio.h>
#include <string.h>

#include "lib/base/names.h"
#include "lib/text/utf8.h"

struct words {
	const struct event *event;
	enum side side;
	bool notes;
	struct wording *list;
	size_t count;
};

__attribute__((format(printf, 3, 4))) static void say(
	struct words *words, enum wording_kind kind, const char *format, ...)
{
	va_list arguments;

	if (kind == WORDING_NOTE && !words->notes)
		return;
	assert(words->count < WORDINGS_MAX);
	struct wording *wording = &words->list[words->count++];

	wording->kind = kind;
	va_start(arguments, format);
	int len = vsnprintf(
		wording->text, sizeof(wording->text), format, arguments);

	va_end(arguments);
	if (len < 0)
		*wording->text = '\0';
	else if ((size_t)len >= sizeof(wording->text))
		utf8_trim(wording->text);
}

static void say_received(struct words *words)
{
	const struct event *event = words->event;
	char text[ESCAPE_LINE_SIZE];

	if (!event->data || event->saved == event->bytes)
		return;
	escape_line(text, (const char *)event->data + event->saved,
		event->bytes - event->saved);
	if (words->side == CLIENT)
		say(words, WORDING_RECEIVED, "%s", text);
	else
		say(words, WORDING_LINE, "received %zu bytes: %s",
			event->bytes - event->saved, text);
}

static void say_eof(struct words *words)
{
	const struct event *event = words->event;

	if (event->detail)
		say(words, WORDING_NOTE, "recv = 0: %s", event->detail);
	else
		say(words, WORDING_LINE, "%s",
			words->side == CLIENT ? "server terminated"
					      : "client closed");
	if (event->state)
		say(words, WORDING_NOTE, "state: %s", state_name(event->state));
}

/* What a call gave and the state behind it, `shutdown(SHUT_WR) = 0: ...`. */
static void say_call(
	struct words *words, const char *call, const char *argument)
{
	const struct event *event = words->event;

	say(words, WORDING_NOTE, argument ? "%s(%s) = 0%s%s" : "%s%s = 0%s%s",
		call, argument ? argument : "", event->state ? ": " : "",
		event->state ? state_name(event->state) : "");
}

static void say_bytes(struct words *words)
{
	const struct event *event = words->event;
	char text[ESCAPE_LINE_SIZE];

	if (event->kind == EVENT_SEND)
		say(words, WORDING_LINE, "send bytes: %zu", event->bytes);
	else if (event->kind == EVENT_QUEUED)
		say(words, WORDING_NOTE, "%zu bytes are queued", event->bytes);
	else if (event->kind == EVENT_UNSENT)
		say(words, WORDING_NOTE, "%zu bytes were never sent",
			event->bytes);
	else
		say(words, WORDING_NOTE, "save: %zu of %zu bytes are in %s",
			event->saved, event->bytes,
			escape_line(
				text, event->detail, strlen(event->detail)));
}

static void say_trouble(struct words *words)
{
	const struct event *event = words->event;
	char why[NAMES_DESCRIPTION_SIZE], text[ESCAPE_LINE_SIZE];

	names_describe(why, event->error);
	if (event->kind == EVENT_FAILURE)
		say(words, WORDING_COMPLAINT, "cannot %s %s: %s", event->call,
			escape_line(text, event->detail, strlen(event->detail)),
			why);
	else if (event->kind == EVENT_WOULD_BLOCK)
		say(words, WORDING_NOTE, "%s: %s: %s", event->call,
			names_errno(event->error),
			event->error == EINPROGRESS ? "under way"
						    : "would block");
	else if (!event->said)
		say(words, WORDING_BAD_CALL, "%s: %s", event->call, why);
}

static void say_peeked(struct words *words)
{
	const struct event *event = words->event;
	char text[ESCAPE_LINE_SIZE];

	if (event->bytes)
		say(words, WORDING_ANSWER, "peek: %zu bytes: %s", event->bytes,
			escape_line(text, event->data, event->bytes));
	else
		say(words, WORDING_ANSWER, "peek: EOF");
}

static void say_probe(struct words *words)
{
	const struct event *event = words->event;

	if (event->probe == PROBE_FULL)
		say(words, WORDING_NOTE, "SO_ERROR: %s",
			event->error ? names_errno(event->error) : "0");
	say(words, WORDING_ANSWER, "probe: %s", event->detail);
}

static void say_event(struct words *words)
{
	const struct event *event = words->event;

	switch (event->kind) {
	case EVENT_LISTEN:
		say(words, WORDING_LINE, "listening on %s", event->detail);
		break;
	case EVENT_CONNECT:
		say(words, WORDING_NOTE, "connected to %s: %s", event->detail,
			event->state ? state_name(event->state) : "?");
		break;
	case EVENT_ACCEPT:
		say(words, WORDING_NOTE, "connection from %s: %s",
			event->detail,
			event->state ? state_name(event->state) : "?");
		break;
	case EVENT_RECV:
		say_received(words);
		break;
	case EVENT_PEEK:
		say_peeked(words);
		break;
	case EVENT_EOF:
		say_eof(words);
		break;
	case EVENT_SEND:
	case EVENT_QUEUED:
	case EVENT_UNSENT:
	case EVENT_SAVED:
		say_bytes(words);
		break;
	case EVENT_WOULD_BLOCK:
	case EVENT_ERROR:
	case EVENT_FAILURE:
		say_trouble(words);
		break;
	case EVENT_SHUTDOWN:
		say_call(words, "shutdown", event->detail);
		break;
	case EVENT_CLOSE:
		say_call(words, "close", NULL);
		break;
	case EVENT_RESET:
		say_call(words, "close with SO_LINGER {1, 0}", NULL);
		break;
	case EVENT_OPTION:
		say_call(words, event->call, event->detail);
		break;
	case EVENT_LISTENER:
		say(words, WORDING_NOTE, "%s of the listening socket = 0%s%s",
			event->call, event->detail ? ": " : "",
			event->detail ? event->detail : "");
		break;
	case EVENT_HOLD:
	case EVENT_RELEASE:
		say(words, WORDING_NOTE, "%s: %s", event_name(event->kind),
			event->detail);
		break;
	case EVENT_PROBE:
		say_probe(words);
		break;
	case EVENT_STATE:
		say(words, WORDING_ANSWER, "state: %s", event->detail);
		break;
	case EVENT_SIGNAL:
		say(words, WORDING_LINE, "caught %s",
			names_signal(event->signal));
		break;
	case EVENT_DONE:
	case EVENT_EXIT:
	case EVENT_KILLED:
		break;
	}
}

size_t wording_of(const struct event *event, enum side side, bool notes,
	struct wording *wordings)
{
	struct words words = {
		.event = event, .side = side, .notes = notes, .list = wordings
	};

	if (event->in_thread)
		say(&words, WORDING_NOTE,
			"the call in a thread returned after %.3f s",
			event->took_s);
	say_event(&words);
	return words.count;
}
