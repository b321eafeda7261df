/* SPDX-License-Identifier: GPL-3.0-or-later */
#include <math.h>
#include <stdlib.h>

#include "gracelab/record/svg_page.h"
#include "gracelab/record/text.h"
#include "layout.h"
#include "lib/text/xml.h"
#include "picture_draw.h"

/* The page in user units. */
enum {
	MARGIN = 24,
	HEAD = 110,   /* what stands above the graph */
	COLUMN = 124, /* from column to column */
	ROW = 50,     /* from state to state */
	RADIUS = 9,
	END_WIDTH = 224,
	END_HEIGHT = 50,
	LETTER_HEIGHT = 12,
	LETTER_WIDTH = 7,
};

static const char style[] =
	".way{fill:none;stroke:#7f8c99}.way.lost{stroke:#c3142d}"
	".way.whole{stroke:#2b7a78}\n"
	".move{font-size:11px;stroke:#ffffff;stroke-width:4px;"
	"stroke-linejoin:round;paint-order:stroke}\n"
	".node{stroke:#1d2733;stroke-width:1.5;fill:#ffffff}"
	".whole.node,.whole.end{fill:#2b7a78}"
	".lost.node,.lost.end,.sector{fill:#c3142d}\n"
	".end{stroke:none}.ended{fill:#ffffff;font-weight:bold}"
	".told{fill:#ffffff;font-size:12px}\n"
	"@media (prefers-color-scheme: dark){\n"
	".way{stroke:#8a98a6}.way.lost{stroke:#ff6b7d}"
	".way.whole{stroke:#5fc4bf}.move{stroke:#141b23}"
	".node{stroke:#e4ebf2;fill:#141b23}.whole.node{fill:#5fc4bf}"
	".lost.node,.sector{fill:#ff6b7d}.ended,.told{fill:#ffffff}}\n";

struct page {
	FILE *out;
	const struct graph *graph;
	const struct layout *layout;
};

static double x_of(const struct layout_place *place)
{
	double x = MARGIN + 70 + (double)place->column * COLUMN;

	return place->end == LAYOUT_NONE ? x : x + 30;
}

static double y_of(const struct layout_place *place)
{
	return HEAD + END_HEIGHT / 2.0 + place->y * ROW;
}

/* The class of what leads to losses in all orders, in none, or in some. */
static const char *class_of(uint64_t lost, uint64_t orders)
{
	return lost == orders ? "lost" : lost ? "some" : "whole";
}

static void write_text(FILE *out, double x, double y, const char *class,
	const char *anchor, const char *text)
{
	fprintf(out,
		"<text x=\"%.1f\" y=\"%.1f\" class=\"%s\" "
		"text-anchor=\"%s\">",
		x, y, class, anchor);
	xml_write_text(out, text);
	fputs("</text>\n", out);
}

/* The way of a move: broader, the more orders take it. */
static void draw_way(const struct page *page, const struct layout_way *way)
{
	const struct graph_node *to = &page->graph->nodes[way->edge->to];
	const struct layout_place *places = page->layout->places;
	double share = (double)way->from->ways * (double)to->orders /
		(double)page->graph->nodes[0].orders;
	const struct layout_place *last = &places[way->places[0]];

	fprintf(page->out,
		"<path class=\"way %s\" stroke-width=\"%.1f\" d=\"M%.1f %.1f",
		class_of(to->lost, to->orders), 1.2 + 5 * sqrt(share),
		x_of(last), y_of(last));
	for (size_t i = 1; i < way->count; i++) {
		const struct layout_place *next = &places[way->places[i]];
		double middle = (x_of(last) + x_of(next)) / 2;

		fprintf(page->out, "C%.1f %.1f %.1f %.1f %.1f %.1f", middle,
			y_of(last), middle, y_of(next), x_of(next), y_of(next));
		last = next;
	}
	fputs("\"/>\n", page->out);
}

/* Where a label stands, so that no other takes its place. */
struct label {
	double x, y, width;
	char text[PICTURE_LABEL_SIZE];
};

/* Puts a label beside its way, `t` from where that begins. */
static void put_label(const struct page *page, const struct layout_way *way,
	double t, struct label *label)
{
	const struct layout_place *places = page->layout->places;
	const struct layout_place *from = &places[way->places[0]];
	const struct layout_place *to = &places[way->places[1]];
	double smooth = 3 * t * t - 2 * t * t * t;

	label->x = x_of(from) + (x_of(to) - x_of(from)) * t;
	label->y = y_of(from) + (y_of(to) - y_of(from)) * smooth - 4;
}

static bool overlaps(const struct label *one, const struct label *other)
{
	return fabs(one->x - other->x) < (one->width + other->width) / 2 &&
		fabs(one->y - other->y) < LETTER_HEIGHT;
}

/* Whether a label keeps clear of all before it. */
static bool is_free(const struct label *labels, size_t count)
{
	for (size_t i = 0; i < count; i++)
		if (overlaps(&labels[i], &labels[count]))
			return false;
	return true;
}

