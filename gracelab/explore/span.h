/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * A tree of orders as spans: parts that stand side by side in the order of a
 * walk, each still to be explored, under way, or done. However they are shared
 * out, they add up to one table. Pure.
 */
#ifndef GRACELAB_EXPLORE_SPAN_H
#define GRACELAB_EXPLORE_SPAN_H

#include "table.h"
#include "walk.h"

enum span_state { SPAN_PENDING, SPAN_RUNNING, SPAN_DONE };

struct span {
	struct span *next; /* whose orders come later */
	enum span_state state;
	struct walk walk;   /* where it begins */
	struct table table; /* DONE */
};

/* The whole tree, one span; NULL without memory. For spans_free(). */
struct span *spans_begin(void);

/* The first in that state, or NULL. */
struct span *spans_first(struct span *spans, enum span_state state);

/* Whether there are at least `count` in that state. */
bool spans_have(const struct span *spans, enum span_state state, size_t count);

/*
 * A span was explored up to where `left` begins: it is done with `table`, and
 * what is left stands behind it, in two parts with `split`. Takes both.
 * False without memory.
 */
bool spans_note(
	struct span *span, struct table *table, struct walk *left, bool split);

/*
 * Joins what is done and stands side by side, so that the list stays short; the
 * first span to no more than `limit` orders. False without memory.
 */
bool spans_join(struct span *spans, uint64_t limit);

/*
 * Prepares a span that is done, perhaps of several that were joined, to be done
 * again from where it begins: it ends nowhere by itself then, but with a quota.
 */
void spans_redo(struct span *span);

/*
 * Which part of the tree is not done, 0 to 1, every choice taken as equally
 * likely.
 */
double spans_left(const struct span *spans);

/* The same of what stands before a span. */
double spans_place(const struct span *span);

void spans_free(struct span *spans);

#endif
