/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * The stage with a wire: two hosts, each in a network namespace of its own,
 * and between them nothing but who holds `struct hosts`.
 *
 *     client  192.0.2.1  2001:db8::1        server  192.0.2.2  2001:db8::2
 *
 * One process can hold sockets of both: a socket belongs to the network in
 * which it was made. So an explorer needs no other process:
 *
 *     struct hosts hosts;
 *     struct hosts_plan plan = { .rto_min_ms = 4 };
 *
 *     if (hosts_enter(&plan, &hosts) != HOSTS_READY) ... hosts.why
 *     int listener = hosts_socket(&hosts, SERVER, AF_INET);
 *     int client = hosts_socket(&hosts, CLIENT, AF_INET);
 *     struct sockaddr_storage address;
 *     hosts_address(SERVER, AF_INET, 43211, &address);   bind, listen
 *     struct wire *wire = wire_open(&hosts, on_news, context);
 *     connect(client, ...)  non-blocking: EINPROGRESS
 *     wire_pump(wire)       see wire.h
 *
 * and states by kernel_open() after hosts_visit(), one for each host.
 */
#ifndef GRACELAB_HOSTS_H
#define GRACELAB_HOSTS_H

#include <netinet/in.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <sys/socket.h>

#include "device.h"
#include "gracelab/observe/kernel.h"
#include "lib/base/side.h"

enum hosts_result {
	HOSTS_READY,
	/* Namespaces are refused; the process is where it was. */
	HOSTS_REFUSED,
	/* Namespaces were had, but not the rest; the process must exit. Ask
	 * hosts_probe() first. */
	HOSTS_SPOILT,
	/* A sysctl of the plan cannot be set; the process must exit. */
	HOSTS_BAD_SYSCTL,
};

/* What the hosts shall be like; zero-initialised: as a play has them. */
struct hosts_plan {
	unsigned rto_min_ms; /* TCP's least retransmission time; 0: 200 */
	/* Of a side whose TCP is to decide when it acknowledges, TCP_QUICKACK:
	 * else a segment is acknowledged as soon as it arrives. */
	bool slow_acks[SIDES];
	/* NAME=VALUE for both hosts, as an experiment has them;
	 * must outlive the hosts. */
	const char *const *sysctls;
	size_t sysctl_count;
};

struct host {
	int network;           /* a descriptor of its namespace */
	struct device *device; /* its end of the wire */
};

struct hosts {
	enum hosts_result result;
	struct hosts_plan plan;
	struct host of[SIDES];
	struct host *retired; /* owned: rebooted, see hosts_reboot() */
	size_t retired_count;
	bool has_ipv6;
	/* Why not HOSTS_READY: the step and the errno; or the sysctl. */
	char why[240];
	/* HOSTS_READY, but one of the lab's own sysctls could not be written:
	 * which, and the errno. */
	char note[240];
};

/* The hosts' names as inet_ntop(3) writes them. */
const char *hosts_name(enum side side, sa_family_t family);

/* The address of a host with a port in host byte order. */
void hosts_address(enum side side, sa_family_t family, uint16_t port,
	struct sockaddr_storage *address);

/* The ends of a connection between them. */
struct kernel_pair hosts_pair(
	sa_family_t family, uint16_t client_port, uint16_t server_port);

/*
 * Moves the calling process, which must have one thread only, into the
 * client's network; see network_leave_host() for what that means to its
 * rights. Both hosts have their loopback, and the wire, whose routes carry
 * `quickack 1`, reno and rto_min (link_put_route()): a segment is acknowledged
 * as soon as it arrives. Tail loss probes, autocorking and cached metrics are
 * off. IPv6 is there if the kernel has it, and announces nothing.
 * Returns hosts->result; the whole of *hosts is written. HOSTS_READY is for
 * hosts_leave().
 */
enum hosts_result hosts_enter(
	const struct hosts_plan *plan, struct hosts *hosts);

/*
 * Tries hosts_enter() in a child process; the caller's is not changed. Takes
 * some milliseconds. True, or false with the reason in why (why_size bytes).
 */
bool hosts_probe(char *why, size_t why_size);

/* Moves the calling thread into a host's network (setns(2)). Returns 0, or -1
 * with errno. */
int hosts_visit(const struct hosts *hosts, enum side side);

/*
 * A TCP socket of that host, non-blocking and close-on-exec; the calling
 * thread is in its network then. -1 with errno.
 */
int hosts_socket(const struct hosts *hosts, enum side side, sa_family_t family);

/*
 * Puts a fresh host in a host's place: its kernel knows nothing. Nothing that
 * the old one sends reaches the wire any more, so that its programs can be
 * ended behind this without a word. The calling thread is in the new network.
 * Returns 0, or -1 with the reason in hosts->why; the process must exit then.
 */
int hosts_reboot(struct hosts *hosts, enum side side);

/* Ends both. Waits for the kernel, tens of milliseconds. The process stays in
 * the network in which it is. */
void hosts_leave(struct hosts *hosts);

#endif
