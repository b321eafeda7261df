/* SPDX-License-Identifier: GPL-3.0-or-later */
/* All connections of the server, in the order of accepting. */
#ifndef GRACESERVER_CROWD_H
#define GRACESERVER_CROWD_H

#include "lib/report.h"
#include "served.h"

/* Zero-initialised: nobody. */
struct crowd {
	struct served *first, *last;
	unsigned count;
	unsigned chosen; /* the number of `use`, or 0 */
};

/* Adds a connection, which the crowd owns from here on. */
void crowd_add(struct crowd *crowd, struct served *served);

/* Takes it out and frees it. */
void crowd_remove(struct crowd *crowd, struct served *served);

/* The connection with this number, or NULL. */
struct served *crowd_find(const struct crowd *crowd, unsigned number);

/* What commands act on: the chosen one, else the newest, or NULL. */
struct served *crowd_target(const struct crowd *crowd);

/* Writes the list that `list` asks for. */
void crowd_list(const struct crowd *crowd, struct report *report);

#endif
