/* SPDX-License-Identifier: GPL-3.0-or-later */
/* The picture's page: where things stand on it, and texts. */
#ifndef GRACELAB_SVG_PAGE_H
#define GRACELAB_SVG_PAGE_H

#include <stdio.h>

#include "record.h"

/*
 * The page in user units, from left to right: calls, states, wire, states,
 * calls. With several connections each has a lane of states at both sides, the
 * first outermost.
 */
enum {
	SVG_MARGIN = 24,
	SVG_CALLS = 250,   /* how wide calls are, margin and gap included */
	SVG_GAP = 12,      /* between calls and states */
	SVG_SPAN = 104,    /* how wide a state is */
	SVG_LANE = 112,    /* from lane to lane */
	SVG_WIRE = 268,    /* from the innermost states to the others */
	SVG_ROW = 34,      /* how high a row is, with two lines of a call */
	SVG_LINE = 15,     /* from one of them to the next */
	SVG_LANES_MAX = 8, /* connections beyond share the last lane */
	SVG_CALL_COLUMNS = 30,
};

struct svg_page {
	FILE *out;
	const struct record *record;
	unsigned lanes[SVG_LANES_MAX]; /* which connection each is for */
	size_t lane_count;
	int width, top, bottom; /* the rows are between top and bottom */
	/* How far below the top each begins, and the end; owned; NULL without
	 * memory: all are of one height. */
	int *offsets;
};

/* Finds the lanes, how wide the page is, and how high its rows are. */
void svg_page_begin(
	struct svg_page *page, FILE *out, const struct record *record);
void svg_page_end(struct svg_page *page);

/* Where a row's arrows and calls stand; one behind the last has a place too. */
int svg_row_y(const struct svg_page *page, size_t row);

size_t svg_lane_of(const struct svg_page *page, const struct rung *rung);

/* The left edge of a lane's states. */
int svg_span_x(const struct svg_page *page, int side, size_t lane);

/* The wire's left edge, and its middle. */
int svg_wire_x(const struct svg_page *page);
int svg_middle_x(const struct svg_page *page);

/* One line of any bytes. `anchor` is start, middle or end. */
void svg_text(const struct svg_page *page, int x, int y, const char *class,
	const char *anchor, const char *text);

/* How lines of text look. */
struct svg_lines {
	const char *class;
	int font_size; /* as the style sheet has it */
	int height;    /* from line to line */
	bool mono;
};

/*
 * Text of any bytes between the margins, in lines of whole words, if `drawn`.
 * Returns the y behind the last.
 */
int svg_lines(const struct svg_page *page, int y, const struct svg_lines *lines,
	bool drawn, const char *text);

/* The style sheet, for light and dark; terminated. */
extern const char svg_style[];

#endif
