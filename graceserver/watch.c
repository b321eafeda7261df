/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "watch.h"

#include <errno.h>
#include <sys/epoll.h>

#include "lib/base/duration.h"
#include "lib/base/names.h"

/* When epoll(7) had no memory for a watch: when to ask again. */
#define AGAIN_MS 100

bool watch_open(struct watch *watch, struct report *report)
{
	*watch = (struct watch){ .epoll = epoll_create1(EPOLL_CLOEXEC),
		.report = report };
	return watch->epoll >= 0;
}

/* epoll_ctl(2) has failed, with errno: it is said, and tried again. */
static void try_later(struct watch *watch)
{
	char why[NAMES_DESCRIPTION_SIZE];
	int error = errno;

	if (!watch->complained) {
		report_event(watch->report,
			&(struct event){ .kind = EVENT_ERROR,
				.said = true,
				.call = "epoll_ctl",
				.error = error });
		report_complaint(watch->report, "epoll_ctl: %s; tried again",
			names_describe(why, error));
	}
	watch->complained = true;
	watch->again_ms = duration_deadline_ms(AGAIN_MS);
}

void watch_served(struct watch *watch, struct served *served)
{
	struct epoll_event event = {
		.events = (served_wants_read(served) ? (uint32_t)EPOLLIN : 0) |
			(conn_wants_write(&served->conn) ? (uint32_t)EPOLLOUT
							 : 0),
		.data.ptr = served,
	};

	if (event.events == served->watched)
		return;
	/* Unwatched altogether: a reset is reported with no events asked. */
	int change = !event.events ? EPOLL_CTL_DEL
		: served->watched  ? EPOLL_CTL_MOD
				   : EPOLL_CTL_ADD;

	if (epoll_ctl(watch->epoll, change, served->conn.fd, &event))
		try_later(watch);
	else
		served->watched = event.events;
}

void watch_drop(struct watch *watch, struct served *served)
{
	/* close(2) alone does not end the watch of what is held elsewhere. */
	if (served->watched)
		epoll_ctl(watch->epoll, EPOLL_CTL_DEL, served->conn.fd, NULL);
	served->watched = 0;
}

void watch_source(struct watch *watch, struct watch_source *source, int fd)
{
	struct epoll_event event = { .events = EPOLLIN, .data.ptr = source };

	if (fd == source->fd || source->refused)
		return;
	/* One that was closed meanwhile is watched no more by itself. */
	if (source->fd >= 0)
		epoll_ctl(watch->epoll, EPOLL_CTL_DEL, source->fd, NULL);
	source->fd = fd;
	if (fd < 0 || !epoll_ctl(watch->epoll, EPOLL_CTL_ADD, fd, &event))
		return;
	source->refused = errno == EPERM;
	if (source->refused)
		return;
	source->fd = -1;
	try_later(watch);
}
