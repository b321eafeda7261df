/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "wired_stage.h"

#include <string.h>

#include "wired_plan.h"

/* What cannot be had here is no failure of the experiment. */
static bool refuse(struct play *play, const char *why)
{
	play->record->unplayable = true;
	return play_fail(play, "%s: a wire needs two networks of its own: %s",
		play->experiment->path, why);
}

bool wired_stage_enter(struct play *play, struct hosts *hosts)
{
	const struct experiment *experiment = play->experiment;
	const struct hosts_plan plan = wired_plan(experiment);

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
