/* SPDX-License-Identifier: GPL-3.0-or-later */
/* What both ends of a try are to do, as data. */
#ifndef GRACELAB_SCENE_H
#define GRACELAB_SCENE_H

#include <stdbool.h>
#include <stdint.h>

#include "gracelab/judge/ends/party.h"
#include "lib/base/side.h"

/* Both scripts of a try, and what must have come of them. */
struct scene {
	const struct party_step *scripts[SIDES]; /* each ends with PARTY_END */
	int64_t gets[SIDES]; /* bytes; PARTY_SIZE: of the try's size */
	int64_t more[SIDES]; /* ... besides */
	bool sees_eof[SIDES], sees_reset[SIDES];
	bool needs_tls;   /* of the server */
	bool needs_delay; /* of a line, which is PARTY_IDLE then */
	bool silent;      /* the client says nothing before the server does */
};

#endif
