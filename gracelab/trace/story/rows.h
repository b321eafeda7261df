/* SPDX-License-Identifier: GPL-3.0-or-later */
/* The ladder's last rows, until nothing more will be added to them. */
#ifndef GRACELAB_STORY_ROWS_H
#define GRACELAB_STORY_ROWS_H

#include "gracelab/record/record.h"

struct row {
	struct rung rung;
	bool open; /* its call has not ended */
};

/* Zero-initialised: none. A row's number counts from 0 over all. */
struct rows {
	struct row *rows; /* owned: `count` from `first` on, which is taken */
	size_t first, count, room;
	size_t gone; /* how many were handed on before */
};

#define ROWS_NONE SIZE_MAX

/* Adds one; ROWS_NONE without memory. */
size_t rows_add(struct rows *rows, double seconds);

/* A row that was not handed on yet, or NULL. Valid until the next is added. */
struct row *rows_at(const struct rows *rows, size_t number);

/*
 * Hands on, in order, all rows before the first that is open, or all: whoever
 * takes them owns the texts.
 */
void rows_flush(struct rows *rows, bool all,
	void (*take)(void *context, struct rung *rung), void *context);

void rows_free(struct rows *rows);

#endif
