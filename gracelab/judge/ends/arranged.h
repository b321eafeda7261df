/* SPDX-License-Identifier: GPL-3.0-or-later */
/* What a try has shown as rows of a ladder, in the order of time. */
#ifndef GRACELAB_ENDS_ARRANGED_H
#define GRACELAB_ENDS_ARRANGED_H

#include "source.h"

/* A call, the segment that it sent, or both. */
struct arranged_row {
	const struct evidence_entry *call, *segment;
	bool proxy;     /* of the call: it is the proxy's */
	enum side side; /* of the call, else */
	enum side hop;  /* of the segment, and of the proxy's call */
	bool both;      /* of the proxy's call: it is about both hops */
	size_t at;      /* among all, as they were told of */
};

/* One who calls: of several processes or threads each has a number, from 1. */
struct arranged_speaker {
	int process, thread;
	unsigned process_number, thread_number;
};

#define ARRANGED_SPEAKERS 32

struct arranged {
	struct arranged_row *rows; /* owned */
	size_t count;
	/* Of the proxy's; more than there is room for have no number. */
	struct arranged_speaker speakers[ARRANGED_SPEAKERS];
	size_t speaker_count;
};

/* Without rows where there is no memory. */
struct arranged arranged_make(const struct rows_source *source);

/* When the row was. */
uint64_t arranged_time(const struct arranged_row *row);

/* Whether any of the rows is a call of the proxy's. */
bool arranged_has_proxy(const struct arranged *table);

/* Who has called a row of the proxy's; NULL: no number. */
const struct arranged_speaker *arranged_speaker(
	const struct arranged *table, const struct arranged_row *row);

void arranged_free(struct arranged *table);

#endif
