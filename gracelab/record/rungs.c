/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "rungs.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "lib/base/escape.h"

static const char *string(const json_t *event, const char *key)
{
	return json_string_value(json_object_get(event, key));
}

static char *copy(const char *text)
{
	return text ? strdup(text) : NULL;
}

static struct rungs_call *new_call(struct rungs *rungs, int side)
{
	struct rungs_call *calls = reallocarray(
		rungs->calls, rungs->call_count + 1, sizeof(*calls));

	if (!calls)
		return NULL;
	rungs->calls = calls;
	calls[rungs->call_count] = (struct rungs_call){ .caller = side };
	return &calls[rungs->call_count++];
}

/* How an event stands in the ladder. */
enum shape {
	SHAPE_PLAIN, /* by the name */
	SHAPE_BYTES, /* with text and number of bytes */
	SHAPE_ZERO,  /* the call gave 0 */
	SHAPE_ERROR, /* the call gave an errno */
	SHAPE_SPECIAL,
};

static const struct {
	const char *event, *call;
	enum shape shape;
	bool sends;
} shapes[] = {
	{ "connect", "connect", SHAPE_PLAIN, true },
	{ "accept", "accept", SHAPE_PLAIN, true },
	{ "send", "send", SHAPE_BYTES, true },
	{ "recv", "recv", SHAPE_BYTES, false },
	{ "eof", "recv", SHAPE_ZERO, false },
	{ "would-block", NULL, SHAPE_ERROR, false },
	{ "error", NULL, SHAPE_ERROR, false },
	{ "shutdown", NULL, SHAPE_ZERO, true },
	{ "close", "close", SHAPE_ZERO, true },
	{ "reset", "abortive close", SHAPE_ZERO, true },
	{ "hold", "hold", SHAPE_PLAIN, false },
	{ "release", "release", SHAPE_PLAIN, true },
	{ "state", "state", SHAPE_SPECIAL, false },
	{ "probe", "probe", SHAPE_SPECIAL, false },
	{ "signal", "SIGPIPE caught", SHAPE_PLAIN, false },
	{ "exit", "exit", SHAPE_SPECIAL, true },
	{ "killed", "killed", SHAPE_SPECIAL, true },
};

#define SHAPES (sizeof(shapes) / sizeof(*shapes))

/* "shutdown wr" for SHUT_WR. */
static const char *shutdown_name(const char *how)
{
	if (how && !strcmp(how, "SHUT_RD"))
		return "shutdown rd";
	if (how && !strcmp(how, "SHUT_RDWR"))
		return "shutdown rdwr";
	return "shutdown wr";
}

static void set_special(struct rungs_call *call, const json_t *event)
{
	const char *detail = string(event, "detail");
	char text[40];

	if (!strcmp(call->call, "exit")) {
		snprintf(text, sizeof(text), "exit(%lld)",
			json_integer_value(json_object_get(event, "status")));
		free(call->call);
		call->call = strdup(text);
	} else if (!strcmp(call->call, "killed")) {
		snprintf(text, sizeof(text), "killed by %s",
			string(event, "signal"));
		free(call->call);
		call->call = strdup(text);
	} else if (detail) {
		/* "half-close: ...", "CLOSE, unread ...": the gist. */
		call->result = strndup(detail, strcspn(detail, ":,"));
	}
}

void rungs_add_event(struct rungs *rungs, int side, const json_t *event)
{
	const char *name = string(event, "event");
	const char *detail = string(event, "detail");
	char bytes[24];
	size_t i = 0;

	while (i < SHAPES && (!name || strcmp(shapes[i].event, name) != 0))
		i++;
	struct rungs_call *call = i < SHAPES ? new_call(rungs, side) : NULL;

	if (!call)
		return;
	const char *made =
		shapes[i].call ? shapes[i].call : string(event, "call");

	if (!strcmp(name, "hold") && detail && strstr(detail, "child"))
		made = "hold child";
	if (!made || !strcmp(made, "shutdown"))
		made = shutdown_name(detail);
	call->sends = shapes[i].sends;
	call->connects = !strcmp(name, "connect");
	call->establishes = call->connects || !strcmp(name, "accept");
	/* A SYN went out also where nobody took it. */
	call->sends = call->sends || !strcmp(made, "connect");
	call->text = copy(string(event, "text"));
	if (shapes[i].shape == SHAPE_BYTES && detail) {
		/* A whole file at once. */
		made = "sendfile";
		free(call->text);
		call->text = copy(detail);
	}
	call->call = strdup(made);
	switch (shapes[i].shape) {
	case SHAPE_PLAIN:
		break;
	case SHAPE_BYTES:
		snprintf(bytes, sizeof(bytes), "%lld",
			json_integer_value(json_object_get(event, "bytes")));
		call->result = strdup(bytes);
		break;
	case SHAPE_ZERO:
		call->result = strdup(!strcmp(name, "eof") ? "0 (EOF)" : "0");
		break;
	case SHAPE_ERROR:
		call->result = copy(string(event, "errno"));
		break;
	case SHAPE_SPECIAL:
		set_special(call, event);
		break;
	}
}

