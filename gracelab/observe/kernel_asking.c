/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "kernel_asking.h"

#include <netinet/in.h>
#include <string.h>

#include "netlink.h"

void kernel_put_address(
	const struct sockaddr_storage *from, __be32 address[4], __be16 *port)
{
	if (from->ss_family == AF_INET6) {
		struct sockaddr_in6 in6;

		memcpy(&in6, from, sizeof(in6));
		memcpy(address, &in6.sin6_addr, sizeof(in6.sin6_addr));
		*port = in6.sin6_port;
	} else {
		struct sockaddr_in in;

		memcpy(&in, from, sizeof(in));
		memcpy(address, &in.sin_addr, sizeof(in.sin_addr));
		*port = in.sin_port;
	}
}

struct inet_diag_req_v2 *kernel_put_request(
	struct kernel *kernel, char *buffer, sa_family_t family, uint16_t flags)
{
	struct nlmsghdr *header = mnl_nlmsg_put_header(buffer);
	struct inet_diag_req_v2 *request;

	header->nlmsg_type = SOCK_DIAG_BY_FAMILY;
	header->nlmsg_flags = (uint16_t)(NLM_F_REQUEST | flags);
	header->nlmsg_seq = ++kernel->seq;
	request = mnl_nlmsg_put_extra_header(header, sizeof(*request));
	request->sdiag_family = (uint8_t)family;
	request->sdiag_protocol = IPPROTO_TCP;
	request->idiag_states = UINT32_MAX;
	request->id.idiag_cookie[0] = INET_DIAG_NOCOOKIE;
	request->id.idiag_cookie[1] = INET_DIAG_NOCOOKIE;
	return request;
}

struct inet_diag_req_v2 *kernel_put_look(struct kernel *kernel, char *buffer,
	const struct sockaddr_storage *local,
	const struct sockaddr_storage *remote)
{
	struct inet_diag_req_v2 *request =
		kernel_put_request(kernel, buffer, local->ss_family, 0);

	kernel_put_address(
		local, request->id.idiag_src, &request->id.idiag_sport);
	kernel_put_address(
		remote, request->id.idiag_dst, &request->id.idiag_dport);
	return request;
}

int kernel_take(
	struct kernel *kernel, unsigned seq, mnl_cb_t on_message, void *context)
{
	ssize_t len = netlink_receive(
		kernel->nl, kernel->answer, sizeof(kernel->answer));

	return len < 0 ? -1
		       : mnl_cb_run(kernel->answer, (size_t)len, seq,
				 mnl_socket_get_portid(kernel->nl), on_message,
				 context);
}

int kernel_ask(struct kernel *kernel, const void *request, mnl_cb_t on_message,
	void *context)
{
	const struct nlmsghdr *header = request;
	int result;

	if (netlink_send(kernel->nl, header, header->nlmsg_len) < 0)
		return -1;
	do
		result = kernel_take(kernel, kernel->seq, on_message, context);
	/* An exact lookup has one answer and no end mark. */
	while (result > 0 && (header->nlmsg_flags & NLM_F_DUMP));
	return result < 0 ? -1 : 0;
}
