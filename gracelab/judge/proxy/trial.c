/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "trial.h"

#include <string.h>

#include "gracelab/judge/relay/hops.h"

enum {
	/* How many tries begin together. */
	TOGETHER = 3,
	/* ... where each takes its time, on a line. */
	TOGETHER_SLOW = 20,
	/* How many tries may be in vain, which prove nothing. */
	MISSES_MAX = 9,
};

/* How much longer what has no FIN pauses. */
#define LONGER_MS 250

/* How much longer a connection has to live without a FIN, to tell. */
#define LONGER_TIMES 1.25
#define LONGER_S     0.2

/* On a line it is no race when a FIN comes. */
static unsigned tries_of(const struct trial *trial)
{
	return trial->part->scene->needs_delay ? TOGETHER
					       : checks[trial->id].tries;
}

static struct play *add(struct trial *trial, struct relay *relay,
	const struct scene *scene, enum relay_way way)
{
	const struct play play = {
		.scene = scene,
		.size = trial->part->size,
		/* As long without the proxy: else that shows less. */
		.idle_ms = trial->idle_ms,
		/* What is cut at just that time must not pass by chance. */
		.more_ms = scene == trial->part->without_fin ? LONGER_MS : 0,
		.way = way,
		.quiet = checks[trial->id].quiet && way == RELAY_THROUGH,
		.patience_ms = trial->patience_ms,
		.goal = scene == trial->part->scene ? trial->goal : BETWEEN_ALL,
		.owner = trial,
	};

	return relay_add(relay, &play);
}

static void ask(struct trial *trial, struct relay *relay)
{
	if (add(trial, relay, trial->part->scene, RELAY_THROUGH))
		trial->asked++;
	else
		trial->tries = trial->asked;
}

static void ask_direct(struct trial *trial, struct relay *relay)
{
	if (!trial->without_proxy.asked)
		trial->without_proxy.asked =
			add(trial, relay, trial->part->scene, RELAY_DIRECT);
}

void trial_begin(struct trial *trial, struct relay *relay)
{
	trial->together = true;
	ask_direct(trial, relay);
	unsigned together = relay->place.line ? TOGETHER_SLOW : TOGETHER;

	while (trial->asked < trial->tries && trial->asked < together)
		ask(trial, relay);
}

void trial_ask_one(struct trial *trial, struct relay *relay)
{
	trial->together = false;
	if (trial->tries > checks[trial->id].alone && !trial_slow_tries(trial))
		trial->tries = checks[trial->id].alone;
	ask_direct(trial, relay);
	ask(trial, relay);
}

void trial_take_back(struct trial *trial, struct relay *relay)
{
	if (!trial->over)
		return;
	trial->over--;
	trial->asked--;
	trial->tally.times[trial->last]--;
	if (trial->failed && tally_failures(&trial->tally) == 0) {
		relay_forget(relay, trial->failed);
		trial->failed = NULL;
		trial->tries = tries_of(trial);
	}
}

void trial_ask_control(struct trial *trial, struct relay *relay)
{
	if (trial->part->without_fin && !trial->without_fin.asked)
		trial->without_fin.asked = add(
			trial, relay, trial->part->without_fin, RELAY_THROUGH);
}

unsigned trial_slow_tries(const struct trial *trial)
{
	unsigned slow = 0;

	for (int i = 0; i < OUTCOMES; i++)
		if (outcome_is_slow((enum outcome)i))
			slow += trial->tally.times[i];
	return slow;
}

/*
 * Until when the half that was still open was kept. The wire tells when it
 * ended, else the end's own eyes.
 */
static double kept_s(
	const struct relay *relay, const struct play *play, enum side side)
{
	const struct party *party =
		side == CLIENT ? &play->client : relay_server(play);
	const struct evidence *hop = hops_of(relay, play, side);
	uint64_t end_ns = hop ? evidence_end_ns(hop, side == SERVER) : 0;

	if (!party || party->end_s < 0)
		return -1;
	if (end_ns > play->begun_ns)
		return (double)(end_ns - play->begun_ns) / 1e9;
	return party->end_s - play->begun_s;
}

static void on_control(struct trial *trial, struct relay *relay,
	struct play *play, struct trial_control *control)
{
	enum side side;

	control->over = true;
	control->outcome = outcome_of(play, control->why, &side);
	control->end_s = kept_s(relay, play, side);
	control->idle_s = (double)(play->idle_ms + play->more_ms) / 1000;
	if (play->way == RELAY_DIRECT) {
		trial->direct = play;
		return;
	}
	if (control->outcome == OUTCOME_WHOLE) {
		relay_forget(relay, play);
		return;
	}
	if (control->play)
		relay_forget(relay, control->play);
	control->play = play;
}

/*
 * Whether the FIN came to the proxy while its own connection was under way, as
 * the line tells: a segment's time is when it left.
 */
