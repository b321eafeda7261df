/* SPDX-License-Identifier: GPL-3.0-or-later */
/* A pcap(5) file of IP packets, with nanoseconds. */
#ifndef GRACELAB_SAVEFILE_H
#define GRACELAB_SAVEFILE_H

#include <stddef.h>
#include <stdint.h>

struct savefile;

/*
 * Begins a file, for savefile_close(); or NULL with the reason, terminated, in
 * why (why_size bytes).
 */
struct savefile *savefile_open(const char *path, char *why, size_t why_size);

/* Adds a packet, as of now. */
void savefile_add(struct savefile *savefile, const uint8_t *packet, size_t len);

/* Returns 0, or -1 with errno where the file could not be written; NULL is
 * allowed. */
int savefile_close(struct savefile *savefile);

#endif
