/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * The network of two hosts. The wire moves only while no actor runs: when all
 * sleep, or one waits for the acknowledgement of an event. So what a call has
 * brought about is over before the next is made.
 */
#include "wired.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <sys/epoll.h>
#include <unistd.h>

#include "connections.h"
#include "gracelab/observe/savefile.h"
#include "lib/base/duration.h"
#include "lib/base/task.h"
#include "network.h"
#include "wired_stage.h"

struct wired {
	struct hosts hosts;
	struct wire *wire;
	struct kernel *kernels[SIDES];
	struct savefile *savefile; /* NULL: none was asked for */
	int waiter;                /* epoll(7): a kernel has sent something */
	bool shows_ack;
	bool shown;               /* the last segment is among the rungs' */
	bool folded;              /* data of a TLS handshake was left out */
	unsigned arrivals[SIDES]; /* segments that have come to that host */
	unsigned settled[SIDES];  /* ... before its actor was last waited for */
};

struct wire *wired_wire(const struct play *play)
{
	const struct wired *wired =
		play->network == &network_wire ? play->network_state : NULL;

	return wired ? wired->wire : NULL;
}

void wired_show_ack(struct play *play, bool shown)
{
	struct wired *wired = play->network_state;

	wired->shows_ack = shown;
}

/* Another connection is looked at from its first SYN on. */
static void follow(struct play *play, const struct segment *segment)
{
	struct kernel_pair pair =
		hosts_pair(segment->is_ipv6 ? AF_INET6 : AF_INET,
			segment->sport, segment->dport);

	connections_begin(
		play, play->acting == SERVER ? CLIENT : play->acting, &pair);
}

/* Whether it is of a TLS handshake, which is shown as a whole: its data, and
 * the ACKs of that. */
static bool is_folded(const struct play *play, const struct segment *segment)
{
	const struct wired *wired = play->network_state;

	return play->folds &&
		(segment->payload_bytes ||
			(wired->folded && segment_is_pure_ack(segment)));
}

/*
 * An ACK only if it was asked for. That a cut wire loses again what it has lost
 * before says nothing new, and how often is a matter of chance.
 */
static bool is_shown(const struct play *play, const struct wire_news *news)
{
	const struct wired *wired = play->network_state;

	if ((news->fate == WIRE_LOST && news->again && !news->id) ||
		is_folded(play, news->segment))
		return false;
	return news->fate != WIRE_ARRIVED || wired->shows_ack ||
		play->rungs.acks || !segment_is_pure_ack(news->segment);
}

/* Whoever looks at the kernels' states, and cannot, says so later. */
static bool look_at_kernels(struct play *play)
{
	struct wired *wired = play->network_state;

	for (unsigned who = 0; who < ACTORS_MAX; who++) {
		struct connection *one = &play->connections[who];

		if (one->known &&
			kernel_look_between(wired->kernels, &one->pair,
				&one->sockets[CLIENT], &one->sockets[SERVER]))
			return false;
	}
	return true;
}

/* States in passing. */
static void note_passing(void *context)
{
	struct play *play = context;
	const struct wired *wired = play->network_state;

	if (play->rungs.acks && wired->shown && look_at_kernels(play))
		connections_note_states(play, true);
}

static void on_news(void *context, const struct wire_news *news)
{
	struct play *play = context;
	struct wired *wired = play->network_state;
	bool arrives = news->fate != WIRE_SENT && news->fate != WIRE_LOST;

	if (arrives)
		wired->arrivals[side_other(news->sender)]++;
	if (wired->savefile && (news->fate != WIRE_ARRIVED || news->copy) &&
		(news->fate != WIRE_LOST || !news->id))
		savefile_add(wired->savefile, news->packet, news->packet_bytes);
	if (news->sender == CLIENT && (news->segment->flags & SEGMENT_SYN) &&
		!(news->segment->flags & SEGMENT_ACK) &&
		news->fate != WIRE_FORGED)
		follow(play, news->segment);
	wired->folded |= play->folds && news->segment->payload_bytes;
	wired->shown = is_shown(play, news);
	if (!wired->shown)
		return;
	rungs_add_segment(&play->rungs,
		&(struct rungs_segment){
			.sender = news->sender,
			.segment = *news->segment,
			.fate = news->fate,
			.id = news->id,
			.copy = news->copy,
			.again = news->again,
		});
	note_passing(play);
}

static bool pump(struct play *play)
{
	struct wired *wired = play->network_state;

	return !wire_pump(wired->wire) ||
		play_fail(play, "the wire: %s", strerror(errno));
}

/* Whether an actor runs, or soon will. */
static bool is_busy(const struct play *play)
{
	for (unsigned who = 0; who < ACTORS_MAX; who++) {
		pid_t pid = play->cast.members[who].actor.pid;
		char state =
			cast_runs(&play->cast, who) ? task_state(pid, pid) : 0;

		if (state == 'R' || state == 'D')
			return true;
	}
	return false;
}

