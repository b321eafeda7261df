/* SPDX-License-Identifier: GPL-3.0-or-later */
/* All connections of the server, in the order of accepting. */
#ifndef GRACESERVER_CONNECTIONS_H
#define GRACESERVER_CONNECTIONS_H

#include "lib/event/report.h"
#include "served.h"

/* Zero-initialised: nobody. */
struct connections {
	struct served *first, *last;
	unsigned count;
	unsigned chosen; /* the number of `use`, or 0 */
};

/* Adds a connection, which the connections owns from here on. */
void connections_add(struct connections *connections, struct served *served);

/* Takes it out and frees it. */
void connections_remove(struct connections *connections, struct served *served);

/* The connection with this number, or NULL. */
struct served *connections_find(
	const struct connections *connections, unsigned number);

/* What commands act on: the chosen one, else the newest, or NULL. */
struct served *connections_target(const struct connections *connections);

/* Writes the list that `list` asks for. */
void connections_list(
	const struct connections *connections, struct report *report);

#endif
