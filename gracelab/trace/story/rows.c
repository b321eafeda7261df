/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "rows.h"

#include <stdlib.h>
#include <string.h>

size_t rows_add(struct rows *rows, double seconds)
{
	if (rows->first && rows->first + rows->count == rows->room) {
		memmove(rows->rows, rows->rows + rows->first,
			rows->count * sizeof(*rows->rows));
		rows->first = 0;
	}
	if (rows->count * 2 >= rows->room) {
		size_t room = rows->room * 2 + 64;
		struct row *more =
			reallocarray(rows->rows, room, sizeof(*more));

		if (!more)
			return ROWS_NONE;
		rows->rows = more;
		rows->room = room;
	}
	rows->rows[rows->first + rows->count] =
		(struct row){ .rung = { .seconds = seconds } };
	return rows->gone + rows->count++;
}

struct row *rows_at(const struct rows *rows, size_t number)
{
	if (number == ROWS_NONE || number < rows->gone ||
		number >= rows->gone + rows->count)
		return NULL;
	return &rows->rows[rows->first + number - rows->gone];
}

void rows_flush(struct rows *rows, bool all,
	void (*take)(void *context, struct rung *rung), void *context)
{
	while (rows->count) {
		struct row *row = &rows->rows[rows->first];

		if (row->open && !all)
			return;
		take(context, &row->rung);
		rows->first++;
		rows->count--;
		rows->gone++;
	}
}

void rows_free(struct rows *rows)
{
	for (size_t i = 0; i < rows->count; i++)
		record_free_rung(&rows->rows[rows->first + i].rung);
	free(rows->rows);
	*rows = (struct rows){ 0 };
}
