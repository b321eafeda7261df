/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "wire.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>

struct wire {
	struct hosts *hosts;
	void (*on_news)(void *context, const struct wire_news *news);
	void *context;
	struct flows flows;
	struct waiting waiting;
	bool held[SIDES];
	bool is_cut;
	bool is_releasing;
	unsigned ids; /* given so far */
};

struct wire *wire_open(struct hosts *hosts,
	void (*on_news)(void *context, const struct wire_news *news),
	void *context)
{
	struct wire *wire = calloc(1, sizeof(*wire));

	if (!wire)
		return NULL;
	wire->hosts = hosts;
	wire->on_news = on_news;
	wire->context = context;
	waiting_begin(&wire->waiting);
	return wire;
}

void wire_clear(struct wire *wire)
{
	waiting_end(&wire->waiting);
	wire->flows.count = 0;
	wire->held[CLIENT] = wire->held[SERVER] = false;
	wire->is_cut = false;
	wire->ids = 0;
}

void wire_close(struct wire *wire)
{
	if (!wire)
		return;
	wire_clear(wire);
	free(wire);
}

int wire_descriptor(const struct wire *wire, enum side side)
{
	return device_descriptor(wire->hosts->of[side].device);
}

void wire_hold(struct wire *wire, enum side sender)
{
	wire->held[sender] = true;
}

bool wire_is_held(const struct wire *wire, enum side sender)
{
	return wire->held[sender];
}

void wire_cut(struct wire *wire, bool is_cut)
{
	wire->is_cut = is_cut;
}

const struct wire_segment *wire_first(const struct wire *wire)
{
	return wire->waiting.first;
}

const struct wire_segment *wire_find(
	const struct wire *wire, enum wire_side sender, const char *name)
{
	const struct wire_segment *segment = wire->waiting.first;
	char text[SEGMENT_TEXT_SIZE];

	for (; segment; segment = segment->next) {
		if (sender != WIRE_ANY &&
			(enum wire_side)segment->sender != sender)
			continue;
		segment_text(&segment->segment, text);
		if (!name || !strcmp(text, name))
			break;
	}
	return segment;
}

/* Tells of a packet that does not wait. */
static void tell(
	struct wire *wire, enum wire_fate fate, const struct packet *packet)
{
	const struct wire_news news = {
		.fate = fate,
		.sender = packet->sender,
		.segment = &packet->segment,
		.packet = packet->bytes,
		.packet_bytes = packet->len,
	};

	if (wire->on_news)
		wire->on_news(wire->context, &news);
}

/* Tells of one that waits. */
static void tell_waiting(struct wire *wire, enum wire_fate fate,
	const struct waiting_packet *waiting)
{
	const struct wire_news news = {
		.fate = fate,
		.sender = waiting->shown.sender,
		.segment = &waiting->shown.segment,
		.id = waiting->shown.id,
		.copy = waiting->shown.copy,
		.packet = waiting->bytes,
		.packet_bytes = waiting->len,
	};

	if (wire->on_news)
		wire->on_news(wire->context, &news);
}

void wire_reveal(struct wire *wire, const struct wire_segment *segment)
{
	struct waiting_packet *waiting = waiting_packet_of(segment);

	if (waiting->shown.id)
		return;
	waiting->shown.id = ++wire->ids;
	tell_waiting(wire, WIRE_SENT, waiting);
}

static int give(
	struct wire *wire, enum side sender, const uint8_t *packet, size_t len)
{
	return device_give(
		wire->hosts->of[side_other(sender)].device, packet, len);
}

/* Decides on what a kernel has sent; *passed: the other kernel has acted. */
static int decide(struct wire *wire, const struct packet *packet, bool *passed)
{
	bool again = flows_note(&wire->flows, packet->sender, &packet->segment,
		packet->bytes, packet->len);

	if (again && waiting_holds(&wire->waiting, packet))
		return 0;
	if (wire->is_cut) {
		tell(wire, WIRE_LOST, packet);
		return 0;
	}
	if (wire->held[packet->sender] || wire->is_releasing) {
		struct waiting_packet *waiting =
			waiting_append(&wire->waiting, packet, again);

		if (waiting && !again && !wire->is_releasing)
			wire_reveal(wire, &waiting->shown);
		return waiting ? 0 : -1;
	}
	tell(wire, WIRE_AT_ONCE, packet);
	*passed = true;
	return give(wire, packet->sender, packet->bytes, packet->len);
}

