/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "message.h"

#include <stdlib.h>

/* Both ends are one program: numbers stand as they are in memory. */
static bool put(FILE *out, const void *bytes, size_t len)
{
	return !len || fwrite(bytes, 1, len, out) == len;
}

static bool get(FILE *in, void *bytes, size_t len)
{
	return !len || fread(bytes, 1, len, in) == len;
}

/* An array of `count` elements, owned by the caller; NULL where it fails. */
static void *get_array(FILE *in, size_t count, size_t element_bytes)
{
	void *array = calloc(count + 1, element_bytes);

	if (array && get(in, array, count * element_bytes))
		return array;
	free(array);
	return NULL;
}

static bool put_walk(FILE *out, const struct walk *walk)
{
	return put(out, walk, sizeof(*walk)) &&
		put(out, walk->choices, walk->count * sizeof(*walk->choices));
}

static bool get_walk(FILE *in, struct walk *walk)
{
	struct choice *choices;

	if (!get(in, walk, sizeof(*walk)))
		return false;
	choices = get_array(in, walk->count, sizeof(*choices));
	walk->choices = choices;
	walk->capacity = walk->count;
	return choices;
}

static bool put_moves(FILE *out, const struct moves *moves)
{
	return put(out, moves, sizeof(*moves)) &&
		(!moves->list || put(out, moves->list, moves->count));
}

static bool get_moves(FILE *in, struct moves *moves)
{
	struct moves sent;

	*moves = (struct moves){ 0 };
	if (!get(in, &sent, sizeof(sent)))
		return false;
	if (!sent.list)
		return true;
	moves->list = get_array(in, sent.count, 1);
	moves->count = sent.count;
	return moves->list;
}

static bool put_table(FILE *out, const struct table *table)
{
	bool good = put(out, &table->orders, sizeof(table->orders)) &&
		put(out, &table->count, sizeof(table->count)) &&
		put_moves(out, &table->found);

	for (size_t i = 0; good && i < table->count; i++)
		good = put(out, &table->classes[i], sizeof(struct class)) &&
			put_moves(out, &table->classes[i].first);
	return good;
}

static bool get_table(FILE *in, struct table *table)
{
	size_t count = 0;

	*table = (struct table){ 0 };
	if (!get(in, &table->orders, sizeof(table->orders)) ||
		!get(in, &count, sizeof(count)) || count > TABLE_CLASSES ||
		!get_moves(in, &table->found))
		return false;
	for (size_t i = 0; i < count; i++) {
		struct class *class = &table->classes[i];

		if (!get(in, class, sizeof(*class)) ||
			!get_moves(in, &class->first))
			return false;
		table->count++;
	}
	return true;
}

bool message_put_task(FILE *out, const struct message_task *task)
{
	return put(out, &task->quota, sizeof(task->quota)) &&
		put_walk(out, &task->walk) && !fflush(out);
}

bool message_get_task(FILE *in, struct message_task *task)
{
	return get(in, &task->quota, sizeof(task->quota)) &&
		get_walk(in, &task->walk);
}

bool message_put_result(FILE *out, const struct message_result *result)
{
	return put(out, result, sizeof(*result)) &&
		put_table(out, &result->table) &&
		put_walk(out, &result->left) && !fflush(out);
}

bool message_get_result(FILE *in, struct message_result *result)
{
	bool good = get(in, result, sizeof(*result));

	result->table = (struct table){ 0 };
	result->left = (struct walk){ 0 };
	if (!good)
		return false;
	return get_table(in, &result->table) && get_walk(in, &result->left);
}

void message_free_result(struct message_result *result)
{
	table_free(&result->table);
	walk_free(&result->left);
}
