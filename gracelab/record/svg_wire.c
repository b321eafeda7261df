/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "svg_wire.h"

#include <math.h>
#include <string.h>

#include "text.h"

/* A line steeper than this bears no text along it. */
#define STEEP 1.2

/* How far from its supposed sender a forged segment begins. */
#define FORGED_GAP 40

/* Between a side and a text that stands near it, and half a column's width. */
#define LABEL_GAP   14
#define HALF_COLUMN 4

/*
 * Where a text stands: near the sender it is clear of the middle, where lines
 * may cross or end.
 */
enum place { NEAR_SENDER, MIDDLE, NEAR_RECEIVER };

struct point {
	double x, y;
};

/* What is drawn for one segment. */
struct flight {
	const struct rung *rung;
	struct point from, to;
	const char *stroke, *tip, *label; /* classes */
};

/* Whether the lane's span stands at this row, or begins or ends there. */
static bool has_span(
	const struct svg_page *page, int side, size_t lane, size_t row)
{
	const struct rung *rungs = page->record->rungs;

	for (size_t i = row + 1; i-- > 0;) {
		const char *state = rungs[i].states[side];

		if (!state || svg_lane_of(page, &rungs[i]) != lane)
			continue;
		/* The span that ends in this row stands to there. */
		if (i < row || strcmp(state, "gone") != 0)
			return strcmp(state, "gone") != 0;
	}
	return false;
}

/* Where an arrow begins or ends: at a side's span, or at its lifeline. */
static struct point edge(const struct svg_page *page, int side, size_t row)
{
	size_t lane = svg_lane_of(page, &page->record->rungs[row]);
	int x = svg_span_x(page, side, lane);

	if (!has_span(page, side, lane, row))
		x += SVG_SPAN / 2;
	else if (side == CLIENT)
		x += SVG_SPAN;
	return (struct point){ x, svg_row_y(page, row) };
}

static struct point between(struct point a, struct point b, double part)
{
	return (struct point){ a.x + (b.x - a.x) * part,
		a.y + (b.y - a.y) * part };
}

static void put_line(const struct svg_page *page, const char *class,
	const char *more, struct point from, struct point to)
{
	fprintf(page->out,
		"<path d=\"M%.1f %.1fL%.1f %.1f\" class=\"%s%s\"/>\n", from.x,
		from.y, to.x, to.y, class, more);
}

/* The line, and the triangle at its end. */
static void put_arrow(const struct svg_page *page, const struct flight *flight)
{
	struct point from = flight->from, to = flight->to;
	double length = hypot(to.x - from.x, to.y - from.y);
	struct point back = between(to, from, 7 / length);
	struct point base = between(to, from, 12 / length);
	/* Half the triangle's base, across the line. */
	struct point half = { 6 * (from.y - to.y) / length,
		6 * (to.x - from.x) / length };

	put_line(page, flight->stroke, "", from, back);
	fprintf(page->out,
		"<path d=\"M%.1f %.1fL%.1f %.1fL%.1f %.1fz\" class=\"%s\"/>\n",
		to.x, to.y, base.x + half.x, base.y + half.y, base.x - half.x,
		base.y - half.y, flight->tip);
}

static void put_cross(const struct svg_page *page, const struct flight *flight)
{
	fprintf(page->out,
		"<path d=\"M%.1f %.1fl16 16m0 -16l-16 16\" "
		"class=\"%s cross\"/>\n",
		flight->to.x - 8, flight->to.y - 8, flight->stroke);
}

/* How far from the sender's side of the wire a text has its middle. */
static double label_distance(const char *text, enum place place)
{
	double near = LABEL_GAP + HALF_COLUMN * (double)text_columns(text);

	if (place == MIDDLE)
		return SVG_WIRE / 2.0;
	return place == NEAR_SENDER ? near : SVG_WIRE - near;
}

/* The text along the line, unless that is too steep to read. */
static void put_label(const struct svg_page *page, const struct flight *flight,
	enum place place)
{
	bool right = flight->rung->sender == CLIENT;
	double slope = (flight->to.y - flight->from.y) /
		(flight->to.x - flight->from.x);
	bool steep = fabs(slope) > STEEP;
	char text[TEXT_LABEL_SIZE];

	text_segment(flight->rung, SVG_CALL_COLUMNS, text);
	double distance = label_distance(text, place);
	double x = svg_wire_x(page) + (right ? distance : SVG_WIRE - distance);
	double y = flight->from.y + (x - flight->from.x) * slope;

	fprintf(page->out,
		"<g transform=\"translate(%.1f %.1f) rotate(%.1f)\">\n", x, y,
		steep ? 0 : atan(slope) * 180 / M_PI);
	svg_text(page, 0, -7, flight->label, "middle", text);
	fputs("</g>\n", page->out);
}

