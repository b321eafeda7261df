/* SPDX-License-Identifier: GPL-3.0-or-later */
/* A record for the tests of what holds it and what draws it. */
#ifndef GRACE_TESTS_LAB_EXAMPLE_H
#define GRACE_TESTS_LAB_EXAMPLE_H

#include <stddef.h>

#include "gracelab/record/record.h"

/* A rung of its own with a call of `side`; NULL for what is not there. */
void example_add_rung(struct record *record, int side, const char *call,
	const char *text, const char *result);

/* A segment and states for the last rung; NULL for what is not there. */
void example_add_change(struct record *record, int sender, const char *segment,
	const char *client, const char *server);

/* A connection, some data, a RST; for record_free(). */
struct record example_record(void);

/* Connected, and nothing else; both sides have states. For record_free(). */
struct record example_connected(void);

/* A row with a segment alone; valid until the next is added. */
struct rung *example_add_segment(struct record *record, enum wire_fate fate,
	int sender, const char *segment, unsigned id);

/* What a writer writes of it, terminated, for free(). */
char *example_drawn(void (*write)(FILE *out, const struct record *record),
	const struct record *record);

/*
 * The widest line in columns, not measured as the ladder measures: East Asian
 * characters and emoji have two, combining ones (U+0300 to U+036F) none.
 */
size_t example_width(const char *text);

/* How often it stands in the text. */
size_t example_count(const char *text, const char *what);

#endif
