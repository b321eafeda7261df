/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "wire_step.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

static const char SEGMENT_EXPECTED[] =
	"a segment: FIN, SYN, SYN+ACK, RST, ACK, data N or data N+FIN";

static void take_side(struct scan *scan, struct wire_step *step)
{
	scan_space(scan);
	for (int side = 0; side < SIDES; side++) {
		if (!scan_keyword(scan, side_name((enum side)side)))
			continue;
		step->has_side = true;
		step->side = (enum side)side;
		return;
	}
}

static bool take_segment(struct scan *scan, struct wire_step *step)
{
	char name[SEGMENT_TEXT_SIZE];
	const char *prefix = "";
	char *word;

	scan_space(scan);
	const char *start = scan->at;

	if (scan_keyword(scan, "data"))
		prefix = "data ";
	if (!scan_name(scan, &word))
		return false;
	int len = snprintf(name, sizeof(name), "%s%s", prefix, word);

	step->has_segment = true;
	if (len < (int)sizeof(name) && segment_named(name, &step->segment))
		return true;
	scan_back_to(scan, *prefix ? word : start);
	return scan_fail(scan,
		*prefix ? "a number of bytes, or that and +FIN"
			: SEGMENT_EXPECTED);
}

/* [client|server] [SEGMENT] */
static bool take_which(struct scan *scan, struct wire_step *step)
{
	take_side(scan, step);
	scan_space(scan);
	return scan_at_end(scan) || scan_next_is(scan, '#') ||
		take_segment(scan, step);
}

static bool take_hold(struct scan *scan, struct wire_step *step)
{
	take_side(scan, step);
	return true;
}

static bool take_nothing(struct scan *scan, struct wire_step *step)
{
	(void)scan;
	(void)step;
	return true;
}

/* `+100` or `-100` behind `name`; true, and *taken, where it is that. */
static bool take_offset(struct scan *scan, const char *word, const char *name,
	uint32_t *offset, bool *taken)
{
	size_t len = strlen(name);
	char *end;

	*taken = !strncmp(word, name, len) &&
		(word[len] == '+' || word[len] == '-');
	if (!*taken)
		return true;
	const char *digits = word + len + 1;
	unsigned long long number = strtoull(digits, &end, 10);

	*offset = (uint32_t)(word[len] == '-' ? -number : number);
	if (*digits >= '0' && *digits <= '9' && !*end && number <= UINT32_MAX)
		return true;
	scan_back_to(scan, digits);
	return scan_fail(scan, "a number up to 4294967295");
}

static bool take_window(struct scan *scan, struct wire_step *step)
{
	char *word, *end;

	if (!scan_name(scan, &word))
		return false;
	unsigned long number = strtoul(word, &end, 10);

	step->has_window = true;
	step->window = (uint16_t)number;
	if (*word >= '0' && *word <= '9' && !*end && number <= UINT16_MAX)
		return true;
	scan_back_to(scan, word);
	return scan_fail(scan, "a window up to 65535, as in TCP's header");
}

/* client|server SEGMENT [seq+N] [ack+N] [window N] */
static bool take_forge(struct scan *scan, struct wire_step *step)
{
	take_side(scan, step);
	if (!step->has_side)
		return scan_fail(
			scan, "client or server, whose it seems to be");
	if (!take_segment(scan, step))
		return false;
	for (;;) {
		bool is_seq, is_ack = false;
		char *word;

		scan_space(scan);
		if (scan_at_end(scan) || scan_next_is(scan, '#'))
			return true;
		if (scan_keyword(scan, "window")) {
			if (!take_window(scan, step))
				return false;
			continue;
		}
		if (!scan_name(scan, &word) ||
			!take_offset(scan, word, "seq", &step->seq, &is_seq) ||
			!take_offset(scan, word, "ack", &step->ack, &is_ack))
			return false;
		step->has_ack |= is_ack;
		if (!is_seq && !is_ack) {
			scan_back_to(scan, word);
			return scan_fail(
				scan, "seq+N, seq-N, ack+N, ack-N or window N");
		}
	}
}

static const struct {
	const char *name;
	bool (*take)(struct scan *scan, struct wire_step *step);
} verbs[] = {
	[VERB_HOLD] = { "hold", take_hold },
	[VERB_PASS] = { "pass", take_which },
	[VERB_DROP] = { "drop", take_which },
	[VERB_COPY] = { "copy", take_which },
	[VERB_RELEASE] = { "release", take_nothing },
	[VERB_CUT] = { "cut", take_nothing },
	[VERB_MEND] = { "mend", take_nothing },
	[VERB_FORGE] = { "forge", take_forge },
};

#define VERBS (sizeof(verbs) / sizeof(*verbs))

const char *wire_verb_name(size_t index)
{
	return index < VERBS ? verbs[index].name : NULL;
}

bool wire_step_take(struct scan *scan, struct wire_step *step)
{
	scan_space(scan);
	for (size_t i = 0; i < VERBS; i++) {
		if (!scan_keyword(scan, verbs[i].name))
			continue;
		step->verb = (enum wire_verb)i;
		return verbs[i].take(scan, step) && scan_end(scan);
	}
	return scan_fail(
		scan, "hold, pass, drop, copy, release, cut, mend or forge");
}

bool wire_step_take_await(struct scan *scan, struct wire_step *step)
{
	step->verb = VERB_AWAIT;
	scan_space(scan);
	if (scan_keyword(scan, "nothing"))
		return scan_end(scan);
	if (scan_at_end(scan))
		return scan_fail(scan, "a segment that waits, or nothing");
	take_side(scan, step);
	return take_segment(scan, step) && scan_end(scan);
}

void wire_step_text(const struct wire_step *step, char *out)
{
	char segment[SEGMENT_TEXT_SIZE];

	segment_text(&step->segment, segment);
	snprintf(out, WIRE_STEP_TEXT_SIZE, "%s%s%s",
		step->has_side ? side_name(step->side) : "",
		step->has_side ? " " : "", segment);
}
