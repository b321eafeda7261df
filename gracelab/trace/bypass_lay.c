/* SPDX-License-Identifier: GPL-3.0-or-later */
#include <errno.h>
#include <sys/mman.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <unistd.h>

#include "bypass.h"
#include "bypass_members.h"
#include "lib/base/task.h"
#include "peek.h"
#include "stop.h"
#include "world.h"

#ifndef MAP_FIXED_NOREPLACE
#define MAP_FIXED_NOREPLACE 0x100000
#endif

/* Whether nothing that we have it call can be what a filter of its own kills it
 * for. */
static bool is_suited(const struct thread *thread)
{
	return task_filters(thread->process) == task_filters(getpid()) + 1 &&
		bypass_is_shared(getpid(), getpid());
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

/* Whether a signal's handler may return into what would be changed. */
static bool is_returned_to(const struct bypass *bypass, uint64_t address)
{
	for (unsigned i = 0; i < bypass->handled_count; i++)
		if (bypass->handled[i] > address &&
			bypass->handled[i] < address + BYPASS_PATCH_BYTES)
			return true;
	return false;
}

/* Leads one more place where it calls the kernel through the code. */
static bool add_site(struct tracer *tracer, struct bypass *bypass,
	const struct thread *thread, uint64_t address)
{
	unsigned site = bypass->site_count;
	unsigned char code[BYPASS_CODE_BYTES] = { 0 };
	unsigned char before[BYPASS_PATCH_BYTES], patch[BYPASS_PATCH_BYTES];

	if (site == BYPASS_SITES || is_returned_to(bypass, address) ||
		!world_stop(tracer, thread) ||
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

static bool open_lane(
	struct bypass *bypass, const struct thread *thread, unsigned site)
{
	/* What is no connection is told of in no row. */
	const struct bypass_row row = {
		.what = thread->call.subject ? BYPASS_BIG : BYPASS_ALL,
	};

	return bypass_write_row(
		       bypass, site, (int)thread->call.args[0], &row) &&
		bypass_add_lane(bypass, &thread->call, site, &row);
}

/* One step towards its calls from there being led through. */
static enum bypass_laid prepare(struct tracer *tracer, struct bypass *bypass,
	const struct thread *thread, uint64_t from, int *status)
{
	enum bypass_laid laid;

	if (bypass->refused == from)
		return BYPASS_NOT;
	switch (bypass->stage) {
	case STAGE_NONE:
		if (is_suited(thread))
			return map(bypass, thread, from, status);
		bypass->stage = STAGE_REFUSED;
		break;
	case STAGE_MAPPED:
		return protect(bypass, thread, status);
	case STAGE_READY:
		laid = add_site(tracer, bypass, thread, from) ? BYPASS_AGAIN
							      : BYPASS_NOT;
		bypass->refused = laid == BYPASS_NOT ? from : 0;
		return laid;
	case STAGE_REFUSED:
		break;
	}
	return BYPASS_NOT;
}

enum bypass_laid bypass_lay(struct tracer *tracer, const struct thread *thread,
	uint64_t address, int *status)
{
	const struct trace_call *call = &thread->call;
	struct bypass *bypass = *bypass_place(tracer, thread->process);
	enum bypass_laid laid = BYPASS_AGAIN;
	uint64_t from = address - STOP_CALL_BYTES;
	unsigned site;

	if (!tracer->swift || tracer->holds || !bypass_suits(call->what) ||
		call->args[0] >= BYPASS_DESCRIPTORS)
		return BYPASS_NOT;
	if (!bypass)
		bypass = bypass_add(tracer, thread->process);
	if (!bypass)
		return BYPASS_NOT;
	if (bypass->stage != STAGE_READY ||
		!find_site(bypass, address, call->what, &site))
		laid = prepare(tracer, bypass, thread, from, status);
	else if (!open_lane(bypass, thread, site))
		laid = BYPASS_NOT;
	else
		from = bypass->sites[site].address;
	if (laid == BYPASS_AGAIN &&
		!stop_call_again(
			thread->number, from, call->what->number, call->args))
		return BYPASS_NOT;
	return laid;
}
