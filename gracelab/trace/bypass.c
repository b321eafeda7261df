/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "bypass.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <sys/syscall.h>
#include <unistd.h>

#include "bypass_members.h"
#include "peek.h"
#include "stop.h"

/* kcmp(2): whether two processes have the same memory. */
enum { SAME_MEMORY = 1 };

bool bypass_is_shared(pid_t process, pid_t other)
{
	return !syscall(SYS_kcmp, process, other, SAME_MEMORY, 0, 0);
}

struct bypass **bypass_place(struct tracer *tracer, pid_t process)
{
	struct bypass **at = &tracer->bypasses;

	while (*at && (*at)->process != process)
		at = &(*at)->next;
	return at;
}

struct bypass *bypass_add(struct tracer *tracer, pid_t process)
{
	struct bypass *bypass = calloc(1, sizeof(*bypass));

	if (!bypass)
		return NULL;
	bypass->process = process;
	bypass->next = tracer->bypasses;
	tracer->bypasses = bypass;
	return bypass;
}

bool bypass_add_lane(struct bypass *bypass, const struct trace_call *call,
	unsigned site, const struct bypass_row *row)
{
	struct bypass_lane *lane = malloc(sizeof(*lane));

	if (!lane)
		return false;
	*lane = (struct bypass_lane){ .next = bypass->lanes,
		.call = *call,
		.before = *row,
		.site = site };
	/* It may outlive its thread, and there may be more of those. */
	lane->call.files = 0;
	lane->call.lone = false;
	bypass->lanes = lane;
	return true;
}

bool bypass_write_row(const struct bypass *bypass, unsigned site, int fd,
	const struct bypass_row *row)
{
	return peek_replace(bypass->process,
		bypass_row_address(bypass->page, site, fd), row, sizeof(*row));
}

/* Tells what was counted since the last time. */
static void tell(
	struct tracer *tracer, struct bypass *bypass, struct bypass_lane *lane)
{
	struct bypass_row now, sum;
	int fd = (int)lane->call.args[0];

	if (peek_memory(bypass->process,
		    bypass_row_address(bypass->page, lane->site, fd), &now,
		    sizeof(now)) != sizeof(now))
		return;
	sum = (struct bypass_row){
		.bytes = now.bytes - lane->before.bytes,
		.calls = now.calls - lane->before.calls,
		.again = now.again - lane->before.again,
	};
	lane->before = now;
	if (lane->call.subject && (sum.calls || sum.again))
		tracer->hooks.bulk(tracer->hooks.context, &lane->call,
			sum.calls, sum.bytes, sum.again);
}

void bypass_harvest(struct tracer *tracer, const void *group)
{
	for (struct bypass *bypass = tracer->bypasses; bypass;
		bypass = bypass->next)
		for (struct bypass_lane *lane = bypass->lanes; lane;
			lane = lane->next)
			if (lane->call.subject &&
				(!group || lane->call.group == group))
				tell(tracer, bypass, lane);
}

void bypass_close(struct tracer *tracer, pid_t process, int fd)
{
	static const struct bypass_row off;
	struct bypass *bypass = *bypass_place(tracer, process);
	struct bypass_lane **at = bypass ? &bypass->lanes : NULL;

	while (at && *at) {
		struct bypass_lane *lane = *at;

		if (fd >= 0 && (int)lane->call.args[0] != fd) {
			at = &lane->next;
			continue;
		}
		*at = lane->next;
		tell(tracer, bypass, lane);
		bypass_write_row(
			bypass, lane->site, (int)lane->call.args[0], &off);
		free(lane);
	}
}

/* The call of a site that has ended with a result. */
static struct trace_call ended_call(const struct thread *thread,
	const struct call *what, const uint64_t args[6], int64_t result)
{
	struct trace_call call = { .what = what,
		.process = thread->process,
		.thread = thread->number,
		.root = thread->root,
		.result = result };

	memcpy(call.args, args, sizeof(call.args));
	return call;
}

/* That of a process, or of whose memory it has, vfork(2). */
static const struct bypass *whose(
	const struct tracer *tracer, const struct thread *thread)
{
	const struct bypass *bypass = tracer->bypasses;

	while (bypass && bypass->process != thread->process &&
		!bypass_is_shared(thread->process, bypass->process))
		bypass = bypass->next;
	return bypass;
}

