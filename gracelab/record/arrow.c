/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "arrow.h"

#include <string.h>

/* An arrow's strokes before and behind its text, as it flies, and its end. */
static const struct stroke {
	const char *before, *behind;
	bool tip;
} strokes[] = {
	[WIRE_AT_ONCE] = { "─", "─", true },
	[WIRE_SENT] = { "─", "╌", false },
	[WIRE_ARRIVED] = { "╌", "─", true },
	[WIRE_LOST] = { "─", "─", true },
	[WIRE_FORGED] = { "═", "═", true },
};

/* One of an arrow's parts, `count` times. */
struct part {
	const char *text;
	size_t count;
};

static void put_parts(
	char *out, const struct part *parts, size_t count, bool right)
{
	for (size_t i = 0; i < count; i++) {
		const struct part *part = &parts[right ? i : count - 1 - i];
		size_t len = strlen(part->text);

		for (size_t k = 0; k < part->count; k++, out += len)
			memcpy(out, part->text, len);
	}
	*out = '\0';
}

void arrow_draw(char *out, const struct rung *rung)
{
	bool right = rung->sender == CLIENT, lost = rung->wire == WIRE_LOST;
	struct stroke stroke = strokes[rung->wire];
	char label[TEXT_LABEL_SIZE];

	/* It left in an earlier row. */
	if (lost && rung->segment_id)
		stroke.before = strokes[WIRE_ARRIVED].before;
	text_segment(rung, ARROW_COLUMNS - 1, label);
	size_t columns = text_columns(label);
	size_t space = columns + 5 <= ARROW_COLUMNS;
	size_t dashes = ARROW_COLUMNS - 1 - columns - 2 * space;
	size_t behind = dashes / 2 + !stroke.tip;
	/* As near to the middle as its text leaves room. */
	size_t short_by = lost && behind > 1 ? behind - 1 : 0;

	if (short_by > 2)
		short_by = 2;
	const struct part parts[] = {
		{ stroke.before, dashes - dashes / 2 },
		{ " ", space },
		{ label, 1 },
		{ " ", space },
		{ stroke.behind, behind - short_by },
		{ lost                  ? "✕"
				: right ? "▶"
					: "◀",
			stroke.tip },
		/* Only space that something follows is worth drawing. */
		{ " ", right ? 0 : short_by },
	};

	put_parts(out, parts, sizeof(parts) / sizeof(*parts), right);
}
