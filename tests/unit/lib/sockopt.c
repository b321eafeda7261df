/* SPDX-License-Identifier: GPL-3.0-or-later */
/* What the kernel has of what a command sets. */
#include "lib/conn/sockopt.h"

#include <fcntl.h>
#include <limits.h>
#include <netinet/in.h>
#include <netinet/tcp.h>
#include <sys/socket.h>
#include <unistd.h>

#include "lib/conn/conn.h"
#include "tests/unit/tap.h"

/* How many were told of as set. */
static void count(void *owner, const struct event *event)
{
	*(int *)owner += event->kind == EVENT_OPTION;
}

static int value_of(const struct conn *conn, int level, int name)
{
	int value = -2;
	socklen_t size = sizeof(value);

	getsockopt(conn->fd, level, name, &value, &size);
	return value;
}

static void what_is_set_is_what_the_kernel_has(void)
{
	int told = 0;
	struct conn_context context = { .on_event = count, .owner = &told };
	struct conn conn;

	conn_init(&conn, &context, socket(AF_INET, SOCK_STREAM, 0), 1);
	sockopt_linger2(&conn, true, 7500);
	EXPECT_INT(7, value_of(&conn, IPPROTO_TCP, TCP_LINGER2));
	sockopt_linger2(&conn, false, -1);
	EXPECT_INT(-1, value_of(&conn, IPPROTO_TCP, TCP_LINGER2));
	sockopt_keepalive(&conn, true, 5000, 3000, 2);
	EXPECT_INT(1, value_of(&conn, SOL_SOCKET, SO_KEEPALIVE));
	EXPECT_INT(5, value_of(&conn, IPPROTO_TCP, TCP_KEEPIDLE));
	EXPECT_INT(3, value_of(&conn, IPPROTO_TCP, TCP_KEEPINTVL));
	EXPECT_INT(2, value_of(&conn, IPPROTO_TCP, TCP_KEEPCNT));
	sockopt_keepalive(&conn, false, -1, -1, 0);
	EXPECT_INT(0, value_of(&conn, SOL_SOCKET, SO_KEEPALIVE));
	EXPECT_INT(5, value_of(&conn, IPPROTO_TCP, TCP_KEEPIDLE));
	/* Longer than the kernel can count is its longest. */
	sockopt_user_timeout(&conn, INT64_C(1) << 40);
	EXPECT_INT(INT_MAX, value_of(&conn, IPPROTO_TCP, TCP_USER_TIMEOUT));
	EXPECT_INT(5, told);
	close(conn.fd);
}

static void only_a_close_that_waits_is_made_by_a_thread(void)
{
	int told = 0;
	struct conn_context context = { .on_event = count, .owner = &told };
	struct conn conn;

	conn_init(&conn, &context, socket(AF_INET, SOCK_STREAM, 0), 1);
	sockopt_linger(&conn, true, 2000);
	EXPECT(conn.close_blocks);
	/* It resets, and that takes no time. */
	sockopt_linger(&conn, true, 0);
	EXPECT(!conn.close_blocks);
	sockopt_linger(&conn, false, 2000);
	EXPECT(!conn.close_blocks);
	sockopt_blocking(&conn, false);
	EXPECT(fcntl(conn.fd, F_GETFL) & O_NONBLOCK);
	sockopt_blocking(&conn, true);
	EXPECT(!(fcntl(conn.fd, F_GETFL) & O_NONBLOCK));
	close(conn.fd);
}

const struct tap_test tests_sockopt[] = {
	{ "sockopt: what is set is what the kernel has",
		what_is_set_is_what_the_kernel_has },
	{ "sockopt: only a close(2) that waits is made by a thread",
		only_a_close_that_waits_is_made_by_a_thread },
	{ NULL, NULL },
};
