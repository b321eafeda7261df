/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "narrow.h"

#include <stdlib.h>
#include <string.h>

#include "gracelab/record/arrow.h"
#include "gracelab/record/text.h"
#include "lib/text/escape.h"

enum {
	WIRE_AT = 13,
	SERVER_STATE_AT = WIRE_AT + ARROW_COLUMNS + 1,
	CALL_WIDTH = NARROW_COLUMNS - 6,
};

/* A text at the side's edge. */
static void put_at_side(FILE *out, int side, const char *text)
{
	size_t columns = text_columns(text), space = NARROW_COLUMNS - 1;

	fprintf(out, "%*s%s\n",
		side == SERVER && columns < space ? (int)(space - columns) : 0,
		"", text);
}

void narrow_write_head(FILE *out, const struct record *record)
{
	char name[ESCAPE_LINE_SIZE];

	fprintf(out, "%s\n", escape_made_fit(name, record->name));
	if (record->title)
		fprintf(out, "%s\n", escape_made_fit(name, record->title));
	fprintf(out, "\nclient%*s\n", NARROW_COLUMNS - 7, "server");
}

static void put_call(FILE *out, const struct rung *rung)
{
	char first[TEXT_LABEL_SIZE], second[TEXT_LABEL_SIZE];
	struct text_records records = { 0 };

	text_label(rung, CALL_WIDTH, first, second);
	put_at_side(out, rung->caller, first);
	if (*second)
		put_at_side(out, rung->caller, second);
	while (text_next_record(&records, rung, CALL_WIDTH, first))
		put_at_side(out, rung->caller, first);
}

static void put_wire(FILE *out, const struct rung *rung, bool states)
{
	const char *left = states ? rung->states[CLIENT] : NULL;
	const char *right = states ? rung->states[SERVER] : NULL;
	char arrow[ARROW_SIZE] = "";

	if (rung->segment)
		arrow_draw(arrow, rung);
	int space = ARROW_COLUMNS - (int)text_columns(arrow);

	if (!left && !right && !*arrow)
		return;
	fprintf(out, "%-*s%s", WIRE_AT, left ? left : "", arrow);
	if (right)
		fprintf(out, "%*s%s", space + 1, "", right);
	fputc('\n', out);
}

void narrow_write_rung(
	FILE *out, const struct record *record, const struct rung *rung)
{
	struct rung fit;

	if (!text_fit(&fit, rung, escape_shown)) {
		record_free_rung(&fit);
		return;
	}
	if (fit.call)
		put_call(out, &fit);
	put_wire(out, &fit, record->states);
	record_free_rung(&fit);
}
