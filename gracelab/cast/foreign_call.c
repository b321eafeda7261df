/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "foreign_call.h"

#include <errno.h>
#include <poll.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <unistd.h>

#include "foreign_tls.h"
#include "gracelab/trace/peek.h"
#include "gracelab/trace/story/socket.h"
#include "gracelab/trace/story/words.h"
#include "gracelab/trace/tracer.h"
#include "kind.h"
#include "lib/net/net.h"
#include "lib/net/port.h"
#include "lib/text/escape.h"

/* What of a call's bytes an outcome is compared with. */
#define BYTES_MAX ESCAPE_EVENT_BYTES

/* Facts of the socket that a call acts on, or has given; false: no TCP. */
static bool ask(
	const struct trace_call *call, int fd, struct socket_facts *facts)
{
	uint64_t inode;

	return peek_socket(call, fd, &inode) == PEEK_SOCKET &&
		socket_ask(call->process, fd, facts) && facts->is_tcp;
}

static bool enter(void *context, struct trace_call *call)
{
	struct foreign *foreign = context;
	struct socket_facts facts;

	switch (call->what->kind) {
	case CALL_EXIT:
		/* Its end is a call too, once there is a connection. */
		return foreign->joined &&
			call->process ==
			foreign->cast->members[foreign->who].actor.pid;
	case CALL_LISTEN:
	case CALL_CONNECT:
	case CALL_ACCEPT:
	case CALL_READ:
	case CALL_WRITE:
	case CALL_SENDFILE:
	case CALL_SHUTDOWN:
	case CALL_CLOSE:
		return ask(call, (int)call->args[0], &facts) &&
			/* A listener's end is nobody's turn. */
			(call->what->kind != CALL_CLOSE || !facts.listening);
	case CALL_SPLICE:
		return ask(call, (int)call->args[0], &facts) ||
			ask(call, (int)call->args[2], &facts);
	default:
		return false;
	}
}

static void begin(void *context, struct trace_call *call)
{
	(void)context;
	(void)call;
}

/* Hands an event to the cast, and notes its outcome. */
static void tell(struct foreign *foreign, struct heard *heard)
{
	struct cast *cast = foreign->cast;

	foreign->error = cast_see_event(cast, foreign->who, heard);
	cast->on_event(cast->context, foreign->who, heard);
}

/* What TLS has made of the bytes; false: it is none, or not any more. */
static bool tell_records(struct foreign *foreign, const struct trace_call *call,
	struct heard *heard)
{
	bool folded = foreign->dialogue && foreign->joined && !foreign->secured;
	struct tls_taken taken = foreign_tls_take(foreign, call);

	if (!folded && !taken.count)
		return false;
	heard->records = taken.records;
	heard->record_count = taken.count;
	heard->event.data = taken.text;
	heard->data_bytes = taken.text_bytes;
	if (!folded)
		tell(foreign, heard);
	if (taken.incomplete)
		foreign->error = cast_say(foreign->cast, "no memory");
	tls_taken_free(&taken);
	return true;
}

/* The bytes that were sent or received. */
static void tell_bytes(struct foreign *foreign, const struct trace_call *call,
	struct heard *heard)
{
	size_t len = (size_t)call->result;
	char *bytes;

	heard->event.bytes = len;
	if (len && tell_records(foreign, call, heard))
		return;
	if (call->what->kind == CALL_SENDFILE) {
		char *file = words_text(call, 0);

		heard->event.detail = file;
		tell(foreign, heard);
		free(file);
		return;
	}
	if (call->what->bytes == CALL_NO_BYTES || !len) {
		tell(foreign, heard);
		return;
	}
	bytes = malloc(len < BYTES_MAX ? len : BYTES_MAX);
	if (bytes) {
		heard->data_bytes = peek_bytes(
			call, len, bytes, len < BYTES_MAX ? len : BYTES_MAX);
		heard->event.data = bytes;
	}
	tell(foreign, heard);
	free(bytes);
}

static void note_listening(
	struct foreign *foreign, const struct trace_call *call)
{
	struct cast *cast = foreign->cast;
	struct socket_facts facts;

	foreign->listening = true;
	if (ask(call, (int)call->args[0], &facts)) {
		cast->port = port_at(&facts.local);
		snprintf(cast->host, sizeof(cast->host), "%s", cast->address);
	}
}

static void tell_accepted(struct foreign *foreign,
	const struct trace_call *call, struct heard *heard)
{
	char local[NET_ADDRESS_SIZE], peer[NET_ADDRESS_SIZE];
	struct socket_facts facts;

	if (ask(call, (int)call->result, &facts)) {
		net_format((struct sockaddr *)&facts.local, sizeof(facts.local),
			local);
		net_format((struct sockaddr *)&facts.peer, sizeof(facts.peer),
			peer);
		heard->event.local = local;
		heard->event.peer = peer;
	}
	heard->event.kind = EVENT_ACCEPT;
	tell(foreign, heard);
}

