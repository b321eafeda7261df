/* SPDX-License-Identifier: GPL-3.0-or-later */
/* The record as text: a ladder of 80 columns, and both terminals below it. */
#ifndef GRACELAB_LADDER_H
#define GRACELAB_LADDER_H

#include <stdio.h>

#include "record.h"

/*
 * Where the columns of the ladder begin; they are followed by one space. What
 * stands before them is the mark of the row at which the play failed.
 */
enum {
	LADDER_MARK_AT = 0, /* one column wide */
	LADDER_CLIENT_AT = 2,
	LADDER_CLIENT_STATE_AT = 23,
	LADDER_WIRE_AT = 35,
	LADDER_SERVER_STATE_AT = 48,
	LADDER_SERVER_AT = 60,
	LADDER_WIDTH = 80,
};

/* Writes the transcript, as goldens hold it. */
void ladder_write(FILE *out, const struct record *record);

/* Its parts, for those who show it as it grows. */
void ladder_write_head(FILE *out, const struct record *record);
void ladder_write_rung(
	FILE *out, const struct record *record, const struct rung *rung);
void ladder_write_foot(FILE *out, const struct record *record);

/* What could not be had or observed, and why, and notes; record_remark(). */
void ladder_write_remarks(FILE *out, const struct record *record);

/* Why the play failed; nothing if it did not. */
void ladder_write_failure(FILE *out, const struct record *record);

#endif
