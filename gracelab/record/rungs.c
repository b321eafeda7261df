/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "rungs.h"

#include <stdarg.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>

#include "lib/base/escape.h"
#include "lib/base/names.h"

void rungs_add(struct rungs *rungs, struct rungs_call call)
{
	struct rungs_call *calls = reallocarray(
		rungs->calls, rungs->call_count + 1, sizeof(*calls));

	if (!calls || !call.call) {
		free(call.call);
		free(call.text);
		free(call.result);
		rungs->incomplete = true;
	} else {
		calls[rungs->call_count++] = call;
	}
	if (calls)
		rungs->calls = calls;
}

/* What a call gave. */
enum shape {
	SHAPE_NONE,   /* no call */
	SHAPE_PLAIN,  /* nothing worth a word */
	SHAPE_BYTES,  /* a number of bytes */
	SHAPE_ZERO,   /* 0 */
	SHAPE_EOF,    /* 0, which is EOF */
	SHAPE_ERROR,  /* an errno */
	SHAPE_STATE,  /* the state */
	SHAPE_PROBE,  /* the probe's result */
	SHAPE_STATUS, /* ended with the status */
	SHAPE_SIGNAL, /* ended by the signal */
};

static const struct {
	const char *call; /* NULL: as the event says */
	enum shape shape;
	bool sends;
} shapes[EVENTS] = {
	[EVENT_CONNECT] = { "connect", SHAPE_PLAIN, true },
	[EVENT_ACCEPT] = { "accept", SHAPE_PLAIN, true },
	[EVENT_SEND] = { "send", SHAPE_BYTES, true },
	[EVENT_RECV] = { "recv", SHAPE_BYTES, false },
	[EVENT_EOF] = { "recv", SHAPE_EOF, false },
	[EVENT_WOULD_BLOCK] = { NULL, SHAPE_ERROR, false },
	[EVENT_ERROR] = { NULL, SHAPE_ERROR, false },
	[EVENT_SHUTDOWN] = { "shutdown", SHAPE_ZERO, true },
	[EVENT_CLOSE] = { "close", SHAPE_ZERO, true },
	[EVENT_RESET] = { "abortive close", SHAPE_ZERO, true },
	[EVENT_HOLD] = { "hold", SHAPE_PLAIN, false },
	[EVENT_RELEASE] = { "release", SHAPE_PLAIN, true },
	[EVENT_STATE] = { "state", SHAPE_STATE, false },
	[EVENT_PROBE] = { "probe", SHAPE_PROBE, false },
	[EVENT_SIGNAL] = { "SIGPIPE caught", SHAPE_PLAIN, false },
	[EVENT_EXIT] = { "exit", SHAPE_STATUS, true },
	[EVENT_KILLED] = { "killed", SHAPE_SIGNAL, true },
};

static const char *shutdown_name(int how)
{
	return how == SHUT_RD      ? "shutdown rd"
		: how == SHUT_RDWR ? "shutdown rdwr"
				   : "shutdown wr";
}

static const char *probe_words(enum event_probe probe)
{
	switch (probe) {
	case PROBE_UNKNOWN:
		break;
	case PROBE_HALF:
		return "half-close";
	case PROBE_FULL:
		return "full close";
	}
	return "cannot tell";
}

/* A text of its own, printf(3)'s format; NULL is a lack of memory. */
__attribute__((format(printf, 2, 3))) static char *make(
	struct rungs *rungs, const char *format, ...)
{
	va_list arguments;
	char *text = NULL;

	va_start(arguments, format);
	if (vasprintf(&text, format, arguments) < 0)
		text = NULL;
	va_end(arguments);
	rungs->incomplete |= !text;
	return text;
}

static char *escaped(struct rungs *rungs, const void *bytes, size_t len)
{
	char *text = malloc(ESCAPE_SIZE(len));

	if (text)
		escape_text(text, bytes, len);
	rungs->incomplete |= !text;
	return text;
}

/* The call's name, with what belongs to it. */
static char *call_of(struct rungs *rungs, const struct heard *heard)
{
	const struct event *event = &heard->event;
	enum shape shape = shapes[event->kind].shape;
	const char *call = shapes[event->kind].call;

	if (shape == SHAPE_STATUS)
		return make(rungs, "exit(%d)", event->status);
	if (shape == SHAPE_SIGNAL)
		return make(rungs, "killed by %s", names_signal(event->signal));
	if (heard->how >= 0)
		return make(rungs, "%s", shutdown_name(heard->how));
	if (event->kind == EVENT_SEND && event->detail)
		return make(rungs, "sendfile");
	if (!call && !event->call)
		return make(rungs, "?");
	return call ? make(rungs, "%s%s", call, event->child ? " child" : "")
		    : escaped(rungs, event->call, strlen(event->call));
}

static char *result_of(struct rungs *rungs, const struct event *event)
{
	switch (shapes[event->kind].shape) {
	case SHAPE_NONE:
	case SHAPE_PLAIN:
	case SHAPE_STATUS:
	case SHAPE_SIGNAL:
		break;
	case SHAPE_BYTES:
		return make(rungs, "%zu", event->bytes);
	case SHAPE_ZERO:
		return make(rungs, "0");
	case SHAPE_EOF:
		return make(rungs, "0 (EOF)");
	case SHAPE_ERROR:
		return make(rungs, "%s", names_errno(event->error));
	case SHAPE_STATE:
		return make(rungs, "%s", state_name(event->state));
	case SHAPE_PROBE:
		return make(rungs, "%s", probe_words(event->probe));
	}
	return NULL;
}

