/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "waiting.h"

#include <stdlib.h>
#include <string.h>

#include "flow.h"

void waiting_begin(struct waiting *waiting)
{
	waiting->first = NULL;
	waiting->end = &waiting->first;
}

void waiting_end(struct waiting *waiting)
{
	while (waiting->first) {
		struct wire_segment *segment = waiting->first;

		waiting->first = segment->next;
		free(waiting_packet_of(segment));
	}
	waiting_begin(waiting);
}

struct waiting_packet *waiting_packet_of(const struct wire_segment *segment)
{
	/* Ours is not const. NOLINTNEXTLINE(performance-no-int-to-ptr) */
	return (struct waiting_packet *)(uintptr_t)segment;
}

/* Whether both are of one connection and direction. */
static bool is_fellow(const struct wire_segment *one, enum side sender,
	const struct segment *other)
{
	return one->sender == sender && one->segment.sport == other->sport &&
		one->segment.dport == other->dport &&
		one->segment.is_ipv6 == other->is_ipv6 &&
		!(one->segment.flags & SEGMENT_RST);
}

/* The segment that waits and holds the sequence number, or NULL. */
static const struct wire_segment *holder_of(const struct waiting *waiting,
	const struct packet *packet, uint32_t number)
{
	const struct wire_segment *segment = waiting->first;

	while (segment &&
		!(is_fellow(segment, packet->sender, &packet->segment) &&
			number - segment->segment.seq <
				segment_length(&segment->segment)))
		segment = segment->next;
	return segment;
}

bool waiting_holds(const struct waiting *waiting, const struct packet *packet)
{
	const struct segment *new = &packet->segment;
	uint32_t bytes = segment_length(new), covered = 0;

	while (covered < bytes) {
		const struct wire_segment *old =
			holder_of(waiting, packet, new->seq + covered);

		if (!old)
			return false;
		covered = old->segment.seq + segment_length(&old->segment) -
			new->seq;
	}
	return true;
}

struct waiting_packet *waiting_new(const struct packet *packet, bool again)
{
	struct waiting_packet *new = malloc(sizeof(*new) + packet->len);

	if (!new)
		return NULL;
	new->shown = (struct wire_segment){
		.sender = packet->sender,
		.segment = packet->segment,
		.again = again,
	};
	new->len = packet->len;
	memcpy(new->bytes, packet->bytes, packet->len);
	return new;
}

void waiting_append(struct waiting *waiting, struct waiting_packet *packet)
{
	packet->shown.next = NULL;
	*waiting->end = &packet->shown;
	waiting->end = &packet->shown.next;
}

struct waiting_packet *waiting_take_out(
	struct waiting *waiting, const struct wire_segment *segment)
{
	struct wire_segment **at = &waiting->first;

	while (*at != segment)
		at = &(*at)->next;
	*at = segment->next;
	if (!*at)
		waiting->end = at;
	return waiting_packet_of(segment);
}

bool waiting_acks(const struct waiting *waiting, const struct packet *packet)
{
	const struct wire_segment *segment = waiting->first;

	while (segment &&
		(segment->sender == packet->sender ||
			!flow_is_answered_by(
				&packet->segment, &segment->segment)))
		segment = segment->next;
	return segment;
}