/* Labels stand in the middle of their ways, or where there is room. */
static bool draw_labels(const struct page *page)
{
	static const double tries[] = { 0.5, 0.62, 0.38, 0.72, 0.28, 0.8, 0.5 };
	size_t count = page->layout->way_count;
	struct label *labels = calloc(count + 1, sizeof(*labels));

	if (!labels)
		return false;
	for (size_t i = 0; i < count; i++) {
		const struct layout_way *way = &page->layout->ways[i];
		struct label *label = &labels[i];

		picture_label(way->edge, label->text);
		label->width = LETTER_WIDTH * (double)text_columns(label->text);
		for (size_t t = 0; t < sizeof(tries) / sizeof(*tries); t++) {
			put_label(page, way, tries[t], label);
			if (is_free(labels, i))
				break;
		}
		write_text(page->out, label->x, label->y, "move", "middle",
			label->text);
	}
	free(labels);
	return true;
}

/* A state: full where all orders from there lose, a sector where some do. */
static void draw_node(const struct page *page, const struct layout_place *place)
{
	const struct graph_node *node = &page->graph->nodes[place->node];
	double x = x_of(place), y = y_of(place);
	double angle = 2 * M_PI * (double)node->lost / (double)node->orders;

	fprintf(page->out,
		"<circle class=\"node %s\" cx=\"%.1f\" cy=\"%.1f\" "
		"r=\"%d\"/>\n",
		class_of(node->lost, node->orders), x, y, RADIUS);
	if (!node->lost || node->lost == node->orders)
		return;
	fprintf(page->out,
		"<path class=\"sector\" d=\"M%.1f %.1fV%.1fA%d %d 0 %d 1 %.1f "
		"%.1fZ\"/>\n",
		x, y, y - RADIUS, RADIUS, RADIUS, angle > M_PI,
		x + RADIUS * sin(angle), y - RADIUS * cos(angle));
}

static void draw_end(const struct page *page, const struct layout_end *end)
{
	const struct layout_place *place = &page->layout->places[end->place];
	bool lost = end->ending.lost[CLIENT] || end->ending.lost[SERVER];
	double x = x_of(place), y = y_of(place);
	char what[PICTURE_LINE_SIZE], told[PICTURE_LINE_SIZE];

	picture_ending(end->ending, end->orders, what, told);
	fprintf(page->out,
		"<rect class=\"end %s\" x=\"%.1f\" y=\"%.1f\" width=\"%d\" "
		"height=\"%d\" rx=\"8\"/>\n",
		lost ? "lost" : "whole", x, y - END_HEIGHT / 2.0, END_WIDTH,
		END_HEIGHT);
	write_text(
		page->out, x + END_WIDTH / 2.0, y - 4, "ended", "middle", what);
	write_text(
		page->out, x + END_WIDTH / 2.0, y + 15, "told", "middle", told);
}

static void draw_head(
	const struct page *page, const struct experiment *experiment)
{
	const char *title =
		experiment->title ? experiment->title : experiment->name;
	const struct graph_node *first = &page->graph->nodes[0];
	char text[160];

	write_text(page->out, MARGIN, MARGIN + 14, "title", "start", title);
	snprintf(text, sizeof(text),
		"%.0f orders of moves; %zu states. Red: something is lost in "
		"all orders from here; a sector: in this part of them.",
		(double)first->orders, page->graph->count);
	write_text(page->out, MARGIN, MARGIN + 38, "asks", "start", text);
	write_text(page->out, MARGIN, MARGIN + 58, "asks", "start",
		"c and s: a line that the client or the server types, or its "
		"read. The broader a way, the more orders take it.");
}

bool picture_draw_svg(FILE *out, const struct experiment *experiment,
	const struct graph *graph)
{
	struct layout layout;

	if (!layout_make(&layout, graph)) {
		layout_free(&layout);
		return false;
	}
	const struct page page = { out, graph, &layout };
	double width = 2 * MARGIN + 100 +
		(double)(layout.columns - 1) * COLUMN + END_WIDTH;
	double height = HEAD + END_HEIGHT + layout.height * ROW + MARGIN;

	if (width < 2 * MARGIN + 860)
		width = 2 * MARGIN + 860;
	fprintf(out,
		"<svg xmlns=\"http://www.w3.org/2000/svg\" "
		"viewBox=\"0 0 %.0f %.0f\" width=\"%.0f\" height=\"%.0f\">\n"
		"<style>%s%s</style>\n"
		"<rect class=\"page\" width=\"100%%\" height=\"100%%\"/>\n",
		width, height, width, height, svg_style, style);
	draw_head(&page, experiment);
	for (size_t i = 0; i < layout.way_count; i++)
		draw_way(&page, &layout.ways[i]);
	bool good = draw_labels(&page);

	for (size_t i = 0; i < layout.place_count; i++)
		if (layout.places[i].node != LAYOUT_NONE)
			draw_node(&page, &layout.places[i]);
	for (size_t i = 0; i < layout.end_count; i++)
		draw_end(&page, &layout.ends[i]);
	fputs("</svg>\n", out);
	layout_free(&layout);
	return good;
}
