/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "queue.h"

#include <assert.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

static struct queue_item *add(struct queue *queue, enum queue_kind kind,
	const void *bytes, size_t len)
{
	struct queue_item *item = malloc(sizeof(*item) + len + 1);

	if (!item)
		return NULL;
	*item = (struct queue_item){ .kind = kind, .file = -1, .len = len };
	if (len)
		memcpy(item->bytes, bytes, len);
	item->bytes[len] = '\0';
	if (queue->tail)
		queue->tail->next = item;
	else
		queue->head = item;
	queue->tail = item;
	return item;
}

bool queue_bytes(struct queue *queue, const void *data, size_t len)
{
	if (!add(queue, QUEUE_BYTES, data, len))
		return false;
	queue->waiting_bytes += len;
	return true;
}

bool queue_file(struct queue *queue, int file, const char *path)
{
	struct queue_item *item = add(queue, QUEUE_FILE, path, strlen(path));

	if (item)
		item->file = file;
	return item;
}

bool queue_fill(struct queue *queue, size_t total)
{
	struct queue_item *item = add(queue, QUEUE_FILL, NULL, 0);

	if (item)
		item->total = total;
	return item;
}

bool queue_shutdown(struct queue *queue, int how)
{
	struct queue_item *item = add(queue, QUEUE_SHUTDOWN, NULL, 0);

	if (item)
		item->how = how;
	return item;
}

bool queue_close(struct queue *queue)
{
	return add(queue, QUEUE_CLOSE, NULL, 0);
}

void queue_advance(struct queue *queue, size_t len)
{
	queue->head->done += len;
	if (queue->head->kind == QUEUE_BYTES)
		queue->waiting_bytes -= len;
}

void queue_drop(struct queue *queue)
{
	struct queue_item *item = queue->head;

	assert(item);
	if (item->kind == QUEUE_BYTES)
		queue->waiting_bytes -= item->len - item->done;
	queue->head = item->next;
	if (!queue->head)
		queue->tail = NULL;
	if (item->file >= 0)
		close(item->file);
	free(item);
}

void queue_clear(struct queue *queue)
{
	while (queue->head)
		queue_drop(queue);
}
