/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "relay.h"

#include <stdlib.h>
#include <sys/random.h>

#include "arrivals.h"
#include "called.h"
#include "gracelab/judge/subject/rest.h"
#include "hops.h"
#include "lib/base/duration.h"
#include "turns.h"
#include "wait.h"

static void on_step(void *context)
{
	hops_drain(context);
}

static bool rests(void *context, int64_t *ran_ms)
{
	const struct relay *relay = context;

	return rest_of(relay->place.subject->keeper, ran_ms);
}

bool relay_init(struct relay *relay, const struct relay_place *place)
{
	*relay = (struct relay){ .place = *place, .jobs = 1 };
	bool enough = party_common_init(&relay->common);

	relay->common.arrivals = &relay->arrived;
	relay->common.gate = true;
	relay->common.context = relay;
	if (place->line)
		relay->common.on_step = on_step;
	relay->between.context = relay;
	if (place->subject)
		relay->between.rests = rests;
	return hops_init(relay) && called_init(relay) && enough;
}

struct play *relay_add(struct relay *relay, const struct play *play)
{
	struct play **end = &relay->plays;
	struct play *added = malloc(sizeof(*added));

	if (!added)
		return NULL;
	*added = *play;
	added->connecting = -1;
	added->client.conn.fd = -1;
	while (*end)
		end = &(*end)->next;
	return *end = added;
}

static void remove_play(struct relay *relay, struct play *play)
{
	struct play **link = &relay->plays;

	while (*link != play)
		link = &(*link)->next;
	*link = play->next;
	hops_forget(relay, play);
	called_forget(relay, play);
	arrivals_free(relay, play);
	party_free(&play->client);
	free(play);
}

/* Frees what nobody wants any more; others may have pointed to it before. */
static void sweep(struct relay *relay)
{
	struct play *next;

	for (struct play *play = relay->plays; play; play = next) {
		next = play->next;
		if (play->unwanted)
			remove_play(relay, play);
	}
}

void relay_forget(struct relay *relay, struct play *play)
{
	for (struct play *one = relay->plays; one; one = one->next)
		if (!play || one == play)
			one->unwanted = true;
	if (!relay->running)
		sweep(relay);
}

bool relay_run(struct relay *relay)
{
	struct wait *wait = wait_new();
	bool goes_on = wait;

	if (!relay->secret &&
		getrandom(&relay->secret, sizeof(relay->secret), 0) < 0)
		relay->secret = duration_wall_ns();
	relay->running = true;
	relay->run_ms = relay->known_ms = duration_now_ms();
	while (goes_on) {
		turns_begin(relay);
		if (!turns_act(relay))
			break;
		wait_once(relay, wait);
		sweep(relay);
		hops_drain(relay);
		called_drain(relay);
		goes_on = !relay->goes_on || relay->goes_on(relay->context);
	}
	for (struct play *play = relay->plays; play && !goes_on;
		play = play->next)
		if (play->state != PLAY_OVER && play->state != PLAY_WAITING)
			turns_end(relay, play);
	relay->running = false;
	sweep(relay);
	free(wait);
	return goes_on;
}

struct party *relay_server(const struct play *play)
{
	return play->server ? &play->server->party : NULL;
}

struct arrival *relay_stranger(
	const struct relay *relay, const struct play *play)
{
	struct arrival *one = relay->arrivals;

	/* The last is the first. */
	while (one &&
		(one->play || one->way != play->way ||
			one->accepted_ns < play->begun_ns))
		one = one->next;
	return one;
}

double relay_arrival_s(const struct play *play)
{
	return play->server ? play->server->accepted_s - play->begun_s : 0;
}

bool relay_connected_early(const struct play *play)
{
	return play->server && play->server->accepted_s >= play->begun_s &&
		play->server->accepted_s < play->client.first_s;
}

void relay_free(struct relay *relay)
{
	relay_forget(relay, NULL);
	arrivals_free(relay, NULL);
	hops_free(relay);
	called_free(relay);
	party_common_free(&relay->common);
}
