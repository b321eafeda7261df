/* SPDX-License-Identifier: GPL-3.0-or-later */
/* The lines of an experiment before its first step: one table. */
#ifndef GRACELAB_HEAD_H
#define GRACELAB_HEAD_H

#include "contents.h"

/* Takes the line, on which nothing was taken yet. */
bool head_take(struct scan *scan, struct experiment *experiment);

#endif
