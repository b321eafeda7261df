/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "bypass.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <unistd.h>

#include "bypass_code.h"
#include "peek.h"
#include "stop.h"
#include "world.h"

#ifndef MAP_FIXED_NOREPLACE
#define MAP_FIXED_NOREPLACE 0x100000
#endif

/* kcmp(2): whether two processes have the same memory. */
enum { SAME_MEMORY = 1 };

/* A descriptor at a site that goes through. */
struct bypass_lane {
	struct bypass_lane *next;
	struct trace_call call;   /* one of them */
	struct bypass_row before; /* what of the row was told */
	unsigned site;
};

enum bypass_stage { STAGE_NONE, STAGE_MAPPED, STAGE_READY, STAGE_REFUSED };

struct bypass {
	struct bypass *next;
	pid_t process;
	enum bypass_stage stage;
	uint64_t page;    /* MAPPED, READY */
	uint64_t refused; /* from where it cannot be led through; 0: none */
	struct {
		uint64_t address;
		const struct call *call;
	} sites[BYPASS_SITES];
	unsigned site_count;
	struct bypass_lane *lanes; /* owned */
};

static bool is_same_memory(pid_t process, pid_t other)
{
	return !syscall(SYS_kcmp, process, other, SAME_MEMORY, 0, 0);
}

static struct bypass **place_of(struct tracer *tracer, pid_t process)
{
	struct bypass **at = &tracer->bypasses;

	while (*at && (*at)->process != process)
		at = &(*at)->next;
	return at;
}

static struct bypass *add(struct tracer *tracer, pid_t process)
{
	struct bypass *bypass = calloc(1, sizeof(*bypass));

	if (!bypass)
		return NULL;
	bypass->process = process;
	bypass->next = tracer->bypasses;
	tracer->bypasses = bypass;
	return bypass;
}

/* Whether nothing that we have it call can be what a filter of its own kills it
 * for. */
static bool is_suited(const struct thread *thread)
{
	return peek_filters(thread->process) == peek_filters(getpid()) + 1 &&
		is_same_memory(getpid(), getpid());
}

/* The call at whose entry it stands becomes another, of which it is made. */
static bool inject(const struct thread *thread, long number,
	const uint64_t args[6], int64_t *result, int *status)
{
	if (!stop_replace(thread->number, number, args) ||
		ptrace(PTRACE_SYSCALL, thread->number, NULL, NULL))
		return true;
	while (waitpid(thread->number, status, __WALL) < 0)
		if (errno != EINTR)
			return true;
	return WIFSTOPPED(*status) && *status >> 8 == (SIGTRAP | 0x80) &&
		stop_result(thread->number, result);
}

/* Room for it; BYPASS_NOT: there is none. */
static enum bypass_laid map(struct bypass *bypass, const struct thread *thread,
	uint64_t address, int *status)
{
	int64_t result = -1;
	uint64_t page;

	for (unsigned n = 0; (page = bypass_page(address, n)); n++) {
		const uint64_t args[6] = { page, BYPASS_BYTES,
			PROT_READ | PROT_WRITE,
			MAP_PRIVATE | MAP_ANONYMOUS | MAP_FIXED_NOREPLACE,
			(uint64_t)-1, 0 };

		if (peek_memory(thread->number, page, &result, 1))
			continue;
		if (!inject(thread, SYS_mmap, args, &result, status))
			return BYPASS_GONE;
		bypass->page = page;
		bypass->stage =
			result == (int64_t)page ? STAGE_MAPPED : STAGE_REFUSED;
		return BYPASS_AGAIN;
	}
	bypass->stage = STAGE_REFUSED;
	return BYPASS_NOT;
}

static enum bypass_laid protect(
	struct bypass *bypass, const struct thread *thread, int *status)
{
	const uint64_t args[6] = { bypass->page, BYPASS_CODE_BYTES,
		PROT_READ | PROT_EXEC, 0, 0, 0 };
	int64_t result = -1;

	if (!inject(thread, SYS_mprotect, args, &result, status))
		return BYPASS_GONE;
	bypass->stage = result ? STAGE_REFUSED : STAGE_READY;
	return BYPASS_AGAIN;
}

/* Leads one more place where it calls the kernel through the code. */
static bool add_site(struct tracer *tracer, struct bypass *bypass,
	const struct thread *thread, uint64_t address)
{
	unsigned site = bypass->site_count;
	unsigned char code[BYPASS_CODE_BYTES] = { 0 };
	unsigned char before[BYPASS_PATCH_BYTES], patch[BYPASS_PATCH_BYTES];

	if (site == BYPASS_SITES || !world_stop(tracer, thread) ||
		peek_memory(thread->number, address, before, sizeof(before)) !=
			sizeof(before) ||
		peek_memory(thread->number, bypass->page, code, sizeof(code)) !=
			sizeof(code) ||
		!bypass_compose(code, bypass->page, site, address,
			thread->call.what, before, patch) ||
		!stop_write(thread->number, bypass->page, code, sizeof(code)) ||
		!stop_write(thread->number, address, patch, sizeof(patch)))
		return false;
	world_move(tracer, thread, address + STOP_CALL_BYTES,
		bypass_returns(bypass->page, site).slow);
	bypass->sites[site].address = address;
	bypass->sites[site].call = thread->call.what;
	bypass->site_count++;
	return true;
}

