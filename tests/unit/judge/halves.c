/* SPDX-License-Identifier: GPL-3.0-or-later */
/* What two connections hand on to each other. */
#include <errno.h>
#include <stdlib.h>
#include <sys/socket.h>
#include <unistd.h>

#include "gracelab/judge/halves/splice.h"
#include "tests/unit/judge/pair.h"
#include "tests/unit/tap.h"

/* Two connections, of which the inner ends are spliced. */
struct middle {
	int left, right; /* the outer ends */
	struct splice *splice;
	bool goes_on;
};

static bool begin(struct middle *middle)
{
	int one[2], other[2];

	if (!EXPECT(pair_make(one, false) && pair_make(other, false)))
		return false;
	*middle = (struct middle){ one[0], other[0],
		splice_new(one[1], other[1]), true };
	return middle->splice;
}

static void end(struct middle *middle)
{
	close(middle->left);
	close(middle->right);
	splice_end(middle->splice);
	free(middle->splice);
}

/* Hands on all that there is; returns how often something was waited for. */
static unsigned pump(struct middle *middle)
{
	struct pollfd polled[2];
	unsigned times = 0;

	splice_wants(middle->splice, polled);
	while (middle->goes_on && times < 100 && poll(polled, 2, 0) > 0) {
		times++;
		middle->goes_on = splice_go_on(middle->splice, polled);
		splice_wants(middle->splice, polled);
	}
	return times;
}

/* What recv(2) gives: bytes, 0 for a FIN, or less than 0 and errno. */
static ssize_t hear(int fd)
{
	char bytes[100];

	return recv(fd, bytes, sizeof(bytes), 0);
}

static void test_fins(void)
{
	struct middle middle;

	if (!begin(&middle))
		return;
	EXPECT_INT(2, send(middle.left, "hi", 2, 0));
	shutdown(middle.left, SHUT_WR);
	pump(&middle);
	EXPECT_INT(2, hear(middle.right));
	EXPECT_INT(0, hear(middle.right));
	/* The other half lives, and costs nothing meanwhile. */
	EXPECT_INT(0, pump(&middle));
	EXPECT_INT(-1, hear(middle.left));
	EXPECT_INT(EAGAIN, errno);
	EXPECT_INT(3, send(middle.right, "you", 3, 0));
	pump(&middle);
	EXPECT_INT(3, hear(middle.left));
	shutdown(middle.right, SHUT_WR);
	pump(&middle);
	EXPECT_INT(0, hear(middle.left));
	EXPECT(!middle.goes_on);
	end(&middle);
}

/* A FIN waits for the bytes before it, of which there is room for few. */
static void test_stall(void)
{
	struct middle middle;
	static char bytes[65536];
	size_t sent = 0, got = 0;
	ssize_t n;

	if (!begin(&middle))
		return;
	for (int i = 0; i < 200; i++) {
		n = send(middle.left, bytes, sizeof(bytes), 0);
		sent += n > 0 ? (size_t)n : 0;
		pump(&middle);
	}
	EXPECT_INT(-1, n);
	EXPECT_INT(EAGAIN, errno);
	shutdown(middle.left, SHUT_WR);
	for (int i = 0; i < 100000 && n != 0; i++) {
		pump(&middle);
		n = recv(middle.right, bytes, sizeof(bytes), 0);
		got += n > 0 ? (size_t)n : 0;
	}
	EXPECT_INT(0, n);
	EXPECT_INT((long long)sent, (long long)got);
	end(&middle);
}

/* A RST becomes one, also where nothing is left to be read there. */
static void expect_reset(bool fin_first, bool from_left)
{
	struct middle middle;

	tap_case("%s%s", from_left ? "left" : "right",
		fin_first ? ", behind a FIN" : "");
	if (!begin(&middle))
		return;
	int *resets = from_left ? &middle.left : &middle.right;
	int *other = from_left ? &middle.right : &middle.left;

	if (fin_first)
		shutdown(*resets, SHUT_WR);
	pump(&middle);
	if (fin_first)
		EXPECT_INT(0, hear(*other));
	splice_abort(*resets);
	*resets = dup(*other);
	EXPECT(pump(&middle) < 100);
	EXPECT(!middle.goes_on);
	if (fin_first)
		EXPECT_INT(-1, send(*other, "x", 1, MSG_NOSIGNAL));
	else
		EXPECT_INT(-1, hear(*other));
	EXPECT_INT(fin_first ? EPIPE : ECONNRESET, errno);
	end(&middle);
}

static void test_resets(void)
{
	for (int i = 0; i < 4; i++)
		expect_reset(i & 1, i & 2);
}

static void test_little(void)
{
	int fd = socket(AF_INET, SOCK_STREAM, 0), in = 0, out = 0;
	socklen_t size = sizeof(in);

	splice_keep_little(fd);
	getsockopt(fd, SOL_SOCKET, SO_RCVBUF, &in, &size);
	getsockopt(fd, SOL_SOCKET, SO_SNDBUF, &out, &size);
	/* The kernel doubles what it is asked for: socket(7). */
	EXPECT_INT(2 * SPLICE_BYTES, in);
	EXPECT_INT(2 * SPLICE_BYTES, out);
	close(fd);
}

const struct tap_test tests_judge_halves[] = {
	{ "splice: bytes and FINs are handed on, each direction by itself",
		test_fins },
	{ "splice: a reader that stalls is felt, and gets all in the end",
		test_stall },
	{ "splice: a RST becomes one, whatever came before it", test_resets },
	{ "splice: the kernel is to keep little", test_little },
	{ NULL, NULL },
};
