/* SPDX-License-Identifier: GPL-3.0-or-later */
/* The texts of a ladder's rows, and the columns where they stand. */
#ifndef GRACELAB_ENDS_CELLS_H
#define GRACELAB_ENDS_CELLS_H

#include <stddef.h>

#include "arranged.h"

/* From left to right. */
enum cells_column {
	CELLS_CLIENT, /* its calls */
	CELLS_FRONT,  /* segments between it and the proxy */
	CELLS_PROXY,  /* the proxy's calls */
	CELLS_BACK,   /* segments between it and the server, or all */
	CELLS_SERVER, /* its calls */
	CELLS_COLUMNS,
};

/* Room for `t2 shutdown(front, SHUT_WR) = ENOTCONN`. */
#define CELLS_TEXT_SIZE 120

/* What is not there is "". */
struct cells {
	char texts[CELLS_COLUMNS][CELLS_TEXT_SIZE];
};

struct cells cells_of(
	const struct arranged *table, const struct arranged_row *row);

/* What heads the columns. */
struct cells cells_heads(
	const struct rows_source *source, const struct arranged *table);

/* Room for "data 18446744073709551615". */
#define CELLS_NAME_SIZE 48

/* "5", "0 (EOF)": what a call gave; and "data 5", "FIN". In `room`, or the
 * entry's own. */
const char *cells_result(
	const struct evidence_entry *call, char room[CELLS_NAME_SIZE]);
const char *cells_segment(
	const struct evidence_entry *segment, char room[CELLS_NAME_SIZE]);

struct cells_places {
	size_t at[CELLS_COLUMNS];
};

/* Where the columns begin at least: behind the time. */
struct cells_places cells_places(const struct arranged *table);

/*
 * Widens them for a row: what has something on its right does not reach there,
 * unless it is longer than a column can be. What has nothing there may reach
 * over the columns behind it.
 */
void cells_fit(struct cells_places *places, const struct cells *cells);

#endif
