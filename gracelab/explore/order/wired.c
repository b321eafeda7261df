/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * Orders on two hosts and a wire: every segment waits until a move lets it
 * arrive; pure ACKs arrive as soon as they are the first of their direction.
 */
#include <errno.h>
#include <netinet/in.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>
#include <unistd.h>

#include "lib/base/duration.h"
#include "lib/base/names.h"
#include "wired.h"

#define PORT 43211

/* Longer than any order takes; but what was lost is soon sent again. */
#define RTO_MIN_MS       10000
#define RTO_MIN_TICKS    3 /* with losses */
#define RTO_MIN_LEAST_MS 8

/* Says that the wire is broken, by errno; returns false. */
static bool fail(struct ground *ground)
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

/* The handshake tells where the numbers of both sides begin. */
static void on_news(void *context, const struct wire_news *news)
{
	struct wired *wired = context;

	if (news->segment->flags & SEGMENT_SYN)
		wired->first[news->sender] = news->segment->seq + 1;
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
	wired->wire = wire_open(&wired->hosts, on_news, wired);
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

bool wired_pump(struct ground *ground)
{
	return !wire_pump(wired_of(ground)->wire) || fail(ground);
}

static bool connect_both(struct ground *ground, int fds[SIDES])
{
	struct wired *wired = wired_of(ground);
	struct sockaddr_in own = { 0 };
	socklen_t size = sizeof(own);

	/* What is left of the order before. */
	if (wire_release(wired->wire))
		return fail(ground);
	wire_clear(wired->wire);
	fds[CLIENT] =
		socket(AF_INET, SOCK_STREAM | SOCK_NONBLOCK | SOCK_CLOEXEC, 0);
	if (fds[CLIENT] < 0)
		return ground_fail(ground, "socket: %s", strerror(errno));
	if (!ground_handshake(ground, wired->listener, fds[CLIENT],
		    &wired->address, &fds[SERVER], wired_pump)) {
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

void wired_tell(const struct wired *wired, enum wire_fate fate,
	const struct wire_segment *segment)
{
	const struct ground *ground = &wired->ground;

	if (ground->on_segment)
		ground->on_segment(ground->context, fate, segment->sender,
			&segment->segment);
}

static bool pass_one(struct wired *wired, const struct wire_segment *segment)
{
	wired_tell(wired, WIRE_ARRIVED, segment);
	return !wire_pass(wired->wire, segment) || fail(&wired->ground);
}

/* Passes on the pure ACKs that are first. */
bool wired_pass_acks(struct ground *ground)
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
		if (!wired_pump(ground) || !wired_pass_acks(ground))
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
	const struct wire_segment *first = first_of(wired, sender);

	return first ? pass_one(wired, first)
		     : ground_fail(ground, "the wire: no segment to pass");
}

static bool lose(struct ground *ground, enum side sender)
{
	struct wired *wired = wired_of(ground);
	const struct wire_segment *first = first_of(wired, sender);

	if (!first)
		return ground_fail(ground, "the wire: no segment to lose");
	wired_tell(wired, WIRE_LOST, first);
	return !wire_drop(wired->wire, first) || fail(ground);
}

static void state(struct ground *ground, FILE *out)
{
	struct wired *wired = wired_of(ground);
	const struct wire_segment *segment = wire_first(wired->wire);

	for (; segment; segment = segment->next) {
		char name[SEGMENT_TEXT_SIZE];

		enum side sender = segment->sender;
		const struct segment *header = &segment->segment;
		uint32_t seq = header->seq - wired->first[sender];
		uint32_t ack = header->ack - wired->first[side_other(sender)];

		segment_text(header, name);
		fprintf(out, "%d %s %u %u %d\n", sender, name, seq,
			header->flags & SEGMENT_ACK ? ack : 0,
			segment->again && !segment->id);
	}
	for (enum side side = CLIENT; side <= SERVER; side++) {
		struct kernel_socket sockets[SIDES];

		if (!kernel_look(wired->kernels[side], &wired->pair,
			    &sockets[CLIENT], &sockets[SERVER]))
			fprintf(out, "%s %u\n", state_name(sockets[side].state),
				sockets[side].unacked_bytes);
	}
}

const struct ground_kind ground_wire = {
	.enter = enter,
	.connect = connect_both,
	.rest = rest,
	.waits = waits,
	.pass = pass,
	.lose = lose,
	.await = wired_await,
	.disturbed = wired_disturbed,
	.state = state,
	.leave = leave,
};
