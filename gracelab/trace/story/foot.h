/* SPDX-License-Identifier: GPL-3.0-or-later */
/* What has to be said of the whole once all has ended. */
#ifndef GRACELAB_STORY_FOOT_H
#define GRACELAB_STORY_FOOT_H

#include "members.h"

/* Says it, story_plan.note. */
void foot_note(struct story *story);

#endif
