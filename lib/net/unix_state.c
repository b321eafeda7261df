/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "unix_state.h"

#include <linux/netlink.h>
#include <linux/rtnetlink.h>
#include <linux/sock_diag.h>
#include <linux/unix_diag.h>
#include <netinet/tcp.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <unistd.h>

/* The kernel's RCV_SHUTDOWN and SEND_SHUTDOWN, net/sock.h. */
enum { RECEIVING_ENDED = 1, SENDING_ENDED = 2 };

/* One answer is far shorter. */
#define ANSWER_BYTES 4096

enum tcp_state unix_state_of(uint8_t sk_state, uint8_t shutdown)
{
	if (sk_state == TCP_LISTEN)
		return STATE_LISTEN;
	switch (shutdown & (RECEIVING_ENDED | SENDING_ENDED)) {
	case RECEIVING_ENDED:
		return STATE_SHUT_RD;
	case SENDING_ENDED:
		return STATE_SHUT_WR;
	case RECEIVING_ENDED | SENDING_ENDED:
		return STATE_SHUT_RDWR;
	default:
		return STATE_CONNECTED;
	}
}

/* What one answer says of a socket. */
struct answer {
	struct unix_facts facts;
	uint8_t shutdown;
};

static void take_attribute(struct answer *answer, const struct rtattr *one)
{
	struct unix_diag_rqlen queue;

	switch (one->rta_type) {
	case UNIX_DIAG_PEER:
		memcpy(&answer->facts.peer, RTA_DATA(one),
			sizeof(answer->facts.peer));
		break;
	case UNIX_DIAG_RQLEN:
		memcpy(&queue, RTA_DATA(one), sizeof(queue));
		answer->facts.unread_bytes = queue.udiag_rqueue;
		break;
	case UNIX_DIAG_SHUTDOWN:
		memcpy(&answer->shutdown, RTA_DATA(one), 1);
		break;
	default:
		break;
	}
}

static bool take(struct unix_facts *facts, const struct nlmsghdr *header)
{
	const struct unix_diag_msg *message = NLMSG_DATA(header);
	struct answer answer = { 0 };

	if (header->nlmsg_type != SOCK_DIAG_BY_FAMILY)
		return false;
	size_t left = header->nlmsg_len - NLMSG_LENGTH(sizeof(*message));

	for (const struct rtattr *one = (const void *)(message + 1);
		RTA_OK(one, left); one = RTA_NEXT(one, left))
		take_attribute(&answer, one);
	*facts = answer.facts;
	facts->state = unix_state_of(message->udiag_state, answer.shutdown);
	return true;
}

/* Asks of one socket, by its inode. */
static bool ask(int netlink, uint32_t inode, struct unix_facts *facts)
{
	struct {
		struct nlmsghdr header;
		struct unix_diag_req ask;
	} request = {
		.header = { .nlmsg_len = sizeof(request),
			.nlmsg_type = SOCK_DIAG_BY_FAMILY,
			.nlmsg_flags = NLM_F_REQUEST },
		.ask = { .sdiag_family = AF_UNIX,
			.udiag_states = UINT32_MAX,
			.udiag_ino = inode,
			.udiag_show = UDIAG_SHOW_PEER | UDIAG_SHOW_RQLEN,
			.udiag_cookie = { UINT32_MAX, UINT32_MAX } },
	};
	union {
		struct nlmsghdr header;
		char bytes[ANSWER_BYTES];
	} answer;

	if (send(netlink, &request, sizeof(request), 0) != sizeof(request))
		return false;
	ssize_t n = recv(netlink, &answer, sizeof(answer), MSG_DONTWAIT);

	return n > 0 && NLMSG_OK(&answer.header, (size_t)n) &&
		take(facts, &answer.header);
}

bool unix_is_socket(int fd)
{
	int domain = 0;
	socklen_t size = sizeof(domain);

	return !getsockopt(fd, SOL_SOCKET, SO_DOMAIN, &domain, &size) &&
		domain == AF_UNIX;
}

bool unix_ask(int fd, struct unix_facts *facts)
{
	struct stat stat;

	return unix_is_socket(fd) && !fstat(fd, &stat) &&
		unix_ask_inode((uint32_t)stat.st_ino, facts);
}

bool unix_ask_inode(uint32_t inode, struct unix_facts *facts)
{
	struct unix_facts peer;
	int netlink =
		socket(AF_NETLINK, SOCK_RAW | SOCK_CLOEXEC, NETLINK_SOCK_DIAG);

	if (netlink < 0)
		return false;
	bool known = ask(netlink, inode, facts);

	if (known && facts->peer && ask(netlink, facts->peer, &peer)) {
		facts->peer_unread_bytes = peer.unread_bytes;
		facts->peer_unread_known = true;
	}
	close(netlink);
	return known;
}
