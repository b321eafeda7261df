/* SPDX-License-Identifier: GPL-3.0-or-later */
/* The capture: every TCP segment that passes the loopback, once each. */
#ifndef GRACELAB_CAPTURE_H
#define GRACELAB_CAPTURE_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "lib/net/segment.h"

struct capture;

/*
 * Begins to capture what passes `lo` in the calling process' network, from
 * now on: TCP from or to port, or all of TCP if port is 0. With savefile
 * not NULL, whole packets are also written to that file as pcap(5), with
 * nanoseconds; without, only headers are captured.
 * Needs CAP_NET_RAW over that network (packet(7)).
 * Returns a capture that the caller ends with capture_close(), or NULL with the
 * reason, terminated, in why (why_size bytes).
 */
struct capture *capture_open(
	uint16_t port, const char *savefile, char *why, size_t why_size);

/*
 * The same of all of TCP that passes the loopback, or any interface, but for
 * pure ACKs, with room for what moves in bulk. Each interface has a ring of its
 * own, rings.h, and one that comes up later is found some milliseconds after;
 * and to drain takes no call. What passes several, twice.h, is handed over
 * once. The savefile is written beside that, tape.h, and has all.
 */
struct capture *capture_open_sparing(
	bool any, const char *savefile, char *why, size_t why_size);

/*
 * The same without a savefile and with room for whole transfers: some tens of
 * thousands of segments that nobody drains.
 */
struct capture *capture_open_roomy(uint16_t port, char *why, size_t why_size);

/*
 * Hands every segment captured so far to on_segment, in the order in which
 * they arrived, and returns without waiting.
 *
 * There is no lag: packet(7) puts a segment into the ring, readable at once,
 * before TCP receives it. So whatever a socket's state, queue or recv(2) shows
 * to have arrived is among the segments drained afterwards.
 *
 * Returns the number of segments, or -1 if any was lost (the kernel dropped
 * some for lack of room since capture_open()), could not be decoded, or could
 * not be read or saved; capture_error() says which. The segments that were had
 * have been handed over also then.
 */
int capture_drain(struct capture *capture,
	void (*on_segment)(void *context, const struct segment *segment),
	void *context);

/* The same as rings_thin(), of capture_open_sparing(); false of others. The
 * savefile has all. */
bool capture_thin(
	struct capture *capture, uint16_t from, uint16_t to, bool thin);

/* How many segments the kernel has dropped for lack of room, so far. */
unsigned capture_dropped(const struct capture *capture);

/* A descriptor that poll(2) calls readable while there is something to drain.
 */
int capture_fd(const struct capture *capture);

/* Why the last capture_drain() returned -1; terminated, owned by the capture.
 */
const char *capture_error(const struct capture *capture);

/* How many packets the savefile of capture_open_sparing() lacks, once all that
 * the kernel has for it is written; it is complete only then. NULL is allowed.
 */
unsigned capture_unsaved(struct capture *capture);

/*
 * Ends the capture; NULL is allowed. The savefile is flushed and closed first.
 * Closing waits for the kernel (an RCU grace period, milliseconds to tens of
 * them), as does the exit of the last process that holds the descriptor: hand
 * the results over before, so that nobody waits for it.
 * Returns 0, or -1 with errno set if the savefile could not be written.
 */
int capture_close(struct capture *capture);

#endif
