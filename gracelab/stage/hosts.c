/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "hosts.h"

#include <arpa/inet.h>
#include <errno.h>
#include <fcntl.h>
#include <linux/sockios.h>
#include <net/if.h>
#include <sched.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/ioctl.h>
#include <sys/wait.h>
#include <unistd.h>

#include "lib/base/io.h"
#include "link.h"
#include "network.h"

enum {
	RTO_MIN_MS = 200,
	IPV4_BITS = 32,
	IPV6_BITS = 128,
};

static const char *const names[SIDES] = { "192.0.2.1", "192.0.2.2" };
static const char *const ipv6_names[SIDES] = { "2001:db8::1", "2001:db8::2" };

const char *hosts_name(enum side side, sa_family_t family)
{
	return family == AF_INET6 ? ipv6_names[side] : names[side];
}

void hosts_address(enum side side, sa_family_t family, uint16_t port,
	struct sockaddr_storage *address)
{
	struct sockaddr_in6 *in6 = (void *)address;
	struct sockaddr_in *in = (void *)address;

	memset(address, 0, sizeof(*address));
	address->ss_family = family;
	if (family == AF_INET6) {
		in6->sin6_port = htons(port);
		inet_pton(family, ipv6_names[side], &in6->sin6_addr);
	} else {
		in->sin_port = htons(port);
		inet_pton(family, names[side], &in->sin_addr);
	}
}

struct kernel_pair hosts_pair(
	sa_family_t family, uint16_t client_port, uint16_t server_port)
{
	struct kernel_pair pair;

	hosts_address(CLIENT, family, client_port, &pair.client);
	hosts_address(SERVER, family, server_port, &pair.server);
	return pair;
}

static bool is_without_ipv6(int error)
{
	/* EACCES: switched off by a sysctl; EPERM: likewise, older. */
	return error == EAFNOSUPPORT || error == EOPNOTSUPP ||
		error == EACCES || error == EPERM;
}

/* Brings up what is there; returns 0 or an errno value, *step says where. */
static int bring_up(
	struct mnl_socket *nl, const struct device *device, const char **step)
{
	unsigned wire = if_nametoindex(DEVICE_NAME);
	unsigned lo = if_nametoindex("lo");
	const char *peer = device_peer(device);
	int error = wire && lo ? 0 : errno;

	*step = "bring the interfaces up";
	if (!error)
		error = link_up(nl, lo);
	if (!error)
		error = link_tame(nl, wire, LINK_PACKET_BYTES);
	if (!error && peer)
		error = link_tame(nl, if_nametoindex(peer), LINK_PACKET_BYTES);
	if (!error && peer)
		error = link_up(nl, if_nametoindex(peer));
	return error ? error : link_up(nl, wire);
}

/*
 * Gives the host its address, and the route to the other. The kernel makes an
 * IPv6 address its own only later, in a work queue: what comes till then would
 * find nobody. So the route for that is set too.
 */
static int address(struct hosts *hosts, struct mnl_socket *nl, enum side side,
	sa_family_t family)
{
	enum side other = side_other(side);
	unsigned wire = if_nametoindex(DEVICE_NAME);
	unsigned rto_min_ms = hosts->plan.rto_min_ms;
	struct link_route route = {
		.family = (unsigned char)family,
		.is_local = true,
		.destination = hosts_name(side, family),
		.prefix_bits = family == AF_INET6 ? IPV6_BITS : IPV4_BITS,
	};
	int error = link_add_address(
		nl, wire, route.family, hosts_name(side, family));

	if (!error && family == AF_INET6)
		error = link_put_route(nl, wire, &route, rto_min_ms);
	if (error)
		return error;
	route.is_local = false;
	route.destination = hosts_name(other, family);
	route.source = hosts_name(side, family);
	route.slow_acks = hosts->plan.slow_acks[side];
	return link_put_route(nl, wire, &route, rto_min_ms);
}

static int furnish(struct hosts *hosts, struct mnl_socket *nl, enum side side,
	const char **step)
{
	int error = bring_up(nl, hosts->of[side].device, step);

	if (error)
		return error;
	*step = "set addresses and routes";
	error = address(hosts, nl, side, AF_INET);
	if (error)
		return error;
	*step = "set IPv6 addresses and routes";
	error = address(hosts, nl, side, AF_INET6);
	hosts->has_ipv6 = !error;
	return is_without_ipv6(error) ? 0 : error;
}

/* What the lab itself sets; a failure is noted. */
static void set_own_sysctls(struct hosts *hosts)
{
	static const char *const own[] = {
		"net.ipv4.tcp_congestion_control=reno",
		"net.ipv4.tcp_autocorking=0",
		/* A tail loss probe heeds no rto_min. */
		"net.ipv4.tcp_early_retrans=0",
		/* What one connection met is no matter of the next. */
		"net.ipv4.tcp_no_metrics_save=1",
	};

	network_try_sysctls(own, sizeof(own) / sizeof(*own), hosts->note,
		sizeof(hosts->note));
}

