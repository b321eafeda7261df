/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "svg.h"

#include <ctype.h>
#include <stdlib.h>
#include <string.h>

#include "lib/text/xml.h"
#include "svg_page.h"
#include "svg_wire.h"
#include "text.h"

static const struct svg_lines title = { "title", 19, 24, false };
static const struct svg_lines asks = { "asks", 14, 20, false };
static const struct svg_lines remark = { "asks", 14, 20, false };
static const struct svg_lines failure = { "mono bad", 13, 18, true };

/* Room at the foot, and for the experiment's name there. */
enum { FOOT = 44, NAME_COLUMNS = 48 };

static const char *class_of_state(const char *state)
{
	if (!strcmp(state, "FIN_WAIT1") || !strcmp(state, "FIN_WAIT2") ||
		!strcmp(state, "CLOSING") || !strcmp(state, "SHUT_WR"))
		return "active";
	if (!strcmp(state, "CLOSE_WAIT") || !strcmp(state, "LAST_ACK") ||
		!strcmp(state, "SHUT_RD"))
		return "passive";
	if (!strcmp(state, "TIME_WAIT") || !strcmp(state, "SHUT_RDWR"))
		return "wait";
	if (!strcmp(state, "SYN_SENT") || !strcmp(state, "SYN_RECV"))
		return "begin";
	return "open";
}

/* The row of the side's next change in the lane, or `count`. */
static size_t next_change(
	const struct svg_page *page, int side, size_t lane, size_t row)
{
	const struct record *record = page->record;

	do
		row++;
	while (row < record->rung_count &&
		(!record->rungs[row].states[side] ||
			svg_lane_of(page, &record->rungs[row]) != lane));
	return row;
}

/* The states of one side as spans from change to change. */
static void put_states(const struct svg_page *page, int side)
{
	const struct record *record = page->record;

	for (size_t i = 0; i < record->rung_count; i++) {
		const char *state = record->rungs[i].states[side];
		size_t lane = svg_lane_of(page, &record->rungs[i]);
		int x = svg_span_x(page, side, lane), y = svg_row_y(page, i);

		if (!state)
			continue;
		if (!strcmp(state, "gone")) {
			svg_text(page, x + SVG_SPAN / 2, y + 16, "note",
				"middle", "gone");
			continue;
		}
		size_t next = next_change(page, side, lane, i);
		int end = next < record->rung_count ? svg_row_y(page, next)
						    : page->bottom;

		fprintf(page->out,
			"<rect x=\"%d\" y=\"%d\" width=\"%d\" height=\"%d\" "
			"class=\"span %s\"/>\n",
			x, y, SVG_SPAN, end - y, class_of_state(state));
		svg_text(page, x + SVG_SPAN / 2, y + 20, "state", "middle",
			state);
	}
}

/* Whether the call tells of an end that was not in order. */
static bool is_bad(const struct rung *rung)
{
	return (rung->result && rung->result[0] == 'E' &&
		       isupper((unsigned char)rung->result[1]) &&
		       strcmp(rung->result, "EAGAIN") != 0 &&
		       strcmp(rung->result, "EINPROGRESS") != 0) ||
		!strncmp(rung->call, "killed", 6) ||
		!strncmp(rung->call, "SIG", 3);
}

static void put_call(const struct svg_page *page, size_t row)
{
	const struct rung *rung = &page->record->rungs[row];
	char label[TEXT_LABEL_SIZE], result[TEXT_LABEL_SIZE];
	bool client = rung->caller == CLIENT;
	int x = client ? SVG_CALLS : page->width - SVG_CALLS;
	int y = svg_row_y(page, row);
	const char *class = is_bad(rung) ? "mono bad" : "mono";
	const char *anchor = client ? "end" : "start";
	struct text_records records = { 0 };
	struct rung fit;

	if (!text_fit(&fit, rung, xml_fit))
		return;
	text_label(&fit, SVG_CALL_COLUMNS, label, result);
	svg_text(page, x, y + 5, class, anchor, label);
	y += 5;
	if (*result)
		svg_text(page, x, y += SVG_LINE, class, anchor, result);
	while (text_next_record(&records, &fit, SVG_CALL_COLUMNS, label))
		svg_text(page, x, y += SVG_LINE, class, anchor, label);
	record_free_rung(&fit);
}

