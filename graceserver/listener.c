/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "listener.h"

#include <errno.h>
#include <unistd.h>

#include "lib/base/duration.h"
#include "lib/base/names.h"
#include "lib/net/net.h"

/* When the system had no descriptor to accept with: when to try again. */
#define RETRY_MS 100

bool listener_open(struct listener *listener,
	const struct server_options *options, struct report *report)
{
	char error[NET_ERROR_SIZE], address[NET_ADDRESS_SIZE];

	*listener = (struct listener){
		.fd = net_listen(&options->listen, error),
		.bound = options->once ? 1 : options->max_connections,
		.once = options->once,
	};
	if (listener->fd < 0) {
		report_event(report,
			&(struct event){ .kind = EVENT_ERROR,
				.call = "listen",
				.error = errno });
		report->status->failed = true;
		report_complaint(report, "%s", error);
		return false;
	}
	net_format_end(listener->fd, false, address);
	report_event(report,
		&(struct event){ .kind = EVENT_LISTEN,
			.detail = address,
			.local = address });
	if (net_listens_beyond_loopback(listener->fd))
		report_note(report, 0, "others than this machine may connect");
	return true;
}

bool listener_ready(const struct listener *listener, unsigned open)
{
	return listener->fd >= 0 && !listener->again_ms &&
		(!listener->bound || open < listener->bound);
}

/* Without a descriptor or memory, those who wait are left in the backlog. */
static void accept_failed(struct listener *listener, struct report *report)
{
	char why[NAMES_DESCRIPTION_SIZE];

	switch (errno) {
	case EMFILE:
	case ENFILE:
	case ENOBUFS:
	case ENOMEM:
		if (!listener->complained) {
			report_event(report,
				&(struct event){ .kind = EVENT_ERROR,
					.call = "accept",
					.error = errno });
			report_complaint(report, "cannot accept: %s",
				names_describe(why, errno));
		}
		listener->complained = true;
		listener->again_ms = duration_deadline_ms(RETRY_MS);
		break;
	default:
		/* None waits, or one ended before it was accepted. */
		break;
	}
}

int listener_accept(struct listener *listener, struct report *report,
	struct sockaddr_storage *address, socklen_t *address_bytes)
{
	*address_bytes = sizeof(*address);
	int fd = accept4(listener->fd, (struct sockaddr *)address,
		address_bytes, SOCK_NONBLOCK | SOCK_CLOEXEC);

	if (fd < 0) {
		accept_failed(listener, report);
		return -1;
	}
	listener->complained = false;
	if (listener->once) {
		close(listener->fd);
		listener->fd = -1;
	}
	return fd;
}

void listener_retry(struct listener *listener)
{
	listener->again_ms = 0;
}
