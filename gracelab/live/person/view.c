/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "view.h"

#include <stdlib.h>
#include <string.h>

#include "gracelab/play/wired.h"
#include "lib/base/io.h"

/* What waits, but for what a timer has sent: there is no telling when. */
static json_t *waits_to_json(const struct wire *wire)
{
	const struct wire_segment *segment = wire ? wire_first(wire) : NULL;
	json_t *waits = json_array();

	for (; segment; segment = segment->next) {
		char name[SEGMENT_TEXT_SIZE];

		if (segment->again && !segment->id)
			continue;
		segment_text(&segment->segment, name);
		json_array_append_new(waits,
			json_pack("{s:i, s:s}", "from", (int)segment->sender,
				"segment", name));
	}
	return waits;
}

static json_t *clients_to_json(const struct play *play)
{
	json_t *clients = json_array();

	for (unsigned who = 0; who < ACTORS_MAX; who++) {
		const struct connection *one = &play->connections[who];

		if (!play->experiment->plays[who])
			continue;
		json_array_append_new(clients,
			json_pack("{s:i, s:b, s:i, s:i}", "who", (int)who,
				"runs", cast_runs(&play->cast, who), "client",
				(int)one->sockets[CLIENT].state, "server",
				(int)one->sockets[SERVER].state));
	}
	return clients;
}

json_t *view_now(const struct play *play)
{
	const struct wire *wire = wired_wire(play);

	return json_pack("{s:o, s:o, s:[b, b]}", "actors",
		clients_to_json(play), "waits", waits_to_json(wire), "held",
		wire && wire_is_held(wire, CLIENT),
		wire && wire_is_held(wire, SERVER));
}

bool view_write(int fd, const struct play *play, const json_t *now, bool asked)
{
	const struct experiment *experiment = play->experiment;
	size_t failed = experiment->step_count;

	for (size_t i = 0; i < experiment->step_count; i++)
		if (play->step == &experiment->steps[i])
			failed = i;
	json_t *json = json_pack("{s:o, s:O, s:b, s:I}", "record",
		record_to_json(play->record), "now", now, "asked", asked,
		"failed_step", (json_int_t)failed);
	char *text = json ? json_dumps(json, JSON_COMPACT) : NULL;
	bool written = text && io_write(fd, text, strlen(text)) &&
		io_write(fd, "\n", 1);

	free(text);
	json_decref(json);
	return written;
}

static int number(const json_t *object, const char *key)
{
	return (int)json_integer_value(json_object_get(object, key));
}

static void read_actors(struct view *view, const json_t *actors)
{
	for (size_t i = 0; i < json_array_size(actors); i++) {
		const json_t *actor = json_array_get(actors, i);
		int who = number(actor, "who");

		if (who < 0 || who >= ACTORS_MAX)
			continue;
		view->plays[who] = true;
		view->runs[who] = json_is_true(json_object_get(actor, "runs"));
		view->states[who][CLIENT] =
			(enum tcp_state)number(actor, "client");
		view->states[who][SERVER] =
			(enum tcp_state)number(actor, "server");
	}
}

static bool read_waits(struct view *view, const json_t *waits)
{
	size_t count = json_array_size(waits);

	view->waits = calloc(count + 1, sizeof(*view->waits));
	for (size_t i = 0; view->waits && i < count; i++) {
		const json_t *one = json_array_get(waits, i);
		const char *name =
			json_string_value(json_object_get(one, "segment"));
		struct view_segment *segment = &view->waits[i];

		segment->sender = number(one, "from") ? SERVER : CLIENT;
		snprintf(segment->name, sizeof(segment->name), "%s",
			name ? name : "?");
	}
	view->wait_count = count;
	return view->waits;
}

bool view_read(struct view *view, const char *text, size_t bytes)
{
	json_t *json = json_loadb(text, bytes, 0, NULL);
	const json_t *now = json_object_get(json, "now");
	const json_t *held = json_object_get(now, "held");

	*view = (struct view){ 0 };
	bool good = json &&
		record_from_json(
			&view->record, json_object_get(json, "record")) &&
		read_waits(view, json_object_get(now, "waits"));

	read_actors(view, json_object_get(now, "actors"));
	for (size_t side = 0; side < SIDES; side++)
		view->held[side] = json_is_true(json_array_get(held, side));
	view->asked = json_is_true(json_object_get(json, "asked"));
	view->failed_step = (size_t)json_integer_value(
		json_object_get(json, "failed_step"));
	json_decref(json);
	if (!good)
		view_free(view);
	return good;
}

void view_free(struct view *view)
{
	record_free(&view->record);
	free(view->waits);
	*view = (struct view){ 0 };
}
