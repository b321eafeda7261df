/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "rungs_places.h"

#include <stdint.h>
#include <string.h>

void places_begin(struct places *places)
{
	/* All bits of PLACE_NONE are set. */
	memset(places, 0xff, sizeof(*places));
}

static void shift(size_t *rung, size_t at)
{
	if (*rung != PLACE_NONE && *rung >= at)
		(*rung)++;
}

void places_shift(struct places *places, size_t at)
{
	shift(&places->sender, at);
	for (int side = 0; side < SIDES; side++) {
		shift(&places->told[side], at);
		shift(&places->greeted[side], at);
		shift(&places->changer[side], at);
		shift(&places->touched[side], at);
		shift(&places->answered[side], at);
	}
}

void places_note(
	struct places *places, size_t rung, const struct rungs_segment *from)
{
	const unsigned answers_syn = SEGMENT_SYN | SEGMENT_ACK;
	bool greets = (from->segment.flags & answers_syn) == answers_syn;
	bool leaves = !from->again &&
		(from->fate == WIRE_AT_ONCE || from->fate == WIRE_SENT ||
			(from->fate == WIRE_LOST && !from->id));
	bool arrives = from->fate == WIRE_AT_ONCE ||
		from->fate == WIRE_ARRIVED || from->fate == WIRE_FORGED;
	enum side receiver = side_other(from->sender);

	if (arrives && from->fate != WIRE_AT_ONCE)
		places->touched[receiver] = rung;
	if (!(from->segment.flags & (SEGMENT_FIN | SEGMENT_SYN | SEGMENT_RST)))
		return;
	/* Who sends a SYN+ACK is in SYN_RECV since the SYN came. */
	if (leaves && !greets)
		places->changer[from->sender] = rung;
	if (arrives)
		places->changer[receiver] = rung;
	if (arrives && greets)
		places->greeted[receiver] = rung;
	if (from->fate == WIRE_ARRIVED)
		places->answered[from->sender] = rung;
}

/* The client's by the SYN+ACK; the server's by the ACK of that. */
static size_t place_of_established(const struct places *places, enum side side)
{
	if (places->greeted[side] != PLACE_NONE)
		return places->greeted[side];
	if (places->touched[side] != PLACE_NONE &&
		places->touched[side] != places->changer[side])
		return places->touched[side];
	return places->told[side];
}

size_t places_of_state(
	const struct places *places, enum side side, enum tcp_state state)
{
	if (state == STATE_ESTABLISHED)
		return place_of_established(places, side);
	if (places->changer[side] != PLACE_NONE)
		return places->changer[side];
	if (places->touched[side] != PLACE_NONE)
		return places->touched[side];
	/* The ACK of its FIN has no rung. */
	if (places->answered[side] != PLACE_NONE)
		return places->answered[side];
	/* By a call, or by a timer. */
	return places->sender;
}
