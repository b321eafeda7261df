/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "svg_page.h"

#include <ctype.h>
#include <stdlib.h>
#include <string.h>

#include "lib/text/xml.h"
#include "text.h"

/* How many lines the call takes that a row has no room for. */
static int lines_beyond(const struct rung *rung)
{
	char first[TEXT_LABEL_SIZE], second[TEXT_LABEL_SIZE];
	struct text_records records = { 0 };
	struct rung fit;

	/* Without records there are two at most. */
	if (!rung->call || !rung->record_count ||
		!text_fit(&fit, rung, xml_fit))
		return 0;
	text_label(&fit, SVG_CALL_COLUMNS, first, second);
	int lines = *second ? 2 : 1;

	while (text_next_record(&records, &fit, SVG_CALL_COLUMNS, first))
		lines++;
	record_free_rung(&fit);
	return lines > 2 ? lines - 2 : 0;
}

static void place_rows(struct svg_page *page)
{
	size_t count = page->record->rung_count;
	int *offsets = reallocarray(NULL, count + 1, sizeof(*offsets));

	page->offsets = offsets;
	if (!offsets)
		return;
	offsets[0] = 0;
	for (size_t i = 0; i < count; i++)
		offsets[i + 1] = offsets[i] + SVG_ROW +
			SVG_LINE * lines_beyond(&page->record->rungs[i]);
}

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
	place_rows(page);
}

void svg_page_end(struct svg_page *page)
{
	free(page->offsets);
	page->offsets = NULL;
}

int svg_row_y(const struct svg_page *page, size_t row)
{
	int offset = page->offsets ? page->offsets[row] : (int)row * SVG_ROW;

	return page->top + offset + SVG_ROW / 2;
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

/*
 * Light and dark, and told apart by lightness too, for print in grey; each
 * span bears its name besides. Not every renderer has variables, so the dark
 * colours are said again.
 */
const char svg_style[] =
	"text{font-family:'DejaVu Sans',Verdana,sans-serif;font-size:14px;"
	"fill:#1d2733}\n"
	".mono{font-family:'DejaVu Sans Mono',Menlo,Consolas,monospace;"
	"font-size:13px}\n"
	".page{fill:#ffffff}\n"
	".title{font-size:19px;font-weight:bold}\n"
	".asks{font-size:14px;fill:#4a5a6a}\n"
	".head{font-size:15px;font-weight:bold}\n"
	".foot,.lane{font-size:12px;fill:#5d6c7b}\n"
	".line{stroke:#9aa7b4;stroke-width:1.5;stroke-dasharray:3 5}\n"
	/* Arrows, their tips and texts; texts keep clear of what they cross. */
	".arrow{stroke:#1d2733;stroke-width:2;fill:none}\n"
	".tip{fill:#1d2733}\n"
	".rst{stroke:#c3142d;stroke-width:4;fill:none}\n"
	".rsttip{fill:#c3142d}\n"
	".forged{stroke:#7a3fb0;stroke-width:2.5;stroke-dasharray:7 5;"
	"fill:none}\n"
	".forgedtip{fill:#7a3fb0}\n"
	".rst.forged{stroke:#c3142d;stroke-width:4;stroke-dasharray:9 6}\n"
	".rst.ring,.forged.ring{stroke-width:2.5;stroke-dasharray:none}\n"
	".waits{stroke-dasharray:2 5}\n"
	".cross{stroke-width:3}\n"
	".label,.note{stroke:#ffffff;stroke-width:5px;stroke-linejoin:round;"
	"paint-order:stroke}\n"
	".rstlabel{fill:#c3142d;font-weight:bold;font-size:15px}\n"
	".forgedlabel{fill:#7a3fb0;font-weight:bold}\n"
	".note{font-size:12px;font-style:italic;fill:#5d6c7b}\n"
	/* Calls and failures. */
	".bad{fill:#c3142d;font-weight:bold}\n"
	".failed{fill:#c3142d;fill-opacity:0.13}\n"
	/* States. */
	".state{font-size:12px;font-weight:bold;fill:#10202e}\n"
	".span{stroke:#ffffff;stroke-width:1.5}\n"
	".begin{fill:#e3f1f9}\n"
	".open{fill:#bfe0f2}\n"
	".active{fill:#e8944a}\n"
	".passive{fill:#cdb8e8}\n"
	".wait{fill:#e9edf0}\n"
	"@media (prefers-color-scheme: dark){\n"
	"text{fill:#e4ebf2}.page{fill:#141b23}\n"
	".asks,.foot,.lane,.note{fill:#a9b7c4}\n"
	".line{stroke:#5d6c7b}.arrow{stroke:#e4ebf2}.tip{fill:#e4ebf2}\n"
	".rst,.rst.forged{stroke:#ff6b7d}\n"
	".rsttip,.rstlabel,.bad,.failed{fill:#ff6b7d}\n"
	".forged{stroke:#c79bf0}.forgedtip,.forgedlabel{fill:#c79bf0}\n"
	".label,.note{stroke:#141b23}.span{stroke:#141b23}\n"
	".state{fill:#10202e}\n"
	"}\n";