/* Makes a host of the network in which the calling thread is. */
static enum hosts_result make_host(struct hosts *hosts, enum side side)
{
	struct host *host = &hosts->of[side];
	struct mnl_socket *nl = link_open();
	const char *step = "open rtnetlink";
	int error = nl ? 0 : errno;

	*host = (struct host){ .network = -1 };
	if (nl) {
		step = "name the network namespace";
		host->network = ioctl(mnl_socket_get_fd(nl), SIOCGSKNS);
		error = host->network < 0 ? errno : 0;
	}
	if (!error) {
		host->device = device_open(hosts->why, sizeof(hosts->why));
		if (host->device)
			error = furnish(hosts, nl, side, &step);
	}
	if (nl)
		mnl_socket_close(nl);
	if (error)
		network_explain(hosts->why, sizeof(hosts->why), step, error);
	if (error || !host->device)
		return HOSTS_SPOILT;
	set_own_sysctls(hosts);
	if (!network_sysctls(hosts->plan.sysctls, hosts->plan.sysctl_count,
		    hosts->why, sizeof(hosts->why)))
		return HOSTS_BAD_SYSCTL;
	return HOSTS_READY;
}

/* Moves the thread to another network of its own. */
static bool go_to_new_network(struct hosts *hosts)
{
	if (!unshare(CLONE_NEWNET))
		return true;
	network_explain(
		hosts->why, sizeof(hosts->why), "unshare(CLONE_NEWNET)", errno);
	return false;
}

enum hosts_result hosts_enter(
	const struct hosts_plan *plan, struct hosts *hosts)
{
	*hosts = (struct hosts){ .plan = *plan,
		.of = { { .network = -1 }, { .network = -1 } } };
	if (!hosts->plan.rto_min_ms)
		hosts->plan.rto_min_ms = RTO_MIN_MS;
	switch (network_leave_host(hosts->why, sizeof(hosts->why))) {
	case NETWORK_REFUSED:
		return hosts->result = HOSTS_REFUSED;
	case NETWORK_SPOILT:
		return hosts->result = HOSTS_SPOILT;
	case NETWORK_PRIVATE:
		break;
	}
	hosts->result = make_host(hosts, SERVER);
	if (hosts->result == HOSTS_READY)
		hosts->result = go_to_new_network(hosts)
			? make_host(hosts, CLIENT)
			: HOSTS_SPOILT;
	if (hosts->result != HOSTS_READY)
		hosts_leave(hosts);
	return hosts->result;
}

bool hosts_probe(char *why, size_t why_size)
{
	int ends[2];
	struct hosts hosts = { .result = HOSTS_REFUSED };
	const struct hosts_plan plan = { 0 };

	if (pipe2(ends, O_CLOEXEC)) {
		network_explain(why, why_size, "pipe", errno);
		return false;
	}
	pid_t child = fork();

	if (child == 0) {
		hosts_enter(&plan, &hosts);
		/* One write below PIPE_BUF arrives whole or not at all. */
		_exit(io_write(ends[1], &hosts, sizeof(hosts)) !=
			sizeof(hosts));
	}
	int error = errno;
	ssize_t n = 0;

	close(ends[1]);
	while (child > 0 && (n = read(ends[0], &hosts, sizeof(hosts))) < 0 &&
		errno == EINTR)
		;
	close(ends[0]);
	while (child > 0 && waitpid(child, NULL, 0) < 0 && errno == EINTR)
		;
	if (n != (ssize_t)sizeof(hosts))
		network_explain(hosts.why, sizeof(hosts.why), "probe",
			child < 0 ? error : ECHILD);
	snprintf(why, why_size, "%s", hosts.why);
	return n == (ssize_t)sizeof(hosts) && hosts.result == HOSTS_READY;
}

int hosts_visit(const struct hosts *hosts, enum side side)
{
	return setns(hosts->of[side].network, CLONE_NEWNET);
}

int hosts_socket(const struct hosts *hosts, enum side side, sa_family_t family)
{
	if (hosts_visit(hosts, side) < 0)
		return -1;
	return socket(family, SOCK_STREAM | SOCK_NONBLOCK | SOCK_CLOEXEC, 0);
}

int hosts_reboot(struct hosts *hosts, enum side side)
{
	struct host *retired = reallocarray(
		hosts->retired, hosts->retired_count + 1, sizeof(*retired));

	if (!retired) {
		network_explain(
			hosts->why, sizeof(hosts->why), "memory", ENOMEM);
		return -1;
	}
	/* Its device stays, read by nobody: to end it takes long. */
	hosts->retired = retired;
	retired[hosts->retired_count++] = hosts->of[side];
	hosts->of[side] = (struct host){ .network = -1 };
	if (!go_to_new_network(hosts) || make_host(hosts, side) != HOSTS_READY)
		return -1;
	return 0;
}

static void end_host(struct host *host)
{
	if (host->network >= 0)
		close(host->network);
	device_close(host->device);
	*host = (struct host){ .network = -1 };
}

void hosts_leave(struct hosts *hosts)
{
	for (int side = 0; side < SIDES; side++)
		end_host(&hosts->of[side]);
	while (hosts->retired_count)
		end_host(&hosts->retired[--hosts->retired_count]);
	free(hosts->retired);
	hosts->retired = NULL;
}
