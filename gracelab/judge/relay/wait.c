/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "wait.h"

#include <poll.h>
#include <stdlib.h>
#include <string.h>

#include "arrivals.h"
#include "client.h"
#include "lib/base/duration.h"
#include "lib/base/signals.h"

enum {
	WAIT_MAX = 512,
	/* How often to look whether all goes on, */
	LOOK_MS = 100,
	/* and whether time alone has decided something. */
	DECIDE_MS = 10,
};

/* One round's descriptors, and what each is. */
struct wait {
	struct pollfd fds[WAIT_MAX];
	struct {
		struct party *party;
		struct play *connecting;
		struct arrival *arrival;
	} whose[WAIT_MAX];
	nfds_t count;
	int64_t due_ms;
};

static void watch(struct wait *wait, int fd, int events)
{
	if (fd < 0 || events < 0 || wait->count == WAIT_MAX)
		return;
	memset(&wait->whose[wait->count], 0, sizeof(*wait->whose));
	wait->fds[wait->count++] =
		(struct pollfd){ .fd = fd, .events = (short)events };
}

static void watch_party(struct wait *wait, struct party *party)
{
	nfds_t before = wait->count;

	watch(wait, party->conn.fd, party_events(party));
	if (wait->count > before)
		wait->whose[before].party = party;
	wait->due_ms = duration_earlier_ms(wait->due_ms, party_due_ms(party));
}

static void watch_play(struct wait *wait, struct play *play)
{
	nfds_t before = wait->count;

	if (play->state != PLAY_ARRIVING && play->state != PLAY_KNOWN)
		return;
	watch(wait, play->queue_full ? -1 : play->connecting, POLLOUT);
	if (wait->count > before)
		wait->whose[before].connecting = play;
	watch_party(wait, &play->client);
	/* Something is decided by time alone. */
	if (play->state == PLAY_ARRIVING)
		wait->due_ms = duration_earlier_ms(
			wait->due_ms, duration_now_ms() + DECIDE_MS);
}

static void watch_arrival(struct wait *wait, struct arrival *arrival)
{
	nfds_t before = wait->count;

	if (arrival->play) {
		watch_party(wait, &arrival->party);
		return;
	}
	watch(wait, arrival->fd, POLLIN);
	if (wait->count > before)
		wait->whose[before].arrival = arrival;
}

void wait_once(struct relay *relay, struct wait *wait)
{
	wait->count = 0;
	wait->due_ms = duration_now_ms() + LOOK_MS;
	for (int way = 0; way < RELAY_WAYS; way++)
		watch(wait, relay->place.listeners[way], POLLIN);
	nfds_t listeners = wait->count;

	if (relay->place.line) {
		watch(wait, line_descriptor(relay->place.line), POLLIN);
		wait->due_ms = duration_earlier_ms(
			wait->due_ms, line_due_ms(relay->place.line));
	}
	nfds_t others = wait->count;

	for (struct play *play = relay->plays; play; play = play->next)
		watch_play(wait, play);
	for (struct arrival *one = relay->arrivals; one; one = one->next)
		watch_arrival(wait, one);
	int64_t left_ms = wait->due_ms - duration_now_ms();
	struct timespec left = { .tv_nsec =
					 left_ms > 0 ? left_ms * 1000000 : 0 };

	if (ppoll(wait->fds, wait->count, &left, signals_wait_mask()) <= 0)
		return;
	for (nfds_t i = others; i < wait->count; i++) {
		if (!wait->fds[i].revents)
			continue;
		if (wait->whose[i].party)
			party_serve(wait->whose[i].party, wait->fds[i].revents);
		else if (wait->whose[i].connecting)
			client_finish(wait->whose[i].connecting);
		else
			arrivals_look(relay, wait->whose[i].arrival);
	}
	for (nfds_t i = 0; i < listeners; i++)
		if (wait->fds[i].revents)
			arrivals_accept(relay, (enum relay_way)i);
}

struct wait *wait_new(void)
{
	return malloc(sizeof(struct wait));
}
