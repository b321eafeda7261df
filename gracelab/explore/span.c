/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "span.h"

#include <stdlib.h>

/* What is done is joined up to this size: it may have to be done again. */
#define JOINED_ORDERS 4000

struct span *spans_begin(void)
{
	return calloc(1, sizeof(struct span));
}

struct span *spans_first(struct span *spans, enum span_state state)
{
	while (spans && spans->state != state)
		spans = spans->next;
	return spans;
}

bool spans_have(const struct span *spans, enum span_state state, size_t count)
{
	for (; spans && count; spans = spans->next)
		count -= spans->state == state;
	return !count;
}

/* A pending span behind `span`; takes the walk. */
static struct span *insert(struct span *span, struct walk *walk)
{
	struct span *new = calloc(1, sizeof(*new));

	if (!new) {
		walk_free(walk);
		return NULL;
	}
	new->walk = *walk;
	new->next = span->next;
	span->next = new;
	*walk = (struct walk){ 0 };
	return new;
}

bool spans_note(
	struct span *span, struct table *table, struct walk *left, bool split)
{
	struct walk rest = { 0 };

	span->state = SPAN_DONE;
	span->table = *table;
	*table = (struct table){ 0 };
	if (left->over) {
		walk_free(left);
		return true;
	}
	if (split && walk_split(left, &rest) && !insert(span, &rest)) {
		walk_free(left);
		return false;
	}
	return insert(span, left);
}

static void drop(struct span *span)
{
	walk_free(&span->walk);
	table_free(&span->table);
	free(span);
}

bool spans_join(struct span *spans, uint64_t limit)
{
	bool good = true;

	for (struct span *span = spans; span;) {
		struct span *next = span->next;
		uint64_t bound = span == spans ? limit : JOINED_ORDERS;

		if (!next || span->state != SPAN_DONE ||
			next->state != SPAN_DONE ||
			span->table.orders + next->table.orders > bound) {
			span = next;
			continue;
		}
		good = table_merge(&span->table, &next->table) && good;
		span->next = next->next;
		drop(next);
	}
	return good;
}

void spans_redo(struct span *span)
{
	span->walk.fixed = 0;
	table_free(&span->table);
}

double spans_left(const struct span *spans)
{
	double left = 0;

	for (; spans; spans = spans->next) {
		const struct walk *walk = &spans->walk;
		double width, ignored;

		if (spans->state == SPAN_DONE)
			continue;
		left += walk_place(walk, walk->fixed, &width) + width;
		left -= walk_place(walk, walk->count, &ignored);
	}
	return left;
}

double spans_place(const struct span *span)
{
	double ignored;

	return walk_place(&span->walk, span->walk.count, &ignored);
}

void spans_free(struct span *spans)
{
	while (spans) {
		struct span *next = spans->next;

		drop(spans);
		spans = next;
	}
}
