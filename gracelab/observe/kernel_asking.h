/* SPDX-License-Identifier: GPL-3.0-or-later */
/* How the kernel is asked, for kernel*.c alone. */
#ifndef GRACELAB_KERNEL_ASKING_H
#define GRACELAB_KERNEL_ASKING_H

#include <libmnl/libmnl.h>
#include <linux/inet_diag.h>
#include <linux/sock_diag.h>
#include <stdint.h>
#include <sys/socket.h>

enum {
	/* A dump's message may be 32 KiB. */
	KERNEL_ANSWER_BYTES = 32768,
	KERNEL_REQUEST_BYTES = 128,
};

struct kernel {
	struct mnl_socket *nl;
	unsigned seq;
	char answer[KERNEL_ANSWER_BYTES];
};

/* Copies address and port, in network byte order, to a request's id. */
void kernel_put_address(
	const struct sockaddr_storage *from, __be32 address[4], __be16 *port);

/* Begins a request in a buffer of KERNEL_REQUEST_BYTES. */
struct inet_diag_req_v2 *kernel_put_request(struct kernel *kernel, char *buffer,
	sa_family_t family, uint16_t flags);

/* The same for one end of a connection. */
struct inet_diag_req_v2 *kernel_put_look(struct kernel *kernel, char *buffer,
	const struct sockaddr_storage *local,
	const struct sockaddr_storage *remote);

/* Hands the messages of the next answer to on_message; what that returned
 * last, or -1 and errno. */
int kernel_take(struct kernel *kernel, unsigned seq, mnl_cb_t on_message,
	void *context);

/* Sends the request and hands its answers to on_message; 0, or -1 and errno. */
int kernel_ask(struct kernel *kernel, const void *request, mnl_cb_t on_message,
	void *context);

#endif
