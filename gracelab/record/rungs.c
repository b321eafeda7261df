/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "rungs.h"

#include <stdarg.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>

#include "lib/base/names.h"
#include "lib/text/escape.h"

void rungs_add(struct rungs *rungs, struct rungs_call call)
{
	struct rungs_call *calls = reallocarray(
		rungs->calls, rungs->call_count + 1, sizeof(*calls));

	if (!calls || !call.call) {
		free(call.call);
		free(call.text);
		free(call.result);
		free(call.records);
		rungs->incomplete = true;
	} else {
		call.before = rungs->segment_count;
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
	SHAPE_PEEK,   /* the same; 0 is EOF */
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
	[EVENT_PEEK] = { "peek", SHAPE_PEEK, false },
	[EVENT_EOF] = { "recv", SHAPE_EOF, false },
	[EVENT_WOULD_BLOCK] = { NULL, SHAPE_ERROR, false },
	[EVENT_ERROR] = { NULL, SHAPE_ERROR, false },
	[EVENT_SHUTDOWN] = { "shutdown", SHAPE_ZERO, true },
	[EVENT_CLOSE] = { "close", SHAPE_ZERO, true },
	[EVENT_RESET] = { "abortive close", SHAPE_ZERO, true },
	[EVENT_HOLD] = { "hold", SHAPE_PLAIN, false },
	[EVENT_RELEASE] = { "release", SHAPE_PLAIN, true },
	[EVENT_LISTENER] = { NULL, SHAPE_ZERO, true },
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
	if (event->kind == EVENT_LISTENER && event->call)
		return make(rungs, "listener %s", event->call);
	if (heard->how >= 0)
		return make(rungs, "%s", shutdown_name(heard->how));
	if (event->kind == EVENT_SEND && event->detail)
		return make(rungs, "sendfile");
	if (!call && !event->call)
		return make(rungs, "?");
	/* As a program of others called it. */
	if (call && event->call &&
		(event->kind == EVENT_SEND || event->kind == EVENT_RECV ||
			event->kind == EVENT_EOF ||
			event->kind == EVENT_ACCEPT))
		return make(rungs, "%s", event->call);
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
	case SHAPE_PEEK:
		if (event->bytes)
			return make(rungs, "%zu", event->bytes);
		return make(rungs, "0 (EOF)");
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

void rungs_add_event(struct rungs *rungs, enum side side, unsigned connection,
	const struct heard *heard)
{
	const struct event *event = &heard->event;

	if (shapes[event->kind].shape == SHAPE_NONE)
		return;
	struct tls_record *records =
		tls_record_copy(heard->records, heard->record_count);

	rungs->incomplete |= heard->record_count && !records;
	rungs_add(rungs,
		(struct rungs_call){
			.caller = side,
			.connection = connection,
			.call = call_of(rungs, heard),
			.text = text_of(rungs, heard),
			.result = result_of(rungs, event),
			.records = records,
			.record_count = records ? heard->record_count : 0,
			/* Without a connection it is connect(2): a SYN went
			 * out also where nobody took it. */
			.sends = shapes[event->kind].sends ||
				(event->kind == EVENT_ERROR && !event->conn) ||
				(event->call &&
					!strcmp(event->call, "connect")),
			.connects = event->kind == EVENT_CONNECT,
			.accepts = event->kind == EVENT_ACCEPT,
			.establishes = event->kind == EVENT_CONNECT ||
				event->kind == EVENT_ACCEPT,
		});
}

void rungs_add_line(struct rungs *rungs, enum side side, const char *line,
	unsigned connection)
{
	rungs_add(rungs,
		(struct rungs_call){
			.caller = side,
			.connection = connection,
			.call = escaped(rungs, line, strlen(line)),
			.sends = true,
		});
}

void rungs_add_segment(struct rungs *rungs, const struct rungs_segment *segment)
{
	if (segment_is_pure_ack(&segment->segment) && !segment->id &&
		segment->fate != WIRE_FORGED && !rungs->acks)
		return;
	struct rungs_segment *segments = reallocarray(
		rungs->segments, rungs->segment_count + 1, sizeof(*segments));

	if (!segments) {
		rungs->incomplete = true;
		return;
	}
	rungs->segments = segments;
	segments[rungs->segment_count++] = *segment;
}

void rungs_set_state(struct rungs *rungs, unsigned connection, enum side side,
	enum tcp_state state)
{
	rungs->changed[connection][side] = true;
	rungs->states[connection][side] = state;
}

void rungs_set_state_by_segment(
	struct rungs *rungs, enum side side, enum tcp_state state)
{
	struct rungs_segment *last = &rungs->segments[rungs->segment_count - 1];

	last->changed[side] = true;
	last->states[side] = state;
}

void rungs_free(struct rungs *rungs)
{
	for (size_t i = 0; i < rungs->call_count; i++) {
		free(rungs->calls[i].call);
		free(rungs->calls[i].text);
		free(rungs->calls[i].result);
		free(rungs->calls[i].records);
	}
	free(rungs->calls);
	free(rungs->segments);
	free(rungs->silent);
	*rungs = (struct rungs){ 0 };
}
