/* SPDX-License-Identifier: GPL-3.0-or-later */
/* How far a stream has got, by struct tcp_info. */
#include <linux/tcp.h>
#include <netinet/in.h>
#include <stddef.h>
#include <string.h>
#include <sys/socket.h>

#include "kernel.h"
#include "kernel_asking.h"

struct sent {
	bool known;
	uint64_t bytes;
};

/* A kernel before 4.19 tells less. */
static void take_info(struct sent *sent, const void *bytes, size_t len)
{
	struct tcp_info info;

	if (len < offsetof(struct tcp_info, tcpi_bytes_retrans) +
			sizeof(info.tcpi_bytes_retrans))
		return;
	memset(&info, 0, sizeof(info));
	memcpy(&info, bytes, len < sizeof(info) ? len : sizeof(info));
	sent->known = true;
	sent->bytes = info.tcpi_bytes_sent - info.tcpi_bytes_retrans;
}

static int on_attribute(const struct nlattr *attribute, void *context)
{
	if (mnl_attr_get_type(attribute) == INET_DIAG_INFO)
		take_info(context, mnl_attr_get_payload(attribute),
			mnl_attr_get_payload_len(attribute));
	return MNL_CB_OK;
}

static int on_answer(const struct nlmsghdr *header, void *context)
{
	const struct inet_diag_msg *msg = mnl_nlmsg_get_payload(header);

	/* Where there is no connection, the kernel finds its listener. */
	if (header->nlmsg_len >= mnl_nlmsg_size(sizeof(*msg)) &&
		msg->id.idiag_dport)
		mnl_attr_parse(header, sizeof(*msg), on_attribute, context);
	return MNL_CB_STOP;
}

bool kernel_sent(struct kernel *kernel, const struct sockaddr_storage *local,
	const struct sockaddr_storage *remote, uint64_t *bytes)
{
	char buffer[KERNEL_REQUEST_BYTES];
	struct inet_diag_req_v2 *request =
		kernel_put_request(kernel, buffer, local->ss_family, 0);
	struct sent sent = { 0 };

	request->idiag_ext = 1 << (INET_DIAG_INFO - 1);
	kernel_put_address(
		local, request->id.idiag_src, &request->id.idiag_sport);
	kernel_put_address(
		remote, request->id.idiag_dst, &request->id.idiag_dport);
	kernel_ask(kernel, buffer, on_answer, &sent);
	*bytes = sent.bytes;
	return sent.known;
}

bool kernel_sent_by(int fd, uint64_t *bytes)
{
	struct tcp_info info;
	socklen_t len = sizeof(info);
	struct sent sent = { 0 };

	if (!getsockopt(fd, IPPROTO_TCP, TCP_INFO, &info, &len))
		take_info(&sent, &info, len);
	*bytes = sent.bytes;
	return sent.known;
}
