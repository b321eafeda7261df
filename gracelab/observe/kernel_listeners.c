/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Who listens, by sock_diag(7). */
#include <errno.h>
#include <netinet/in.h>
#include <netinet/tcp.h>
#include <string.h>

#include "kernel.h"
#include "kernel_asking.h"

struct listener_context {
	bool (*on_listener)(
		void *context, const struct sockaddr *address, uint32_t inode);
	void *context;
	bool stopped;
};

static int on_listening(const struct nlmsghdr *header, void *data)
{
	struct listener_context *listeners = data;
	const struct inet_diag_msg *msg = mnl_nlmsg_get_payload(header);
	struct sockaddr_in6 in6 = { .sin6_family = AF_INET6 };
	struct sockaddr_in in = { .sin_family = AF_INET };
	const void *address = &in6;

	if (header->nlmsg_len < mnl_nlmsg_size(sizeof(*msg)) ||
		listeners->stopped)
		return MNL_CB_OK;
	if (msg->idiag_family == AF_INET) {
		in.sin_port = msg->id.idiag_sport;
		memcpy(&in.sin_addr, msg->id.idiag_src, sizeof(in.sin_addr));
		address = &in;
	} else {
		in6.sin6_port = msg->id.idiag_sport;
		memcpy(&in6.sin6_addr, msg->id.idiag_src,
			sizeof(in6.sin6_addr));
	}
	/* The rest of the dump must be read all the same. */
	listeners->stopped = !listeners->on_listener(
		listeners->context, address, msg->idiag_inode);
	return MNL_CB_OK;
}

int kernel_listeners(struct kernel *kernel,
	bool (*on_listener)(
		void *context, const struct sockaddr *address, uint32_t inode),
	void *context)
{
	static const sa_family_t families[] = { AF_INET, AF_INET6 };
	struct listener_context listeners = { on_listener, context, false };

	for (size_t i = 0; i < 2 && !listeners.stopped; i++) {
		char buffer[KERNEL_REQUEST_BYTES];
		struct inet_diag_req_v2 *request = kernel_put_request(
			kernel, buffer, families[i], NLM_F_DUMP);

		request->idiag_states = 1U << TCP_LISTEN;
		/* ENOENT: a kernel without IPv6 has no handler for it. */
		if (kernel_ask(kernel, buffer, on_listening, &listeners) < 0 &&
			!(errno == ENOENT && families[i] == AF_INET6))
			return -1;
	}
	return 0;
}

struct port_context {
	uint16_t port;
	bool found;
};

static bool on_port(void *data, const struct sockaddr *address, uint32_t inode)
{
	struct port_context *wanted = data;
	in_port_t port = address->sa_family == AF_INET
		? ((const struct sockaddr_in *)(const void *)address)->sin_port
		: ((const struct sockaddr_in6 *)(const void *)address)
			  ->sin6_port;

	(void)inode;
	wanted->found = ntohs(port) == wanted->port;
	return !wanted->found;
}

int kernel_is_listening(struct kernel *kernel, uint16_t port)
{
	struct port_context wanted = { port, false };

	if (kernel_listeners(kernel, on_port, &wanted) < 0)
		return -1;
	return wanted.found;
}
