/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "event.h"

#include <jansson.h>
#include <stdbool.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include "lib/base/names.h"
#include "lib/net/tcp.h"
#include "lib/text/escape.h"

const char *event_name(enum event_kind kind)
{
	switch (kind) {
	case EVENT_LISTEN:
		return "listen";
	case EVENT_CONNECT:
		return "connect";
	case EVENT_ACCEPT:
		return "accept";
	case EVENT_SEND:
		return "send";
	case EVENT_RECV:
		return "recv";
	case EVENT_PEEK:
		return "peek";
	case EVENT_EOF:
		return "eof";
	case EVENT_WOULD_BLOCK:
		return "would-block";
	case EVENT_ERROR:
		return "error";
	case EVENT_SHUTDOWN:
		return "shutdown";
	case EVENT_CLOSE:
		return "close";
	case EVENT_RESET:
		return "reset";
	case EVENT_HOLD:
		return "hold";
	case EVENT_RELEASE:
		return "release";
	case EVENT_OPTION:
		return "option";
	case EVENT_LISTENER:
		return "listener";
	case EVENT_STATE:
		return "state";
	case EVENT_PROBE:
		return "probe";
	case EVENT_SIGNAL:
		return "signal";
	case EVENT_QUEUED:
		return "queued";
	case EVENT_UNSENT:
		return "unsent";
	case EVENT_SAVED:
		return "saved";
	case EVENT_FAILURE:
		return "failure";
	case EVENT_DONE:
		return "done";
	case EVENT_EXIT:
		return "exit";
	case EVENT_KILLED:
		return "killed";
	}
	return "?";
}

const char *event_probe_name(enum event_probe probe)
{
	switch (probe) {
	case PROBE_UNKNOWN:
		return "unknown";
	case PROBE_HALF:
		return "half";
	case PROBE_FULL:
		return "full";
	}
	return "?";
}

bool event_parse(const char *name, enum event_kind *kind)
{
	for (int i = 0; i < EVENTS; i++) {
		if (!strcmp(event_name((enum event_kind)i), name)) {
			*kind = (enum event_kind)i;
			return true;
		}
	}
	return false;
}

bool event_probe_parse(const char *name, enum event_probe *probe)
{
	for (int i = PROBE_UNKNOWN; i <= PROBE_FULL; i++) {
		if (!strcmp(event_probe_name((enum event_probe)i), name)) {
			*probe = (enum event_probe)i;
			return true;
		}
	}
	return false;
}

static bool has_bytes(enum event_kind kind)
{
	return kind == EVENT_SEND || kind == EVENT_RECV || kind == EVENT_PEEK ||
		kind == EVENT_QUEUED || kind == EVENT_UNSENT ||
		kind == EVENT_SAVED;
}

/* Bytes, escaped, as a JSON string; NULL if there is no memory. */
static json_t *escaped(const void *bytes, size_t len)
{
	size_t taken = escape_cut(bytes, len, ESCAPE_EVENT_BYTES);
	char *text = malloc(ESCAPE_SIZE(taken));

	if (!text)
		return NULL;
	size_t text_bytes = escape_text(text, bytes, taken);
	json_t *string = json_stringn(text, text_bytes);

	free(text);
	return string;
}

static int fill_state(json_t *object, const struct event *event)
{
	char polled[TCP_POLL_SIZE];

	json_t *unacknowledged = event->unacknowledged == SIZE_MAX
		? json_null()
		: json_integer((json_int_t)event->unacknowledged);

	tcp_poll_text(event->poll, polled);
	return json_object_set_new(object, "unread",
		       json_integer((json_int_t)event->unread)) |
		json_object_set_new(object, "unacknowledged", unacknowledged) |
		json_object_set_new(object, "poll", json_string(polled));
}

/* json_object_set_new() checks for NULL, so that one test at the end does. */
static int fill(json_t *object, const struct event *event)
{
	int bad = 0;

	if (event->conn)
		bad |= json_object_set_new(
			object, "conn", json_integer(event->conn));
	bad |= json_object_set_new(
		object, "event", json_string(event_name(event->kind)));
	if (event->call)
		bad |= json_object_set_new(
			object, "call", json_string(event->call));
	if (has_bytes(event->kind))
		bad |= json_object_set_new(object, "bytes",
			json_integer((json_int_t)event->bytes));
	if (event->kind == EVENT_SAVED)
		bad |= json_object_set_new(object, "saved",
			json_integer((json_int_t)event->saved));
	if (event->kind == EVENT_PROBE)
		bad |= json_object_set_new(object, "result",
			json_string(event_probe_name(event->probe)));
	if (event->kind == EVENT_STATE)
		bad |= fill_state(object, event);
	if (event->child)
		bad |= json_object_set_new(object, "child", json_true());
	if (event->local)
		bad |= json_object_set_new(
			object, "local", json_string(event->local));
	if (event->peer)
		bad |= json_object_set_new(
			object, "peer", json_string(event->peer));
	if (event->data)
		bad |= json_object_set_new(
			object, "text", escaped(event->data, event->bytes));
	if (event->detail)
		bad |= json_object_set_new(object, "detail",
			escaped(event->detail, strlen(event->detail)));
	if (event->error)
		bad |= json_object_set_new(object, "errno",
			json_string(names_errno(event->error)));
	if (event->in_thread) {
		bad |= json_object_set_new(object, "thread", json_true());
		bad |= json_object_set_new(
			object, "took", json_real(event->took_s));
	}
	if (event->signal)
		bad |= json_object_set_new(object, "signal",
			json_string(names_signal(event->signal)));
	if (event->kind == EVENT_DONE)
		bad |= json_object_set_new(
			object, "line", json_integer((json_int_t)event->line));
	if (event->kind == EVENT_EXIT)
		bad |= json_object_set_new(
			object, "status", json_integer(event->status));
	if (event->state)
		bad |= json_object_set_new(
			object, "state", json_string(state_name(event->state)));
	return bad;
}

int event_to_json(const struct event *event, enum side side, double seconds,
	char **text, size_t *text_bytes)
{
	json_t *object = json_object();
	int bad = json_object_set_new(object, "t", json_real(seconds));

	bad |= json_object_set_new(
		object, "side", json_string(side_name(side)));
	bad |= fill(object, event);
	size_t size =
		bad ? 0 : json_dumpb(object, NULL, 0, JSON_REAL_PRECISION(9));

	*text = size ? malloc(size + 1) : NULL;
	if (*text) {
		json_dumpb(object, *text, size, JSON_REAL_PRECISION(9));
		(*text)[size] = '\n';
		*text_bytes = size + 1;
	}
	json_decref(object);
	return *text ? 0 : -1;
}
