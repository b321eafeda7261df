/* SPDX-License-Identifier: GPL-3.0-or-later */
/* The last sentence on a client, and what a program asks first. */
#ifndef GRACELAB_OUTLOOK_H
#define GRACELAB_OUTLOOK_H

#include "inquiry.h"

void outlook_conclude(struct inquiry *inquiry);

#endif
