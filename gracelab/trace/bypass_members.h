/* SPDX-License-Identifier: GPL-3.0-or-later */
/* What a bypass consists of: data alone, for bypass.c and bypass_lay.c. */
#ifndef GRACELAB_BYPASS_MEMBERS_H
#define GRACELAB_BYPASS_MEMBERS_H

#include "bypass_code.h"
#include "tracing.h"

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
	uint64_t handled[BYPASS_SITES]; /* bypass_handled() */
	unsigned handled_count;
	struct bypass_lane *lanes; /* owned */
};

/* The pointer to that of a process, or to the end of the list. */
struct bypass **bypass_place(struct tracer *tracer, pid_t process);

/* Whether two processes have the same memory; false too if the kernel does not
 * say. */
bool bypass_is_shared(pid_t process, pid_t other);

/* Adds one to the list; NULL without memory. */
struct bypass *bypass_add(struct tracer *tracer, pid_t process);

/* Adds a lane whose row is that now; false without memory. */
bool bypass_add_lane(struct bypass *bypass, const struct trace_call *call,
	unsigned site, const struct bypass_row *row);

bool bypass_write_row(const struct bypass *bypass, unsigned site, int fd,
	const struct bypass_row *row);

#endif
