/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "svg.h"

#include <ctype.h>
#include <stdint.h>
#include <string.h>

#include "text.h"

/* The page, in user units: calls, states, wire, states, calls. */
enum {
	PAGE_WIDTH = 1000,
	MARGIN = 24,
	SPAN_WIDTH = 104,
	CLIENT_SPAN = 262, /* left edges of the state columns */
	SERVER_SPAN = PAGE_WIDTH - CLIENT_SPAN - SPAN_WIDTH,
	CLIENT_LINE = CLIENT_SPAN + SPAN_WIDTH, /* where arrows begin, end */
	SERVER_LINE = SERVER_SPAN,
	GAP = 12,
	ROW = 34,
	CALL_COLUMNS = 30,
	ASKS_COLUMNS = 110,
};

/*
 * Light and dark, and told apart by lightness too, for print in grey; each
 * span bears its name besides.
 */
static const char style[] =
	"text{font-family:'DejaVu Sans',Verdana,sans-serif;font-size:14px;"
	"fill:#1d2733}\n"
	".mono{font-family:'DejaVu Sans Mono',Menlo,Consolas,monospace;"
	"font-size:13px}\n"
	".page{fill:#ffffff}\n"
	".title{font-size:19px;font-weight:bold}\n"
	".asks{font-size:14px;fill:#4a5a6a}\n"
	".head{font-size:15px;font-weight:bold}\n"
	".foot{font-size:12px;fill:#5d6c7b}\n"
	".line{stroke:#9aa7b4;stroke-width:1.5;stroke-dasharray:3 5}\n"
	".arrow{stroke:#1d2733;stroke-width:2;fill:none}\n"
	".tip{fill:#1d2733}\n"
	".rst{stroke:#c3142d;stroke-width:4;fill:none}\n"
	".rsttip{fill:#c3142d}\n"
	".rsttext{fill:#c3142d;font-weight:bold;font-size:15px}\n"
	".bad{fill:#c3142d;font-weight:bold}\n"
	".gone{fill:#5d6c7b;font-style:italic;font-size:12px;stroke:#ffffff;"
	"stroke-width:6px;paint-order:stroke}\n"
	".state{font-size:12px;font-weight:bold;fill:#10202e}\n"
	".span{stroke:#ffffff;stroke-width:1.5}\n"
	".open{fill:#bfe0f2}\n"
	".active{fill:#e8944a}\n"
	".passive{fill:#cdb8e8}\n"
	".wait{fill:#e9edf0}\n"
	"@media (prefers-color-scheme: dark){\n"
	"text{fill:#e4ebf2}.page{fill:#141b23}.asks,.foot{fill:#a9b7c4}\n"
	".line{stroke:#5d6c7b}.arrow{stroke:#e4ebf2}.tip{fill:#e4ebf2}\n"
	".rst{stroke:#ff6b7d}.rsttip,.rsttext,.bad{fill:#ff6b7d}\n"
	".gone{fill:#a9b7c4;stroke:#141b23}.span{stroke:#141b23}.state{fill:#"
	"10202e}\n"
	"}\n";

static void put_text(FILE *out, const char *text, size_t len)
{
	for (size_t i = 0; i < len && text[i]; i++) {
		if (text[i] == '&')
			fputs("&amp;", out);
		else if (text[i] == '<')
			fputs("&lt;", out);
		else if (text[i] == '>')
			fputs("&gt;", out);
		else
			fputc(text[i], out);
	}
}

/* One text element. `anchor` is start, middle or end. */
static void put(FILE *out, int x, int y, const char *class, const char *anchor,
	const char *text)
{
	fprintf(out,
		"<text x=\"%d\" y=\"%d\" class=\"%s\" text-anchor=\"%s\" "
		"xml:space=\"preserve\">",
		x, y, class, anchor);
	put_text(out, text, strlen(text));
	fputs("</text>\n", out);
}

