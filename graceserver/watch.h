/* SPDX-License-Identifier: GPL-3.0-or-later */
/* What epoll(7) watches: connections, and the few sources besides. */
#ifndef GRACESERVER_WATCH_H
#define GRACESERVER_WATCH_H

#include <stdbool.h>
#include <stdint.h>

#include "lib/event/report.h"
#include "served.h"

struct watch {
	int epoll;
	struct report *report; /* borrowed */
	int64_t again_ms;      /* when to ask epoll(7) again; 0: no need */
	bool complained;       /* of its refusal, since the last success */
};

/* Something to be watched besides connections; begins with { .fd = -1 }. */
struct watch_source {
	int fd;       /* as watched; -1: it is not */
	bool refused; /* by epoll(7): a file, which is always ready */
};

/* False, with errno, where there is no epoll(7) to be had. */
bool watch_open(struct watch *watch, struct report *report);

/*
 * Brings what is watched into step with what the connection, which is open,
 * wants. What epoll(7) refuses is said, and due again at again_ms.
 */
void watch_served(struct watch *watch, struct served *served);

/* The connection is about to be closed. */
void watch_drop(struct watch *watch, struct served *served);

/*
 * Watches `fd` as the source from now on; -1: nothing. Its events come with
 * the source's address.
 */
void watch_source(struct watch *watch, struct watch_source *source, int fd);

#endif
