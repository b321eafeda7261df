/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "wired_stage.h"

#include <string.h>

#include "gracelab/stage/stage.h"

/* What cannot be had here is no failure of the experiment. */
static bool refuse(struct play *play, const char *why)
{
	play->record->unplayable = true;
	return play_fail(play, "%s: a wire needs two networks of its own: %s",
		play->experiment->path, why);
}

/* Whether a side's program is to say when its kernel acknowledges. */
static bool says_when_to_ack(
	const struct experiment *experiment, enum side side)
{
	static const char command[] = "quickack";

	for (size_t i = 0; i < experiment->step_count; i++) {
		const struct step *step = &experiment->steps[i];

		if (step->kind == STEP_TYPE && step->side == side &&
			!strncmp(step->line, command, strlen(command)))
			return true;
	}
	return false;
}

bool wired_stage_enter(struct play *play, struct hosts *hosts)
{
	const struct experiment *experiment = play->experiment;
	const char *const *sysctls =
		(const char *const *)experiment->sysctls.list;
	const struct hosts_plan plan = {
		.rto_min_ms = experiment->wired
			? 0
			: stage_rto_min_ms(sysctls, experiment->sysctls.count),
		.slow_acks = { says_when_to_ack(experiment, CLIENT),
			says_when_to_ack(experiment, SERVER) },
		.sysctls = sysctls,
		.sysctl_count = experiment->sysctls.count,
	};

	if (play->options->host_why)
		return refuse(play, play->options->host_why);
	switch (hosts_enter(&plan, hosts)) {
	case HOSTS_READY:
		break;
	case HOSTS_REFUSED:
	case HOSTS_SPOILT:
		return refuse(play, hosts->why);
	case HOSTS_BAD_SYSCTL:
		return play_fail(play, "%s: %s", experiment->path, hosts->why);
	}
	play->record->private_network = true;
	if (*hosts->note)
		play->record->network_why = strdup(hosts->note);
	return !*hosts->note || play->record->network_why ||
		play_fail(play, "no memory");
}
