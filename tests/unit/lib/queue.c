/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "lib/conn/queue.h"

#include <fcntl.h>
#include <sys/socket.h>

#include "tests/unit/tap.h"

static void items_keep_their_order(void)
{
	static const enum queue_kind expected[] = { QUEUE_BYTES, QUEUE_SHUTDOWN,
		QUEUE_BYTES, QUEUE_CLOSE };
	struct queue queue = { 0 };

	EXPECT(queue_bytes(&queue, "one", 3));
	EXPECT(queue_shutdown(&queue, SHUT_WR));
	EXPECT(queue_bytes(&queue, "two", 3));
	EXPECT(queue_close(&queue));
	for (size_t i = 0; i < 4; i++) {
		tap_case("%zu", i);
		if (!EXPECT(queue.head))
			return;
		EXPECT_INT(expected[i], queue.head->kind);
		if (queue.head->kind == QUEUE_SHUTDOWN)
			EXPECT_INT(SHUT_WR, queue.head->how);
		EXPECT_INT(-1, queue.head->file);
		queue_drop(&queue);
	}
	EXPECT(!queue.head && !queue.tail);
}

static void bytes_are_copied(void)
{
	struct queue queue = { 0 };
	char data[] = "a\0b";

	EXPECT(queue_bytes(&queue, data, 3));
	memset(data, 'x', sizeof(data));
	EXPECT_BYTES("a\0b", 3, queue.head->bytes, queue.head->len);
	EXPECT_INT(0, queue.head->done);
	queue_clear(&queue);
}

static void waiting_bytes_are_those_not_sent(void)
{
	struct queue queue = { 0 };

	queue_bytes(&queue, "12345", 5);
	queue_bytes(&queue, "678", 3);
	queue_shutdown(&queue, SHUT_WR);
	EXPECT_INT(8, queue.waiting_bytes);
	queue_advance(&queue, 2);
	EXPECT_INT(2, queue.head->done);
	EXPECT_INT(6, queue.waiting_bytes);
	queue_drop(&queue);
	EXPECT_INT(3, queue.waiting_bytes);
	queue_advance(&queue, 3);
	queue_drop(&queue);
	EXPECT_INT(0, queue.waiting_bytes);
	queue_drop(&queue);
	EXPECT_INT(0, queue.waiting_bytes);
}

static void a_file_counts_no_bytes_and_is_closed(void)
{
	struct queue queue = { 0 };
	int file = open("/dev/null", O_RDONLY | O_CLOEXEC);

	if (!EXPECT(file >= 0))
		return;
	EXPECT(queue_file(&queue, file, "/dev/null"));
	EXPECT_INT(QUEUE_FILE, queue.head->kind);
	EXPECT_INT(file, queue.head->file);
	EXPECT_TEXT("/dev/null", queue.head->bytes);
	EXPECT_INT(0, queue.waiting_bytes);
	queue_advance(&queue, 100);
	EXPECT_INT(100, queue.head->done);
	EXPECT_INT(0, queue.waiting_bytes);
	queue_drop(&queue);
	EXPECT_INT(-1, fcntl(file, F_GETFD));
}

static void clearing_drops_everything(void)
{
	struct queue queue = { 0 };
	int file = open("/dev/null", O_RDONLY | O_CLOEXEC);

	queue_bytes(&queue, "12345", 5);
	EXPECT(queue_file(&queue, file, "/dev/null"));
	queue_close(&queue);
	queue_clear(&queue);
	EXPECT(!queue.head && !queue.tail);
	EXPECT_INT(0, queue.waiting_bytes);
	EXPECT_INT(-1, fcntl(file, F_GETFD));
	queue_clear(&queue);
	EXPECT(queue_bytes(&queue, "again", 5));
	EXPECT(queue.head == queue.tail);
	queue_clear(&queue);
}

static void no_bytes_are_an_item_too(void)
{
	struct queue queue = { 0 };

	EXPECT(queue_bytes(&queue, NULL, 0));
	EXPECT(queue.head && !queue.head->len);
	queue_clear(&queue);
}

const struct tap_test tests_queue[] = {
	{ "queue: items keep their order", items_keep_their_order },
	{ "queue: bytes are copied, NUL too", bytes_are_copied },
	{ "queue: the bytes that wait are those not yet sent",
		waiting_bytes_are_those_not_sent },
	{ "queue: a file counts no bytes and is closed when dropped",
		a_file_counts_no_bytes_and_is_closed },
	{ "queue: clearing drops everything, and it can be used again",
		clearing_drops_everything },
	{ "queue: no bytes are an item too", no_bytes_are_an_item_too },
	{ NULL, NULL },
};
