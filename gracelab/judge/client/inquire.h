/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Puts a client through all that was chosen. */
#ifndef GRACELAB_INQUIRE_H
#define GRACELAB_INQUIRE_H

#include "inquiry.h"

/* Plays it, and shows it. inquire_forget() in any case. */
void inquire(struct inquiry *inquiry);

void inquire_forget(struct inquiry *inquiry);

#endif
