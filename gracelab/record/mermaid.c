/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "mermaid.h"

#include <stdlib.h>
#include <string.h>

#include "lib/text/escape.h"
#include "lib/text/xml.h"
#include "text.h"

/* How wide a text may be; Mermaid wraps none. */
enum { LABEL_COLUMNS = 60 };

/*
 * Mermaid reads `#NN;` as a character, and ends a statement at `;` or at the
 * end of the line. What it draws is SVG, and so has only what XML allows.
 */
static void put_text(FILE *out, const char *text)
{
	for (size_t left = strlen(text); left;) {
		size_t taken = escape_cut(text, left, ESCAPE_LINE_BYTES);
		char shown[ESCAPE_SIZE(ESCAPE_LINE_BYTES)];
		char fit[UTF8_FIT_SIZE(sizeof(shown))];

		xml_fit(fit, shown, escape_lines(shown, text, taken));
		for (const char *p = fit; *p; p++) {
			if (*p == '\n')
				fputs("<br/>", out);
			else if (strchr("#;<>\"&\\{}[]()", *p))
				fprintf(out, "#%d;", *p);
			else
				fputc(*p, out);
		}
		text += taken;
		left -= taken;
	}
}

static void put_call(FILE *out, const struct rung *rung)
{
	char label[TEXT_LABEL_SIZE], result[TEXT_LABEL_SIZE];
	struct text_records records = { 0 };

	text_label(rung, LABEL_COLUMNS, label, result);
	fprintf(out, "    Note %s of %s: ",
		rung->caller == CLIENT ? "left" : "right",
		side_name((enum side)rung->caller));
	put_text(out, label);
	put_text(out, result);
	while (text_next_record(&records, rung, LABEL_COLUMNS, label)) {
		fputs("<br/>", out);
		/* It would be centred with its indent. */
		put_text(out, label + strspn(label, " "));
	}
	fputc('\n', out);
}

/*
 * Mermaid's arrows are level, so departure and arrival are told apart by
 * words, and joined by the segment's number.
 */
static const struct {
	const char *arrow, *more;
} fates[] = {
	[WIRE_AT_ONCE] = { "->>", "" },
	[WIRE_SENT] = { NULL, " leaves" },
	[WIRE_ARRIVED] = { "-->>", " arrives" },
	[WIRE_LOST] = { "-x", " is lost" },
	[WIRE_FORGED] = { "-->>", " forged" },
};

static void put_segment(FILE *out, const struct rung *rung)
{
	const char *sender = side_name((enum side)rung->sender);
	const char *receiver =
		side_name(rung->sender == CLIENT ? SERVER : CLIENT);
	char label[TEXT_LABEL_SIZE];

	text_segment(rung, LABEL_COLUMNS, label);
	if (fates[rung->wire].arrow)
		fprintf(out, "    %s%s%s: ", sender, fates[rung->wire].arrow,
			receiver);
	else
		fprintf(out, "    Note %s of %s: ",
			rung->sender == CLIENT ? "right" : "left", sender);
	put_text(out, label);
	if (rung->segment_id)
		fprintf(out, " no. %u", rung->segment_id);
	fprintf(out, "%s\n", fates[rung->wire].more);
}

static void put_rung(FILE *out, const struct rung *rung)
{
	if (rung->call)
		put_call(out, rung);
	if (rung->segment)
		put_segment(out, rung);
	for (int side = 0; side < SIDES; side++) {
		if (!rung->states[side])
			continue;
		fprintf(out, "    Note over %s: ", side_name((enum side)side));
		if (rung->connection)
			fprintf(out, "#91;%u#93; ", rung->connection);
		put_text(out, rung->states[side]);
		fputc('\n', out);
	}
	if (rung->failed)
		fprintf(out,
			"    Note over client,server: ! the play failed "
			"here\n");
}

void mermaid_write(FILE *out, const struct record *record)
{
	char *remark;

	fprintf(out, "sequenceDiagram\n");
	if (record->title) {
		fprintf(out, "    title ");
		put_text(out, record->title);
		fputc('\n', out);
	}
	fprintf(out, "    participant client\n    participant server\n");
	if (record->asks) {
		fprintf(out, "    Note over client,server: ");
		put_text(out, record->asks);
		fputc('\n', out);
	}
	for (size_t i = 0; i < record->rung_count; i++)
		put_rung(out, &record->rungs[i]);
	for (size_t i = 0; (remark = record_remark(record, i)); i++) {
		fprintf(out, "    Note over client,server: ");
		put_text(out, remark);
		fputc('\n', out);
		free(remark);
	}
	if (record->failed) {
		fprintf(out, "    Note over client,server: ");
		put_text(out, record_why_failed(record));
		fputc('\n', out);
	}
}
