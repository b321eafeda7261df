/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * Orders on two hosts and a wire: every segment waits until a move lets it
 * arrive; pure ACKs arrive as soon as they are the first of their direction.
 */
#include <errno.h>
#include <netinet/in.h>
#include <poll.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>
#include <unistd.h>

#include "gracelab/observe/kernel.h"
#include "gracelab/stage/wire.h"
#include "ground.h"
#include "lib/base/duration.h"
#include "lib/base/names.h"

#define PORT 43211

/* Longer than any order takes; but what was lost is soon sent again. */
#define RTO_MIN_MS       10000
#define RTO_MIN_TICKS    3 /* with losses */
#define RTO_MIN_LEAST_MS 8

struct wired {
	struct ground ground;
	struct hosts hosts;
	struct wire *wire;
	struct kernel *kernels[SIDES];
	struct sockaddr_storage address; /* the server's */
	struct kernel_pair pair;         /* of the connection under way */
	int listener;
	bool losses;
	/* The time that no kernel's timer can be shorter than, and since when
	 * none can have run. */
	double tick_s, since_s;
	bool disturbed;
};

static struct wired *wired_of(const struct ground *ground)
{
	return (struct wired *)(uintptr_t)ground;
}

static bool fail_wire(struct ground *ground)
{
	char why[NAMES_DESCRIPTION_SIZE];

	return ground_fail(ground, "the wire: %s", names_describe(why, errno));
}

static void leave(struct ground *ground)
{
	struct wired *wired = wired_of(ground);

	if (wired->listener >= 0)
		close(wired->listener);
	kernel_close(wired->kernels[CLIENT]);
	kernel_close(wired->kernels[SERVER]);
	wire_close(wired->wire);
	/* The hosts go with the process, which need not wait for that. */
	free(wired);
}

/* Listens at the server; the process is in the client's network then. */
static bool open_both(struct wired *wired)
{
	for (enum side side = CLIENT; side <= SERVER; side++) {
		if (hosts_visit(&wired->hosts, side))
			return false;
		wired->kernels[side] = kernel_open();
		if (!wired->kernels[side])
			return false;
	}
	wired->listener = hosts_socket(&wired->hosts, SERVER, AF_INET);
	hosts_address(SERVER, AF_INET, PORT, &wired->address);
	wired->wire = wire_open(&wired->hosts, NULL, NULL);
	return wired->listener >= 0 && wired->wire &&
		!bind(wired->listener, (struct sockaddr *)&wired->address,
			sizeof(struct sockaddr_in)) &&
		!listen(wired->listener, 1) &&
		!hosts_visit(&wired->hosts, CLIENT);
}

static unsigned rto_min_ms(const struct wired *wired)
{
	unsigned ms = (unsigned)(RTO_MIN_TICKS * wired->tick_s * 1e3);

	return !wired->losses           ? RTO_MIN_MS
		: ms < RTO_MIN_LEAST_MS ? RTO_MIN_LEAST_MS
					: ms;
}

static struct ground *enter(
	const struct experiment *experiment, bool losses, char *why)
{
	struct wired *wired = calloc(1, sizeof(*wired));
	char text[NAMES_DESCRIPTION_SIZE];
	struct timespec tick;

	if (!wired) {
		snprintf(why, GROUND_WHY_SIZE, "no memory");
		return NULL;
	}
	wired->ground.kind = &ground_wire;
	wired->listener = -1;
	wired->losses = losses;
	clock_getres(CLOCK_MONOTONIC_COARSE, &tick);
	wired->tick_s = (double)tick.tv_sec + (double)tick.tv_nsec / 1e9;
	const struct hosts_plan plan = {
		.rto_min_ms = rto_min_ms(wired),
		.sysctls = (const char *const *)experiment->sysctls.list,
		.sysctl_count = experiment->sysctls.count,
	};

	if (hosts_enter(&plan, &wired->hosts) != HOSTS_READY)
		snprintf(why, GROUND_WHY_SIZE, "no wire to explore on: %s",
			wired->hosts.why);
	else if (!open_both(wired))
		snprintf(why, GROUND_WHY_SIZE, "no connection by the wire: %s",
			names_describe(text, errno));
	else
		return &wired->ground;
	leave(&wired->ground);
	return NULL;
}

static bool pump(struct ground *ground)
{
	return !wire_pump(wired_of(ground)->wire) || fail_wire(ground);
}

