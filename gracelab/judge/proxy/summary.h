/* SPDX-License-Identifier: GPL-3.0-or-later */
/* What a run amounts to: the last rows, the last sentence, the exit status. */
#ifndef GRACELAB_SUMMARY_H
#define GRACELAB_SUMMARY_H

#include "run_inside.h"

void summary_conclude(struct run *run);

#endif
