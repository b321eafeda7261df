/* SPDX-License-Identifier: GPL-3.0-or-later */
/* How a client behaves in one visit, beside its controls. Pure. */
#ifndef GRACELAB_BEHAVIOUR_H
#define GRACELAB_BEHAVIOUR_H

#include "seen.h"

/* What a visit of that probe shows. */
struct seen behaviour_of(const struct inquiry *inquiry, enum client_probe probe,
	const struct visit *visit);

#endif
