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

/* Whether a step loses something, or awaits what was. */
static bool may_lose(const struct step *step)
{
	if (step->kind == STEP_REBOOT)
		return true;
	if (step->kind != STEP_WIRE)
		return false;
	switch (step->wire.verb) {
	case VERB_DROP:
	case VERB_CUT:
		return true;
	case VERB_AWAIT:
		return step->wire.has_segment;
	case VERB_HOLD:
	case VERB_PASS:
	case VERB_COPY:
	case VERB_RELEASE:
	case VERB_MEND:
	case VERB_FORGE:
		break;
	}
	return false;
}

/* Whether a timer of TCP's may have a part in it. */
static bool needs_timers(const struct experiment *experiment)
{
	static const char *const commands[] = { "linger2", "user-timeout",
		"keepalive", "sleep", "wait" };
	static const char setting[] = "net.ipv4.tcp_";

	for (size_t i = 0; i < experiment->step_count; i++)
		if (may_lose(&experiment->steps[i]))
			return true;
	for (size_t i = 0; i < sizeof(commands) / sizeof(*commands); i++)
		if (types(experiment, CLIENT, commands[i]) ||
			types(experiment, SERVER, commands[i]))
			return true;
	for (size_t i = 0; i < experiment->sysctls.count; i++)
		if (!strncmp(experiment->sysctls.list[i], setting,
			    strlen(setting)) &&
			strstr(experiment->sysctls.list[i], "_retries"))
			return true;
	return false;
}

/*
 * 0, the wire's own, where something may have to be sent again; else as on the
 * loopback, where it never is: however slow this machine is, what waits is not
 * sent again then.
 */
static unsigned rto_min_ms(const struct experiment *experiment)
{
	return needs_timers(experiment)
		? 0
		: stage_rto_min_ms(
			  (const char *const *)experiment->sysctls.list,
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