/* A word beyond the end of what does not reach the other side. */
static void put_note(const struct svg_page *page, const struct flight *flight,
	const char *note)
{
	bool right = flight->rung->sender == CLIENT;

	svg_text(page, (int)flight->to.x + (right ? 16 : -16),
		(int)flight->to.y + 4, "note", right ? "start" : "end", note);
}

/* The row in which a segment left that is dealt with in this one. */
static size_t row_of_departure(const struct record *record, size_t row)
{
	unsigned id = record->rungs[row].segment_id;

	for (size_t i = row; id && i-- > 0;) {
		const struct rung *rung = &record->rungs[i];

		if (rung->segment_id == id && rung->wire == WIRE_SENT)
			return i;
	}
	return row;
}

/* Whether a later row says what became of the segment that left in this. */
static bool is_dealt_with(const struct record *record, size_t row)
{
	unsigned id = record->rungs[row].segment_id;

	for (size_t i = row + 1; id && i < record->rung_count; i++)
		if (record->rungs[i].segment_id == id)
			return true;
	return false;
}

static struct flight flight_of(const struct svg_page *page, size_t row)
{
	const struct rung *rung = &page->record->rungs[row];
	bool right = rung->sender == CLIENT;
	bool reset = !strcmp(rung->segment, "RST");
	size_t left = row_of_departure(page->record, row);
	struct flight flight = {
		.rung = rung,
		.from = edge(page, rung->sender, left),
		.to = edge(page, right ? SERVER : CLIENT, row),
		.stroke = reset ? "rst" : "arrow",
		.tip = reset ? "rsttip" : "tip",
		.label = reset ? "label rstlabel" : "label mono",
	};

	switch (rung->wire) {
	case WIRE_AT_ONCE:
	case WIRE_ARRIVED:
		break;
	case WIRE_SENT:
		flight.to = (struct point){ svg_middle_x(page),
			flight.from.y + SVG_ROW / 2.0 };
		break;
	case WIRE_LOST:
		flight.to.x = svg_middle_x(page);
		break;
	case WIRE_FORGED:
		/* Its sender has no part in it. */
		flight.from.x += right ? FORGED_GAP : -FORGED_GAP;
		flight.stroke = reset ? "rst forged" : "forged";
		flight.tip = reset ? "rsttip" : "forgedtip";
		flight.label =
			reset ? "label rstlabel" : "label mono forgedlabel";
		break;
	}
	return flight;
}

static void put_ring(const struct svg_page *page, const struct flight *flight)
{
	fprintf(page->out,
		"<circle cx=\"%.1f\" cy=\"%.1f\" r=\"5\" class=\"%s ring\"/>\n",
		flight->from.x, flight->from.y, flight->stroke);
}

/* Whether it is drawn in the row in which it arrives or is lost. */
static bool is_drawn_later(const struct svg_page *page, size_t row)
{
	return page->record->rungs[row].wire == WIRE_SENT &&
		is_dealt_with(page->record, row);
}

void svg_segment_line(const struct svg_page *page, size_t row)
{
	struct flight flight = flight_of(page, row);

	if (is_drawn_later(page, row))
		return;
	switch (flight.rung->wire) {
	case WIRE_AT_ONCE:
	case WIRE_ARRIVED:
		put_arrow(page, &flight);
		break;
	case WIRE_SENT:
		put_line(page, flight.stroke, " waits", flight.from, flight.to);
		break;
	case WIRE_LOST:
		put_line(page, flight.stroke, "", flight.from, flight.to);
		put_cross(page, &flight);
		break;
	case WIRE_FORGED:
		put_arrow(page, &flight);
		put_ring(page, &flight);
		break;
	}
}

void svg_segment_text(const struct svg_page *page, size_t row)
{
	struct flight flight = flight_of(page, row);

	if (is_drawn_later(page, row))
		return;
	switch (flight.rung->wire) {
	case WIRE_AT_ONCE:
		put_label(page, &flight, MIDDLE);
		break;
	case WIRE_ARRIVED:
		/* The first one's text stands where both have left. */
		put_label(page, &flight,
			flight.rung->copy ? NEAR_RECEIVER : NEAR_SENDER);
		break;
	case WIRE_SENT:
		put_label(page, &flight, NEAR_SENDER);
		put_note(page, &flight, "waits");
		break;
	case WIRE_LOST:
		put_label(page, &flight, NEAR_SENDER);
		put_note(page, &flight, "lost");
		break;
	case WIRE_FORGED:
		put_label(page, &flight, MIDDLE);
		svg_text(page, (int)flight.from.x, (int)flight.from.y - 8,
			"note", flight.rung->sender == CLIENT ? "start" : "end",
			"forged");
		break;
	}
}