/* The question, in lines of whole words; returns the y below it. */
static int put_asks(FILE *out, const char *asks, int y)
{
	while (asks && *asks) {
		size_t len = text_bytes_of(asks, ASKS_COLUMNS), cut = len;

		while (asks[len] && cut && asks[cut] != ' ')
			cut--;
		if (cut)
			len = cut;
		fprintf(out, "<text x=\"%d\" y=\"%d\" class=\"asks\">", MARGIN,
			y);
		put_text(out, asks, len);
		fputs("</text>\n", out);
		asks += len;
		asks += strspn(asks, " ");
		y += 20;
	}
	return y;
}

static const char *class_of_state(const char *state)
{
	if (!strcmp(state, "FIN_WAIT1") || !strcmp(state, "FIN_WAIT2") ||
		!strcmp(state, "CLOSING"))
		return "active";
	if (!strcmp(state, "CLOSE_WAIT") || !strcmp(state, "LAST_ACK"))
		return "passive";
	if (!strcmp(state, "TIME_WAIT"))
		return "wait";
	return "open";
}

static int row_y(int top, size_t row)
{
	return top + (int)row * ROW + ROW / 2;
}

/* The states of one side as spans from change to change. */
static void put_states(
	FILE *out, const struct record *record, int side, int top, int bottom)
{
	int x = side == CLIENT ? CLIENT_SPAN : SERVER_SPAN;

	for (size_t i = 0; i < record->rung_count; i++) {
		const char *state = record->rungs[i].states[side];
		size_t next = i + 1;
		int y = row_y(top, i);

		if (!state)
			continue;
		if (!strcmp(state, "gone")) {
			put(out, x + SPAN_WIDTH / 2, y + 16, "gone", "middle",
				"gone");
			continue;
		}
		while (next < record->rung_count &&
			!record->rungs[next].states[side])
			next++;
		int end = next < record->rung_count ? row_y(top, next) : bottom;

		fprintf(out,
			"<rect x=\"%d\" y=\"%d\" width=\"%d\" height=\"%d\" "
			"class=\"span %s\"/>\n",
			x, y, SPAN_WIDTH, end - y, class_of_state(state));
		put(out, x + SPAN_WIDTH / 2, y + 20, "state", "middle", state);
	}
}

/* Whether the side's span stands at this row, or begins or ends there. */
static bool has_span(const struct record *record, int side, size_t row)
{
	const char *state = record->rungs[row].states[side];

	if (state && strcmp(state, "gone"))
		return true;
	while (row-- > 0) {
		state = record->rungs[row].states[side];
		if (state)
			return strcmp(state, "gone");
	}
	return false;
}

/* Where arrows begin and end at a side: at its span, or at its lifeline. */
static int edge_of(const struct record *record, int side, size_t row)
{
	int span = side == CLIENT ? CLIENT_SPAN : SERVER_SPAN;

	if (!has_span(record, side, row))
		return span + SPAN_WIDTH / 2;
	return side == CLIENT ? CLIENT_LINE : SERVER_LINE;
}

static void put_segment(
	FILE *out, const struct record *record, size_t row, int y)
{
	const struct rung *rung = &record->rungs[row];
	bool reset = !strcmp(rung->segment, "RST");
	bool right = rung->sender == CLIENT;
	int from = edge_of(record, rung->sender, row);
	int to = edge_of(record, right ? SERVER : CLIENT, row);
	/* The text stays where it is, however far the arrow goes. */
	int label = (CLIENT_LINE + SERVER_LINE) / 2;
	int back = right ? -12 : 12;

	fprintf(out,
		"<path d=\"M%d %dH%d\" class=\"%s\"/>\n"
		"<path d=\"M%d %dl%d -6v12z\" class=\"%s\"/>\n",
		from, y, to + back / 2, reset ? "rst" : "arrow", to, y, back,
		reset ? "rsttip" : "tip");
	if (reset) {
		/* A cross on the line, for those who see no red. */
		int middle = label + (right ? 44 : -44);

		fprintf(out,
			"<path d=\"M%d %dl16 16m0 -16l-16 16\" "
			"class=\"rst\"/>\n",
			middle - 8, y - 8);
	}
	put(out, label, y - 7, reset ? "rsttext" : "mono", "middle",
		rung->segment);
}

