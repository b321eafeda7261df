/* SPDX-License-Identifier: GPL-3.0-or-later */
/* What stands above and below the ladder: names, and both terminals. */
#ifndef GRACELAB_TERMINALS_H
#define GRACELAB_TERMINALS_H

#include <stdint.h>

#include "gracelab/experiment/experiment.h"
#include "gracelab/record/record.h"

/* Begins a record with the experiment's texts and the system's name. */
void terminals_name(struct record *record, const struct experiment *experiment);

/*
 * What a terminal showed (NULL: nothing): without the line that says where the
 * server listens, and with `PORT` for the ports of either side, which nobody
 * but the kernel and the lab has chosen. The caller frees it; NULL without
 * memory.
 */
char *terminals_text(const char *shown, const uint16_t ports[SIDES]);

#endif
