/* SPDX-License-Identifier: GPL-3.0-or-later */
/* rtnetlink(7) requests, each answered before it returns. */
#ifndef GRACELAB_LINK_H
#define GRACELAB_LINK_H

#include <libmnl/libmnl.h>
#include <stdbool.h>
#include <stdint.h>

/* The longest packet, and so the MTU: as the loopback's, one segment can hold
 * what one send(2) gives. */
#define LINK_PACKET_BYTES 65535

/* A route of which TCP's metrics are set. Addresses as inet_pton(3) has them.
 */
struct link_route {
	unsigned char family;
	bool is_local; /* the kernel's own, to an address of this host */
	const char *destination;
	unsigned char prefix_bits;
	const char *source; /* what is sent comes from there; or NULL */
	bool slow_acks;     /* TCP decides when to acknowledge */
	uint8_t table;      /* which it stands in; 0: that of its kind */
};

/* A socket to the calling thread's network, for mnl_socket_close(); close on
 * exec. NULL with errno. */
struct mnl_socket *link_open(void);

/*
 * Each of these returns 0 or an errno value. `index` is an interface's,
 * if_nametoindex(3).
 */

int link_up(struct mnl_socket *nl, unsigned index);

/* Makes a pair of veth(4): packets of up to `mtu` bytes, no ARP, Ethernet
 * addresses as given, 6 bytes each. Both are down. */
int link_make_pair(struct mnl_socket *nl, const char *name,
	const uint8_t *address, const char *peer, const uint8_t *peer_address,
	unsigned mtu);

/* Sets the MTU, and has IPv6 give the device no address by itself, which it
 * would announce. An IPv6 that there is not is no error. */
int link_tame(struct mnl_socket *nl, unsigned index, unsigned mtu);

/* Gives it an address, usable at once, and no route but to itself. */
int link_add_address(struct mnl_socket *nl, unsigned index,
	unsigned char family, const char *address);

/*
 * Sets a route, in place of one of the same destination: `quickack 1`, reno,
 * and rto_min, locked (ip-route(8)): each segment is acknowledged at once,
 * unless the route says otherwise.
 */
int link_put_route(struct mnl_socket *nl, unsigned index,
	const struct link_route *route, unsigned rto_min_ms);

/*
 * A rule of IPv4, ip-rule(8): which table is asked. The lower the priority the
 * sooner.
 */
struct link_rule {
	uint32_t priority;
	uint8_t table;
	bool tcp_of_ours; /* only of TCP that this host itself sends */
};

int link_add_rule(struct mnl_socket *nl, const struct link_rule *rule);
int link_delete_rule(struct mnl_socket *nl, const struct link_rule *rule);

/* Deletes the kernel's own route of ::1. ESRCH: there is none. */
int link_delete_route(
	struct mnl_socket *nl, unsigned index, const struct link_route *route);

#endif