static void put_call(FILE *out, const struct rung *rung, int y)
{
	char label[TEXT_LABEL_SIZE], result[TEXT_LABEL_SIZE];
	bool client = rung->caller == CLIENT;
	int x = client ? CLIENT_SPAN - GAP : SERVER_SPAN + SPAN_WIDTH + GAP;
	bool bad = (rung->result && rung->result[0] == 'E' &&
			   isupper((unsigned char)rung->result[1]) &&
			   strcmp(rung->result, "EAGAIN")) ||
		!strncmp(rung->call, "killed", 6) ||
		!strncmp(rung->call, "SIG", 3);
	const char *class = bad ? "mono bad" : "mono";
	const char *anchor = client ? "end" : "start";

	text_label(rung, CALL_COLUMNS, label, result);
	put(out, x, y + 5, class, anchor, label);
	if (*result)
		put(out, x, y + 20, class, anchor, result);
}

static void put_lifelines(FILE *out, int top, int bottom)
{
	const int at[] = { CLIENT_SPAN + SPAN_WIDTH / 2,
		SERVER_SPAN + SPAN_WIDTH / 2 };

	for (int side = 0; side < SIDES; side++)
		fprintf(out, "<path d=\"M%d %dV%d\" class=\"line\"/>\n",
			at[side], top, bottom);
	put(out, at[CLIENT], top - 10, "head", "middle", "client");
	put(out, at[SERVER], top - 10, "head", "middle", "server");
}

void svg_write(FILE *out, const struct record *record)
{
	size_t asks_rows = record->asks
		? strlen(record->asks) / (ASKS_COLUMNS - 10) + 1
		: 0;
	int top = 100 + 20 * (int)asks_rows;
	int bottom = top + ((int)record->rung_count + 1) * ROW;
	int height = bottom + 44;

	fprintf(out,
		"<svg xmlns=\"http://www.w3.org/2000/svg\" viewBox=\"0 0 %d "
		"%d\" width=\"%d\" height=\"%d\" role=\"img\">\n<title>",
		PAGE_WIDTH, height, PAGE_WIDTH, height);
	put_text(out, record->title ? record->title : record->name, SIZE_MAX);
	fprintf(out,
		"</title>\n<style>\n%s</style>\n<rect class=\"page\" "
		"width=\"%d\" height=\"%d\" rx=\"10\"/>\n",
		style, PAGE_WIDTH, height);
	put(out, MARGIN, 40, "title", "start",
		record->title ? record->title : record->name);
	put_asks(out, record->asks, 66);
	put_lifelines(out, top, bottom);
	for (int side = 0; side < SIDES; side++)
		put_states(out, record, side, top, bottom);
	for (size_t i = 0; i < record->rung_count; i++) {
		const struct rung *rung = &record->rungs[i];

		if (rung->segment)
			put_segment(out, record, i, row_y(top, i));
		if (rung->call)
			put_call(out, rung, row_y(top, i));
	}
	put(out, MARGIN, height - 16, "foot", "start", record->name);
	put(out, PAGE_WIDTH - MARGIN, height - 16, "foot", "end",
		record->system);
	if (!record->wire || !record->states)
		put(out, PAGE_WIDTH / 2, height - 16, "foot", "middle",
			record->wire ? "states not observed"
				: record->states
				? "wire not observed"
				: "wire and states not observed");
	if (record->failed)
		put(out, PAGE_WIDTH / 2, height - 34, "rsttext", "middle",
			"the play did not come to its end");
	fputs("</svg>\n", out);
}
