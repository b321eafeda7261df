/* SPDX-License-Identifier: GPL-3.0-or-later */
/* The stage: a private loopback on which TCP leaves nothing to chance. */
#include "stage.h"

#include <arpa/inet.h>
#include <errno.h>
#include <fcntl.h>
#include <libmnl/libmnl.h>
#include <linux/rtnetlink.h>
#include <net/if.h>
#include <sched.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

#include "gracelab/observe/netlink.h"
#include "lib/base/io.h"
#include "lib/base/names.h"

enum {
	RTO_MIN_MS = 10000,
	RTO_MIN_LOWEST_MS = 200,
	MESSAGE_BYTES = 1024,
	IP6_KERNEL_METRIC = 0,
};

static const char FIN_TIMEOUT[] = "net.ipv4.tcp_fin_timeout";

/* One local route to be replaced. */
struct local_route {
	unsigned char family;
	unsigned char prefix_bits;
	const char *destination;
	const char *source;
};

/* Keeps errno's name beside the step that failed. */
static void explain(char *text, size_t size, const char *step, int error)
{
	char why[NAMES_DESCRIPTION_SIZE];

	snprintf(text, size, "%s: %s", step, names_describe(why, error));
}

static int write_file(const char *path, const char *text)
{
	size_t len = strlen(text);
	int fd = open(path, O_WRONLY | O_CLOEXEC);
	int error = 0;

	if (fd < 0)
		return errno;
	if (io_write(fd, text, len) != len)
		error = errno;
	close(fd);
	return error;
}

int stage_check_sysctl(const char *text, char *why, size_t why_size)
{
	const char *equals = strchr(text, '=');
	int len = equals ? (int)(equals - text) : (int)strlen(text);

	if (!equals || equals[1] == '\0')
		snprintf(why, why_size, "sysctl %s: expected NAME=VALUE", text);
	else if (strncmp(text, "net.", 4) != 0)
		snprintf(why, why_size,
			"sysctl %.*s: only names beginning "
			"with net. can be set",
			len, text);
	else if ((int)strspn(text,
			 "abcdefghijklmnopqrstuvwxyz"
			 "ABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789_-.") < len ||
		memmem(text, (size_t)len, "..", 2) || text[len - 1] == '.')
		snprintf(why, why_size, "sysctl %.*s: not a name", len, text);
	else
		return 0;
	return -1;
}

/* Writes one checked NAME=VALUE; returns 0 or an errno value. */
static int write_sysctl(const char *text)
{
	const char *equals = strchr(text, '=');
	char path[256];
	int len = snprintf(path, sizeof(path), "/proc/sys/%.*s",
		(int)(equals - text), text);

	if (len < 0 || (size_t)len >= sizeof(path))
		return ENAMETOOLONG;
	for (char *p = path + strlen("/proc/sys/"); *p; p++)
		if (*p == '.')
			*p = '/';
	return write_file(path, equals + 1);
}

/* Sends one request and waits for its answer; returns 0 or an errno value. */
static int ask_kernel(struct mnl_socket *nl, struct nlmsghdr *request)
{
	char answer[MESSAGE_BYTES * 4];
	ssize_t len;

	request->nlmsg_flags |= NLM_F_REQUEST | NLM_F_ACK;
	request->nlmsg_seq = 1;
	if (netlink_send(nl, request) < 0)
		return errno;
	len = netlink_receive(nl, answer, sizeof(answer));
	if (len < 0)
		return errno;
	if (mnl_cb_run(answer, (size_t)len, 1, mnl_socket_get_portid(nl), NULL,
		    NULL) < 0)
		return errno;
	return 0;
}

static int loopback_up(struct mnl_socket *nl, unsigned lo)
{
	char buffer[MESSAGE_BYTES];
	struct nlmsghdr *request = mnl_nlmsg_put_header(buffer);
	struct ifinfomsg *link;

	request->nlmsg_type = RTM_NEWLINK;
	link = mnl_nlmsg_put_extra_header(request, sizeof(*link));
	link->ifi_family = AF_UNSPEC;
	link->ifi_index = (int)lo;
	link->ifi_flags = IFF_UP;
	link->ifi_change = IFF_UP;
	return ask_kernel(nl, request);
}

