/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * What was lost is sent again by a kernel's timer, when no other move is left.
 * Until then no timer may run out: an order that took longer than the shortest
 * of them may take is disturbed, and does not count.
 */
#include <errno.h>
#include <poll.h>
#include <string.h>

#include "lib/base/duration.h"
#include "wired.h"

/* Whether a segment waits that the side has sent again. */
static bool waits_again(const struct wired *wired, enum side sender)
{
	const struct wire_segment *segment = wire_first(wired->wire);

	while (segment && (segment->sender != sender || !segment->again))
		segment = segment->next;
	return segment;
}

/* Whether that side's kernel has something that it will send again. */
static bool sends_again(struct wired *wired, enum side side, bool *will)
{
	struct kernel_socket sockets[SIDES];

	if (kernel_look(wired->kernels[side], &wired->pair, &sockets[CLIENT],
		    &sockets[SERVER]))
		return false;
	*will = sockets[side].state != STATE_GONE &&
		sockets[side].unacked_bytes;
	return true;
}

/* Waits until each side that will has sent again. */
static bool await_both(struct ground *ground, const bool will[SIDES])
{
	struct wired *wired = wired_of(ground);
	int64_t deadline_ms = duration_deadline_ms(GROUND_PATIENCE_MS);
	struct pollfd polled[SIDES];

	for (enum side side = CLIENT; side <= SERVER; side++)
		polled[side] = (struct pollfd){ .events = POLLIN,
			.fd = wire_descriptor(wired->wire, side) };
	while ((will[CLIENT] && !waits_again(wired, CLIENT)) ||
		(will[SERVER] && !waits_again(wired, SERVER))) {
		int64_t left_ms = deadline_ms - duration_now_ms();

		if (left_ms <= 0)
			return ground_fail(ground,
				"a kernel does not send again what was lost");
		poll(polled, SIDES, (int)left_ms);
		if (!wired_pump(ground) || !wired_pass_acks(ground))
			return false;
	}
	return true;
}

/* Notes whether a timer may have run since the last time. */
static void end_phase(struct wired *wired)
{
	double now_s = duration_now_s();

	wired->disturbed |= now_s - wired->since_s > wired->tick_s;
	wired->since_s = now_s;
}

bool wired_await(struct ground *ground, bool *came)
{
	struct wired *wired = wired_of(ground);
	bool will[SIDES];

	end_phase(wired);
	if (!sends_again(wired, CLIENT, &will[CLIENT]) ||
		!sends_again(wired, SERVER, &will[SERVER]))
		return ground_fail(ground, "sock_diag: %s", strerror(errno));
	if (!await_both(ground, will))
		return false;
	for (const struct wire_segment *segment = wire_first(wired->wire);
		segment; segment = segment->next) {
		if (!segment->id)
			wired_tell(wired, WIRE_SENT, segment);
		wire_reveal(wired->wire, segment);
	}
	*came = wire_first(wired->wire);
	wired->since_s = duration_now_s();
	return true;
}

bool wired_disturbed(const struct ground *ground)
{
	struct wired *wired = wired_of(ground);

	if (!wired->losses)
		return false;
	end_phase(wired);
	return wired->disturbed;
}
