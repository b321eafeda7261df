/* SPDX-License-Identifier: GPL-3.0-or-later */
/* What a client says before its script begins: to a SOCKS proxy, say. */
#ifndef GRACELAB_PROLOGUE_H
#define GRACELAB_PROLOGUE_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "gracelab/judge/exchange/preamble.h"
#include "lib/conn/conn.h"

/* The longest answer to a step. */
#define PROLOGUE_BYTES 4096

struct prologue {
	const struct preamble *preamble; /* borrowed; NULL: nothing is said */
	size_t step;
	char heard[PROLOGUE_BYTES]; /* and not taken yet */
	size_t bytes;
	int64_t heard_ms; /* when it was heard; 0: nothing was */
	bool secures;     /* TLS follows, and is not agreed on yet */
	bool refused;
	char why[PREAMBLE_ERROR_SIZE]; /* it was refused; terminated */
};

/* Whether all was said and answered, but for TLS; and with it. */
bool prologue_is_said(const struct prologue *prologue);
bool prologue_is_over(const struct prologue *prologue);

/* Goes on as far as it can. */
void prologue_act(struct prologue *prologue, struct conn *conn);

/* Takes what has come, `count` bytes; what has no room refuses it. */
void prologue_hear(struct prologue *prologue, const char *bytes, size_t count);

/* When silence is the answer that it waits for, in duration_now_ms(); -1. */
int64_t prologue_due_ms(const struct prologue *prologue);

#endif
