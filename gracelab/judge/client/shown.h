/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Rows of the report on a client. */
#ifndef GRACELAB_SHOWN_H
#define GRACELAB_SHOWN_H

#include "inquiry.h"

/* Adds the row of a probe, and shows it; notes how the client ends. */
void shown_add(struct inquiry *inquiry, enum client_probe id);

#endif
