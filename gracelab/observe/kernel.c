/* SPDX-License-Identifier: GPL-3.0-or-later */
/* The kernel's view: socket states by sock_diag(7), of orphans too. */
#include "kernel.h"

#include <errno.h>
#include <netinet/in.h>
#include <netinet/tcp.h>
#include <stdlib.h>
#include <string.h>

#include "kernel_asking.h"
#include "netlink.h"

enum { LOOKS = 3 }; /* at the client, the server, the client again */

struct kernel *kernel_open(void)
{
	struct kernel *kernel = calloc(1, sizeof(*kernel));

	if (!kernel)
		return NULL;
	kernel->nl = mnl_socket_open2(NETLINK_SOCK_DIAG, SOCK_CLOEXEC);
	if (!kernel->nl ||
		mnl_socket_bind(kernel->nl, 0, MNL_SOCKET_AUTOPID) < 0) {
		kernel_close(kernel);
		return NULL;
	}
	return kernel;
}

void kernel_close(struct kernel *kernel)
{
	int error = errno;

	if (!kernel)
		return;
	if (kernel->nl)
		mnl_socket_close(kernel->nl);
	free(kernel);
	errno = error;
}

static int on_socket(const struct nlmsghdr *header, void *context)
{
	struct kernel_socket *socket = context;
	const struct inet_diag_msg *msg = mnl_nlmsg_get_payload(header);
	bool fin_came;

	/* Where there is no connection, the kernel goes on to look for a
	 * listener that could take one. */
	if (header->nlmsg_len < mnl_nlmsg_size(sizeof(*msg)) ||
		msg->idiag_state == TCP_LISTEN)
		return MNL_CB_STOP;
	fin_came = msg->idiag_state == TCP_CLOSE_WAIT ||
		msg->idiag_state == TCP_LAST_ACK ||
		msg->idiag_state == TCP_CLOSING;
	socket->state = (enum tcp_state)msg->idiag_state;
	socket->inode = msg->idiag_inode;
	socket->unacked_bytes = msg->idiag_wqueue;
	/* The kernel counts in sequence numbers, of which a FIN takes one
	 * until recv has told of it. */
	socket->eof_unread = fin_came && msg->idiag_rqueue > 0;
	socket->unread_bytes =
		msg->idiag_rqueue - (socket->eof_unread ? 1U : 0U);
	return MNL_CB_STOP;
}

static bool is_same_end(
	const struct sockaddr_storage *a, const struct sockaddr_storage *b)
{
	struct inet_diag_sockid ids[2] = { 0 };

	kernel_put_address(a, ids[0].idiag_src, &ids[0].idiag_sport);
	kernel_put_address(b, ids[1].idiag_src, &ids[1].idiag_sport);
	return a->ss_family == b->ss_family &&
		!memcmp(&ids[0], &ids[1], sizeof(ids[0]));
}

bool kernel_pair_equal(const struct kernel_pair *a, const struct kernel_pair *b)
{
	return is_same_end(&a->client, &b->client) &&
		is_same_end(&a->server, &b->server);
}

/* Not by the numbers of bytes: under steady traffic they never stand still. */
static bool is_same(
	const struct kernel_socket *a, const struct kernel_socket *b)
{
	return a->state == b->state && a->eof_unread == b->eof_unread &&
		(a->unacked_bytes == 0) == (b->unacked_bytes == 0);
}

/* Looks at ends in turn, `first` of which is the client's or the server's: one
 * kernel's answers to requests that it got at once. */
static int look_at(struct kernel *kernel, const struct kernel_pair *pair,
	enum side first, struct kernel_socket *const sockets[], unsigned count)
{
	char buffer[LOOKS * KERNEL_REQUEST_BYTES];
	size_t len = 0;
	unsigned seq = kernel->seq + 1;
	int error = 0;

	for (unsigned i = 0; i < count; i++) {
		bool server = (i % 2 == 1) == (first == CLIENT);
		const struct nlmsghdr *header = (void *)(buffer + len);

		memset(sockets[i], 0, sizeof(*sockets[i]));
		kernel_put_look(kernel, buffer + len,
			server ? &pair->server : &pair->client,
			server ? &pair->client : &pair->server);
		len += NLMSG_ALIGN(header->nlmsg_len);
	}
	if (netlink_send(kernel->nl, buffer, len) < 0)
		return -1;
	/* All are taken, so that the next requests get their own. */
	for (unsigned i = 0; i < count; i++)
		if (kernel_take(kernel, seq + i, on_socket, sockets[i]) < 0 &&
			errno != ENOENT)
			error = errno;
	errno = error;
	return error ? -1 : 0;
}

int kernel_look_between(struct kernel *const kernels[SIDES],
	const struct kernel_pair *pair, struct kernel_socket *client,
	struct kernel_socket *server)
{
	struct kernel_socket before;
	struct kernel_socket *const all[LOOKS] = { &before, server, client };

	while (kernels[CLIENT] == kernels[SERVER]) {
		if (look_at(kernels[CLIENT], pair, CLIENT, all, LOOKS))
			return -1;
		if (is_same(&before, client))
			return 0;
	}
	if (look_at(kernels[CLIENT], pair, CLIENT, &client, 1))
		return -1;
	do {
		before = *client;
		if (look_at(kernels[SERVER], pair, SERVER, &server, 1) ||
			look_at(kernels[CLIENT], pair, CLIENT, &client, 1))
			return -1;
	} while (!is_same(&before, client));
	return 0;
}

int kernel_glance_between(struct kernel *const kernels[SIDES],
	const struct kernel_pair *pair, struct kernel_socket *client,
	struct kernel_socket *server)
{
	struct kernel_socket *const both[] = { client, server };

	if (kernels[CLIENT] == kernels[SERVER] &&
		!look_at(kernels[CLIENT], pair, CLIENT, both, SIDES) &&
		(state_is_passing(client->state) ||
			state_is_passing(server->state) ||
			kernel_may_face(client->state, server->state)))
		return 0;
	return kernel_look_between(kernels, pair, client, server);
}

int kernel_look(struct kernel *kernel, const struct kernel_pair *pair,
	struct kernel_socket *client, struct kernel_socket *server)
{
	struct kernel *const kernels[SIDES] = { kernel, kernel };

	return kernel_look_between(kernels, pair, client, server);
}
