/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "sockopt.h"

#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <netinet/in.h>
#include <netinet/tcp.h>
#include <stdio.h>
#include <sys/socket.h>

#include "calls.h"

/* Room for "SO_KEEPALIVE 1, TCP_KEEPIDLE N, TCP_KEEPINTVL N, TCP_KEEPCNT N". */
#define DETAIL_SIZE 128

struct setting {
	int level, option;
	const char *name;
	int value;
};

static void told(
	struct conn *conn, const char *call, const char *detail, bool failed)
{
	calls_report(conn,
		(struct event){ .kind = failed ? EVENT_ERROR : EVENT_OPTION,
			.call = call,
			.detail = detail,
			.error = failed ? errno : 0 });
}

/* The kernel's options count in int; what is longer is its longest. */
static int seconds(int64_t duration_ms)
{
	return duration_ms / 1000 > INT_MAX ? INT_MAX
					    : (int)(duration_ms / 1000);
}

/* Sets one after another, those without a name left out; told as one. */
static void set(struct conn *conn, const struct setting *settings, size_t count)
{
	char detail[DETAIL_SIZE] = "";
	size_t used = 0;

	for (size_t i = 0; i < count; i++) {
		const struct setting *setting = &settings[i];

		if (!setting->name)
			continue;
		if (setsockopt(conn->fd, setting->level, setting->option,
			    &setting->value, sizeof(setting->value))) {
			told(conn, "setsockopt", setting->name, true);
			return;
		}
		used += (size_t)snprintf(detail + used, sizeof(detail) - used,
			"%s%s %d", used ? ", " : "", setting->name,
			setting->value);
	}
	told(conn, "setsockopt", detail, false);
}

void sockopt_linger(struct conn *conn, bool on, int64_t duration_ms)
{
	const struct linger linger = { .l_onoff = on,
		.l_linger = on ? seconds(duration_ms) : 0 };
	char detail[DETAIL_SIZE];
	int failed = setsockopt(
		conn->fd, SOL_SOCKET, SO_LINGER, &linger, sizeof(linger));

	if (!failed)
		conn->close_blocks = on && duration_ms;
	snprintf(detail, sizeof(detail), "SO_LINGER {%d, %d}", linger.l_onoff,
		linger.l_linger);
	told(conn, "setsockopt", detail, failed);
}

void sockopt_linger2(struct conn *conn, bool on, int64_t duration_ms)
{
	const struct setting setting = { IPPROTO_TCP, TCP_LINGER2,
		"TCP_LINGER2", on ? seconds(duration_ms) : -1 };

	set(conn, &setting, 1);
}

void sockopt_keepalive(struct conn *conn, bool on, int64_t idle_ms,
	int64_t interval_ms, unsigned count)
{
	const struct setting settings[] = {
		{ IPPROTO_TCP, TCP_KEEPIDLE,
			on && idle_ms >= 0 ? "TCP_KEEPIDLE" : NULL,
			seconds(idle_ms) },
		{ IPPROTO_TCP, TCP_KEEPINTVL,
			on && interval_ms >= 0 ? "TCP_KEEPINTVL" : NULL,
			seconds(interval_ms) },
		{ IPPROTO_TCP, TCP_KEEPCNT, on && count ? "TCP_KEEPCNT" : NULL,
			count > INT_MAX ? INT_MAX : (int)count },
		{ SOL_SOCKET, SO_KEEPALIVE, "SO_KEEPALIVE", on },
	};

	set(conn, settings, sizeof(settings) / sizeof(*settings));
}

void sockopt_user_timeout(struct conn *conn, int64_t duration_ms)
{
	const struct setting setting = { IPPROTO_TCP, TCP_USER_TIMEOUT,
		"TCP_USER_TIMEOUT",
		duration_ms > INT_MAX ? INT_MAX : (int)duration_ms };

	set(conn, &setting, 1);
}

void sockopt_quickack(struct conn *conn, bool on)
{
	const struct setting setting = { IPPROTO_TCP, TCP_QUICKACK,
		"TCP_QUICKACK", on };

	set(conn, &setting, 1);
}

void sockopt_blocking(struct conn *conn, bool on)
{
	int flags = fcntl(conn->fd, F_GETFL);
	int wanted = on ? flags & ~O_NONBLOCK : flags | O_NONBLOCK;
	int failed = flags < 0 ? -1 : fcntl(conn->fd, F_SETFL, wanted);

	told(conn, "fcntl", on ? "O_NONBLOCK off" : "O_NONBLOCK on", failed);
}
