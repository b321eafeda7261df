/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "link.h"

#include <arpa/inet.h>
#include <errno.h>
#include <linux/fib_rules.h>
#include <linux/if_link.h>
#include <linux/rtnetlink.h>
#include <linux/veth.h>
#include <net/if.h>
#include <netinet/in.h>
#include <stddef.h>

#include "gracelab/observe/netlink.h"

enum {
	MESSAGE_BYTES = 1024,
	ETHERNET_ADDRESS_BYTES = 6,
	IP6_KERNEL_METRIC = 0,
};

struct mnl_socket *link_open(void)
{
	struct mnl_socket *nl = mnl_socket_open2(NETLINK_ROUTE, SOCK_CLOEXEC);

	if (!nl || mnl_socket_bind(nl, 0, MNL_SOCKET_AUTOPID) == 0)
		return nl;
	int error = errno;

	mnl_socket_close(nl);
	errno = error;
	return NULL;
}

/* Sends one request and waits for its answer; returns 0 or an errno value. */
static int ask_kernel(struct mnl_socket *nl, struct nlmsghdr *request)
{
	char answer[MESSAGE_BYTES * 4];
	ssize_t len;

	request->nlmsg_flags |= NLM_F_REQUEST | NLM_F_ACK;
	request->nlmsg_seq = 1;
	if (netlink_send(nl, request, request->nlmsg_len) < 0)
		return errno;
	len = netlink_receive(nl, answer, sizeof(answer));
	if (len < 0)
		return errno;
	if (mnl_cb_run(answer, (size_t)len, 1, mnl_socket_get_portid(nl), NULL,
		    NULL) < 0)
		return errno;
	return 0;
}

/* Begins a message about an interface; 0: a new one. */
static struct nlmsghdr *put_link(char *buffer, unsigned index, unsigned flags)
{
	struct nlmsghdr *request = mnl_nlmsg_put_header(buffer);
	struct ifinfomsg *link;

	request->nlmsg_type = RTM_NEWLINK;
	link = mnl_nlmsg_put_extra_header(request, sizeof(*link));
	link->ifi_family = AF_UNSPEC;
	link->ifi_index = (int)index;
	link->ifi_flags = flags;
	link->ifi_change = flags;
	return request;
}

int link_up(struct mnl_socket *nl, unsigned index)
{
	char buffer[MESSAGE_BYTES];

	return ask_kernel(nl, put_link(buffer, index, IFF_UP));
}

static void put_end_of_pair(struct nlmsghdr *request, const char *name,
	const uint8_t *address, unsigned mtu)
{
	mnl_attr_put_strz(request, IFLA_IFNAME, name);
	mnl_attr_put(request, IFLA_ADDRESS, ETHERNET_ADDRESS_BYTES, address);
	mnl_attr_put_u32(request, IFLA_MTU, mtu);
}

int link_make_pair(struct mnl_socket *nl, const char *name,
	const uint8_t *address, const char *peer, const uint8_t *peer_address,
	unsigned mtu)
{
	char buffer[MESSAGE_BYTES];
	struct nlmsghdr *request = put_link(buffer, 0, IFF_NOARP);
	struct nlattr *info, *data, *other;
	struct ifinfomsg *link;

	request->nlmsg_flags = NLM_F_CREATE | NLM_F_EXCL;
	put_end_of_pair(request, name, address, mtu);
	info = mnl_attr_nest_start(request, IFLA_LINKINFO);
	mnl_attr_put_strz(request, IFLA_INFO_KIND, "veth");
	data = mnl_attr_nest_start(request, IFLA_INFO_DATA);
	other = mnl_attr_nest_start(request, VETH_INFO_PEER);
	link = mnl_nlmsg_put_extra_header(request, sizeof(*link));
	link->ifi_flags = link->ifi_change = IFF_NOARP;
	put_end_of_pair(request, peer, peer_address, mtu);
	mnl_attr_nest_end(request, other);
	mnl_attr_nest_end(request, data);
	mnl_attr_nest_end(request, info);
	return ask_kernel(nl, request);
}

int link_tame(struct mnl_socket *nl, unsigned index, unsigned mtu)
{
	char buffer[MESSAGE_BYTES];
	struct nlmsghdr *request = put_link(buffer, index, 0);
	struct nlattr *families, *family;
	int error;

	mnl_attr_put_u32(request, IFLA_MTU, mtu);
	error = ask_kernel(nl, request);
	if (error)
		return error;
	request = put_link(buffer, index, 0);
	families = mnl_attr_nest_start(request, IFLA_AF_SPEC);
	family = mnl_attr_nest_start(request, AF_INET6);
	mnl_attr_put_u8(
		request, IFLA_INET6_ADDR_GEN_MODE, IN6_ADDR_GEN_MODE_NONE);
	mnl_attr_nest_end(request, family);
	mnl_attr_nest_end(request, families);
	error = ask_kernel(nl, request);
	return error == EAFNOSUPPORT || error == EOPNOTSUPP ? 0 : error;
}

static size_t address_bytes(unsigned char family)
{
	return family == AF_INET6 ? sizeof(struct in6_addr)
				  : sizeof(struct in_addr);
}

