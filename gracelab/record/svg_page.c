/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "svg_page.h"

#include <ctype.h>
#include <stdlib.h>
#include <string.h>

#include "lib/text/xml.h"

void svg_page_begin(
	struct svg_page *page, FILE *out, const struct record *record)
{
	*page = (struct svg_page){ .out = out, .record = record };
	for (size_t i = 0; i < record->rung_count; i++) {
		unsigned connection = record->rungs[i].connection;
		size_t lane = 0;

		while (lane < page->lane_count &&
			page->lanes[lane] != connection)
			lane++;
		/* What is about none in particular needs no lane. */
		if (connection && lane == page->lane_count &&
			lane < SVG_LANES_MAX)
			page->lanes[page->lane_count++] = connection;
	}
	if (!page->lane_count)
		page->lane_count = 1;
	page->width = 2 * (SVG_CALLS + SVG_GAP + SVG_SPAN) + SVG_WIRE +
		2 * SVG_LANE * ((int)page->lane_count - 1);
}

int svg_row_y(const struct svg_page *page, size_t row)
{
	return page->top + (int)row * SVG_ROW + SVG_ROW / 2;
}

size_t svg_lane_of(const struct svg_page *page, const struct rung *rung)
{
	size_t lane = 0;

	if (!rung->connection)
		return 0;
	while (lane + 1 < page->lane_count &&
		page->lanes[lane] != rung->connection)
		lane++;
	return lane;
}

int svg_span_x(const struct svg_page *page, int side, size_t lane)
{
	int from_edge = SVG_CALLS + SVG_GAP + (int)lane * SVG_LANE;

	return side == CLIENT ? from_edge : page->width - from_edge - SVG_SPAN;
}

int svg_wire_x(const struct svg_page *page)
{
	return svg_span_x(page, CLIENT, page->lane_count - 1) + SVG_SPAN;
}

int svg_middle_x(const struct svg_page *page)
{
	return page->width / 2;
}

void svg_text(const struct svg_page *page, int x, int y, const char *class,
	const char *anchor, const char *text)
{
	fprintf(page->out,
		"<text x=\"%d\" y=\"%d\" class=\"%s\" text-anchor=\"%s\" "
		"xml:space=\"preserve\">",
		x, y, class, anchor);
	xml_write_text(page->out, text);
	fputs("</text>\n", page->out);
}

/*
 * How wide a letter may be in fonts that people have, in tenths of their size.
 * It is for breaking lines, so too much is better than too little.
 */
static int letter_width(char c, bool mono)
{
	unsigned char byte = (unsigned char)c;

	if ((byte & 0xc0) == 0x80)
		return 0;
	/* Chinese, emoji; dashes, arrows and Cyrillic capitals too. */
	if (byte >= 0xd0)
		return 13;
	if (mono)
		return 7;
	if (byte >= 0x80)
		return 10;
	if (strchr("MWmw@%", c))
		return 11;
	if (strchr("iljtfrI.,;:'|!()[] ", c))
		return 5;
	return islower(byte) || isdigit(byte) ? 7 : 9;
}

/* How much of a line fits; whole words if there are. */
static size_t fitting(const char *line, size_t len, int tenths, bool mono)
{
	size_t fits = 0, cut;

	for (; fits < len && tenths >= 0; fits++)
		tenths -= letter_width(line[fits], mono);
	if (tenths >= 0)
		return len;
	/* The letter that was too much, and all of it. */
	fits--;
	cut = fits;
	while (cut && line[cut] != ' ')
		cut--;
	/* A word that is wider than the page is cut. */
	return cut ? cut : fits;
}

int svg_lines(const struct svg_page *page, int y, const struct svg_lines *lines,
	bool drawn, const char *text)
{
	int tenths = (page->width - 2 * SVG_MARGIN) * 10 / lines->font_size;

	/* As it is drawn, so that what is escaped is measured too. */
	char *fit = malloc(UTF8_FIT_SIZE(strlen(text)));
	const char *at = fit;

	if (!fit)
		return y;
	xml_fit(fit, text, strlen(text));
	while (*at) {
		size_t len = strcspn(at, "\n");
		size_t shown = fitting(at, len, tenths, lines->mono);
		char *line = strndup(at, shown);

		if (drawn && line)
			svg_text(page, SVG_MARGIN, y, lines->class, "start",
				line);
		free(line);
		y += lines->height;
		at += shown;
		at += strspn(at, " ");
		at += *at == '\n';
	}
	free(fit);
	return y;
}
