/* SPDX-License-Identifier: GPL-3.0-or-later */
/* A record as JSON, and back. */
#include <stdlib.h>
#include <string.h>

#include "lib/event/tls_json.h"
#include "lib/text/json_text.h"
#include "record.h"

static const char *const side_keys[SIDES] = { "client", "server" };

/* What became of a segment, as JSON has it. */
static const char *const wire_names[] = {
	[WIRE_AT_ONCE] = NULL,
	[WIRE_SENT] = "sent",
	[WIRE_ARRIVED] = "arrived",
	[WIRE_LOST] = "lost",
	[WIRE_FORGED] = "forged",
};

#define WIRES (sizeof(wire_names) / sizeof(*wire_names))

/*
 * Each sets a member and returns 0, or -1 without memory. What says nothing,
 * NULL, false or 0, is left out but where it must be said.
 */
static int set(json_t *object, const char *key, const char *text)
{
	return text ? json_object_set_new(
			      object, key, json_text(text, strlen(text)))
		    : 0;
}

static int set_bool(json_t *object, const char *key, bool value)
{
	return json_object_set_new(object, key, json_boolean(value));
}

static int set_true(json_t *object, const char *key, bool value)
{
	return value ? set_bool(object, key, true) : 0;
}

static int set_number(json_t *object, const char *key, unsigned number)
{
	return number ? json_object_set_new(object, key, json_integer(number))
		      : 0;
}

/* A text of each of the first `count` actors that has one. */
static int set_actors(
	json_t *object, const char *key, char *const texts[], unsigned count)
{
	json_t *actors = json_object();
	int bad = 0;

	for (unsigned who = 0; who < count; who++)
		bad |= set(actors, actor_name(who), texts[who]);
	return json_object_set_new(object, key, actors) | bad;
}

/* How far the terminals have grown that have. */
static int set_lines(json_t *object, const unsigned lines[])
{
	json_t *grown = json_object();
	int bad = 0;

	for (unsigned who = 0; who < ACTORS_MAX; who++)
		bad |= set_number(grown, actor_name(who), lines[who]);
	if (json_object_size(grown))
		return json_object_set_new(object, "lines", grown) | bad;
	json_decref(grown);
	return bad;
}

static json_t *rung_to_json(const struct rung *rung)
{
	json_t *json = json_object();
	int bad = json_object_set_new(json, "t", json_real(rung->seconds));

	if (rung->call) {
		bad |= set(json, "side", side_keys[rung->caller]);
		bad |= set(json, "call", rung->call);
		bad |= set(json, "text", rung->text);
		bad |= set(json, "result", rung->result);
		bad |= tls_json_set(json, rung->records, rung->record_count);
		bad |= set_number(json, "pid", (unsigned)rung->process);
		bad |= set_number(json, "thread", (unsigned)rung->thread);
		bad |= set_true(json, "tie", rung->tie);
	}
	if (rung->segment) {
		bad |= set(json, "from", side_keys[rung->sender]);
		bad |= set(json, "segment", rung->segment);
		bad |= set(json, "event", wire_names[rung->wire]);
		bad |= set_number(json, "segment_id", rung->segment_id);
		bad |= set_true(json, "copy", rung->copy);
	}
	bad |= set_number(json, "connection", rung->connection);
	bad |= set_true(json, "failed", rung->failed);
	bad |= set_lines(json, rung->lines);
	if (rung->states[CLIENT] || rung->states[SERVER])
		bad |= set_actors(json, "states", rung->states, SIDES);
	if (!bad)
		return json;
	json_decref(json);
	return NULL;
}

static json_t *ladder_to_json(const struct record *record)
{
	json_t *ladder = json_array();
	int bad = 0;

	for (size_t i = 0; i < record->rung_count; i++)
		bad |= json_array_append_new(
			ladder, rung_to_json(&record->rungs[i]));
	if (!bad)
		return ladder;
	json_decref(ladder);
	return NULL;
}

static int set_notes(json_t *json, const struct record *record)
{
	json_t *notes = record->note_count ? json_array() : NULL;
	int bad = 0;

	for (size_t i = 0; i < record->note_count; i++)
		bad |= json_array_append_new(notes,
			json_text(record->notes[i], strlen(record->notes[i])));
	return notes ? json_object_set_new(json, "notes", notes) | bad : 0;
}

