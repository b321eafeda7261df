/* SPDX-License-Identifier: GPL-3.0-or-later */
/* What two connections hand on to each other. */
#include <errno.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/socket.h>
#include <sys/time.h>
#include <sys/wait.h>
#include <unistd.h>

#include "gracelab/judge/halves/near.h"
#include "gracelab/judge/halves/splice.h"
#include "tests/unit/judge/pair.h"
#include "tests/unit/tap.h"

/* Two connections, of which the inner ends are spliced. */
struct middle {
	int left, right; /* the outer ends */
	struct splice *splice;
	bool goes_on;
};

static bool begin(struct middle *middle, bool little)
{
	int one[2], other[2];

	if (!EXPECT(pair_make(one, false) && pair_make(other, false)))
		return false;
	for (int i = 0; little && i < 2; i++) {
		splice_keep_little(one[i]);
		splice_keep_little(other[i]);
	}
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

	if (!begin(&middle, false))
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

/* Reads all that comes to the right; what the last recv(2) gave. */
static ssize_t drain(struct middle *middle, size_t *got)
{
	static char bytes[65536];
	ssize_t n = -1;

	for (int looks = 0; looks < 2000 && n != 0; looks++) {
		struct pollfd polled = { middle->right, POLLIN, 0 };

		pump(middle);
		poll(&polled, 1, 1);
		while ((n = recv(middle->right, bytes, sizeof(bytes), 0)) > 0)
			*got += (size_t)n;
	}
	return n;
}

/* A FIN waits for the bytes before it, of which there is room for few. */
static void test_stall(void)
{
	enum { MUCH = 64 << 20 };
	struct middle middle;
	static char bytes[65536];
	size_t sent = 0, got = 0;
	ssize_t n;

	if (!begin(&middle, true))
		return;
	do {
		n = send(middle.left, bytes, sizeof(bytes), 0);
		sent += n > 0 ? (size_t)n : 0;
		pump(&middle);
	} while (n > 0 && sent < MUCH);
	EXPECT_INT(-1, n);
	EXPECT_INT(EAGAIN, errno);
	shutdown(middle.left, SHUT_WR);
	n = drain(&middle, &got);
	EXPECT_INT(0, n);
	EXPECT_INT((long long)sent, (long long)got);
	end(&middle);
}

/* The FIN has come while bytes wait: it is behind them. */
static void test_order(void)
{
	struct middle middle;
	struct pollfd polled[2] = { { 0 } };
	static char bytes[SPLICE_BYTES];
	size_t sent = 0, got = 0;
	ssize_t n = 0;

	if (!begin(&middle, true))
		return;
	while (!(polled[1].events & POLLOUT) && n >= 0) {
		n = send(middle.left, bytes, sizeof(bytes) / 4, 0);
		sent += n > 0 ? (size_t)n : 0;
		pump(&middle);
		splice_wants(middle.splice, polled);
	}
	shutdown(middle.left, SHUT_WR);
	pump(&middle);
	EXPECT(middle.splice->ways[0].ended && middle.splice->ways[0].to);
	/* Of the left end nothing is to come, and it costs nothing. */
	shutdown(middle.right, SHUT_WR);
	pump(&middle);
	EXPECT_INT(0, hear(middle.left));
	EXPECT_INT(0, pump(&middle));
	n = drain(&middle, &got);
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
	if (!begin(&middle, false))
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

/* Where each signal is counted, and who counts them. */
static int signals[2];

static void on_signal(int signal)
{
	(void)signal;
	/* Nobody may be left to count it. */
	if (write(signals[1], "x", 1) < 0)
		return;
}

/* The other half: it answers once three signals have come behind the hello. */
__attribute__((noreturn)) static void answer(int listener)
{
	char bytes[64];
	int fd = accept(listener, NULL, NULL);

	if (recv(fd, bytes, sizeof(bytes), 0) <= 0)
		_exit(1);
	while (recv(signals[0], bytes, sizeof(bytes), MSG_DONTWAIT) > 0)
		;
	for (int i = 0; i < 3; i++)
		if (recv(signals[0], bytes, 1, 0) != 1)
			_exit(1);
	send(fd, "ok\n", 3, 0);
	/* Its links are taken too, and nothing is said on them. */
	for (;;)
		pause();
}

static void join_among_signals(void *context)
{
	const struct sigaction action = { .sa_handler = on_signal };
	const struct itimerval often = { { 0, 2000 }, { 0, 2000 } };
	const struct itimerval never = { 0 };
	struct sockaddr_in direct, address = { .sin_family = AF_INET };
	socklen_t size = sizeof(address);
	int listener = socket(AF_INET, SOCK_STREAM, 0);
	char other[32], *why;
	struct near near = { 0 };

	(void)context;
	address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
	if (!EXPECT(!bind(listener, (struct sockaddr *)&address, size) &&
		    !listen(listener, 64) &&
		    !socketpair(AF_UNIX, SOCK_STREAM, 0, signals)))
		return;
	getsockname(listener, (struct sockaddr *)&address, &size);
	snprintf(other, sizeof(other), "127.0.0.1:%u", ntohs(address.sin_port));
	pid_t child = fork();

	if (child == 0)
		answer(listener);
	sigaction(SIGALRM, &action, NULL);
	setitimer(ITIMER_REAL, &often, NULL);
	why = near_join(&near, other, 1, 1, &direct);
	setitimer(ITIMER_REAL, &never, NULL);
	EXPECT_TEXT(NULL, why);
	free(why);
	near_leave(&near);
	kill(child, SIGKILL);
	waitpid(child, NULL, 0);
	close(listener);
}

static void test_signals(void)
{
	tap_in_child(join_among_signals, NULL);
}

const struct tap_test tests_judge_halves[] = {
	{ "splice: bytes and FINs are handed on, each direction by itself",
		test_fins },
	{ "splice: a reader that stalls is felt, and gets all in the end",
		test_stall },
	{ "splice: a FIN is behind the bytes that wait", test_order },
	{ "splice: a RST becomes one, whatever came before it", test_resets },
	{ "splice: the kernel is to keep little", test_little },
	{ "near: signals do not end the waiting for the other half",
		test_signals },
	{ NULL, NULL },
};
