/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "words.h"

#include "put.h"

static void put_number(FILE *out, unsigned connection)
{
	if (connection)
		fprintf(out, "[%u] ", connection);
}

static void put_records(FILE *out, const struct rung *rung)
{
	char text[TLS_TEXT_SIZE];

	for (size_t i = 0; i < rung->record_count; i++) {
		tls_record_text(&rung->records[i], text);
		fputs(i ? ", " : ": ", out);
		put_text(out, text);
	}
}

static void put_call(FILE *out, const struct rung *rung, int side)
{
	fputs("<td>", out);
	if (rung->call && rung->caller == side) {
		fputs("<code>", out);
		put_number(out, rung->connection);
		put_text(out, rung->call);
		if (rung->text) {
			fputs(" &quot;", out);
			put_text(out, rung->text);
			fputs("&quot;", out);
		}
		if (rung->result) {
			fputs(" = ", out);
			put_text(out, rung->result);
		}
		put_records(out, rung);
		fputs("</code>", out);
	}
	fputs("</td>", out);
}

static void put_state(FILE *out, const struct rung *rung, int side)
{
	fputs("<td>", out);
	if (rung->states[side]) {
		put_number(out, rung->connection);
		put_text(out, rung->states[side]);
	}
	fputs("</td>", out);
}

/* The row in which a segment that waited was sent, from 1; 0: none. */
static size_t row_of_departure(const struct record *record, unsigned id)
{
	for (size_t i = 0; i < record->rung_count; i++)
		if (record->rungs[i].segment_id == id &&
			record->rungs[i].wire == WIRE_SENT)
			return i + 1;
	return 0;
}

/* What stands before the sender, before the segment and behind it. */
static const struct {
	const char *before, *between, *behind;
} fates[] = {
	[WIRE_AT_ONCE] = { "", " sends ", "" },
	[WIRE_SENT] = { "", " sends ", ", which is under way" },
	[WIRE_ARRIVED] = { "", "&#39;s ", " arrives" },
	[WIRE_LOST] = { "", "&#39;s ", " is lost" },
	[WIRE_FORGED] = { "forged: ", "&#39;s ", " arrives" },
};

static void put_segment(
	FILE *out, const struct record *record, const struct rung *rung)
{
	size_t row = rung->segment_id && rung->wire != WIRE_SENT
		? row_of_departure(record, rung->segment_id)
		: 0;

	fputs("<td>", out);
	if (rung->segment) {
		const char *sender = side_name((enum side)rung->sender);

		put_number(out, rung->connection);
		fprintf(out, "%sthe %s%s", fates[rung->wire].before, sender,
			fates[rung->wire].between);
		put_text(out, rung->segment);
		if (rung->copy)
			fputs(", once more,", out);
		fputs(fates[rung->wire].behind, out);
		if (row)
			fprintf(out, " (sent in row %zu)", row);
	}
	fputs("</td>", out);
}

void words_write(FILE *out, const struct record *record)
{
	fputs("<table id=\"words\">\n<caption>The ladder in words: a row is a "
	      "moment, time runs downwards</caption>\n<thead><tr>"
	      "<th scope=\"col\">row</th><th scope=\"col\">the client "
	      "calls</th><th scope=\"col\">the client&#39;s state</th>"
	      "<th scope=\"col\">on the wire</th><th scope=\"col\">the "
	      "server&#39;s state</th><th scope=\"col\">the server calls</th>"
	      "</tr></thead>\n<tbody>\n",
		out);
	for (size_t i = 0; i < record->rung_count; i++) {
		const struct rung *rung = &record->rungs[i];

		fprintf(out, "<tr%s><th scope=\"row\">%zu%s</th>",
			rung->failed ? " class=\"failed\"" : "", i + 1,
			rung->failed ? ", the play failed" : "");
		put_call(out, rung, CLIENT);
		put_state(out, rung, CLIENT);
		put_segment(out, record, rung);
		put_state(out, rung, SERVER);
		put_call(out, rung, SERVER);
		fputs("</tr>\n", out);
	}
	fputs("</tbody>\n</table>\n", out);
}
