/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "table.h"

#include <stdlib.h>
#include <string.h>

const char *table_told(enum told told)
{
	static const char *const names[] = {
		[TOLD_NOBODY] = "nobody",
		[TOLD_SEND_EPIPE] = "send EPIPE",
		[TOLD_SEND_ECONNRESET] = "send ECONNRESET",
		[TOLD_RECV_ECONNRESET] = "recv ECONNRESET",
		[TOLD_SEND_SIGPIPE] = "send SIGPIPE",
	};

	return names[told];
}

struct moves moves_copy(const uint8_t *list, size_t count)
{
	struct moves copy = { .list = malloc(count + 1), .count = count };

	if (copy.list && count)
		memcpy(copy.list, list, count);
	return copy;
}

static bool is_same(struct ending a, struct ending b)
{
	return a.lost[CLIENT] == b.lost[CLIENT] &&
		a.lost[SERVER] == b.lost[SERVER] && a.told == b.told;
}

bool table_add(struct table *table, struct ending ending, uint64_t orders,
	const struct moves *moves)
{
	size_t i = 0;

	while (i < table->count && !is_same(table->classes[i].ending, ending))
		i++;
	struct class *class = &table->classes[i];

	if (i == table->count) {
		*class = (struct class){ .ending = ending,
			.first = moves_copy(moves->list, moves->count) };
		if (!class->first.list)
			return false;
		table->count++;
	}
	class->orders += orders;
	table->orders += orders;
	return true;
}

bool table_merge(struct table *table, const struct table *later)
{
	bool good = true;

	for (size_t i = 0; i < later->count; i++) {
		const struct class *class = &later->classes[i];

		good = table_add(table, class->ending, class->orders,
			       &class->first) &&
			good;
	}
	if (!table->found.list && later->found.list) {
		table->found =
			moves_copy(later->found.list, later->found.count);
		good = table->found.list && good;
	}
	return good;
}

void table_sort(struct table *table)
{
	for (size_t i = 1; i < table->count; i++) {
		struct class class = table->classes[i];
		size_t at = i;

		for (; at && table->classes[at - 1].orders < class.orders; at--)
			table->classes[at] = table->classes[at - 1];
		table->classes[at] = class;
	}
}

void table_free(struct table *table)
{
	for (size_t i = 0; i < table->count; i++)
		free(table->classes[i].first.list);
	free(table->found.list);
	*table = (struct table){ 0 };
}
