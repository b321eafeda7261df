/* SPDX-License-Identifier: GPL-3.0-or-later */
/* From what an experiment asks for to its two hosts. */
#ifndef GRACELAB_WIRED_STAGE_H
#define GRACELAB_WIRED_STAGE_H

#include "gracelab/stage/hosts.h"
#include "loop.h"

/*
 * Enters the two hosts that the experiment asks for, and writes into the record
 * what is had. False where play_fail() has been called; the record says that
 * it is unplayable where that is nobody's fault.
 */
bool wired_stage_enter(struct play *play, struct hosts *hosts);

#endif
