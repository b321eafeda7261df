/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Orders by what became of them: the classes, counted. Pure. */
#ifndef GRACELAB_EXPLORE_TABLE_H
#define GRACELAB_EXPLORE_TABLE_H

#include <stddef.h>
#include <stdint.h>

#include "gracelab/explore/order/order.h"

/* The moves of an order, each an enum order_move, owned; NULL: none. */
struct moves {
	uint8_t *list;
	size_t count;
};

struct class
{
	struct ending ending;
	uint64_t orders;
	struct moves first; /* owned: the first of them */
};

#define TABLE_CLASSES (2 * 2 * TOLDS)

/* Zero-initialised: empty. Classes stand as first met until table_sort(). */
struct table {
	struct class classes[TABLE_CLASSES];
	size_t count;
	uint64_t orders;
	struct moves found; /* owned: the first that was looked for, or none */
};

/* Counts `orders` more; `moves` is copied. False without memory. */
bool table_add(struct table *table, struct ending ending, uint64_t orders,
	const struct moves *moves);

/* Adds another, all of whose orders come later. */
bool table_merge(struct table *table, const struct table *later);

/* By number of orders, then as first met. */
void table_sort(struct table *table);

/* "nobody", "send EPIPE"; never changes. */
const char *table_told(enum told told);

void table_free(struct table *table);

/* A copy of `count` moves; list is NULL without memory. */
struct moves moves_copy(const uint8_t *list, size_t count);

#endif
