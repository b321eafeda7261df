/* SPDX-License-Identifier: GPL-3.0-or-later */
/* What the server consists of, and what follows from any change. */
#ifndef GRACESERVER_SERVER_H
#define GRACESERVER_SERVER_H

#include <stdbool.h>

#include "connections.h"
#include "lib/event/report.h"
#include "lib/typed/console.h"
#include "listener.h"
#include "options.h"
#include "served.h"
#include "watch.h"

struct server {
	const struct server_options *options;
	struct report *report;
	struct serving serving;
	struct editor editor;
	struct console console;
	struct connections connections;
	struct listener listener;
	unsigned accepted; /* how many so far: the number of the last */
	struct watch watch;
	struct watch_source arrivals, input, returned;
	bool ending;
};

/*
 * To be called after anything was done to a connection. It may be gone then.
 */
void server_update(struct server *server, struct served *served);

/* Whether the server is about to end. */
bool server_is_over(const struct server *server);

/* As conn.h has before_close. */
void server_before_close(struct conn *conn);

#endif