bool bypass_reports(struct tracer *tracer, const struct thread *thread,
	long number, uint64_t address, struct trace_call *call)
{
	/* What is no report needs not be looked for. */
	const struct bypass *bypass = number < 0 ? whose(tracer, thread) : NULL;
	uint64_t args[6];
	int64_t result = number + BYPASS_REPORT;

	for (unsigned site = 0; bypass && site < bypass->site_count; site++) {
		if (bypass_returns(bypass->page, site).report != address)
			continue;
		if (!stop_answer(thread->number, result, args))
			return false;
		*call = ended_call(
			thread, bypass->sites[site].call, args, result);
		return true;
	}
	return false;
}

void bypass_handled(struct tracer *tracer, const struct thread *thread)
{
	uint64_t args[6], address;
	int64_t result;
	struct bypass *bypass = *bypass_place(tracer, thread->process);

	if (!stop_where(thread->number, &address, &result, args))
		return;
	if (!bypass)
		bypass = bypass_add(tracer, thread->process);
	if (!bypass)
		return;
	for (unsigned i = 0; i < bypass->handled_count; i++)
		if (bypass->handled[i] == address)
			return;
	if (bypass->handled_count == BYPASS_SITES)
		bypass->stage = STAGE_REFUSED;
	else
		bypass->handled[bypass->handled_count++] = address;
}

bool bypass_interrupted(struct tracer *tracer, const struct thread *thread,
	struct trace_call *call)
{
	const struct bypass *bypass = *bypass_place(tracer, thread->process);
	uint64_t args[6], address;
	int64_t result;

	if (!bypass || !stop_where(thread->number, &address, &result, args) ||
		stop_is_interrupted(result) || result == -EAGAIN)
		return false;
	for (unsigned site = 0; site < bypass->site_count; site++) {
		struct bypass_returns returns =
			bypass_returns(bypass->page, site);

		if (returns.fast != address ||
			!stop_go_to(thread->number, returns.counted, true))
			continue;
		*call = ended_call(
			thread, bypass->sites[site].call, args, result);
		if (result < bypass_least(call->what))
			return true;
		tracer->hooks.bulk(
			tracer->hooks.context, call, 1, (uint64_t)result, 0);
		return false;
	}
	return false;
}

/* Whether it has memory of its own in which that page is. */
static bool has_copy(const struct bypass *bypass, pid_t process)
{
	char byte;

	return bypass->stage != STAGE_NONE &&
		peek_memory(process, bypass->page, &byte, 1) == 1 &&
		!bypass_is_shared(process, bypass->process);
}

void bypass_born(struct tracer *tracer, pid_t process)
{
	static const struct bypass_row off;
	const struct bypass *parent = tracer->bypasses;
	struct bypass *child;

	if (*bypass_place(tracer, process))
		return;
	while (parent && !has_copy(parent, process))
		parent = parent->next;
	child = parent ? bypass_add(tracer, process) : NULL;
	if (!child)
		return;
	struct bypass *next = child->next;

	*child = *parent;
	child->next = next;
	child->process = process;
	child->lanes = NULL;
	for (const struct bypass_lane *lane = parent->lanes; lane;
		lane = lane->next)
		bypass_write_row(
			child, lane->site, (int)lane->call.args[0], &off);
}

void bypass_forget(struct tracer *tracer, pid_t process)
{
	struct bypass **at = bypass_place(tracer, process);
	struct bypass *bypass = *at;

	if (!bypass)
		return;
	*at = bypass->next;
	while (bypass->lanes) {
		struct bypass_lane *lane = bypass->lanes;

		bypass->lanes = lane->next;
		free(lane);
	}
	free(bypass);
}

void bypass_refuse(struct tracer *tracer, pid_t process)
{
	struct bypass *bypass = *bypass_place(tracer, process);

	if (!bypass)
		return;
	bypass_close(tracer, process, -1);
	bypass->stage = STAGE_REFUSED;
}

void bypass_free(struct tracer *tracer)
{
	while (tracer->bypasses)
		bypass_forget(tracer, tracer->bypasses->process);
}

void bypass_close_by(struct tracer *tracer, const struct trace_call *call)
{
	switch (call->what->kind) {
	case CALL_CLOSE:
		bypass_close(tracer, call->process, (int)call->args[0]);
		break;
	case CALL_DUP_ONTO:
		bypass_close(tracer, call->process, (int)call->args[1]);
		break;
	case CALL_CLOSE_RANGE:
	case CALL_EXEC:
	case CALL_EXIT:
		bypass_close(tracer, call->process, -1);
		break;
	default:
		break;
	}
}
