/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "orders.h"

#include <inttypes.h>
#include <string.h>

#include "put.h"

static const char *text_of(const json_t *object, const char *key)
{
	const char *text = json_string_value(json_object_get(object, key));

	return text ? text : "";
}

static int64_t number_of(const json_t *object, const char *key)
{
	return json_integer_value(json_object_get(object, key));
}

/* A cell, which says by its class what is lost. */
static void put_fate(FILE *out, const json_t *class, const char *key)
{
	const char *fate = text_of(class, key);

	fprintf(out, "<td class=\"%s\">",
		strcmp(fate, "lost") ? "whole" : "lost");
	put_text(out, fate);
	fputs("</td>", out);
}

/* An order of the class, to be opened. */
static void put_order(FILE *out, const json_t *class, size_t number)
{
	const json_t *order = json_object_get(class, "order");

	fprintf(out, "<td><details><summary>%zu moves</summary><ol>",
		json_array_size(order));
	for (size_t i = 0; i < json_array_size(order); i++) {
		const char *text = json_string_value(json_array_get(order, i));

		fputs("<li>", out);
		put_text(out, text ? text : "?");
		fputs("</li>", out);
	}
	fprintf(out, "</ol></details><!--order %zu--></td>", number);
}

static void put_class(FILE *out, const json_t *class, size_t number, double all)
{
	int64_t orders = number_of(class, "orders");

	fprintf(out,
		"<tr><th scope=\"row\">%zu</th><td class=\"count\">%" PRId64
		"</td><td class=\"count\">%.1f %%</td>",
		number, orders, all > 0 ? 100.0 * (double)orders / all : 0);
	put_fate(out, class, "answers");
	put_fate(out, class, "request");
	fputs("<td>", out);
	put_text(out, text_of(class, "told"));
	fputs("</td>", out);
	put_order(out, class, number);
	fputs("</tr>\n", out);
}

/* How many orders lose an answer, and of these in how many nobody is told. */
static void put_sum(FILE *out, const json_t *classes, int64_t all)
{
	int64_t lost = 0, silent = 0;

	for (size_t i = 0; i < json_array_size(classes); i++) {
		const json_t *class = json_array_get(classes, i);

		if (strcmp(text_of(class, "answers"), "lost") != 0)
			continue;
		lost += number_of(class, "orders");
		if (!strcmp(text_of(class, "told"), "nobody"))
			silent += number_of(class, "orders");
	}
	fprintf(out,
		"<p class=\"sum\">An answer is lost in <strong>%" PRId64
		" of %" PRId64 "</strong> orders; in <strong>%" PRId64
		"</strong> of them no call on either side tells.</p>\n",
		lost, all, silent);
}

void orders_write(FILE *out, const struct record *record)
{
	const json_t *classes = json_object_get(record->orders, "classes");
	int64_t all = number_of(record->orders, "orders");

	fputs("<section id=\"orders\">\n<h2>Every order</h2>\n", out);
	put_sum(out, classes, all);
	fprintf(out,
		"<div class=\"wide\"><table>\n<caption>%" PRId64
		" order%s, %zu end%s%s%s</caption>\n<thead><tr>"
		"<th scope=\"col\">end</th><th scope=\"col\">orders</th>"
		"<th scope=\"col\">share</th><th scope=\"col\">the answers</th>"
		"<th scope=\"col\">the request</th><th scope=\"col\">who is "
		"told</th><th scope=\"col\">one of them</th></tr></thead>\n"
		"<tbody>\n",
		all, all == 1 ? "" : "s", json_array_size(classes),
		json_array_size(classes) == 1 ? "" : "s",
		json_is_true(json_object_get(record->orders, "wire"))
			? ", on a wire: a segment arrives whenever it can"
			: "",
		json_is_false(json_object_get(record->orders, "complete"))
			? "; there are more, which were not played"
			: "");
	for (size_t i = 0; i < json_array_size(classes); i++)
		put_class(out, json_array_get(classes, i), i + 1, (double)all);
	fputs("</tbody>\n</table></div>\n", out);
	if (record->picture) {
		fputs("<figure><div class=\"graph\" tabindex=\"0\"><img "
		      "alt=\"The tree of all orders; the table has what it "
		      "counts\" src=\"",
			out);
		put_svg_url(out, record->picture);
		fputs("\"/></div><figcaption>A way from left to right is one "
		      "order. Red: something will be lost from here on, "
		      "whatever happens; a red sector: in so many of the "
		      "orders from here.</figcaption></figure>\n",
			out);
	}
	fputs("</section>\n", out);
}
