/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "telling.h"

#include <errno.h>
#include <linux/close_range.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "gracelab/trace/peek.h"
#include "gracelab/trace/story/words.h"
#include "gracelab/trace/tracer.h"
#include "lib/base/duration.h"

static bool enter_splice(struct telling *telling, struct trace_call *call)
{
	call->subject = joints_at(&telling->joints, call, (int)call->args[2]);
	if (!call->subject)
		call->subject =
			joints_at(&telling->joints, call, (int)call->args[0]);
	return call->subject;
}

static bool enter(void *context, struct trace_call *call)
{
	struct telling *telling = context;

	/* No call waits for another, and each is told. */
	call->bulk = call->stops = true;
	switch (call->what->kind) {
	case CALL_CONNECT:
		call->subject =
			joints_at(&telling->joints, call, (int)call->args[0]);
		return call->subject || joints_may_join(&telling->joints, call);
	case CALL_ACCEPT:
		return joints_may_join(&telling->joints, call);
	case CALL_READ:
	case CALL_WRITE:
	case CALL_SENDFILE:
	case CALL_SHUTDOWN:
	case CALL_CLOSE:
		call->subject =
			joints_at(&telling->joints, call, (int)call->args[0]);
		return call->subject;
	case CALL_DUP_ONTO:
		call->subject =
			joints_at(&telling->joints, call, (int)call->args[1]);
		return call->subject;
	case CALL_SPLICE:
		return enter_splice(telling, call);
	case CALL_CLOSE_RANGE:
	case CALL_EXIT:
		return true;
	case CALL_SOCKET:
	case CALL_BIND:
	case CALL_LISTEN:
	case CALL_DUP:
	case CALL_FCNTL:
	case CALL_EXEC:
	case CALL_OPTION:
	case CALL_WAIT:
	case CALL_URING:
	case CALL_FILTER:
	case CALL_TRACE:
	case CALL_HANDLER:
		break;
	}
	return false;
}

/* Hands it on; what finds no room is told of later. */
static void send_told(struct telling *telling, const struct told *told)
{
	const struct told forgotten = { .kind = TOLD_FORGOTTEN };

	telling->forgot = telling->forgot || telling->joints.incomplete;
	if (telling->forgot &&
		write(telling->plan.out, &forgotten, sizeof(forgotten)) > 0)
		telling->forgot = false;
	if (write(telling->plan.out, told, sizeof(*told)) < 0)
		telling->forgot = true;
}

static void copy_text(char out[TOLD_TEXT_SIZE], char *text)
{
	snprintf(out, TOLD_TEXT_SIZE, "%s", text ? text : "");
	free(text);
}

/* Whether splice(2) has taken from the socket, not given to it. */
static bool reads(const struct trace_call *call)
{
	uint64_t inode;

	return call->what->kind == CALL_READ ||
		(call->what->kind == CALL_SPLICE &&
			peek_socket(call, (int)call->args[2], &inode) !=
				PEEK_SOCKET);
}

static struct told compose(const struct joint *socket,
	const struct trace_call *call, uint64_t ended_ns)
{
	struct told told = {
		.kind = TOLD_CALL,
		.began_ns = call->began_ns ? call->began_ns : ended_ns,
		.ended_ns = ended_ns,
		.inode = socket->inode,
		.process = call->process,
		.thread = call->what->kind == CALL_EXIT ? call->process
							: call->thread,
		.hop = socket->hop,
		.port = socket->port,
		.wide = call_is_wide(call->what),
	};

	told.sends = call_sends(call->what) && !reads(call);
	copy_text(told.text, words_call(call));
	copy_text(told.result, words_result(call));
	if (reads(call) && !call->result && call->what->kind == CALL_SPLICE)
		snprintf(told.result, sizeof(told.result), "0 (EOF)");
	told.data = call->result > 0 && !strchr(told.text, '(') &&
		(reads(call) || call->what->kind == CALL_WRITE ||
			call->what->kind == CALL_SENDFILE ||
			call->what->kind == CALL_SPLICE);
	told.bytes = told.data ? (uint64_t)call->result : 0;
	return told;
}

static void tell(struct telling *telling, const struct joint *socket,
	const struct trace_call *call, uint64_t ended_ns)
{
	const struct told told = compose(socket, call, ended_ns);

	send_told(telling, &told);
}

/* Which of its sockets a call may close, of all that its process has open. */
struct closing {
	const struct trace_call *call;
	struct telling *telling;
	const struct joint **sockets; /* owned */
	size_t count;
};