/* Company to the actors, cast.h. */
static void serve(void *context)
{
	struct play *play = context;
	int64_t deadline = play_deadline_ms(play);

	for (unsigned looks = 0; is_busy(play); looks++) {
		if (duration_now_ms() >= deadline) {
			play_fail(play, "an actor does not come to rest");
			break;
		}
		play_pause(looks);
	}
	if (!pump(play))
		play->cast.company.fd = -1;
}

static bool watch(struct wired *wired, enum side side)
{
	struct epoll_event event = { .events = EPOLLIN };

	return !epoll_ctl(wired->waiter, EPOLL_CTL_ADD,
		wire_descriptor(wired->wire, side), &event);
}

/* Looks at a host's kernel, and has the side's program live there. */
static bool move_in(struct play *play, enum side side)
{
	struct wired *wired = play->network_state;

	kernel_close(wired->kernels[side]);
	wired->kernels[side] =
		hosts_visit(&wired->hosts, side) ? NULL : kernel_open();
	play->cast.networks[side] = wired->hosts.of[side].network;
	return (wired->kernels[side] && watch(wired, side)) ||
		play_fail(play, "the %s's host: %s", side_name(side),
			strerror(errno));
}

static bool enter(struct play *play)
{
	struct wired *wired = calloc(1, sizeof(*wired));
	struct cast *cast = &play->cast;

	play->network_state = wired;
	if (!wired)
		return play_fail(play, "no memory");
	wired->waiter = -1;
	if (!wired_stage_enter(play, &wired->hosts))
		return false;
	wired->wire = wire_open(&wired->hosts, on_news, play);
	wired->waiter = epoll_create1(EPOLL_CLOEXEC);
	if (!wired->wire || wired->waiter < 0)
		return play_fail(play, "the wire: %s", strerror(errno));
	wire_on_given(wired->wire, note_passing);
	cast->address = hosts_name(SERVER, AF_INET);
	cast->address6 = hosts_name(SERVER, AF_INET6);
	cast->settles = true;
	cast->company = (struct actor_company){
		.fd = wired->waiter,
		.serve = serve,
		.context = play,
		.between_calls = true,
	};
	play->record->states = play->record->wire = true;
	return move_in(play, SERVER) && move_in(play, CLIENT);
}

static bool observe(struct play *play)
{
	struct wired *wired = play->network_state;
	const char *pcap = play->options->pcap;
	char why[240];

	if (!pcap)
		return true;
	wired->savefile = savefile_open(pcap, why, sizeof(why));
	return wired->savefile || play_fail(play, "%s", why);
}

static bool look(struct play *play)
{
	return pump(play) &&
		(look_at_kernels(play) ||
			play_fail(play, "sock_diag: %s", strerror(errno)));
}

/* Nothing is under way but what waits. */
static bool rests(const struct play *play)
{
	(void)play;
	return true;
}

/* All programs of that host. */
static bool settle_side(struct play *play, enum side side)
{
	const char *error = NULL;

	for (unsigned who = 0; who < ACTORS_MAX && !error; who++)
		if (actor_side(who) == side)
			error = cast_settle(
				&play->cast, who, play_deadline_ms(play));
	return !error || play_fail(play, "%s", error);
}

static bool rouse(struct play *play)
{
	struct wired *wired = play->network_state;
	bool woken = true;

	while (woken) {
		if (!pump(play))
			return false;
		woken = false;
		for (int side = 0; side < SIDES; side++) {
			if (wired->settled[side] == wired->arrivals[side])
				continue;
			wired->settled[side] = wired->arrivals[side];
			if (!settle_side(play, (enum side)side))
				return false;
			woken = true;
		}
	}
	return true;
}

bool wired_reboot(struct play *play, enum side side)
{
	struct wired *wired = play->network_state;

	/* What its kernel has sent so far has left it. */
	if (!pump(play))
		return false;
	epoll_ctl(wired->waiter, EPOLL_CTL_DEL,
		wire_descriptor(wired->wire, side), NULL);
	if (hosts_reboot(&wired->hosts, side))
		return play_fail(play, "%s", wired->hosts.why);
	for (unsigned who = 0; who < ACTORS_MAX; who++)
		if (actor_side(who) == side)
			actor_kill(&play->cast.members[who].actor);
	return move_in(play, side);
}

static void leave(struct play *play)
{
	struct wired *wired = play->network_state;

	if (!wired)
		return;
	for (int side = 0; side < SIDES; side++)
		kernel_close(wired->kernels[side]);
	savefile_close(wired->savefile);
	if (wired->waiter >= 0)
		close(wired->waiter);
	wire_close(wired->wire);
	if (wired->hosts.result == HOSTS_READY)
		hosts_leave(&wired->hosts);
	free(wired);
	play->network_state = NULL;
}

const struct network network_wire = {
	.name = "wire",
	.enter = enter,
	.observe = observe,
	.look = look,
	.rests = rests,
	.rouse = rouse,
	.drain = pump,
	.leave = leave,
};
