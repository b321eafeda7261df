/* SPDX-License-Identifier: GPL-3.0-or-later */
/* The UNIX sockets of the calling process's network, by sock_diag(7). */
#ifndef GRACELAB_UNIX_TABLE_H
#define GRACELAB_UNIX_TABLE_H

#include <stddef.h>
#include <stdint.h>
#include <sys/types.h>

#include "lib/net/state.h"

/* One that is bound to a name, or whose listener is. */
struct unix_entry {
	uint32_t inode; /* 0: not accepted yet */
	uint32_t peer;  /* the other end's; 0: gone */
	enum tcp_state state;
	dev_t device; /* of its file, and which it is there; 0: none */
	uint32_t file;
	char name[109]; /* as it was bound, or @NAME; terminated */
};

/*
 * Reads all stream sockets that have a name. Returns 0 with `*entries`, for
 * free(3), and `*count`; or -1 with errno.
 */
int unix_table_read(struct unix_entry **entries, size_t *count);

/*
 * Who listens at that path, as it was bound, or by another name that its file
 * had then: `*inode` is 0 if nobody does. Returns 0, or -1 with errno.
 */
int unix_table_listener(const char *path, uint32_t *inode);

#endif
