/* SPDX-License-Identifier: GPL-3.0-or-later */
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "connections.h"
#include "lib/base/duration.h"
#include "move.h"
#include "wired.h"

static const char *no_wire(const struct play *play, unsigned who)
{
	(void)who;
	return wired_wire(play) ? NULL : "there is no wire here";
}

/* A timer has sent it, and nobody has looked: there is no telling when. */
static bool is_hidden(const struct wire_segment *segment)
{
	return segment->again && !segment->id;
}

static bool is_meant(
	const struct wire_step *step, const struct wire_segment *segment)
{
	char name[SEGMENT_TEXT_SIZE], text[SEGMENT_TEXT_SIZE];

	if (step->has_side && segment->sender != step->side)
		return false;
	segment_text(&step->segment, name);
	segment_text(&segment->segment, text);
	return !step->has_segment || !strcmp(name, text);
}

static bool names_ack(const struct wire_step *step)
{
	return step->has_segment && segment_is_pure_ack(&step->segment);
}

/* The first that is meant; of what a timer has sent only if `hidden`. */
static const struct wire_segment *find(
	const struct wire *wire, const struct wire_step *step, bool hidden)
{
	const struct wire_segment *segment = wire_first(wire);

	while (segment &&
		(is_hidden(segment) != hidden || !is_meant(step, segment)))
		segment = segment->next;
	return segment;
}

/* What waits, `client data 5, server ACK`, for free(3); or NULL. */
static char *describe(const struct wire *wire)
{
	char *text = NULL;
	size_t size;
	FILE *out = open_memstream(&text, &size);
	const char *before = "";

	if (!out)
		return NULL;
	for (const struct wire_segment *s = wire_first(wire); s; s = s->next) {
		char name[SEGMENT_TEXT_SIZE];

		segment_text(&s->segment, name);
		fprintf(out, "%s%s %s", before, side_name(s->sender), name);
		before = ", ";
	}
	if (!*before)
		fputs("nothing", out);
	fclose(out);
	return text;
}

/* Says what waits instead of what was asked for. */
static bool fail_missing(
	struct play *play, const char *asked, const struct wire_step *step)
{
	char *waits = describe(wired_wire(play));
	char text[WIRE_STEP_TEXT_SIZE] = "a segment";

	if (step->has_segment)
		wire_step_text(step, text);
	else if (step->verb == VERB_AWAIT)
		strcpy(text, "nothing");
	play_fail(play, "%s %s, but what waits is: %s", asked, text,
		waits ? waits : "?");
	free(waits);
	return false;
}

static bool act_on_segment(struct play *play, const struct wire_step *step)
{
	struct wire *wire = wired_wire(play);
	const struct wire_segment *segment = find(wire, step, false);
	int failed;

	if (!segment)
		segment = find(wire, step, true);
	if (!segment)
		return fail_missing(play, "asked for", step);
	wired_show_ack(play, names_ack(step));
	if (step->verb == VERB_PASS)
		failed = wire_pass(wire, segment);
	else if (step->verb == VERB_COPY)
		failed = wire_copy(wire, segment);
	else
		failed = wire_drop(wire, segment);
	wired_show_ack(play, false);
	return !failed || play_fail(play, "the wire: %s", strerror(errno));
}

static bool forge(struct play *play, const struct wire_step *step)
{
	const struct forged forged = {
		.sender = step->side,
		.segment = step->segment,
		.seq = step->seq,
		.has_ack = step->has_ack,
		.ack = step->ack,
		.has_window = step->has_window,
		.window = step->window,
	};

	return !wire_forge(wired_wire(play), &forged) ||
		play_fail(play, "cannot forge it: %s",
			errno == EINVAL ? "there was no connection yet"
					: strerror(errno));
}

/* The first that waits, but for ACKs that nobody asks for. */
static const struct wire_segment *first_of_note(
	const struct wire *wire, const struct wire_step *step)
{
	const struct wire_segment *segment = wire_first(wire);

	while (segment &&
		(is_hidden(segment) ||
			(!names_ack(step) &&
				segment_is_pure_ack(&segment->segment))))
		segment = segment->next;
	return segment;
}

static bool await(struct play *play, const struct wire_step *step)
{
	struct wire *wire = wired_wire(play);
	int64_t deadline = play_deadline_ms(play);

	for (unsigned looks = 0;; looks++) {
		const struct wire_segment *first = first_of_note(wire, step);

		if (!step->has_segment)
			return !first || fail_missing(play, "awaited", step);
		if (first)
			return is_meant(step, first) ||
				fail_missing(play, "awaited", step);
		first = find(wire, step, true);
		if (first) {
			wire_reveal(wire, first);
			return true;
		}
		if (duration_now_ms() >= deadline)
			return fail_missing(play, "awaited", step);
		play_pause(looks);
		if (wire_pump(wire))
			return play_fail(play, "the wire: %s", strerror(errno));
	}
}

static bool act(struct play *play, const struct move *move)
{
	const struct wire_step *step = move->wire;
	struct wire *wire = wired_wire(play);

	switch (step->verb) {
	case VERB_HOLD:
		for (int side = 0; side < SIDES; side++)
			if (!step->has_side || (int)step->side == side)
				wire_hold(wire, (enum side)side);
		return true;
	case VERB_PASS:
	case VERB_DROP:
	case VERB_COPY:
		return act_on_segment(play, step);
	case VERB_RELEASE:
		return !wire_release(wire) ||
			play_fail(play, "the wire: %s", strerror(errno));
	case VERB_CUT:
	case VERB_MEND:
		wire_cut(wire, step->verb == VERB_CUT);
		return true;
	case VERB_FORGE:
		return forge(play, step);
	case VERB_AWAIT:
		return await(play, step);
	}
	return false;
}

static bool reboot(struct play *play, const struct move *move)
{
	enum side side = actor_side(move->who);

	rungs_add_line(&play->rungs, side, "reboot",
		connections_number(play, move->who));
	return wired_reboot(play, side);
}

const struct move_type move_wire = { "wire", no_wire, act };
const struct move_type move_reboot = { "reboot", no_wire, reboot };