static bool connect_both(struct ground *ground, int fds[SIDES])
{
	struct wired *wired = wired_of(ground);
	struct sockaddr_in own = { 0 };
	socklen_t size = sizeof(own);

	/* What is left of the order before. */
	if (wire_release(wired->wire))
		return fail_wire(ground);
	wire_clear(wired->wire);
	fds[CLIENT] =
		socket(AF_INET, SOCK_STREAM | SOCK_NONBLOCK | SOCK_CLOEXEC, 0);
	if (fds[CLIENT] < 0)
		return ground_fail(ground, "socket: %s", strerror(errno));
	if (!ground_handshake(ground, wired->listener, fds[CLIENT],
		    &wired->address, &fds[SERVER], pump)) {
		close(fds[CLIENT]);
		return false;
	}
	getsockname(fds[CLIENT], (struct sockaddr *)&own, &size);
	wired->pair = hosts_pair(AF_INET, ntohs(own.sin_port), PORT);
	wire_hold(wired->wire, CLIENT);
	wire_hold(wired->wire, SERVER);
	wired->disturbed = false;
	wired->since_s = duration_now_s();
	return true;
}

/*
 * The first segment of a side that can arrive. What a kernel has sent again
 * waits for the moment when no other move is left, and is revealed then.
 */
static const struct wire_segment *first_of(
	const struct wired *wired, enum side sender)
{
	const struct wire_segment *segment = wire_first(wired->wire);

	while (segment &&
		(segment->sender != sender || (segment->again && !segment->id)))
		segment = segment->next;
	return segment;
}

static void tell(const struct wired *wired, enum wire_fate fate,
	const struct wire_segment *segment)
{
	const struct ground *ground = &wired->ground;

	if (ground->on_segment)
		ground->on_segment(ground->context, fate, segment->sender,
			&segment->segment);
}

static bool pass_one(struct wired *wired, const struct wire_segment *segment)
{
	tell(wired, WIRE_ARRIVED, segment);
	return !wire_pass(wired->wire, segment) || fail_wire(&wired->ground);
}

/* Passes on the pure ACKs that are first. */
static bool pass_acks(struct ground *ground)
{
	struct wired *wired = wired_of(ground);
	enum side side = CLIENT;
	int idle = 0;

	while (idle < SIDES) {
		const struct wire_segment *first = first_of(wired, side);
		bool is_ack = first && segment_is_pure_ack(&first->segment);

		if (is_ack && !pass_one(wired, first))
			return false;
		idle = is_ack ? 0 : idle + 1;
		side = side == CLIENT ? SERVER : CLIENT;
	}
	return true;
}

static bool rest(struct ground *ground, struct peer peers[SIDES])
{
	bool flushed;

	do {
		if (!pump(ground) || !pass_acks(ground))
			return false;
		flushed = peer_flush(&peers[CLIENT]);
		flushed = peer_flush(&peers[SERVER]) || flushed;
	} while (flushed);
	return true;
}

static bool waits(const struct ground *ground, enum side sender)
{
	return first_of(wired_of(ground), sender);
}

static bool pass(struct ground *ground, enum side sender)
{
	struct wired *wired = wired_of(ground);

	return pass_one(wired, first_of(wired, sender));
}

static bool lose(struct ground *ground, enum side sender)
{
	struct wired *wired = wired_of(ground);

	const struct wire_segment *first = first_of(wired, sender);

	tell(wired, WIRE_LOST, first);
	return !wire_drop(wired->wire, first) || fail_wire(ground);
}

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
		if (!pump(ground) || !pass_acks(ground))
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

static bool await(struct ground *ground, bool *came)
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
			tell(wired, WIRE_SENT, segment);
		wire_reveal(wired->wire, segment);
	}
	*came = wire_first(wired->wire);
	wired->since_s = duration_now_s();
	return true;
}

static bool disturbed(const struct ground *ground)
{
	struct wired *wired = wired_of(ground);

	if (!wired->losses)
		return false;
	end_phase(wired);
	return wired->disturbed;
}

const struct ground_kind ground_wire = {
	.enter = enter,
	.connect = connect_both,
	.rest = rest,
	.waits = waits,
	.pass = pass,
	.lose = lose,
	.await = await,
	.disturbed = disturbed,
	.leave = leave,
};