void rungs_add_call(
	struct rungs *rungs, int side, const char *name, const char *result)
{
	struct rungs_call *call = new_call(rungs, side);

	if (!call)
		return;
	call->call = malloc(ESCAPE_SIZE(strlen(name)));
	if (call->call)
		escape_text(call->call, name, strlen(name));
	call->result = copy(result);
	call->sends = true;
}

void rungs_add_segment(
	struct rungs *rungs, int sender, const struct segment *segment)
{
	if (segment_is_pure_ack(segment))
		return;
	struct rungs_segment *segments = reallocarray(
		rungs->segments, rungs->segment_count + 1, sizeof(*segments));

	if (!segments)
		return;
	rungs->segments = segments;
	segments[rungs->segment_count++] =
		(struct rungs_segment){ .sender = sender, .segment = *segment };
}

void rungs_segment_text(const struct segment *segment, char *out)
{
	bool fin = segment->flags & SEGMENT_FIN;

	if (segment->flags & SEGMENT_RST)
		snprintf(out, RUNGS_SEGMENT_SIZE, "RST");
	else if (segment->flags & SEGMENT_SYN)
		snprintf(out, RUNGS_SEGMENT_SIZE, "%s",
			segment->flags & SEGMENT_ACK ? "SYN+ACK" : "SYN");
	else if (segment->payload_bytes)
		snprintf(out, RUNGS_SEGMENT_SIZE, "data %u%s",
			segment->payload_bytes, fin ? "+FIN" : "");
	else
		snprintf(out, RUNGS_SEGMENT_SIZE, "%s", fin ? "FIN" : "ACK");
}

/* Moves a call to the rung. */
static void put_call(struct rung *rung, struct rungs_call *call)
{
	rung->caller = call->caller;
	rung->call = call->call;
	rung->text = call->text;
	rung->result = call->result;
	*call = (struct rungs_call){ 0 };
}

static void put_segment(struct rung *rung, const struct rungs_segment *from)
{
	char text[RUNGS_SEGMENT_SIZE];

	rungs_segment_text(&from->segment, text);
	rung->sender = from->sender;
	rung->segment = strdup(text);
}

/* Adds the segments [*next, end) as rungs of their own. */
static void put_segments(struct rungs *rungs, struct record *record,
	double seconds, size_t *next, size_t end)
{
	for (; *next < end; (*next)++) {
		struct rung *rung = record_add(record, seconds);

		if (rung)
			put_segment(rung, &rungs->segments[*next]);
	}
}

/*
 * The rungs of calls and segments. A call that sends takes the next segment if
 * that is its side's. The segments behind it, up to the next call that sends,
 * are more of the same call or what answered them. Returns the rung of the
 * last call that sends, or the first rung of all.
 */
static size_t put_calls(
	struct rungs *rungs, struct record *record, double seconds)
{
	size_t next = 0, end = rungs->segment_count;
	size_t sender = record->rung_count;

	for (size_t i = 0; i < rungs->call_count; i++) {
		struct rungs_call *call = &rungs->calls[i];
		bool sends = call->sends;
		bool establishes = call->establishes;
		bool another =
			i + 1 < rungs->call_count && rungs->calls[i + 1].sends;
		struct rung *rung = record_add(record, seconds);

		if (!rung)
			break;
		put_call(rung, call);
		if (establishes)
			rung->states[rung->caller] = copy("ESTABLISHED");
		if (!sends)
			continue;
		sender = record->rung_count - 1;
		if (next < end && rungs->segments[next].sender == rung->caller)
			put_segment(rung, &rungs->segments[next++]);
		if (!another)
			put_segments(rungs, record, seconds, &next, end);
	}
	put_segments(rungs, record, seconds, &next, end);
	return sender;
}

/* The last rung from `first` on whose segment changes states, else `sender`. */
static size_t rung_of_change(
	const struct record *record, size_t first, size_t sender)
{
	for (size_t i = record->rung_count; i > first; i--) {
		const char *segment = record->rungs[i - 1].segment;

		if (segment &&
			(strstr(segment, "FIN") || strstr(segment, "SYN") ||
				strstr(segment, "RST")))
			return i - 1;
	}
	return sender;
}

void rungs_flush(struct rungs *rungs, struct record *record, double seconds)
{
	size_t first = record->rung_count;
	bool changed = rungs->states[CLIENT] || rungs->states[SERVER];
	size_t sender = put_calls(rungs, record, seconds);

	if (changed && record->rung_count == first)
		record_add(record, seconds);
	for (int side = 0; side < SIDES && changed; side++) {
		size_t at = rung_of_change(record, first, sender);

		if (at >= record->rung_count || !rungs->states[side])
			continue;
		free(record->rungs[at].states[side]);
		record->rungs[at].states[side] = copy(rungs->states[side]);
	}
	rungs_free(rungs);
}

void rungs_free(struct rungs *rungs)
{
	for (size_t i = 0; i < rungs->call_count; i++) {
		free(rungs->calls[i].call);
		free(rungs->calls[i].text);
		free(rungs->calls[i].result);
	}
	free(rungs->calls);
	free(rungs->segments);
	*rungs = (struct rungs){ 0 };
}