/* Begins a message about a route of the local table. */
static struct nlmsghdr *put_route(char *buffer, uint16_t type,
	const struct local_route *route, unsigned lo)
{
	struct nlmsghdr *request = mnl_nlmsg_put_header(buffer);
	struct rtmsg *rtm;
	unsigned char address[sizeof(struct in6_addr)];
	size_t size = route->family == AF_INET6 ? sizeof(struct in6_addr)
						: sizeof(struct in_addr);

	request->nlmsg_type = type;
	rtm = mnl_nlmsg_put_extra_header(request, sizeof(*rtm));
	rtm->rtm_family = route->family;
	rtm->rtm_dst_len = route->prefix_bits;
	rtm->rtm_table = RT_TABLE_LOCAL;
	rtm->rtm_protocol = RTPROT_KERNEL;
	rtm->rtm_scope = RT_SCOPE_HOST;
	rtm->rtm_type = RTN_LOCAL;
	inet_pton(route->family, route->destination, address);
	mnl_attr_put(request, RTA_DST, size, address);
	mnl_attr_put_u32(request, RTA_OIF, lo);
	if (route->source) {
		inet_pton(route->family, route->source, address);
		mnl_attr_put(request, RTA_PREFSRC, size, address);
	}
	return request;
}

static int replace_route(struct mnl_socket *nl, unsigned lo,
	const struct local_route *route, unsigned rto_min_ms)
{
	char buffer[MESSAGE_BYTES];
	struct nlmsghdr *request = put_route(buffer, RTM_NEWROUTE, route, lo);
	struct nlattr *metrics;

	request->nlmsg_flags = NLM_F_CREATE | NLM_F_REPLACE;
	metrics = mnl_attr_nest_start(request, RTA_METRICS);
	/* The kernel heeds rto_min only if it is locked. */
	mnl_attr_put_u32(request, RTAX_LOCK, 1U << RTAX_RTO_MIN);
	mnl_attr_put_u32(request, RTAX_RTO_MIN, rto_min_ms);
	mnl_attr_put_u32(request, RTAX_QUICKACK, 1);
	mnl_attr_put_strz(request, RTAX_CC_ALGO, "reno");
	mnl_attr_nest_end(request, metrics);
	return ask_kernel(nl, request);
}

/* Furnishes ::1, if there is one; returns 0 or an errno value. */
static int furnish_ipv6(struct mnl_socket *nl, unsigned lo, unsigned rto_min_ms)
{
	static const struct local_route route = { AF_INET6, 128, "::1", NULL };
	char buffer[MESSAGE_BYTES];
	struct nlmsghdr *request = put_route(buffer, RTM_DELROUTE, &route, lo);
	int error;

	/* The kernel's own route has metric 0, which no request can name, so
	 * it can be deleted but not replaced, and would go first. Without one
	 * IPv6 is switched off or not built in. */
	mnl_attr_put_u32(request, RTA_PRIORITY, IP6_KERNEL_METRIC);
	error = ask_kernel(nl, request);
	if (error)
		return error == ESRCH || error == EAFNOSUPPORT ||
				error == EOPNOTSUPP
			? 0
			: error;
	return replace_route(nl, lo, &route, rto_min_ms);
}

