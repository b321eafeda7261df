/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * Where output goes: standard output, events, a file of `save`. Its reader may
 * be slow, or never read again, and must not stop a program that others rely
 * on: what it does not take waits here, bounded. Nothing blocks but where the
 * bound is met, and then a signal that asks the program to end ends that too.
 */
#ifndef GRACE_OUTLET_H
#define GRACE_OUTLET_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

/* How many bytes may wait for a reader. */
#define OUTLET_WAITING_BYTES (4 * 1024 * 1024)

/* How soon outlet_retry() is worth calling while something waits. */
#define OUTLET_RETRY_MS 10

/* Begun by outlet_open(), which takes the descriptor over. */
struct outlet {
	int fd;            /* -1: there is none */
	bool always_ready; /* a file: it makes nobody wait */
	int given_up;      /* errno: nothing is written any more; or 0 */
	char *waiting;     /* owned: from `start` to `end` */
	size_t start, end, capacity;
	uint64_t written; /* bytes that write(2) took */
};

void outlet_open(struct outlet *outlet, int fd);

/*
 * Writes, behind what waits. Returns false, with errno, where nothing can be
 * written any more, which is so from then on: write(2) failed; ENOMEM; or EINTR
 * where too much waited and the process was asked to end (signals_ending()).
 */
bool outlet_write(struct outlet *outlet, const void *data, size_t len);

/* Tries again to write what waits, without blocking; as outlet_write(). */
bool outlet_retry(struct outlet *outlet);

/*
 * Waits until nothing waits any more, at most for `patience_ms` (-1: for ever).
 * As outlet_write(); false with EAGAIN where the time is over.
 */
bool outlet_drain(struct outlet *outlet, int64_t patience_ms);

/* Whether something waits. */
bool outlet_is_behind(const struct outlet *outlet);

/*
 * close(2), and what waits is dropped; `written` stays. Returns what close(2)
 * gave.
 */
int outlet_close(struct outlet *outlet);

#endif
