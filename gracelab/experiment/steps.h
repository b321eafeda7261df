/* SPDX-License-Identifier: GPL-3.0-or-later */
/* The steps of an experiment. */
#ifndef GRACELAB_STEPS_H
#define GRACELAB_STEPS_H

#include "contents.h"

enum steps_result {
	STEPS_TAKEN,
	STEPS_FAILED, /* the scan has */
	STEPS_NONE,   /* the line is no step; nothing was taken of it */
};

/* Takes the line, on which nothing was taken yet, if it is a step. */
enum steps_result steps_take(struct scan *scan, struct experiment *experiment);

#endif
