/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "listener.h"

#include <errno.h>
#include <fcntl.h>
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
	struct net_listen_options listen = options->listen;

	listen.file = &listener->file;
	*listener = (struct listener){
		.fd = -1,
		.bound = options->once ? 1 : options->max_connections,
		.once = options->once,
		.by_hand = options->accept_by_hand,
	};
	listener->fd = net_listen(&listen, error);
	if (listener->fd < 0) {
		report_event(report,
			&(struct event){ .kind = EVENT_ERROR,
				.said = true,
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

void listener_end(struct listener *listener)
{
	unix_remove(&listener->file);
}

bool listener_ready(const struct listener *listener, unsigned open)
{
	return listener->fd >= 0 && !listener->again_ms && !listener->shut &&
		!listener->by_hand && !listener->in_accept &&
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
					.said = true,
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

/* What accept(2) gave to somebody who asked for it. */
static void tell_failure(struct report *report, struct event event)
{
	event.kind = event.error == EAGAIN ? EVENT_WOULD_BLOCK : EVENT_ERROR;
	event.call = "accept";
	report_event(report, &event);
}

/* After one was accepted. */
static void note_accepted(struct listener *listener)
{
	listener->complained = false;
	if (!listener->once || listener->fd < 0)
		return;
	close(listener->fd);
	listener->fd = -1;
}

int listener_accept(struct listener *listener, struct report *report,
	struct sockaddr_storage *address, socklen_t *address_bytes, bool typed)
{
	*address_bytes = sizeof(*address);
	int fd = accept4(listener->fd, (struct sockaddr *)address,
		address_bytes, SOCK_NONBLOCK | SOCK_CLOEXEC);

	if (fd >= 0)
		note_accepted(listener);
	else if (typed)
		tell_failure(report, (struct event){ .error = errno });
	else
		accept_failed(listener, report);
	return fd;
}

bool listener_block(struct listener *listener, struct threads *threads)
{
	int flags = fcntl(listener->fd, F_GETFL);

	listener->in_accept =
		!fcntl(listener->fd, F_SETFL, flags & ~O_NONBLOCK) &&
		threads_start(threads, THREAD_ACCEPT, listener->fd, 0);
	if (!listener->in_accept)
		fcntl(listener->fd, F_SETFL, flags);
	return listener->in_accept;
}

int listener_returned(struct listener *listener, struct report *report,
	const struct thread_result *result)
{
	listener->in_accept = false;
	if (listener->fd >= 0)
		fcntl(listener->fd, F_SETFL,
			fcntl(listener->fd, F_GETFL) | O_NONBLOCK);
	if (result->value >= 0)
		note_accepted(listener);
	else
		tell_failure(report,
			(struct event){ .error = result->error,
				.in_thread = true,
				.took_s = result->took_s });
	return (int)result->value;
}

void listener_close(struct listener *listener, struct report *report)
{
	int failed = close(listener->fd);

	listener->fd = -1;
	report_event(report,
		&(struct event){ .kind = failed ? EVENT_ERROR : EVENT_LISTENER,
			.call = "close",
			.error = failed ? errno : 0 });
}

void listener_shutdown(
	struct listener *listener, struct report *report, int how)
{
	int failed = shutdown(listener->fd, how);

	listener->shut = listener->shut || (!failed && how != SHUT_WR);
	report_event(report,
		&(struct event){ .kind = failed ? EVENT_ERROR : EVENT_LISTENER,
			.call = "shutdown",
			.detail = names_shutdown(how),
			.error = failed ? errno : 0 });
}

void listener_retry(struct listener *listener)
{
	listener->again_ms = 0;
}
