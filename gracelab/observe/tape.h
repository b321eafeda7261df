/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * A pcap(5) file of what passes, whole, with nanoseconds. Nobody waits for what
 * stands there, so the kernel may pack it (TPACKET_V3), and there is room for
 * far more than in a ring whose every place is as long as a packet can be.
 */
#ifndef GRACELAB_TAPE_H
#define GRACELAB_TAPE_H

#include <stdbool.h>
#include <stddef.h>

struct tape;

/*
 * Begins to record all of TCP that passes `lo`, or with `any` each interface:
 * what passes several is there several times. NULL with the reason, terminated,
 * in `why`.
 */
struct tape *tape_open(bool any, const char *path, char *why, size_t why_size);

/* Writes what the kernel has handed over. */
void tape_drain(struct tape *tape);

/* Waits for what the kernel has still to hand over, and writes it. Returns how
 * many packets are not there, since there was no room for them. */
unsigned tape_finish(struct tape *tape);

/* Returns 0, or -1 with errno where the file could not be written; NULL is
 * allowed. */
int tape_close(struct tape *tape);

#endif
