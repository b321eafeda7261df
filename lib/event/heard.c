/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "heard.h"

#include <jansson.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include "lib/base/names.h"
#include "lib/net/tcp.h"
#include "lib/text/escape.h"

static const char *string(const json_t *object, const char *key)
{
	return json_string_value(json_object_get(object, key));
}

static json_int_t integer(const json_t *object, const char *key)
{
	json_int_t value = json_integer_value(json_object_get(object, key));

	return value > 0 ? value : 0;
}

/* Keeps a copy of a member; false only without memory. */
static bool keep(struct heard *heard, size_t slot, const json_t *object,
	const char *key, const char **kept)
{
	const char *text = string(object, key);

	if (!text)
		return true;
	*kept = heard->texts[slot] = strdup(text);
	return *kept;
}

/* The data's escapes are resolved where it stands; what is bad is no data. */
static bool keep_data(struct heard *heard, const json_t *object)
{
	const char *text = NULL;

	if (!keep(heard, 0, object, "text", &text))
		return false;
	if (!text)
		return true;
	heard->data_bytes = strlen(text);
	if (escape_resolve(heard->texts[0], &heard->data_bytes))
		heard->event.data = heard->texts[0];
	else
		heard->data_bytes = 0;
	return true;
}

/* The detail was escaped like data; a bad escape ends what is of use. */
static bool keep_detail(struct heard *heard, const json_t *object)
{
	const char *text = NULL;

	if (!keep(heard, 2, object, "detail", &text))
		return false;
	size_t len = text ? strlen(text) : 0;

	if (text && escape_resolve(heard->texts[2], &len))
		heard->texts[2][len] = '\0';
	heard->event.detail = text;
	return true;
}

static bool keep_texts(struct heard *heard, const json_t *object)
{
	struct event *event = &heard->event;

	return keep_data(heard, object) &&
		keep(heard, 1, object, "call", &event->call) &&
		keep_detail(heard, object) &&
		keep(heard, 3, object, "local", &event->local) &&
		keep(heard, 4, object, "peer", &event->peer);
}

/* Members whose text is one of a list. */
static void read_names(struct heard *heard, const json_t *object)
{
	struct event *event = &heard->event;
	const char *error = string(object, "errno");
	const char *signal = string(object, "signal");
	const char *state = string(object, "state");
	const char *result = string(object, "result");
	const char *polled = string(object, "poll");

	event->error = error ? names_errno_number(error) : 0;
	event->signal = signal ? names_signal_number(signal) : 0;
	if (state)
		state_parse(state, &event->state);
	if (polled)
		tcp_poll_parse(polled, &event->poll);
	if (result)
		event_probe_parse(result, &event->probe);
	heard->how = event->detail ? names_shutdown_number(event->detail) : -1;
}

enum heard_result heard_read(struct heard *heard, const char *line, size_t len)
{
	json_error_t error;
	json_t *object = json_loadb(line, len, 0, &error);
	const char *name = string(object, "event");
	enum heard_result result = HEARD_NOTHING;

	*heard = (struct heard){ .how = -1 };
	if (!object && json_error_code(&error) == json_error_out_of_memory)
		return HEARD_NO_MEMORY;
	/* Who was killed has not written it. */
	if (name && event_parse(name, &heard->event.kind) &&
		heard->event.kind != EVENT_KILLED) {
		struct event *event = &heard->event;

		event->conn = (unsigned)integer(object, "conn");
		event->bytes = (size_t)integer(object, "bytes");
		event->saved = (size_t)integer(object, "saved");
		event->line = (unsigned long)integer(object, "line");
		event->unread = (size_t)integer(object, "unread");
		event->unacknowledged =
			json_is_null(json_object_get(object, "unacknowledged"))
			? SIZE_MAX
			: (size_t)integer(object, "unacknowledged");
		event->in_thread =
			json_is_true(json_object_get(object, "thread"));
		event->took_s =
			json_number_value(json_object_get(object, "took"));
		event->status = (int)integer(object, "status");
		event->child = json_is_true(json_object_get(object, "child"));
		result = HEARD_EVENT;
		if (keep_texts(heard, object)) {
			read_names(heard, object);
		} else {
			heard_free(heard);
			result = HEARD_NO_MEMORY;
		}
	}
	json_decref(object);
	return result;
}

void heard_free(struct heard *heard)
{
	for (size_t i = 0; i < sizeof(heard->texts) / sizeof(*heard->texts);
		i++)
		free(heard->texts[i]);
	*heard = (struct heard){ .how = -1 };
}
