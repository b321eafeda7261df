/* SPDX-License-Identifier: GPL-3.0-or-later */
/* What a session consists of: data alone, for its parts. */
#ifndef GRACELAB_LIVE_INSIDE_H
#define GRACELAB_LIVE_INSIDE_H

#include "gracelab/live/person/living.h"
#include "gracelab/live/words/lesson.h"
#include "lib/base/status.h"
#include "lib/typed/editor.h"
#include "live_options.h"

/* Zero-initialised but for the first two: nothing is shown. */
struct paint {
	bool big;    /* the whole ladder each time, on a screen of its own */
	bool ascii;  /* with ASCII only */
	bool headed; /* its head stands there */
	char **rows; /* owned: as they stand there, of whole lines */
	size_t count;
};

struct session {
	const struct live_options *options;
	struct play_options play; /* as it can be had */
	struct lesson lesson;
	struct experiment *experiment; /* owned: of what is done */
	struct living living;
	struct view view; /* owned: the last */
	struct paint paint;
	struct editor editor;
	struct status status;
	char *no_wire;      /* owned: why it is on the loopback, or NULL */
	char *path;         /* owned: where it is saved or was read; or NULL */
	bool saved;         /* this session has written that file */
	bool changed;       /* since it was read or saved */
	bool leaving;       /* no more lines are wanted */
	unsigned long line; /* how many came */
};

#endif
