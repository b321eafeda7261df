/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "progress.h"

/* RFC 9293, section 3.4: the numbers wrap. */
static bool is_after(uint32_t a, uint32_t b)
{
	return (int32_t)(a - b) > 0;
}

uint32_t progress_reach(struct progress *progress, uint32_t sent)
{
	uint32_t more = sent - progress->sent;

	if (!progress->known || more > PROGRESS_WINDOW_MAX)
		return 0;
	progress->sent = sent;
	return more;
}

void progress_heed(struct progress sides[SIDES], enum side sender,
	const struct segment *segment)
{
	struct progress *own = &sides[sender];
	struct progress *other = &sides[side_other(sender)];
	uint32_t end = segment->seq + segment->payload_bytes;

	if (segment->flags & SEGMENT_SYN)
		*own = (struct progress){
			.known = true,
			.first = segment->seq + 1,
			.sent = end + 1,
			.acked = segment->seq + 1,
		};
	else
		progress_reach(own, end);
	if (segment->flags & SEGMENT_ACK && other->known &&
		is_after(segment->ack, other->acked))
		other->acked = segment->ack;
}

bool progress_rests(const struct progress *progress)
{
	return progress->known && progress->acked == progress->sent &&
		progress->sent - progress->first == progress->given;
}
