/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * A loopback that is like a line: what TCP sends over IPv4 takes its time, may
 * be lost, and is cut off for a while. All of it goes out by a device and comes
 * in by it again, through the hands of who pumps.
 */
#ifndef GRACELAB_LINE_H
#define GRACELAB_LINE_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "lib/net/segment.h"

struct line_plan {
	int64_t delay_ms; /* each way */
	unsigned loss;    /* of 10,000 segments that are no SYN so many */
	int64_t cut_ms;   /* how long nothing of a connection passes from the
			   * first FIN of either side on, this FIN too */
};

struct line;

/*
 * Makes the calling thread's network, a private one whose loopback is up, such
 * a one. NULL with step and errno, terminated, in why (why_size bytes): the
 * network is of no use then.
 */
struct line *line_open(
	const struct line_plan *plan, char *why, size_t why_size);

/* NULL is allowed. */
void line_close(struct line *line);

/*
 * Takes all that was sent, and hands on what is due. Tells of each segment as
 * it leaves, and whether it will be lost; its time is CLOCK_REALTIME's.
 */
void line_pump(struct line *line,
	void (*on_segment)(
		void *context, const struct segment *segment, bool is_lost),
	void *context);

/* When something is due, by duration_now_ms(); -1: nothing is under way. */
int64_t line_due_ms(const struct line *line);

/* For poll(2): POLLIN says that line_pump() may find something. */
int line_descriptor(const struct line *line);

#endif