/* The site from which the call came that will return to `address`. */
static bool find_site(const struct bypass *bypass, uint64_t address,
	const struct call *call, unsigned *site)
{
	for (*site = 0; *site < bypass->site_count; ++*site)
		if (bypass->sites[*site].call == call &&
			bypass_returns(bypass->page, *site).slow == address)
			return true;
	return false;
}

static bool write_row(const struct bypass *bypass, unsigned site, int fd,
	const struct bypass_row *row)
{
	return peek_replace(bypass->process,
		bypass_row_address(bypass->page, site, fd), row, sizeof(*row));
}

static bool open_lane(
	struct bypass *bypass, const struct thread *thread, unsigned site)
{
	struct bypass_lane *lane = calloc(1, sizeof(*lane));

	if (!lane)
		return false;
	lane->call = thread->call;
	lane->site = site;
	/* What is no connection is told of in no row. */
	lane->before.what = lane->call.subject ? BYPASS_BIG : BYPASS_ALL;
	if (!write_row(
		    bypass, site, (int)thread->call.args[0], &lane->before)) {
		free(lane);
		return false;
	}
	lane->next = bypass->lanes;
	bypass->lanes = lane;
	return true;
}

enum bypass_laid bypass_lay(struct tracer *tracer, const struct thread *thread,
	uint64_t address, int *status)
{
	const struct trace_call *call = &thread->call;
	struct bypass *bypass = *place_of(tracer, thread->process);
	enum bypass_laid laid = BYPASS_AGAIN;
	uint64_t from = address - STOP_CALL_BYTES;
	unsigned site;

	if (!tracer->swift || tracer->holds || !bypass_suits(call->what) ||
		call->args[0] >= BYPASS_DESCRIPTORS)
		return BYPASS_NOT;
	if (!bypass)
		bypass = add(tracer, thread->process);
	if (!bypass || bypass->stage == STAGE_REFUSED ||
		bypass->refused == from)
		return BYPASS_NOT;
	if (bypass->stage != STAGE_READY ||
		!find_site(bypass, address, call->what, &site)) {
		bypass->refused = from;
		if (!is_suited(thread))
			return BYPASS_NOT;
		if (bypass->stage == STAGE_NONE)
			laid = map(bypass, thread, from, status);
		else if (bypass->stage == STAGE_MAPPED)
			laid = protect(bypass, thread, status);
		else if (!add_site(tracer, bypass, thread, from))
			return BYPASS_NOT;
		bypass->refused = 0;
	} else {
		from = bypass->sites[site].address;
		if (!open_lane(bypass, thread, site))
			return BYPASS_NOT;
	}
	if (laid == BYPASS_AGAIN &&
		!stop_call_again(
			thread->number, from, call->what->number, call->args))
		return BYPASS_NOT;
	return laid;
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
	struct bypass *bypass = *place_of(tracer, process);
	struct bypass_lane **at = bypass ? &bypass->lanes : NULL;

	while (at && *at) {
		struct bypass_lane *lane = *at;

		if (fd >= 0 && (int)lane->call.args[0] != fd) {
			at = &lane->next;
			continue;
		}
		*at = lane->next;
		tell(tracer, bypass, lane);
		write_row(bypass, lane->site, (int)lane->call.args[0], &off);
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

bool bypass_reports(struct tracer *tracer, const struct thread *thread,
	long number, uint64_t address, struct trace_call *call)
{
	const struct bypass *bypass = *place_of(tracer, thread->process);
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

bool bypass_interrupted(struct tracer *tracer, const struct thread *thread,
	struct trace_call *call)
{
	const struct bypass *bypass = *place_of(tracer, thread->process);
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
		!is_same_memory(process, bypass->process);
}

void bypass_born(struct tracer *tracer, pid_t process)
{
	static const struct bypass_row off;
	const struct bypass *parent = tracer->bypasses;
	struct bypass *child;

	if (*place_of(tracer, process))
		return;
	while (parent && !has_copy(parent, process))
		parent = parent->next;
	child = parent ? add(tracer, process) : NULL;
	if (!child)
		return;
	struct bypass *next = child->next;

	*child = *parent;
	child->next = next;
	child->process = process;
	child->lanes = NULL;
	for (const struct bypass_lane *lane = parent->lanes; lane;
		lane = lane->next)
		write_row(child, lane->site, (int)lane->call.args[0], &off);
}

void bypass_forget(struct tracer *tracer, pid_t process)
{
	struct bypass **at = place_of(tracer, process);
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

void bypass_free(struct tracer *tracer)
{
	while (tracer->bypasses)
		bypass_forget(tracer, tracer->bypasses->process);
}