/* A call that has failed. */
static void tell_error(struct foreign *foreign, const struct trace_call *call,
	struct heard *heard)
{
	heard->event.error = (int)-call->result;
	heard->event.kind =
		call->result == -EAGAIN ? EVENT_WOULD_BLOCK : EVENT_ERROR;
	heard->event.conn = foreign->joined;
	tell(foreign, heard);
}

static void tell_done(struct foreign *foreign, const struct trace_call *call,
	struct heard *heard)
{
	switch (call->what->kind) {
	case CALL_ACCEPT:
		tell_accepted(foreign, call, heard);
		return;
	case CALL_READ:
		heard->event.kind = call->result ? EVENT_RECV : EVENT_EOF;
		tell_bytes(foreign, call, heard);
		return;
	case CALL_WRITE:
	case CALL_SENDFILE:
	case CALL_SPLICE:
		heard->event.kind = EVENT_SEND;
		tell_bytes(foreign, call, heard);
		return;
	case CALL_SHUTDOWN:
		heard->event.kind = EVENT_SHUTDOWN;
		heard->how = (int)call->args[1];
		tell(foreign, heard);
		return;
	case CALL_CLOSE:
		heard->event.kind = EVENT_CLOSE;
		tell(foreign, heard);
		return;
	default:
		heard->event.kind = EVENT_CONNECT;
		tell(foreign, heard);
	}
}

/* It has its connection. */
static void join(struct foreign *foreign)
{
	foreign->joined = true;
	foreign->tracer.holds = !foreign->dialogue || foreign->secured;
}

static void leave(void *context, struct trace_call *call)
{
	struct foreign *foreign = context;
	bool joins = call->what->kind == CALL_CONNECT ||
		call->what->kind == CALL_ACCEPT;
	struct heard heard = { .how = -1 };

	foreign->called = true;
	if (foreign->silent)
		return;
	if (call->what->kind == CALL_EXIT) {
		int status = (int)call->args[0];

		if (!WIFEXITED(status))
			return;
		heard.event.kind = EVENT_EXIT;
		heard.event.status = WEXITSTATUS(status);
		tell(foreign, &heard);
		return;
	}
	if (call->what->kind == CALL_LISTEN) {
		if (!call->result)
			note_listening(foreign, call);
		return;
	}
	char *name = words_call(call);

	heard.event.call = name;
	if (call->result < 0 && !(joins && call->result == -EINPROGRESS))
		tell_error(foreign, call, &heard);
	else
		tell_done(foreign, call, &heard);
	free(name);
	if (joins && (call->result >= 0 || call->result == -EINPROGRESS))
		join(foreign);
}

static void abandon(void *context, struct trace_call *call)
{
	struct foreign *foreign = context;

	(void)call;
	foreign->called = true;
}

static void on_signal(void *context, const struct thread *thread, int signal)
{
	(void)context;
	(void)thread;
	(void)signal;
}

static void ended(void *context, pid_t process, int root, int wait_status)
{
	struct foreign *foreign = context;

	(void)root;
	if (process != foreign->cast->members[foreign->who].actor.pid)
		return;
	foreign->ended = true;
	foreign->wait_status = wait_status;
}

static void remark(void *context, pid_t process, enum tracer_remark remark)
{
	(void)context;
	(void)process;
	(void)remark;
}

bool foreign_call_ends(const struct trace_call *call)
{
	bool reads = call->what->kind == CALL_READ ||
		call->what->kind == CALL_ACCEPT;
	struct pollfd polled = { .events = reads ? POLLIN : POLLOUT };
	bool ready;

	if (!reads && call->what->kind != CALL_WRITE &&
		call->what->kind != CALL_SENDFILE)
		return true;
	polled.fd = peek_descriptor(call->process, (int)call->args[0]);
	if (polled.fd < 0)
		return true;
	ready = poll(&polled, 1, 0) > 0;
	close(polled.fd);
	return ready;
}

struct foreign *foreign_call_begin(struct cast *cast, unsigned who)
{
	struct foreign *foreign = calloc(1, sizeof(*foreign));

	if (!foreign)
		return NULL;
	foreign->cast = cast;
	foreign->who = who;
	tracer_begin(&foreign->tracer,
		&(struct tracer_hooks){
			.enter = enter,
			.begin = begin,
			.leave = leave,
			.abandon = abandon,
			.signal = on_signal,
			.ended = ended,
			.remark = remark,
			.context = foreign,
		},
		false);
	foreign->tracer.alone = true;
	if (foreign_tls_begin(foreign))
		return foreign;
	foreign_tls_end(foreign);
	free(foreign);
	return NULL;
}
