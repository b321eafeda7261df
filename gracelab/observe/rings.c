/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "rings.h"

#include <errno.h>
#include <ifaddrs.h>
#include <inttypes.h>
#include <linux/if_link.h>
#include <linux/rtnetlink.h>
#include <net/if.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/epoll.h>
#include <sys/socket.h>
#include <unistd.h>

#include "lib/base/duration.h"
#include "twice.h"

/* Room for what moves in bulk until it is looked at. */
#define RING_BYTES ((size_t)4 << 20)

/* Of more interfaces than these, one ring takes all: what leaves by the
 * loopback is copied there, too, for nothing. */
#define FEW 8

/* Of more streams the filter would take too long. */
#define THINNED_MAX 8

/* So often it is asked for interfaces that have come. */
#define ASK_EVERY_MS 2

struct one {
	struct one *next;
	struct ring *ring;  /* owned */
	unsigned interface; /* 0: all, or none any more */
};

struct rings {
	struct one *list; /* owned */
	unsigned loopback;
	struct ring *earliest; /* rings_first() has given its first */
	int watched;           /* epoll(7) of all; -1: not asked for */
	int news;              /* of interfaces, rtnetlink(7); -1: not asked */
	int64_t asked_ms;
	unsigned dropped; /* by the rings of interfaces that are gone */
	uint64_t unseen;  /* packets that passed what came later before it was
			   * looked at */
	struct ring_stream thinned[THINNED_MAX];
	size_t thinned_count;
	struct twice twice;
	int error;        /* errno: something that came could not be; or 0 */
	int filter_error; /* errno: a stream is still thinned; or 0 */
};

static bool has(const struct rings *rings, unsigned interface)
{
	const struct one *one = rings->list;

	while (one && one->interface != interface)
		one = one->next;
	return one;
}

static bool watch(const struct rings *rings, const struct ring *ring)
{
	struct epoll_event event = { .events = EPOLLIN };

	return rings->watched < 0 ||
		!epoll_ctl(
			rings->watched, EPOLL_CTL_ADD, ring_fd(ring), &event);
}

static bool add(struct rings *rings, unsigned interface)
{
	struct one *one = malloc(sizeof(*one));
	struct ring *ring =
		one ? ring_open(interface, rings->loopback, RING_BYTES) : NULL;

	if (!ring) {
		int error = errno;

		free(one);
		errno = error;
		return false;
	}
	*one = (struct one){ rings->list, ring, interface };
	rings->list = one;
	return watch(rings, ring);
}

/* Adds those that are not there yet; false with errno. */
static bool add_all(struct rings *rings)
{
	struct if_nameindex *all = if_nameindex();
	bool good = all;

	for (const struct if_nameindex *one = all; good && one->if_index; one++)
		good = has(rings, one->if_index) || add(rings, one->if_index) ||
			/* It is gone again. */
			errno == ENODEV;
	if_freenameindex(all);
	return good;
}

/* Its number may be another's by now. What is still to be taken stays until
 * there are news again. */
static void let_go(struct rings *rings)
{
	struct one **at = &rings->list;

	while (*at) {
		struct one *one = *at;
		struct ring_packet packet;

		if (ring_is_bound(one->ring)) {
			at = &one->next;
			continue;
		}
		one->interface = 0;
		if (ring_first(one->ring, &packet)) {
			at = &one->next;
			continue;
		}
		*at = one->next;
		rings->dropped += ring_dropped(one->ring);
		ring_close(one->ring);
		free(one);
	}
}

static bool are_few(void)
{
	struct if_nameindex *all = if_nameindex();
	size_t count = 0;

	while (all && all[count].if_index)
		count++;
	if_freenameindex(all);
	return all && count <= FEW;
}

static bool ask_for_news(struct rings *rings)
{
	const struct sockaddr_nl address = { .nl_family = AF_NETLINK,
		.nl_groups = RTMGRP_LINK };

	rings->news = socket(AF_NETLINK,
		SOCK_RAW | SOCK_CLOEXEC | SOCK_NONBLOCK, NETLINK_ROUTE);
	return rings->news >= 0 &&
		!bind(rings->news, (const struct sockaddr *)&address,
			sizeof(address));
}

static bool begin(struct rings *rings, bool all)
{
	if (!all)
		return add(rings, rings->loopback);
	if (!are_few())
		return add(rings, 0);
	return ask_for_news(rings) && add_all(rings);
}

struct rings *rings_open(bool all)
{
	struct rings *rings = calloc(1, sizeof(*rings));

	if (!rings)
		return NULL;
	rings->news = -1;
	rings->loopback = if_nametoindex("lo");
	rings->watched = -1;
	if (begin(rings, all))
		return rings;
	int error = errno;

