/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Messages that are owed an answer, the oldest first. */
#ifndef GRACESERVER_OWED_H
#define GRACESERVER_OWED_H

#include <stdbool.h>
#include <stddef.h>

struct message {
	struct message *next;
	size_t len;
	char text[]; /* `len` bytes */
};

/* Zero-initialised: none. */
struct owed {
	struct message *first, *last;
};

/* One with room for so many bytes, for owed_add() or free(3); or NULL. */
struct message *owed_new(size_t room);

/* Adds a message of `len` bytes, in no more memory than these need. */
void owed_add(struct owed *owed, struct message *message, size_t len);

/* Frees the first, which must be there; all. */
void owed_drop(struct owed *owed);
void owed_clear(struct owed *owed);

unsigned owed_count(const struct owed *owed);

#endif
