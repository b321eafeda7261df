/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Which sockets the processes of this network hold, by proc(5). */
#ifndef GRACELAB_HELD_H
#define GRACELAB_HELD_H

#include <stdbool.h>
#include <sys/types.h>

struct held;

/*
 * Looks at every process whose network is that of the calling one, but for
 * itself. sock_diag(7) alone does not do: it no longer knows a socket of which
 * both halves have ended, though its descriptor was never closed. NULL with
 * errno.
 */
struct held *held_look(void);

/* Whether a socket is held, by its inode. */
bool held_has(const struct held *held, ino_t inode);

/*
 * The name of the program that held it, terminated; "" if nobody did. Owned by
 * `held`.
 */
const char *held_by(const struct held *held, ino_t inode);

void held_free(struct held *held);

#endif