static void on_held(void *context, int fd, uint64_t inode)
{
	struct closing *closing = context;
	const struct joint *socket =
		joints_find(&closing->telling->joints, inode);
	const struct joint **sockets;

	if (!socket || !call_reaches(closing->call, fd))
		return;
	for (size_t i = 0; i < closing->count; i++)
		if (closing->sockets[i] == socket)
			return;
	/* NOLINTBEGIN(bugprone-sizeof-expression): a pointer each */
	sockets = reallocarray(
		closing->sockets, closing->count + 1, sizeof(*sockets));
	/* NOLINTEND(bugprone-sizeof-expression) */
	if (!sockets) {
		closing->telling->forgot = true;
		return;
	}
	closing->sockets = sockets;
	sockets[closing->count++] = socket;
}

/* Behind it they are closed, and nobody knows which they were. */
static void begin(void *context, struct trace_call *call)
{
	struct telling *telling = context;
	struct closing *closing;

	if (!call_is_wide(call->what))
		return;
	closing = call->subject = calloc(1, sizeof(*closing));
	if (!closing) {
		telling->forgot = true;
		return;
	}
	closing->call = call;
	closing->telling = telling;
	peek_sockets(call->process, on_held, closing);
}

static void free_closing(struct trace_call *call)
{
	struct closing *closing = call->subject;

	if (closing)
		free(closing->sockets);
	free(closing);
	call->subject = NULL;
}

static void tell_closed(struct telling *telling, struct trace_call *call)
{
	const struct closing *closing = call->subject;
	/* One for all of them: that is how they are known to be one call. */
	uint64_t ended_ns = duration_wall_ns();
	bool none = call->what->kind == CALL_CLOSE_RANGE &&
		(call->result < 0 || call->args[2] & CLOSE_RANGE_CLOEXEC);

	for (size_t i = 0; closing && i < closing->count && !none; i++)
		tell(telling, closing->sockets[i], call, ended_ns);
	free_closing(call);
}

static void leave(void *context, struct trace_call *call)
{
	struct telling *telling = context;
	const struct joint *socket = call->subject;

	if (call_is_wide(call->what)) {
		tell_closed(telling, call);
		return;
	}
	/* Whoever polls reads until there is nothing more. */
	if (call->result == -EAGAIN && call->what->kind != CALL_WRITE)
		return;
	if (!socket &&
		(call->what->kind == CALL_CONNECT ||
			call->what->kind == CALL_ACCEPT))
		socket = joints_join(&telling->joints, call);
	if (socket)
		tell(telling, socket, call, duration_wall_ns());
}

static void abandon(void *context, struct trace_call *call)
{
	(void)context;
	if (call_is_wide(call->what))
		free_closing(call);
}

/* Only SIGPIPE is about connections, and comes of the call before it. */
static void on_signal(void *context, const struct thread *thread, int signal)
{
	const struct joint *socket = thread->call.subject;
	struct told told;

	if (signal != SIGPIPE || !thread->call.what || !socket ||
		thread->call.result != -EPIPE)
		return;
	told = compose(socket, &thread->call, duration_wall_ns());
	told.began_ns = told.ended_ns;
	told.sends = false;
	snprintf(told.text, sizeof(told.text), "%s",
		words_sigpipe(thread->process));
	*told.result = '\0';
	told.wide = true;
	send_told(context, &told);
}

static void ended(void *context, pid_t process, int root, int wait_status)
{
	struct telling *telling = context;

	(void)root;
	(void)wait_status;
	telling->over = telling->over || process == telling->child;
}

static void remark(void *context, pid_t process, enum tracer_remark remark)
{
	struct told told = { .kind = TOLD_URING };

	(void)process;
	switch (remark) {
	case TRACER_URING:
	case TRACER_URING_SEEN:
		break;
	case TRACER_FOREIGN:
		told.kind = TOLD_FOREIGN;
		break;
	/* What its own filter refuses comes to nothing; and it has the
	 * privilege that it would have. Who cannot do without ptrace(2) is
	 * started again. */
	case TRACER_FILTER:
	case TRACER_TRACES:
	case TRACER_HIDES:
	case TRACER_HIDDEN:
	case TRACER_PRIVILEGED:
		return;
	}
	send_told(context, &told);
}

void telling_begin(
	struct telling *telling, const struct teller_plan *plan, pid_t child)
{
	*telling = (struct telling){
		.plan = *plan,
		.child = child,
		.joints = { .ports = { plan->ports[CLIENT],
				    plan->ports[SERVER] },
			.over_unix = plan->over_unix },
	};
	tracer_begin(&telling->tracer,
		&(struct tracer_hooks){
			.enter = enter,
			.begin = begin,
			.leave = leave,
			.abandon = abandon,
			.signal = on_signal,
			.ended = ended,
			.remark = remark,
			.context = telling,
		},
		false);
	telling->tracer.lets_uring = true;
}

void telling_end(struct telling *telling)
{
	tracer_end(&telling->tracer);
	joints_free(&telling->joints);
}