/* Takes one packet of a side: 1; 0: there is none; -1 with errno. */
static int take(struct wire *wire, enum side sender, bool *passed)
{
	struct packet packet = { .sender = sender };
	ssize_t n = device_take(wire->hosts->of[sender].device, &packet.bytes);

	if (n <= 0)
		return (int)n;
	packet.len = (size_t)n;
	if (segment_parse(packet.bytes, packet.len, &packet.segment) &&
		decide(wire, &packet, passed) < 0)
		return -1;
	return 1;
}

/*
 * An answer comes before what its receiver has sent meanwhile, as on the
 * loopback: so the sides are taken from in turns.
 */
int wire_pump(struct wire *wire)
{
	enum side side = CLIENT;
	int idle = 0;

	while (idle < SIDES) {
		bool passed = false;
		int taken = take(wire, side, &passed);

		if (taken < 0)
			return -1;
		idle = taken ? 0 : idle + 1;
		if (!taken || passed)
			side = side_other(side);
	}
	return 0;
}

int wire_pass(struct wire *wire, const struct wire_segment *segment)
{
	wire_reveal(wire, segment);
	struct waiting_packet *waiting =
		waiting_take_out(&wire->waiting, segment);

	tell_waiting(wire, WIRE_ARRIVED, waiting);
	int failed =
		give(wire, waiting->shown.sender, waiting->bytes, waiting->len);

	free(waiting);
	return failed ? -1 : wire_pump(wire);
}

int wire_copy(struct wire *wire, const struct wire_segment *segment)
{
	struct waiting_packet *waiting = waiting_packet_of(segment);

	wire_reveal(wire, segment);
	tell_waiting(wire, WIRE_ARRIVED, waiting);
	waiting->shown.copy = true;
	if (give(wire, waiting->shown.sender, waiting->bytes, waiting->len))
		return -1;
	return wire_pump(wire);
}

int wire_drop(struct wire *wire, const struct wire_segment *segment)
{
	wire_reveal(wire, segment);
	struct waiting_packet *waiting =
		waiting_take_out(&wire->waiting, segment);

	tell_waiting(wire, WIRE_LOST, waiting);
	free(waiting);
	return 0;
}

/* The first that waits arrives. */
static int pass_first(struct wire *wire)
{
	struct waiting_packet *waiting =
		waiting_take_out(&wire->waiting, wire->waiting.first);

	/* What nobody was told of as waiting was sent just now. */
	tell_waiting(
		wire, waiting->shown.id ? WIRE_ARRIVED : WIRE_AT_ONCE, waiting);
	int failed =
		give(wire, waiting->shown.sender, waiting->bytes, waiting->len);

	free(waiting);
	return failed;
}

int wire_release(struct wire *wire)
{
	int failed = wire_pump(wire);

	wire->is_releasing = true;
	while (!failed && wire->waiting.first)
		failed = pass_first(wire) || wire_pump(wire);
	wire->is_releasing = false;
	wire->held[CLIENT] = wire->held[SERVER] = false;
	return failed ? -1 : 0;
}

int wire_forge(struct wire *wire, const struct forged *forged)
{
	const struct flow *flow = flows_newest(&wire->flows);
	struct packet packet = { .sender = forged->sender };
	uint8_t *bytes;
	int failed;

	if (!flow) {
		errno = EINVAL;
		return -1;
	}
	bytes = malloc(FORGE_HEADERS_BYTES + forged->segment.payload_bytes);
	if (!bytes)
		return -1;
	packet.bytes = bytes;
	packet.len = forge_build(forged, flow, bytes);
	errno = EMSGSIZE;
	failed = !packet.len;
	if (!failed) {
		segment_parse(bytes, packet.len, &packet.segment);
		tell(wire, WIRE_FORGED, &packet);
		failed = give(wire, packet.sender, bytes, packet.len);
	}
	free(bytes);
	return failed ? -1 : wire_pump(wire);
}