json_t *record_to_json(const struct record *record)
{
	if (record->orders)
		return json_incref(record->orders);
	json_t *json = json_object();
	int bad = 0;

	bad |= set(json, "experiment", record->name);
	bad |= set(json, "title", record->title);
	bad |= set(json, "asks", record->asks);
	bad |= set(json, "system", record->system);
	bad |= set_bool(json, "private_network", record->private_network);
	bad |= json_object_set_new(json, "observed",
		json_pack("{s:b, s:b}", "wire", record->wire, "states",
			record->states));
	bad |= set(json, "over", record->over_unix ? "unix" : NULL);
	bad |= set(json, "network_why", record->network_why);
	bad |= set(json, "wire_why", record->wire_why);
	bad |= json_object_set_new(json, "ladder", ladder_to_json(record));
	bad |= set_actors(json, "terminals", record->terminals, ACTORS_MAX);
	bad |= set_bool(json, "failed", record->failed);
	bad |= set_true(json, "unplayable", record->unplayable);
	bad |= set(json, "failure", record->failure);
	bad |= set_notes(json, record);
	if (!bad)
		return json;
	json_decref(json);
	return NULL;
}

/* A copy of a string member, or NULL. */
static char *get(const json_t *object, const char *key)
{
	const char *text = json_string_value(json_object_get(object, key));

	return text ? strdup(text) : NULL;
}

static bool get_true(const json_t *object, const char *key)
{
	return json_is_true(json_object_get(object, key));
}

static int get_side(const json_t *object, const char *key)
{
	const char *text = json_string_value(json_object_get(object, key));

	return text && !strcmp(text, side_keys[SERVER]) ? SERVER : CLIENT;
}

static unsigned get_number(const json_t *object, const char *key)
{
	return (unsigned)json_integer_value(json_object_get(object, key));
}

/* False if it is called what no segment can be. */
static bool get_wire(const json_t *json, enum wire_fate *wire)
{
	const json_t *event = json_object_get(json, "event");
	const char *name = json_string_value(event);

	*wire = WIRE_AT_ONCE;
	if (!event)
		return true;
	for (size_t i = 0; name && i < WIRES; i++)
		if (wire_names[i] && !strcmp(wire_names[i], name)) {
			*wire = (enum wire_fate)i;
			return true;
		}
	return false;
}

static bool rung_from_json(struct record *record, const json_t *json)
{
	struct rung *rung =
		record_add(record, json_real_value(json_object_get(json, "t")));
	const json_t *states = json_object_get(json, "states");
	const json_t *lines = json_object_get(json, "lines");

	if (!rung)
		return false;
	rung->caller = get_side(json, "side");
	rung->call = get(json, "call");
	rung->text = get(json, "text");
	rung->result = get(json, "result");
	rung->sender = get_side(json, "from");
	rung->segment = get(json, "segment");
	rung->segment_id = get_number(json, "segment_id");
	rung->copy = get_true(json, "copy");
	rung->process = (int)get_number(json, "pid");
	rung->thread = (int)get_number(json, "thread");
	rung->tie = get_true(json, "tie");
	rung->connection = get_number(json, "connection");
	rung->failed = get_true(json, "failed");
	for (int side = 0; side < SIDES; side++)
		rung->states[side] = get(states, side_keys[side]);
	for (unsigned who = 0; who < ACTORS_MAX; who++)
		rung->lines[who] = get_number(lines, actor_name(who));
	return get_wire(json, &rung->wire) &&
		tls_json_get(json, &rung->records, &rung->record_count);
}

bool record_from_json(struct record *record, const json_t *json)
{
	const json_t *observed = json_object_get(json, "observed");
	const json_t *terminals = json_object_get(json, "terminals");
	const json_t *ladder = json_object_get(json, "ladder");
	const json_t *notes = json_object_get(json, "notes");
	bool complete = json_is_array(ladder) &&
		json_is_boolean(json_object_get(json, "failed"));

	*record = (struct record){
		.name = get(json, "experiment"),
		.title = get(json, "title"),
		.asks = get(json, "asks"),
		.system = get(json, "system"),
		.private_network = get_true(json, "private_network"),
		.wire = get_true(observed, "wire"),
		.states = get_true(observed, "states"),
		.over_unix = json_object_get(json, "over"),
		.network_why = get(json, "network_why"),
		.wire_why = get(json, "wire_why"),
		.failed = get_true(json, "failed"),
		.failure = get(json, "failure"),
		.unplayable = get_true(json, "unplayable"),
	};
	for (unsigned who = 0; who < ACTORS_MAX; who++)
		record->terminals[who] = get(terminals, actor_name(who));
	for (size_t i = 0; i < json_array_size(notes); i++) {
		const char *note = json_string_value(json_array_get(notes, i));

		complete = complete && note && record_note(record, note);
	}
	for (size_t i = 0; i < json_array_size(ladder); i++)
		complete = complete &&
			rung_from_json(record, json_array_get(ladder, i));
	return complete && record->name && record->system;
}