static bool came_amid(const struct relay *relay, const struct play *play)
{
	const struct evidence *front = hops_of(relay, play, CLIENT);
	const struct evidence *back = hops_of(relay, play, SERVER);
	uint64_t delay_ns = (uint64_t)play->idle_ms * 1000000;

	if (!front || !back)
		return false;
	uint64_t fin_ns = evidence_end_ns(front, true) + delay_ns;

	return fin_ns > evidence_begin_ns(back, true) &&
		fin_ns < evidence_begin_ns(back, false) + delay_ns;
}

/* One that proves nothing is made again. */
static void count(struct trial *trial, const struct relay *relay,
	const struct play *play, enum outcome outcome)
{
	if (outcome != OUTCOME_WHOLE || !play->scene->needs_delay ||
		came_amid(relay, play)) {
		trial->tally.times[outcome]++;
		return;
	}
	trial->missed++;
	if (trial->missed <= MISSES_MAX)
		trial->tries++;
}

static void on_try(struct trial *trial, struct relay *relay, struct play *play)
{
	char why[OUTCOME_WHY_SIZE];
	enum side side;
	enum outcome outcome = outcome_of(play, why, &side);

	trial->last = outcome;
	trial->given_up = play->given_up;
	count(trial, relay, play, outcome);
	trial->over++;
	trial->over_s = play->over_s;
	if (trial->over == 1 || play->begun_s < trial->begun_s)
		trial->begun_s = play->begun_s;
	if (outcome == OUTCOME_WHOLE || trial->failed) {
		relay_forget(relay, play);
	} else {
		trial->failed = play;
		trial->outcome = outcome;
		/* What was whole was kept for long enough. */
		trial->kept_s = outcome == OUTCOME_BARE
			? -1
			: kept_s(relay, play, side);
		memcpy(trial->why, why, sizeof(why));
	}
	/* One that is turned away takes long too where it is alone, since it is
	 * made again, in case that there was no place for it. */
	unsigned slow = trial_slow_tries(trial);

	if (!trial->together)
		slow += trial->tally.times[OUTCOME_UNREACHED] +
			trial->tally.times[OUTCOME_REFUSED];
	if (slow >= TRIAL_SLOW_ENOUGH)
		trial->tries = trial->asked;
}

void trial_on_over(struct trial *trial, struct relay *relay, struct play *play)
{
	if (play->way == RELAY_DIRECT) {
		on_control(trial, relay, play, &trial->without_proxy);
		return;
	}
	if (play->scene == trial->part->without_fin) {
		on_control(trial, relay, play, &trial->without_fin);
		return;
	}
	on_try(trial, relay, play);
	if (!trial->together)
		return;
	if (trial_has_failed(trial))
		trial_ask_control(trial, relay);
	if (trial->asked < trial->tries)
		ask(trial, relay);
}

void trial_ask_more(struct trial *trial, struct relay *relay, unsigned tries)
{
	trial->tries += tries;
	while (trial->together && trial->asked < trial->tries)
		ask(trial, relay);
}

void trial_reset(struct trial *trial, struct relay *relay)
{
	struct play *plays[] = { trial->failed, trial->direct,
		trial->without_fin.play };
	const struct trial fresh = {
		.id = trial->id,
		.part = trial->part,
		.tries = tries_of(trial),
		.patience_ms = trial->patience_ms,
		.idle_ms = trial->idle_ms,
		.goal = trial->goal,
		.kept_s = -1,
	};

	/* NOLINTNEXTLINE(bugprone-sizeof-expression): a pointer each */
	for (size_t i = 0; i < sizeof(plays) / sizeof(*plays); i++)
		if (plays[i])
			relay_forget(relay, plays[i]);
	*trial = fresh;
}

bool trial_is_over(const struct trial *trial)
{
	return trial->over && trial->over >= trial->tries &&
		trial->without_proxy.over &&
		(!trial->without_fin.asked || trial->without_fin.over);
}

bool trial_has_failed(const struct trial *trial)
{
	return tally_failures(&trial->tally) > 0;
}

bool trial_has_missed(const struct trial *trial)
{
	return trial->missed && !tally_total(&trial->tally);
}

bool trial_lacks_control(const struct trial *trial)
{
	return trial_has_failed(trial) && trial->part->without_fin &&
		!trial->without_fin.over;
}

bool trial_fails_anyway(const struct trial *trial)
{
	const struct trial_control *control = &trial->without_fin;

	if (!trial_has_failed(trial) || !control->over ||
		control->outcome == OUTCOME_WHOLE)
		return false;
	/* How far a transfer came is chance; how long nothing moved is not. */
	return trial->part->size || trial->kept_s < 0 || control->end_s < 0 ||
		control->end_s < trial->kept_s * LONGER_TIMES + LONGER_S;
}
