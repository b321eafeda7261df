/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "wired_plan.h"

#include <string.h>

#include "gracelab/stage/stage.h"

/* Whether a line is typed at that side that begins with the command. */
static bool types(const struct experiment *experiment, enum side side,
	const char *command)
{
	for (size_t i = 0; i < experiment->step_count; i++) {
		const struct step *step = &experiment->steps[i];

		if (step->kind == STEP_TYPE && step->side == side &&
			!strncmp(step->line, command, strlen(command)))
			return true;
	}
	return false;
}

/*
 * 0, the wire's own, where something may have to be sent again; else as on the
 * loopback, where it never is. An orphan's FIN_WAIT2 lasts 3.5 times as long.
 */
static unsigned rto_min_ms(const struct experiment *experiment)
{
	for (size_t i = 0; i < experiment->step_count; i++)
		if (experiment->steps[i].kind == STEP_WIRE ||
			experiment->steps[i].kind == STEP_REBOOT)
			return 0;
	if (types(experiment, CLIENT, "linger2") ||
		types(experiment, SERVER, "linger2"))
		return 0;
	return stage_rto_min_ms((const char *const *)experiment->sysctls.list,
		experiment->sysctls.count);
}

struct hosts_plan wired_plan(const struct experiment *experiment)
{
	return (struct hosts_plan){
		.rto_min_ms = rto_min_ms(experiment),
		.slow_acks = { types(experiment, CLIENT, "quickack"),
			types(experiment, SERVER, "quickack") },
		.sysctls = (const char *const *)experiment->sysctls.list,
		.sysctl_count = experiment->sysctls.count,
	};
}
