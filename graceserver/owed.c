/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "owed.h"

#include <assert.h>
#include <stdlib.h>

struct message *owed_new(size_t room)
{
	return malloc(sizeof(struct message) + room);
}

void owed_add(struct owed *owed, struct message *message, size_t len)
{
	/* It is smaller now, or where that fails as it was. */
	struct message *fitting = realloc(message, sizeof(*message) + len);

	if (fitting)
		message = fitting;
	message->next = NULL;
	message->len = len;
	if (owed->last)
		owed->last->next = message;
	else
		owed->first = message;
	owed->last = message;
}

void owed_drop(struct owed *owed)
{
	struct message *message = owed->first;

	assert(message);
	owed->first = message->next;
	if (!owed->first)
		owed->last = NULL;
	free(message);
}

void owed_clear(struct owed *owed)
{
	while (owed->first)
		owed_drop(owed);
}

unsigned owed_count(const struct owed *owed)
{
	unsigned count = 0;

	for (const struct message *m = owed->first; m; m = m->next)
		count++;
	return count;
}