	rings_close(rings);
	errno = error;
	return NULL;
}

/* How much has passed those that are not there yet. */
static uint64_t count_unseen(const struct rings *rings)
{
	struct ifaddrs *all = NULL;
	uint64_t packets = 0;

	if (getifaddrs(&all))
		return 0;
	for (const struct ifaddrs *one = all; one; one = one->ifa_next) {
		struct rtnl_link_stats counts;

		if (!one->ifa_addr || one->ifa_addr->sa_family != AF_PACKET ||
			!one->ifa_data ||
			has(rings, if_nametoindex(one->ifa_name)))
			continue;
		memcpy(&counts, one->ifa_data, sizeof(counts));
		packets += (uint64_t)counts.rx_packets + counts.tx_packets;
	}
	freeifaddrs(all);
	return packets;
}

/* Something has become of the interfaces, whatever it was. */
static void heed_news(struct rings *rings)
{
	int64_t now_ms = duration_now_ms();
	bool any = false;
	char news[256];

	if (rings->news < 0 || now_ms - rings->asked_ms < ASK_EVERY_MS)
		return;
	rings->asked_ms = now_ms;
	while (recv(rings->news, news, sizeof(news), MSG_TRUNC) > 0 ||
		errno == ENOBUFS)
		any = true;
	if (!any)
		return;
	let_go(rings);
	rings->unseen += count_unseen(rings);
	rings->error = add_all(rings) ? 0 : errno;
}

/* There is no packet. */
static void heed_lack(struct rings *rings)
{
	for (const struct one *one = rings->list; one && rings->watched >= 0;
		one = one->next)
		ring_calm(one->ring);
	heed_news(rings);
}

static bool find_earliest(struct rings *rings, struct ring_packet *packet)
{
	struct ring_packet other;

	rings->earliest = NULL;
	for (const struct one *one = rings->list; one; one = one->next) {
		if (!ring_first(one->ring, &other) ||
			(rings->earliest && other.time_ns >= packet->time_ns))
			continue;
		rings->earliest = one->ring;
		*packet = other;
	}
	return rings->earliest;
}

bool rings_first(struct rings *rings, struct ring_packet *packet)
{
	while (find_earliest(rings, packet)) {
		/* What passes the loopback passes no other. */
		if (packet->interface == rings->loopback ||
			!twice_is(&rings->twice, packet))
			return true;
		rings_take(rings);
	}
	heed_lack(rings);
	return false;
}

void rings_take(struct rings *rings)
{
	ring_take(rings->earliest);
}

bool rings_thin(struct rings *rings, struct ring_stream stream, bool thin)
{
	size_t at = 0;

	while (at < rings->thinned_count &&
		(rings->thinned[at].from != stream.from ||
			rings->thinned[at].to != stream.to))
		at++;
	if ((at < rings->thinned_count) == thin)
		return true;
	if (thin && at == THINNED_MAX)
		return false;
	if (thin)
		rings->thinned[rings->thinned_count++] = stream;
	else
		rings->thinned[at] = rings->thinned[--rings->thinned_count];
	for (const struct one *one = rings->list; one; one = one->next)
		if (!ring_thin(
			    one->ring, rings->thinned, rings->thinned_count) &&
			!thin)
			rings->filter_error = errno;
	return true;
}

unsigned rings_dropped(struct rings *rings)
{
	unsigned dropped = rings->dropped;

	for (const struct one *one = rings->list; one; one = one->next)
		dropped += ring_dropped(one->ring);
	return dropped;
}

bool rings_are_all(const struct rings *rings, char *why, size_t why_size)
{
	if (rings->error)
		snprintf(why, why_size, "an interface that came up: %s",
			strerror(rings->error));
	else if (rings->unseen)
		snprintf(why, why_size,
			"%" PRIu64 " packets passed an interface that came up, "
			"before it was looked at",
			rings->unseen);
	else if (rings->filter_error)
		snprintf(why, why_size, "a filter that cannot be set: %s",
			strerror(rings->filter_error));
	return !rings->error && !rings->unseen && !rings->filter_error;
}

int rings_fd(struct rings *rings)
{
	if (rings->watched >= 0)
		return rings->watched;
	/* To be told of each packet costs the kernel time. */
	rings->watched = epoll_create1(EPOLL_CLOEXEC);
	for (const struct one *one = rings->list; one; one = one->next)
		watch(rings, one->ring);
	return rings->watched;
}

void rings_close(struct rings *rings)
{
	if (!rings)
		return;
	while (rings->list) {
		struct one *one = rings->list;

		rings->list = one->next;
		ring_close(one->ring);
		free(one);
	}
	if (rings->watched >= 0)
		close(rings->watched);
	if (rings->news >= 0)
		close(rings->news);
	free(rings);
}
