/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Where the programs live, and what is seen of it. */
#ifndef GRACELAB_TRACE_NETWORK_H
#define GRACELAB_TRACE_NETWORK_H

#include "gracelab/observe/savefile.h"
#include "gracelab/record/record.h"
#include "gracelab/stage/hosts.h"
#include "gracelab/stage/wire.h"
#include "gracelab/trace/story/members.h"

enum watch_network {
	WATCH_HOST,     /* this machine's */
	WATCH_LOOPBACK, /* one of its own, with a loopback */
	WATCH_WIRE,     /* two hosts */
};

struct watched {
	struct story *story;
	struct capture *capture;
	struct hosts hosts;
	struct wire *wire;
	struct savefile *savefile;
	struct kernel *kernels[SIDES];
	bool has_hosts;
	bool eager;        /* segments are looked at as soon as they come */
	uint64_t segments; /* that were looked at, of a capture */
	char why[240];
};

/*
 * Enters the network (`story` and `eager` are set); what could not be had or
 * observed stands in the record. `pcap` or NULL. False, with the reason in
 * `why`, where it cannot go on.
 */
bool watched_enter(struct watched *watched, enum watch_network network,
	const char *pcap, struct record *record);

/* For story_plan.drain; the context is the struct watched. */
void watched_drain(void *context);

/* For story_plan.thin, likewise. */
bool watched_thin(void *context, uint16_t from, uint16_t to, bool thin);

/* The namespace of a side, for launch; -1: ours. */
int watched_namespace(const struct watched *watched, enum side side);

/* For poll(2), up to two; returns how many. */
int watched_descriptors(const struct watched *watched, int fds[SIDES]);

/* How the side is reached. */
const char *watched_address(
	const struct watched *watched, enum side side, bool ipv6);

/* False, with `why`, where the file could not be written or something was
 * lost. */
bool watched_leave(struct watched *watched);

#endif
