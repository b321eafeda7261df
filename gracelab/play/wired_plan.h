/* SPDX-License-Identifier: GPL-3.0-or-later */
/* What the hosts of an experiment shall be like. Pure. */
#ifndef GRACELAB_WIRED_PLAN_H
#define GRACELAB_WIRED_PLAN_H

#include "gracelab/experiment/experiment.h"
#include "gracelab/stage/hosts.h"

/* Borrows from the experiment. */
struct hosts_plan wired_plan(const struct experiment *experiment);

#endif
