/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "hops.h"

#include <stdlib.h>
#include <string.h>

#define PORTS (UINT16_MAX + 1)

/* The place of `hops` for what passes the proxy's front. */
#define FRONT RELAY_WAYS

static bool is_observed(const struct relay *relay)
{
	return relay->place.capture || relay->place.line;
}

bool hops_init(struct relay *relay)
{
	for (int i = 0; i <= RELAY_WAYS && is_observed(relay); i++) {
		relay->hops[i] = calloc(PORTS, sizeof(**relay->hops));
		if (!relay->hops[i])
			return false;
	}
	return true;
}

static void on_travelling(
	void *context, const struct segment *segment, bool lost)
{
	struct relay *relay = context;
	const struct relay_place *place = &relay->place;
	uint16_t ports[RELAY_WAYS + 1];

	memcpy(ports, place->ports, sizeof(place->ports));
	ports[FRONT] = place->front_port;
	for (int i = 0; i <= RELAY_WAYS; i++) {
		if (segment->dport == ports[i])
			evidence_segment(&relay->hops[i][segment->sport],
				segment, true, lost);
		else if (segment->sport == ports[i])
			evidence_segment(&relay->hops[i][segment->dport],
				segment, false, lost);
	}
}

static void on_segment(void *context, const struct segment *segment)
{
	on_travelling(context, segment, false);
}

unsigned hops_drain(struct relay *relay)
{
	struct capture *capture = relay->place.capture;

	if (relay->place.line)
		line_pump(relay->place.line, on_travelling, relay);
	if (!capture)
		return 0;
	capture_drain(capture, on_segment, relay);
	return capture_dropped(capture);
}

const struct evidence *hops_of(
	const struct relay *relay, const struct play *play, enum side side)
{
	bool front = side == CLIENT;

	if (!is_observed(relay) || (front && play->way == RELAY_DIRECT))
		return NULL;
	/* A UNIX socket has no wire. */
	if (front ? !relay->place.front_port : !relay->place.ports[play->way])
		return NULL;
	if (front)
		return &relay->hops[FRONT][play->port];
	if (play->way == RELAY_DIRECT)
		return &relay->hops[RELAY_DIRECT][play->port];
	return play->server ? &relay->hops[RELAY_THROUGH][play->server->port]
			    : NULL;
}

static void forget(struct relay *relay, int hop, uint16_t port)
{
	if (relay->hops[hop] && port)
		evidence_free(&relay->hops[hop][port]);
}

void hops_forget(struct relay *relay, const struct play *play)
{
	forget(relay, play->way == RELAY_THROUGH ? FRONT : RELAY_DIRECT,
		play->port);
	for (struct arrival *one = relay->arrivals; one; one = one->next)
		if (one->play == play)
			forget(relay, (int)one->way, one->port);
}

void hops_free(struct relay *relay)
{
	for (int i = 0; i <= RELAY_WAYS; i++) {
		for (size_t port = 0; port < PORTS && relay->hops[i]; port++)
			evidence_free(&relay->hops[i][port]);
		free(relay->hops[i]);
	}
}