/* What was sent or received, or the file that it came from. */
static char *text_of(struct rungs *rungs, const struct heard *heard)
{
	const struct event *event = &heard->event;

	if (event->kind == EVENT_SEND && event->detail)
		return escaped(rungs, event->detail, strlen(event->detail));
	return event->data ? escaped(rungs, event->data, heard->data_bytes)
			   : NULL;
}

void rungs_add_event(
	struct rungs *rungs, enum side side, const struct heard *heard)
{
	const struct event *event = &heard->event;

	if (shapes[event->kind].shape == SHAPE_NONE)
		return;
	rungs_add(rungs,
		(struct rungs_call){
			.caller = side,
			.call = call_of(rungs, heard),
			.text = text_of(rungs, heard),
			.result = result_of(rungs, event),
			/* Without a connection it is connect(2): a SYN went
			 * out also where nobody took it. */
			.sends = shapes[event->kind].sends ||
				(event->kind == EVENT_ERROR && !event->conn),
			.establishes = event->kind == EVENT_CONNECT ||
				event->kind == EVENT_ACCEPT,
		});
}

void rungs_add_line(struct rungs *rungs, enum side side, const char *line,
	const char *result)
{
	rungs_add(rungs,
		(struct rungs_call){
			.caller = side,
			.call = escaped(rungs, line, strlen(line)),
			.result = result ? make(rungs, "%s", result) : NULL,
			.sends = true,
		});
}

void rungs_add_segment(
	struct rungs *rungs, enum side sender, const struct segment *segment)
{
	if (segment_is_pure_ack(segment))
		return;
	struct rungs_segment *segments = reallocarray(
		rungs->segments, rungs->segment_count + 1, sizeof(*segments));

	if (!segments) {
		rungs->incomplete = true;
		return;
	}
	rungs->segments = segments;
	segments[rungs->segment_count++] =
		(struct rungs_segment){ .sender = sender, .segment = *segment };
}

void rungs_set_state(struct rungs *rungs, enum side side, enum tcp_state state)
{
	rungs->changed[side] = true;
	rungs->states[side] = state;
}

/* Rungs under way to the record. */
struct flush {
	struct rungs *rungs;
	struct record *record;
	double seconds;
	size_t next;    /* the first segment that has no rung yet */
	size_t sender;  /* the rung of the last call that sends */
	size_t changer; /* the last rung whose segment changes states */
	bool complete;
};

static struct rung *add_rung(struct flush *flush)
{
	struct rung *rung = record_add(flush->record, flush->seconds);

	flush->complete = flush->complete && rung;
	return rung;
}

static void set_text(struct flush *flush, char **at, const char *text)
{
	free(*at);
	*at = strdup(text);
	flush->complete = flush->complete && *at;
}

/* Moves a call to the rung. */
static void put_call(struct rung *rung, struct rungs_call *call)
{
	rung->caller = (int)call->caller;
	rung->call = call->call;
	rung->text = call->text;
	rung->result = call->result;
	call->call = call->text = call->result = NULL;
}

/* Puts the next segment onto the last rung. */
static void put_segment(struct flush *flush, struct rung *rung)
{
	const struct rungs_segment *from =
		&flush->rungs->segments[flush->next++];
	char text[SEGMENT_TEXT_SIZE];

	segment_text(&from->segment, text);
	rung->sender = (int)from->sender;
	set_text(flush, &rung->segment, text);
	if (from->segment.flags & (SEGMENT_FIN | SEGMENT_SYN | SEGMENT_RST))
		flush->changer = flush->record->rung_count - 1;
}

/* Adds all other segments as rungs of their own. */
static void put_segments(struct flush *flush)
{
	while (flush->next < flush->rungs->segment_count) {
		struct rung *rung = add_rung(flush);

		if (!rung)
			return;
		put_segment(flush, rung);
	}
}

/*
 * A call that sends takes the next segment if that is its side's. The segments
 * behind it, up to the next call that sends, are more of the same call or what
 * answered them.
 */
static void put_calls(struct flush *flush)
{
	struct rungs *rungs = flush->rungs;

	for (size_t i = 0; i < rungs->call_count; i++) {
		struct rungs_call *call = &rungs->calls[i];
		bool another =
			i + 1 < rungs->call_count && rungs->calls[i + 1].sends;
		struct rung *rung = add_rung(flush);

		if (!rung)
			return;
		put_call(rung, call);
		if (call->establishes)
			set_text(flush, &rung->states[call->caller],
				state_name(STATE_ESTABLISHED));
		if (!call->sends)
			continue;
		flush->sender = flush->record->rung_count - 1;
		if (flush->next < rungs->segment_count &&
			rungs->segments[flush->next].sender == call->caller)
			put_segment(flush, rung);
		if (!another)
			put_segments(flush);
	}
	put_segments(flush);
}

bool rungs_flush(struct rungs *rungs, struct record *record, double seconds)
{
	size_t first = record->rung_count;
	struct flush flush = {
		.rungs = rungs,
		.record = record,
		.seconds = seconds,
		.sender = first,
		.changer = SIZE_MAX,
		.complete = !rungs->incomplete,
	};

	put_calls(&flush);
	for (int side = 0; side < SIDES; side++) {
		size_t at = flush.changer != SIZE_MAX ? flush.changer
						      : flush.sender;

		if (!rungs->changed[side])
			continue;
		if (record->rung_count == first)
			add_rung(&flush);
		if (at < record->rung_count)
			set_text(&flush, &record->rungs[at].states[side],
				state_name(rungs->states[side]));
	}
	rungs_free(rungs);
	return flush.complete;
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
