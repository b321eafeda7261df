/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "path.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "lib/base/options.h"

/* How long --cut lasts if it does not say. */
#define CUT_DEFAULT "0.5s"

/* With more lost, no connection comes about. */
#define LOSS_MOST 50

enum {
	OPTION_DELAY = 0x5c0,
	OPTION_LOSS,
	OPTION_CUT,
};

static const struct argp_option entries[] = {
	{ "delay", OPTION_DELAY, "DURATION", 0,
		"Each segment takes so long, to the proxy and from it", 2 },
	{ "loss", OPTION_LOSS, "PERCENT", 0,
		"So many of the segments are lost, to the proxy and from it",
		2 },
	{ "cut", OPTION_CUT, "DURATION", OPTION_ARG_OPTIONAL,
		"From its first FIN on all segments of a connection are lost, "
		"for so long (default 0.5s)",
		2 },
	{ 0 },
};

/* Per cent, of which the line counts the hundredths. */
static unsigned parse_loss(struct argp_state *state, const char *argument)
{
	char *end;
	double percent = strtod(argument, &end);

	if (*argument < '0' || *argument > '9' || !(percent <= LOSS_MOST) ||
		(*end && strcmp(end, "%") != 0)) {
		argp_error(state,
			"--loss: expected a number from 0 to %d, not '%s'",
			LOSS_MOST, argument);
		return 0;
	}
	return (unsigned)(percent * 100 + 0.5);
}

static error_t parse(int key, char *argument, struct argp_state *state)
{
	struct line_plan *plan = state->input;

	switch (key) {
	case OPTION_DELAY:
		plan->delay_ms = options_duration(state, "--delay", argument);
		return 0;
	case OPTION_LOSS:
		plan->loss = parse_loss(state, argument);
		return 0;
	case OPTION_CUT:
		plan->cut_ms = options_duration(
			state, "--cut", argument ? argument : CUT_DEFAULT);
		return 0;
	default:
		return ARGP_ERR_UNKNOWN;
	}
}

const struct argp path_argp = { .options = entries, .parser = parse };

bool path_is_other(const struct line_plan *plan)
{
	return plan->delay_ms || plan->loss || plan->cut_ms;
}

void path_describe(const struct line_plan *plan, char *out, size_t size)
{
	size_t used = 0;

	*out = '\0';
	if (plan->delay_ms)
		used += (size_t)snprintf(out, size, ", %lld ms each way",
			(long long)plan->delay_ms);
	if (plan->loss && used < size)
		used += (size_t)snprintf(out + used, size - used,
			", %g %% of the segments lost",
			(double)plan->loss / 100);
	if (plan->cut_ms && used < size)
		snprintf(out + used, size - used,
			", cut for %lld ms from the first FIN on",
			(long long)plan->cut_ms);
}