int link_add_address(struct mnl_socket *nl, unsigned index,
	unsigned char family, const char *address)
{
	char buffer[MESSAGE_BYTES];
	struct nlmsghdr *request = mnl_nlmsg_put_header(buffer);
	unsigned char binary[sizeof(struct in6_addr)];
	struct ifaddrmsg *ifa;

	request->nlmsg_type = RTM_NEWADDR;
	request->nlmsg_flags = NLM_F_CREATE | NLM_F_EXCL;
	ifa = mnl_nlmsg_put_extra_header(request, sizeof(*ifa));
	ifa->ifa_family = family;
	ifa->ifa_prefixlen = (uint8_t)(8 * address_bytes(family));
	/* Not tentative: nobody else could have it. */
	ifa->ifa_flags = family == AF_INET6 ? IFA_F_NODAD : 0;
	ifa->ifa_index = index;
	inet_pton(family, address, binary);
	mnl_attr_put(request, IFA_LOCAL, address_bytes(family), binary);
	mnl_attr_put(request, IFA_ADDRESS, address_bytes(family), binary);
	return ask_kernel(nl, request);
}

/* Begins a message about a route. */
static struct nlmsghdr *put_route(char *buffer, uint16_t type,
	const struct link_route *route, unsigned index)
{
	struct nlmsghdr *request = mnl_nlmsg_put_header(buffer);
	struct rtmsg *rtm;
	unsigned char address[sizeof(struct in6_addr)];
	size_t size = address_bytes(route->family);

	request->nlmsg_type = type;
	rtm = mnl_nlmsg_put_extra_header(request, sizeof(*rtm));
	rtm->rtm_family = route->family;
	rtm->rtm_dst_len = route->prefix_bits;
	rtm->rtm_table = route->table ? route->table
		: route->is_local     ? RT_TABLE_LOCAL
				      : RT_TABLE_MAIN;
	rtm->rtm_protocol = route->is_local ? RTPROT_KERNEL : RTPROT_STATIC;
	rtm->rtm_scope = route->is_local ? RT_SCOPE_HOST : RT_SCOPE_LINK;
	rtm->rtm_type = route->is_local ? RTN_LOCAL : RTN_UNICAST;
	inet_pton(route->family, route->destination, address);
	mnl_attr_put(request, RTA_DST, size, address);
	mnl_attr_put_u32(request, RTA_OIF, index);
	if (route->source) {
		inet_pton(route->family, route->source, address);
		mnl_attr_put(request, RTA_PREFSRC, size, address);
	}
	return request;
}

int link_put_route(struct mnl_socket *nl, unsigned index,
	const struct link_route *route, unsigned rto_min_ms)
{
	char buffer[MESSAGE_BYTES];
	struct nlmsghdr *request =
		put_route(buffer, RTM_NEWROUTE, route, index);
	struct nlattr *metrics;

	request->nlmsg_flags = NLM_F_CREATE | NLM_F_REPLACE;
	metrics = mnl_attr_nest_start(request, RTA_METRICS);
	/* The kernel heeds rto_min only if it is locked. */
	mnl_attr_put_u32(request, RTAX_LOCK, 1U << RTAX_RTO_MIN);
	mnl_attr_put_u32(request, RTAX_RTO_MIN, rto_min_ms);
	mnl_attr_put_u32(request, RTAX_QUICKACK, !route->slow_acks);
	mnl_attr_put_strz(request, RTAX_CC_ALGO, "reno");
	mnl_attr_nest_end(request, metrics);
	return ask_kernel(nl, request);
}

static int ask_for_rule(struct mnl_socket *nl, uint16_t type, uint16_t flags,
	const struct link_rule *rule)
{
	char buffer[MESSAGE_BYTES];
	struct nlmsghdr *request = mnl_nlmsg_put_header(buffer);
	struct fib_rule_hdr *header;

	request->nlmsg_type = type;
	request->nlmsg_flags = flags;
	header = mnl_nlmsg_put_extra_header(request, sizeof(*header));
	header->family = AF_INET;
	header->table = rule->table;
	header->action = FR_ACT_TO_TBL;
	mnl_attr_put_u32(request, FRA_PRIORITY, rule->priority);
	if (rule->tcp_of_ours) {
		/* What is sent has come in by the loopback, so to say. */
		mnl_attr_put_strz(request, FRA_IIFNAME, "lo");
		mnl_attr_put_u8(request, FRA_IP_PROTO, IPPROTO_TCP);
	}
	return ask_kernel(nl, request);
}

int link_add_rule(struct mnl_socket *nl, const struct link_rule *rule)
{
	return ask_for_rule(nl, RTM_NEWRULE, NLM_F_CREATE | NLM_F_EXCL, rule);
}

int link_delete_rule(struct mnl_socket *nl, const struct link_rule *rule)
{
	return ask_for_rule(nl, RTM_DELRULE, 0, rule);
}

int link_delete_route(
	struct mnl_socket *nl, unsigned index, const struct link_route *route)
{
	char buffer[MESSAGE_BYTES];
	struct nlmsghdr *request =
		put_route(buffer, RTM_DELROUTE, route, index);

	mnl_attr_put_u32(request, RTA_PRIORITY, IP6_KERNEL_METRIC);
	return ask_kernel(nl, request);
}