static void put_failed_row(const struct svg_page *page, size_t row)
{
	int y = svg_row_y(page, row);

	fprintf(page->out,
		"<rect x=\"0\" y=\"%d\" width=\"%d\" height=\"%d\" "
		"class=\"failed\"/>\n",
		y - SVG_ROW / 2, page->width, svg_row_y(page, row + 1) - y);
	svg_text(page, SVG_GAP, y + 6, "head bad", "middle", "!");
}

static void put_lifelines(const struct svg_page *page)
{
	for (int side = 0; side < SIDES; side++) {
		int sum = 0;

		for (size_t lane = 0; lane < page->lane_count; lane++) {
			int x = svg_span_x(page, side, lane) + SVG_SPAN / 2;
			char number[16];

			sum += x;
			fprintf(page->out,
				"<path d=\"M%d %dV%d\" class=\"line\"/>\n", x,
				page->top, page->bottom);
			snprintf(number, sizeof(number), "[%u]",
				page->lanes[lane]);
			if (page->lane_count > 1)
				svg_text(page, x, page->top - 6, "lane",
					"middle", number);
		}
		svg_text(page,
			sum / (page->lane_count ? (int)page->lane_count : 1),
			page->top - (page->lane_count > 1 ? 24 : 10), "head",
			"middle", side == CLIENT ? "client" : "server");
	}
}

/* Title and question; the y behind them. */
static int put_head(const struct svg_page *page, bool drawn)
{
	const struct record *record = page->record;
	int y = svg_lines(page, 40, &title, drawn,
		record->title ? record->title : record->name);

	return record->asks ? svg_lines(page, y + 2, &asks, drawn, record->asks)
			    : y;
}

/* What could not be observed and the like, and why the play failed, below all
 * else; the y behind it. */
static int put_remarks(const struct svg_page *page, bool drawn)
{
	int y = page->bottom + FOOT;
	char *text;

	for (size_t i = 0; (text = record_remark(page->record, i)); i++) {
		y = svg_lines(page, y + 6, &remark, drawn, text);
		free(text);
	}
	if (!page->record->failed)
		return y;
	return svg_lines(
		page, y + 10, &failure, drawn, record_why_failed(page->record));
}

static void put_foot(const struct svg_page *page, int y)
{
	const struct record *record = page->record;
	char name[TEXT_LABEL_SIZE];

	text_cut(name, NAME_COLUMNS, record->name);
	svg_text(page, SVG_MARGIN, y, "foot", "start", name);
	svg_text(page, page->width - SVG_MARGIN, y, "foot", "end",
		record->system);
	if (record->over_unix && record->states)
		svg_text(page, svg_middle_x(page), y, "foot", "middle",
			"UNIX socket");
}

static void put_rows(const struct svg_page *page)
{
	const struct record *record = page->record;

	for (size_t i = 0; i < record->rung_count; i++)
		if (record->rungs[i].failed)
			put_failed_row(page, i);
	put_lifelines(page);
	for (int side = 0; side < SIDES; side++)
		put_states(page, side);
	for (size_t i = 0; i < record->rung_count; i++)
		if (record->rungs[i].segment)
			svg_segment_line(page, i);
	for (size_t i = 0; i < record->rung_count; i++) {
		if (record->rungs[i].segment)
			svg_segment_text(page, i);
		if (record->rungs[i].call)
			put_call(page, i);
	}
}

void svg_write(FILE *out, const struct record *record)
{
	struct svg_page page;

	svg_page_begin(&page, out, record);
	page.top = put_head(&page, false) + (page.lane_count > 1 ? 38 : 24);
	page.bottom = svg_row_y(&page, record->rung_count) + SVG_ROW / 2;
	int height = put_remarks(&page, false);

	fprintf(out,
		"<svg xmlns=\"http://www.w3.org/2000/svg\" viewBox=\"0 0 %d "
		"%d\" width=\"%d\" height=\"%d\" role=\"img\">\n<title>",
		page.width, height, page.width, height);
	xml_write_text(out, record->title ? record->title : record->name);
	fprintf(out,
		"</title>\n<style>\n%s</style>\n<rect class=\"page\" "
		"width=\"%d\" height=\"%d\" rx=\"10\"/>\n",
		svg_style, page.width, height);
	put_head(&page, true);
	put_rows(&page);
	put_foot(&page, page.bottom + FOOT - 16);
	put_remarks(&page, true);
	fputs("</svg>\n", out);
	svg_page_end(&page);
}
