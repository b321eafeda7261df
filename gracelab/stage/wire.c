/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "wire.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>

struct wire {
	struct hosts *hosts;
	void (*on_news)(void *context, const struct wire_news *news);
	void (*on_given)(void *context); /* or NULL */
	void *context;
	struct flows flows;
	struct waiting sent[SIDES]; /* taken from that kernel, not decided on */
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
	waiting_begin(&wire->sent[CLIENT]);
	waiting_begin(&wire->sent[SERVER]);
	waiting_begin(&wire->waiting);
	return wire;
}

void wire_on_given(struct wire *wire, void (*on_given)(void *context))
{
	wire->on_given = on_given;
}

void wire_clear(struct wire *wire)
{
	waiting_end(&wire->sent[CLIENT]);
	waiting_end(&wire->sent[SERVER]);
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

static void tell(struct wire *wire, enum wire_fate fate,
	const struct waiting_packet *packet)
{
	const struct wire_news news = {
		.fate = fate,
		.sender = packet->shown.sender,
		.segment = &packet->shown.segment,
		.id = packet->shown.id,
		.copy = packet->shown.copy,
		.again = packet->shown.again,
		.packet = packet->bytes,
		.packet_bytes = packet->len,
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
	tell(wire, WIRE_SENT, waiting);
}

static int give(
	struct wire *wire, const struct waiting_packet *packet, bool is_forged)
{
	enum side receiver = side_other(packet->shown.sender);

	/* What nobody has sent acknowledges nothing. */
	if (!is_forged)
		flows_note_arrival(&wire->flows, packet->shown.sender,
			&packet->shown.segment);
	int failed = device_give(
		wire->hosts->of[receiver].device, packet->bytes, packet->len);

	if (!failed && wire->on_given)
		wire->on_given(wire->context);
	return failed;
}

/*
 * Whether a retransmission is one only because nobody was quick enough: the
 * segment still waits, or its ACK does, or that has just arrived.
 */
static bool is_needless(struct wire *wire, const struct packet *packet)
{
	return waiting_holds(&wire->waiting, packet) ||
		waiting_holds(&wire->sent[packet->sender], packet) ||
		waiting_acks(&wire->waiting, packet) ||
		waiting_acks(&wire->sent[side_other(packet->sender)], packet) ||
		flows_are_acked(&wire->flows, packet->sender, &packet->segment);
}

/*
 * Takes all that a side has sent so far. What was sent again before anybody
 * could look counts once.
 */
static int take_all(struct wire *wire, enum side sender)
{
	struct device *device = wire->hosts->of[sender].device;
	struct packet packet = { .sender = sender };
	ssize_t n;

	while ((n = device_take(device, &packet.bytes)) > 0) {
		packet.len = (size_t)n;
		if (!segment_parse(packet.bytes, packet.len, &packet.segment))
			continue;
		bool again = flows_note(&wire->flows, sender, &packet.segment,
			packet.bytes, packet.len);

		if (again && is_needless(wire, &packet))
			continue;
		struct waiting_packet *new = waiting_new(&packet, again);

		if (!new)
			return -1;
		waiting_append(&wire->sent[sender], new);
	}
	return (int)n;
}

/* Has it wait; a retransmission is not told of before somebody looks. */
static void detain(struct wire *wire, struct waiting_packet *packet)
{
	waiting_append(&wire->waiting, packet);
	if (!packet->shown.again && !wire->is_releasing)
		wire_reveal(wire, &packet->shown);
}

/* Decides on the next packet of a side: 1 if it has arrived; 0; -1. */
static int decide(struct wire *wire, enum side sender)
{
	struct waiting *sent = &wire->sent[sender];
	struct waiting_packet *packet = waiting_take_out(sent, sent->first);

	if (wire->is_cut) {
		tell(wire, WIRE_LOST, packet);
		free(packet);
		return 0;
	}
	if (wire->held[sender] || wire->is_releasing) {
		detain(wire, packet);
		return 0;
	}
	tell(wire, WIRE_AT_ONCE, packet);
	int failed = give(wire, packet, false);

	free(packet);
	return failed ? -1 : 1;
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
		if (take_all(wire, side) < 0)
			return -1;
		bool is_idle = !wire->sent[side].first;
		int passed = is_idle ? 0 : decide(wire, side);

		if (passed < 0)
			return -1;
		idle = is_idle ? idle + 1 : 0;
		if (is_idle || passed)
			side = side_other(side);
	}
	return 0;
}

int wire_pass(struct wire *wire, const struct wire_segment *segment)
{
	wire_reveal(wire, segment);
	struct waiting_packet *waiting =
		waiting_take_out(&wire->waiting, segment);

	tell(wire, WIRE_ARRIVED, waiting);
	int failed = give(wire, waiting, false);

	free(waiting);
	return failed ? -1 : wire_pump(wire);
}

int wire_copy(struct wire *wire, const struct wire_segment *segment)
{
	struct waiting_packet *waiting = waiting_packet_of(segment);

	wire_reveal(wire, segment);
	tell(wire, WIRE_ARRIVED, waiting);
	waiting->shown.copy = true;
	if (give(wire, waiting, false))
		return -1;
	return wire_pump(wire);
}

int wire_drop(struct wire *wire, const struct wire_segment *segment)
{
	wire_reveal(wire, segment);
	struct waiting_packet *waiting =
		waiting_take_out(&wire->waiting, segment);

	tell(wire, WIRE_LOST, waiting);
	free(waiting);
	return 0;
}

/* The first that waits arrives. */
static int pass_first(struct wire *wire)
{
	struct waiting_packet *waiting =
		waiting_take_out(&wire->waiting, wire->waiting.first);

	/* What nobody was told of as waiting was sent just now. */
	tell(wire, waiting->shown.id ? WIRE_ARRIVED : WIRE_AT_ONCE, waiting);
	int failed = give(wire, waiting, false);

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
	struct waiting_packet *new = NULL;
	uint8_t *bytes;

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
	if (packet.len && segment_parse(bytes, packet.len, &packet.segment))
		new = waiting_new(&packet, false);
	free(bytes);
	if (!new)
		return -1;
	tell(wire, WIRE_FORGED, new);
	int failed = give(wire, new, true);

	free(new);
	return failed ? -1 : wire_pump(wire);
}
