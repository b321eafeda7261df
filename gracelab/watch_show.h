/* SPDX-License-Identifier: GPL-3.0-or-later */
/* What was watched, shown: as text while it happens, or in the end. */
#ifndef GRACELAB_WATCH_SHOW_H
#define GRACELAB_WATCH_SHOW_H

#include <stdbool.h>
#include <stdio.h>

#include "gracelab/record/record.h"
#include "options.h"

/* Who has made the last calls of a side: names for those beyond the first. */
#define WATCH_SPEAKERS 64

struct watch_speaker {
	int process, thread;
	unsigned process_number, thread_number;
};

struct watch_speakers {
	struct watch_speaker list[WATCH_SPEAKERS]; /* a ring */
	size_t count, next;
	unsigned processes;
};

/* Zero-initialised, and then the options. */
struct watch_show {
	enum lab_format format;
	bool ascii;
	const char *output;  /* NULL: standard error */
	unsigned connection; /* 0: all */
	/* Ours. */
	FILE *out;
	struct record record;
	struct watch_speakers speakers[SIDES];
	unsigned connections; /* the highest number met */
	char row[4096];       /* of `out`: written when the row is whole */
	int error;            /* errno of the first write that failed; or 0 */
	bool begun, incomplete;
	bool patient; /* or with the next flush */
};

/* Opens the output and begins the record; false, said, if it cannot. */
bool watch_show_open(struct watch_show *show);

/* For session_plan; `show` is a struct watch_show. */
void watch_show_begin(void *show, const struct record *record);
void watch_show_row(void *show, struct rung *rung);
void watch_show_flush(void *show);
void watch_show_note(void *show, const char *text);

/* Writes the rest, and frees all; false, said, if it could not be written. */
bool watch_show_end(struct watch_show *show);

#endif
