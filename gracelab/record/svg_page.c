/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "svg_page.h"

#include <stdlib.h>
#include <string.h>

#include "lib/base/xml.h"
#include "text.h"

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
 * Letters that are much broader than others where widths differ, and so are
 * the dashes, dots and signs beyond ASCII.
 */
static size_t broad_letters(const char *line, size_t len)
{
	size_t count = 0;

	for (size_t i = 0; i < len; i++)
		count += strchr("MWmw@%", line[i]) ||
			(unsigned char)line[i] == 0xe2;
	return count;
}

/* How much of a line, which is not empty, fits; whole words if there are. */
static size_t fitting(const char *line, size_t len, size_t columns)
{
	size_t wide = columns, fits = text_bytes_of(line, wide), cut;

	while (wide > 2 &&
		wide + broad_letters(line, fits < len ? fits : len) > columns)
		fits = text_bytes_of(line, --wide);
	if (fits >= len)
		return len;
	cut = fits;
	while (cut && line[cut] != ' ')
		cut--;
	/* A word that is wider than the page is cut. */
	return cut ? cut : fits;
}

int svg_lines(const struct svg_page *page, int y, int height, size_t columns,
	const char *class, const char *text)
{
	/* As it is drawn, so that what is escaped is measured too. */
	char *fit = malloc(UTF8_FIT_SIZE(strlen(text)));
	const char *at = fit;

	if (!fit)
		return y;
	xml_fit(fit, text, strlen(text));
	while (*at) {
		size_t len = strcspn(at, "\n");
		size_t shown = len ? fitting(at, len, columns) : 0;
		char *line = strndup(at, shown);

		if (class && line)
			svg_text(page, SVG_MARGIN, y, class, "start", line);
		free(line);
		y += height;
		at += shown;
		at += strspn(at, " ");
		at += *at == '\n';
	}
	free(fit);
	return y;
}
