/* SPDX-License-Identifier: GPL-3.0-or-later */
/* How far a stream has got, by struct tcp_info. */
#include <linux/sockios.h>
#include <linux/tcp.h>
#include <netinet/in.h>
#include <stddef.h>
#include <string.h>
#include <sys/ioctl.h>
#include <sys/socket.h>

#include "kernel.h"
#include "kernel_asking.h"
#include "lib/net/state.h"

/* A moment without a segment is found by so many looks, or it goes without. */
enum { LOOKS_MAX = 8 };

/*
 * What one look tells. The kernel has no number of what it has sent: it has one
 * of what it gave to the network, also in vain where a filter or a queue of its
 * own has refused a segment, which it then gives anew; and the parts of another
 * number, of which `queued` is of a moment before.
 */
struct look {
	bool known;
	uint64_t given, acked;
	uint32_t queued,
		waiting; /* from the first not acknowledged, not sent */
	unsigned flags;  /* SYN and FIN, which are numbered too */
};

static bool has_sent_fin(const struct tcp_info *info)
{
	enum tcp_state state = info->tcpi_state;

	return !info->tcpi_notsent_bytes &&
		(state_is_passing(state) || state == STATE_FIN_WAIT2);
}

/* A kernel before 4.19 tells less. */
static void take_info(
	struct look *look, enum side side, const void *bytes, size_t len)
{
	struct tcp_info info;

	if (len < offsetof(struct tcp_info, tcpi_bytes_retrans) +
			sizeof(info.tcpi_bytes_retrans))
		return;
	memset(&info, 0, sizeof(info));
	memcpy(&info, bytes, len < sizeof(info) ? len : sizeof(info));
	look->known = true;
	look->given = info.tcpi_bytes_sent - info.tcpi_bytes_retrans;
	look->acked = info.tcpi_bytes_acked;
	look->waiting = info.tcpi_notsent_bytes;
	look->flags =
		(side == CLIENT ? 1U : 0U) + (has_sent_fin(&info) ? 1U : 0U);
}

static uint64_t numbered(const struct look *look)
{
	return look->acked + look->queued - look->waiting - look->flags;
}

/* Nothing was given, acknowledged or added meanwhile. */
static bool is_between(const struct look *before, const struct look *look)
{
	return before->known && before->given == look->given &&
		before->acked == look->acked &&
		before->waiting == look->waiting;
}

static bool settle(struct look (*look_at)(const void *what, enum side side),
	const void *what, enum side side, uint64_t *bytes)
{
	struct look look = { 0 };

	for (int i = 0; i < LOOKS_MAX; i++) {
		const struct look before = look;

		look = look_at(what, side);
		if (!look.known)
			return false;
		*bytes = numbered(&look);
		if (*bytes == look.given || is_between(&before, &look))
			return true;
	}
	*bytes = look.given;
	return true;
}

struct answer {
	enum side side;
	struct look look;
};

static int on_attribute(const struct nlattr *attribute, void *context)
{
	struct answer *answer = context;

	if (mnl_attr_get_type(attribute) == INET_DIAG_INFO)
		take_info(&answer->look, answer->side,
			mnl_attr_get_payload(attribute),
			mnl_attr_get_payload_len(attribute));
	return MNL_CB_OK;
}

static int on_answer(const struct nlmsghdr *header, void *context)
{
	const struct inet_diag_msg *msg = mnl_nlmsg_get_payload(header);
	struct answer *answer = context;

	/* Where there is no connection, the kernel finds its listener. */
	if (header->nlmsg_len < mnl_nlmsg_size(sizeof(*msg)) ||
		!msg->id.idiag_dport)
		return MNL_CB_STOP;
	answer->look.queued = msg->idiag_wqueue;
	mnl_attr_parse(header, sizeof(*msg), on_attribute, context);
	return MNL_CB_STOP;
}

struct question {
	struct kernel *kernel;
	const struct kernel_pair *pair;
};

static struct look look_at_pair(const void *what, enum side side)
{
	const struct question *question = what;
	const struct sockaddr_storage *client = &question->pair->client,
				      *server = &question->pair->server;
	char buffer[KERNEL_REQUEST_BYTES];
	struct inet_diag_req_v2 *request = kernel_put_look(question->kernel,
		buffer, side == CLIENT ? client : server,
		side == CLIENT ? server : client);
	struct answer answer = { .side = side };

	request->idiag_ext = 1 << (INET_DIAG_INFO - 1);
	kernel_ask(question->kernel, buffer, on_answer, &answer);
	return answer.look;
}

bool kernel_sent(struct kernel *kernel, const struct kernel_pair *pair,
	enum side side, uint64_t *bytes)
{
	const struct question question = { kernel, pair };

	return settle(look_at_pair, &question, side, bytes);
}

static struct look look_at_descriptor(const void *what, enum side side)
{
	const int *fd = what;
	struct tcp_info info;
	socklen_t len = sizeof(info);
	struct look look = { 0 };
	int queued;

	if (ioctl(*fd, SIOCOUTQ, &queued) ||
		getsockopt(*fd, IPPROTO_TCP, TCP_INFO, &info, &len))
		return look;
	look.queued = (uint32_t)queued;
	take_info(&look, side, &info, len);
	return look;
}

bool kernel_sent_by(int fd, enum side side, uint64_t *bytes)
{
	int protocol = 0;
	socklen_t size = sizeof(protocol);

	/* By MPTCP a socket has several. */
	return !getsockopt(fd, SOL_SOCKET, SO_PROTOCOL, &protocol, &size) &&
		protocol == IPPROTO_TCP &&
		settle(look_at_descriptor, &fd, side, bytes);
}
