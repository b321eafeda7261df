/* SPDX-License-Identifier: GPL-3.0-or-later */
/* The stage: a private loopback on which TCP leaves nothing to chance. */
#include "stage.h"

#include <errno.h>
#include <fcntl.h>
#include <net/if.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/wait.h>
#include <unistd.h>

#include "lib/base/io.h"
#include "link.h"
#include "network.h"

enum {
	RTO_MIN_MS = 10000,
	RTO_MIN_LOWEST_MS = 200,
};

static const char FIN_TIMEOUT[] = "net.ipv4.tcp_fin_timeout";

/* Furnishes ::1, if there is one; returns 0 or an errno value. */
static int furnish_ipv6(struct mnl_socket *nl, unsigned lo, unsigned rto_min_ms)
{
	static const struct link_route route = { AF_INET6, true, "::1", 128,
		NULL, false, 0 };
	/* The kernel's own route has metric 0, which no request can name, so
	 * it can be deleted but not replaced, and would go first. Without one
	 * IPv6 is switched off or not built in. */
	int error = link_delete_route(nl, lo, &route);

	if (error)
		return error == ESRCH || error == EAFNOSUPPORT ||
				error == EOPNOTSUPP
			? 0
			: error;
	return link_put_route(nl, lo, &route, rto_min_ms);
}

/* Brings loopback up as stage_enter() says; on failure stage->why is set. */
static int furnish(struct stage *stage)
{
	static const struct link_route routes[] = {
		{ AF_INET, true, "127.0.0.0", 8, "127.0.0.1", false, 0 },
		{ AF_INET, true, "127.0.0.1", 32, "127.0.0.1", false, 0 },
	};
	struct mnl_socket *nl = link_open();
	unsigned lo = if_nametoindex("lo");
	const char *step = "open rtnetlink";
	int error = 0;

	if (!nl || lo == 0)
		error = errno;
	if (!error) {
		step = "bring lo up";
		error = link_up(nl, lo);
	}
	for (size_t i = 0; !error && i < sizeof(routes) / sizeof(*routes);
		i++) {
		step = "set the routes of 127.0.0.0/8";
		error = link_put_route(nl, lo, &routes[i], stage->rto_min_ms);
	}
	if (!error) {
		step = "set the route of ::1";
		error = furnish_ipv6(nl, lo, stage->rto_min_ms);
	}
	if (error)
		network_explain(stage->why, sizeof(stage->why), step, error);
	if (nl)
		mnl_socket_close(nl);
	return error ? -1 : 0;
}

/* What the lab itself sets. Failure is noted, not fatal: the routes, which
 * need no /proc, do the main part. */
static void set_own_sysctls(struct stage *stage)
{
	static const char *const own[] = {
		"net.ipv4.tcp_congestion_control=reno",
		"net.ipv4.tcp_autocorking=0",
		/* A tail loss probe heeds no rto_min. */
		"net.ipv4.tcp_early_retrans=0",
	};

	network_try_sysctls(own, sizeof(own) / sizeof(*own), stage->note,
		sizeof(stage->note));
}

unsigned stage_rto_min_ms(const char *const sysctls[], size_t n)
{
	size_t len = strlen(FIN_TIMEOUT);
	unsigned long rto_min_ms = RTO_MIN_MS;

	for (size_t i = 0; i < n; i++) {
		unsigned long seconds;

		if (strncmp(sysctls[i], FIN_TIMEOUT, len) != 0 ||
			sysctls[i][len] != '=')
			continue;
		seconds = strtoul(sysctls[i] + len + 1, NULL, 10);
		rto_min_ms =
			seconds < RTO_MIN_MS / 250 ? seconds * 250 : RTO_MIN_MS;
		if (rto_min_ms < RTO_MIN_LOWEST_MS)
			rto_min_ms = RTO_MIN_LOWEST_MS;
	}
	return (unsigned)rto_min_ms;
}

enum stage_result stage_enter(
	const char *const sysctls[], size_t n, struct stage *stage)
{
	char *why = stage->why;

	memset(stage, 0, sizeof(*stage));
	switch (network_leave_host(why, sizeof(stage->why))) {
	case NETWORK_REFUSED:
		return stage->result = STAGE_HOST;
	case NETWORK_SPOILT:
		return stage->result = STAGE_SPOILT;
	case NETWORK_PRIVATE:
		break;
	}
	stage->rto_min_ms = stage_rto_min_ms(sysctls, n);
	if (furnish(stage) < 0)
		return stage->result = STAGE_SPOILT;
	set_own_sysctls(stage);
	if (!network_sysctls(sysctls, n, why, sizeof(stage->why)))
		return stage->result = STAGE_BAD_SYSCTL;
	return stage->result = STAGE_PRIVATE;
}

enum stage_result stage_probe(struct stage *stage)
{
	int ends[2] = { -1, -1 };
	pid_t child = -1;

	memset(stage, 0, sizeof(*stage));
	stage->result = STAGE_HOST;
	if (pipe2(ends, O_CLOEXEC) == 0)
		child = fork();
	if (child == 0) {
		stage_enter(NULL, 0, stage);
		/* One write below PIPE_BUF arrives whole or not at all. */
		_exit(io_write(ends[1], stage, sizeof(*stage)) !=
			sizeof(*stage));
	}
	if (child < 0) {
		network_explain(stage->why, sizeof(stage->why), "fork", errno);
	} else {
		close(ends[1]);
		ends[1] = -1;
		ssize_t n;

		do
			n = read(ends[0], stage, sizeof(*stage));
		while (n < 0 && errno == EINTR);
		if (n <= 0)
			network_explain(stage->why, sizeof(stage->why), "probe",
				ECHILD);
		while (waitpid(child, NULL, 0) < 0 && errno == EINTR)
			;
	}
	if (ends[0] >= 0)
		close(ends[0]);
	if (ends[1] >= 0)
		close(ends[1]);
	if (stage->result != STAGE_PRIVATE)
		stage->result = STAGE_HOST;
	return stage->result;
}