/* Brings loopback up as stage_enter() says; on failure stage->why is set. */
static int furnish(struct stage *stage)
{
	static const struct local_route routes[] = {
		{ AF_INET, 8, "127.0.0.0", "127.0.0.1" },
		{ AF_INET, 32, "127.0.0.1", "127.0.0.1" },
	};
	struct mnl_socket *nl = mnl_socket_open2(NETLINK_ROUTE, SOCK_CLOEXEC);
	unsigned lo = if_nametoindex("lo");
	const char *step = "open rtnetlink";
	int error = 0;

	if (!nl || lo == 0 || mnl_socket_bind(nl, 0, MNL_SOCKET_AUTOPID) < 0)
		error = errno;
	if (!error) {
		step = "bring lo up";
		error = loopback_up(nl, lo);
	}
	for (size_t i = 0; !error && i < sizeof(routes) / sizeof(*routes);
		i++) {
		step = "set the routes of 127.0.0.0/8";
		error = replace_route(nl, lo, &routes[i], stage->rto_min_ms);
	}
	if (!error) {
		step = "set the route of ::1";
		error = furnish_ipv6(nl, lo, stage->rto_min_ms);
	}
	if (error)
		explain(stage->why, sizeof(stage->why), step, error);
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

	for (size_t i = 0; i < sizeof(own) / sizeof(*own); i++) {
		int error = write_sysctl(own[i]);

		if (error && !stage->note[0])
			explain(stage->note, sizeof(stage->note), own[i],
				error);
	}
}

/* Leaves the host's network, into a user namespace of its own if need be;
 * *mapped says whether not. Returns 0 or an errno value. */
static int leave_host(bool *mapped, const char **step)
{
	*mapped = true;
	if (geteuid() == 0 && unshare(CLONE_NEWNET) == 0)
		return 0;
	*mapped = false;
	*step = "unshare(CLONE_NEWUSER|CLONE_NEWNET)";
	return unshare(CLONE_NEWUSER | CLONE_NEWNET) < 0 ? errno : 0;
}

/* Maps user and group, as they were outside, to themselves. */
static int map_self(uid_t uid, gid_t gid, const char **step)
{
	char map[64];
	int error;

	*step = "write /proc/self/setgroups";
	error = write_file("/proc/self/setgroups", "deny");
	if (error)
		return error;
	*step = "write /proc/self/uid_map";
	snprintf(map, sizeof(map), "%u %u 1", uid, uid);
	error = write_file("/proc/self/uid_map", map);
	if (error)
		return error;
	*step = "write /proc/self/gid_map";
	snprintf(map, sizeof(map), "%u %u 1", gid, gid);
	return write_file("/proc/self/gid_map", map);
}

/* The route's rto_min that leaves an experiment's tcp_fin_timeout its say. */
static unsigned choose_rto_min_ms(const char *const sysctls[], size_t n)
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

/* Writes the experiment's own; on failure stage->why is set. */
static int set_sysctls(
	const char *const sysctls[], size_t n, struct stage *stage)
{
	for (size_t i = 0; i < n; i++) {
		int error = write_sysctl(sysctls[i]);
		char step[200];

		if (!error)
			continue;
		snprintf(step, sizeof(step), "sysctl %s", sysctls[i]);
		explain(stage->why, sizeof(stage->why), step, error);
		return -1;
	}
	return 0;
}

enum stage_result stage_enter(
	const char *const sysctls[], size_t n, struct stage *stage)
{
	const char *step = "";
	uid_t uid = geteuid();
	gid_t gid = getegid();
	bool mapped;
	int error;

	memset(stage, 0, sizeof(*stage));
	for (size_t i = 0; i < n; i++)
		if (stage_check_sysctl(
			    sysctls[i], stage->why, sizeof(stage->why)) < 0)
			return stage->result = STAGE_BAD_SYSCTL;
	error = leave_host(&mapped, &step);
	if (error) {
		explain(stage->why, sizeof(stage->why), step, error);
		return stage->result = STAGE_HOST;
	}
	if (!mapped)
		error = map_self(uid, gid, &step);
	if (error) {
		explain(stage->why, sizeof(stage->why), step, error);
		return stage->result = STAGE_SPOILT;
	}
	stage->rto_min_ms = choose_rto_min_ms(sysctls, n);
	if (furnish(stage) < 0)
		return stage->result = STAGE_SPOILT;
	set_own_sysctls(stage);
	if (set_sysctls(sysctls, n, stage) < 0)
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
		explain(stage->why, sizeof(stage->why), "fork", errno);
	} else {
		close(ends[1]);
		ends[1] = -1;
		ssize_t n;

		do
			n = read(ends[0], stage, sizeof(*stage));
		while (n < 0 && errno == EINTR);
		if (n <= 0)
			explain(stage->why, sizeof(stage->why), "probe",
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
