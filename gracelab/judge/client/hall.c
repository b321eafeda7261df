/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "hall.h"

#include <poll.h>

#include "gracelab/stage/loopback.h"
#include "lib/base/signals.h"

enum {
	/* How long to wait where what is awaited shows only in the kernel's
	 * tables. */
	LOOK_MS = 4,
	/* Descriptors of a visit that poll(2) waits for. */
	DESCRIPTORS = 3,
	VISITS_MOST = 64,
};

struct visiting {
	struct hall *hall;
	struct visit *const *visits;
	size_t count;
};

void hall_open(struct hall *hall)
{
	char why[240];

	*hall = (struct hall){ .is_private = loopback_leave_host() };
	hall->kernel = kernel_open();
	if (hall->is_private)
		hall->capture = capture_open_roomy(0, why, sizeof(why));
}

static void on_segment(void *context, const struct segment *segment)
{
	const struct visiting *visiting = context;

	for (size_t i = 0; i < visiting->count; i++) {
		struct visit *visit = visiting->visits[i];
		bool right = segment->dport == visit->port;
		uint16_t other = right ? segment->sport : segment->dport;

		if (visit->state == VISIT_WAITING || !visit->port ||
			(!right && segment->sport != visit->port))
			continue;
		/* A second connection is not the visit's. */
		if (visit->peer_port && other != visit->peer_port)
			continue;
		evidence_segment(&visit->hop, segment, right, false);
	}
}

static void drain(struct visiting *visiting)
{
	struct hall *hall = visiting->hall;

	if (!hall->capture)
		return;
	capture_drain(hall->capture, on_segment, visiting);
	hall->lost_segments = capture_dropped(hall->capture);
}

static size_t add_visit(const struct visit *visit, struct pollfd *polled)
{
	short events = visit_events(visit);

	polled[0] = (struct pollfd){ .fd = visit->listener, .events = POLLIN };
	polled[1] =
		(struct pollfd){ .fd = visit->exited ? -1 : visit->subject.news,
			.events = POLLIN };
	/* Where nothing is wanted, its end would be told for ever. */
	polled[2] = (struct pollfd){ .fd = events ? visit->conn.fd : -1,
		.events = events };
	return DESCRIPTORS;
}

static void wait_once(const struct visiting *visiting)
{
	struct pollfd polled[VISITS_MOST * DESCRIPTORS];
	const struct timespec look = { .tv_nsec = LOOK_MS * 1000000 };
	size_t count = 0;

	for (size_t i = 0; i < visiting->count &&
		count + DESCRIPTORS <= sizeof(polled) / sizeof(*polled);
		i++)
		if (visiting->visits[i]->state == VISIT_ARRIVING ||
			visiting->visits[i]->state == VISIT_SERVED)
			count += add_visit(visiting->visits[i], polled + count);
	signals_deliver();
	ppoll(polled, count, &look, signals_wait_mask());
}

bool hall_play(struct hall *hall, struct visit *const visits[], size_t count,
	unsigned jobs, bool (*stops)(void))
{
	struct visiting visiting = { hall, visits, count };
	unsigned open;

	do {
		open = 0;
		if (stops())
			return false;
		for (size_t i = 0; i < count; i++) {
			struct visit *visit = visits[i];

			if (visit->state == VISIT_OVER)
				continue;
			if (visit->state == VISIT_WAITING && open < jobs &&
				!visit_begin(visit))
				return false;
			if (visit->state == VISIT_WAITING)
				continue;
			visit_go_on(visit, hall->kernel);
			open += visit->state != VISIT_OVER;
		}
		drain(&visiting);
		if (open)
			wait_once(&visiting);
		for (size_t i = 0; i < count; i++)
			open += visits[i]->state == VISIT_WAITING;
	} while (open);
	return true;
}

void hall_close(struct hall *hall)
{
	kernel_close(hall->kernel);
	capture_close(hall->capture);
}
