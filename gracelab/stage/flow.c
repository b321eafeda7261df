/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "flow.h"

/* Whether number a comes behind b (RFC 9293, section 3.4). */
static bool is_behind(uint32_t a, uint32_t b)
{
	return (int32_t)(a - b) > 0;
}

/* The flow of a segment, or NULL. */
static struct flow *look_up(const struct flows *flows, enum side sender,
	const struct segment *segment)
{
	uint16_t client = sender == CLIENT ? segment->sport : segment->dport;
	uint16_t server = sender == CLIENT ? segment->dport : segment->sport;
	unsigned known = flows->count < FLOWS ? flows->count : FLOWS;

	for (unsigned i = 0; i < known; i++) {
		const struct flow *flow = &flows->list[i];

		if (flow->ports[CLIENT] == client &&
			flow->ports[SERVER] == server &&
			flow->is_ipv6 == segment->is_ipv6)
			/* The list is not const.
			 * NOLINTNEXTLINE(performance-no-int-to-ptr) */
			return (struct flow *)(uintptr_t)flow;
	}
	return NULL;
}

/* The same; a new one if there was none. */
static struct flow *find(
	struct flows *flows, enum side sender, const struct segment *segment)
{
	struct flow *flow = look_up(flows, sender, segment);

	if (flow)
		return flow;
	flow = &flows->list[flows->count++ % FLOWS];
	*flow = (struct flow){ .is_ipv6 = segment->is_ipv6 };
	flow->ports[sender] = segment->sport;
	flow->ports[side_other(sender)] = segment->dport;
	return flow;
}

static void begin_again(
	struct flow *flow, enum side sender, const struct segment *segment)
{
	/* The answer to a SYN belongs to that. */
	if (!(segment->flags & SEGMENT_ACK))
		flow->of[side_other(sender)] = (struct flow_half){ 0 };
	flow->of[sender] = (struct flow_half){
		.known = true, .first = segment->seq, .next = segment->seq
	};
}

bool flows_note(struct flows *flows, enum side sender,
	const struct segment *segment, const uint8_t *packet, size_t len)
{
	struct flow *flow = find(flows, sender, segment);
	struct flow_half *half = &flow->of[sender];
	uint32_t end = segment->seq + segment_length(segment);

	/* A RST may have the numbers of a connection that nobody knows. */
	if (segment->flags & SEGMENT_RST)
		return false;
	if ((segment->flags & SEGMENT_SYN) &&
		(!half->known || half->first != segment->seq))
		begin_again(flow, sender, segment);
	if (!half->known) {
		half->known = true;
		half->next = segment->seq;
	}
	if (segment->flags & SEGMENT_ACK)
		half->ack = segment->ack;
	half->window = segment->window;
	half->has_timestamps = segment_timestamps(
		packet, len, &half->ts_value, &half->ts_echo);
	if (is_behind(end, half->next)) {
		half->next = end;
		return false;
	}
	return segment_length(segment) > 0;
}

void flows_note_arrival(
	struct flows *flows, enum side sender, const struct segment *segment)
{
	struct flow *flow = look_up(flows, sender, segment);

	if (!flow || !(segment->flags & SEGMENT_ACK))
		return;
	struct flow_half *half = &flow->of[side_other(sender)];

	if (!half->has_acked || is_behind(segment->ack, half->acked))
		half->acked = segment->ack;
	half->has_acked = true;
}

bool flow_is_answered_by(
	const struct segment *segment, const struct segment *other)
{
	bool acks = (other->flags & SEGMENT_ACK) &&
		!is_behind(segment->seq + segment_length(segment), other->ack);

	return other->sport == segment->dport &&
		other->dport == segment->sport &&
		other->is_ipv6 == segment->is_ipv6 &&
		(acks || (other->flags & SEGMENT_RST));
}

bool flows_are_acked(const struct flows *flows, enum side sender,
	const struct segment *segment)
{
	const struct flow *flow = look_up(flows, sender, segment);
	const struct flow_half *half = flow ? &flow->of[sender] : NULL;

	return half && half->has_acked &&
		!is_behind(segment->seq + segment_length(segment), half->acked);
}

const struct flow *flows_newest(const struct flows *flows)
{
	return flows->count ? &flows->list[(flows->count - 1) % FLOWS] : NULL;
}
