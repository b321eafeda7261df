/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "prologue.h"

#include <stdio.h>
#include <string.h>

#include "lib/base/duration.h"

/* How long nothing comes before an answer of no known form is taken as one. */
#define SILENT_MS 300

bool prologue_is_said(const struct prologue *prologue)
{
	return !prologue->preamble ||
		(!prologue->refused &&
			prologue->step == prologue->preamble->count);
}

bool prologue_is_over(const struct prologue *prologue)
{
	return !prologue->secures && prologue_is_said(prologue);
}

static const struct preamble_step *step_of(const struct prologue *prologue)
{
	return &prologue->preamble->steps[prologue->step];
}

/* Looks at what was heard; true where that ends the step. */
static bool take(struct prologue *prologue)
{
	bool silent = prologue->heard_ms &&
		duration_now_ms() >= prologue->heard_ms + SILENT_MS;
	size_t taken;

	switch (preamble_take(step_of(prologue), prologue->heard,
		prologue->bytes, silent, &taken, prologue->why)) {
	case PREAMBLE_WAITS:
		return false;
	case PREAMBLE_REFUSED:
		prologue->refused = true;
		return false;
	case PREAMBLE_TAKEN:
		break;
	}
	prologue->bytes -= taken;
	memmove(prologue->heard, prologue->heard + taken, prologue->bytes);
	return true;
}

void prologue_act(struct prologue *prologue, struct conn *conn)
{
	while (!prologue->refused && !prologue_is_said(prologue)) {
		const struct preamble_step *step = step_of(prologue);

		if (step->kind == PREAMBLE_SEND) {
			if (!conn_send(conn, step->text, step->bytes))
				return;
			prologue->heard_ms = 0;
		} else if (!take(prologue)) {
			return;
		}
		prologue->step++;
	}
}

void prologue_hear(struct prologue *prologue, const char *bytes, size_t count)
{
	if (count > PROLOGUE_BYTES - prologue->bytes) {
		prologue->refused = true;
		snprintf(prologue->why, sizeof(prologue->why),
			"the answer is longer than %d bytes", PROLOGUE_BYTES);
		return;
	}
	memcpy(prologue->heard + prologue->bytes, bytes, count);
	prologue->bytes += count;
	prologue->heard_ms = duration_now_ms();
}

int64_t prologue_due_ms(const struct prologue *prologue)
{
	if (prologue->refused || prologue_is_said(prologue) ||
		step_of(prologue)->kind != PREAMBLE_ANY || !prologue->heard_ms)
		return -1;
	return prologue->heard_ms + SILENT_MS;
}
