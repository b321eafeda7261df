/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "run.h"

#include <stdio.h>
#include <stdlib.h>

#include "alone.h"
#include "findings.h"
#include "lib/base/duration.h"
#include "summary.h"
#include "watch.h"

/* How long nothing may follow a RST, where that is only reported. */
#define RESET_MS 1000

/* Whether tries of that scene were slow alone too, so often as is enough. */
static bool is_confirmed(const struct run *run, const struct trial *trial)
{
	unsigned slow = 0;

	for (size_t i = 0; i < run->count; i++)
		if (run->trials[i].part->scene == trial->part->scene &&
			!run->trials[i].together)
			slow += trial_slow_tries(&run->trials[i]);
	return slow >= TRIAL_SLOW_ENOUGH;
}

/* Whether what came of it side by side may be due to the others. */
static bool is_doubtful(const struct run *run, const struct trial *trial)
{
	if (!trial_is_over(trial))
		return true;
	if (!trial_has_failed(trial))
		return false;
	if (run->ended_beside)
		return true;
	/* There may have been no place for one more. */
	if (trial->tally.times[OUTCOME_UNREACHED] ||
		trial->tally.times[OUTCOME_REFUSED])
		return true;
	/* Nor is it known of what was broken off. */
	return (run->doubtful || run->stop == RUN_INTERRUPTED) &&
		outcome_is_slow(trial->outcome) && !is_confirmed(run, trial);
}

/* All but what has to be alone, side by side. */
static void play_together(struct run *run)
{
	for (size_t i = 0; i < run->count; i++) {
		struct trial *trial = &run->trials[i];

		trial_begin(trial, &run->relay);
		/* The small ones' controls cost no time beside the others. */
		if (!trial->part->size)
			trial_ask_control(trial, &run->relay);
	}
	watch_play(run, run->jobs);
}

static void play_again(struct run *run)
{
	bool all = false;

	if (run->stop == RUN_ENDED) {
		run->ended_beside = true;
	} else if (run->stop == RUN_GOES_ON && !alone_serves(run, CHECK_NEXT)) {
		/* One of them made it so: which? */
		run->deaf_after[CHECK_NEXT] = false;
		run->ended_beside = run->ended_after[CHECK_NEXT];
		run->ended_after[CHECK_NEXT] = false;
		run->doubtful = true;
		all = run->place->options->command;
	}
	for (size_t i = 0; i < run->count; i++)
		run->trials[i].open = all || is_doubtful(run, &run->trials[i]);
	for (size_t i = 0; i < run->count; i++) {
		struct trial *trial = &run->trials[i];

		if (run->stop == RUN_INTERRUPTED || !trial->open)
			continue;
		trial->open = false;
		if (all || is_doubtful(run, trial))
			alone_play(run, trial);
	}
}

/*
 * Whether the scene's reset can be made and be seen: a UNIX socket has no RST,
 * but a FIN without close_notify is one that TLS can make, and see, there too.
 */
static bool can_reset(const struct run *run, const struct scene *scene)
{
	const bool *secure = run->place->options->secure.on;
	const bool is_unix[SIDES] = {
		[CLIENT] = !run->place->where.front_port,
		[SERVER] = !run->place->where.ports[RELAY_THROUGH],
	};

	for (int side = 0; side < SIDES; side++) {
		if (!is_unix[side])
			continue;
		if (scene->sees_reset[side] && !secure[side])
			return false;
		if (scene->sees_reset[!side] && !scene->needs_tls)
			return false;
	}
	return true;
}

static void add_trial(
	struct run *run, enum check_id id, const struct check_part *part)
{
	struct trial *trial = &run->trials[run->count];
	int64_t delay_ms = run->place->options->line.delay_ms;

	if (!can_reset(run, part->scene))
		return;
	if (part->scene->needs_tls && !run->place->options->secure.on[SERVER])
		return;
	if (part->scene->needs_delay && !delay_ms)
		return;
	if (run->count == RUN_TRIALS || (part->more && run->jobs == 1) ||
		(part->scene->silent && run->moment != PLAIN_AT_ONCE))
		return;
	*trial = (struct trial){
		.id = id,
		.part = part,
		.patience_ms = run->options->patience_ms,
		.idle_ms = part->scene->needs_delay ? delay_ms
						    : run->options->idle_ms,
	};
	trial_reset(trial, &run->relay);
	run->count++;
}

static void add_trials(struct run *run, enum check_id id)
{
	for (const struct check_part *part = checks[id].parts; part->scene;
		part++)
		add_trial(run, id, part);
	for (size_t i = 0; i < run->filled_count && id == CHECK_LARGE; i++) {
		size_t before = run->count;

		add_trial(run, id, &run->filled[i]);
		if (run->count > before)
			run->trials[before].goal = run->goals[i];
	}
}

/* Those that wait longest begin first. */
static const enum check_id order[] = { CHECK_IDLE, CHECK_CLIENT_FIN,
	CHECK_GATED, CHECK_LARGE, CHECK_SERVER_FIN, CHECK_BARE_FIN };

static void play_judged(struct run *run)
{
	for (size_t i = 0; i < sizeof(order) / sizeof(*order); i++)
		if (run->options->chosen[order[i]])
			add_trials(run, order[i]);
	if (run->jobs > 1) {
		play_together(run);
		play_again(run);
	} else {
		for (size_t i = 0; i < run->count; i++)
			alone_play(run, &run->trials[i]);
	}
	for (size_t i = 0; i < sizeof(order) / sizeof(*order); i++)
		if (run->options->chosen[order[i]])
			findings_show(run, order[i]);
}

/* What may end a proxy comes last, with nothing else beside it. */
static void play_resets(struct run *run)
{
	size_t first = run->count;

	for (int id = CHECK_RESET_FORWARD; id <= CHECK_RESET_BACK; id++)
		if (run->options->chosen[id])
			add_trials(run, (enum check_id)id);
	for (size_t i = first; i < run->count; i++)
		if (run->trials[i].patience_ms > RESET_MS &&
			!findings_is_judged(run, run->trials[i].id))
			run->trials[i].patience_ms = RESET_MS;
	/* Both at once, for each may have to wait; but where one has ended the
	 * proxy, one after the other. */
	if (run->jobs > 1 && alone_revive(run)) {
		for (size_t i = first; i < run->count; i++)
			trial_begin(&run->trials[i], &run->relay);
		watch_play(run, run->jobs);
		if (first < run->count &&
			alone_serves(run, CHECK_RESET_FORWARD))
			goto out;
		run->ended_after[CHECK_RESET_FORWARD] = false;
		run->deaf_after[CHECK_RESET_FORWARD] = false;
	}
	for (size_t i = first; i < run->count; i++)
		if (run->stop != RUN_INTERRUPTED)
			alone_play(run, &run->trials[i]);
out:
	for (int id = CHECK_RESET_FORWARD; id <= CHECK_RESET_BACK; id++)
		if (run->options->chosen[id])
			findings_show(run, (enum check_id)id);
}

static void learn_moment(struct run *run)
{
	enum plain_moment moment = PLAIN_NOT_TOLD;

	run->moment = moment;
	/* It may have stopped to serve before it was asked. */
	for (int i = 0; i < 2 && moment == PLAIN_NOT_TOLD; i++) {
		if (!alone_revive(run))
			return;
		run->fresh = false;
		moment = plain_connects(&run->relay, run->options->patience_ms);
		if (moment == PLAIN_NOT_TOLD || run->stop == RUN_ENDED)
			alone_serves(run, CHECK_PLAIN);
	}
	run->moment = moment;
}

/*
 * Parts of CHECK_LARGE that are about so large: what the kernel takes is never
 * quite the same, so each sends until that goal.
 */
static void add_filled(struct run *run, int64_t bytes, enum between_goal goal,
	const char *what)
{
	for (const struct check_part *part = checks_filled;
		bytes > 0 && part->scene; part++) {
		struct check_part *filled = &run->filled[run->filled_count];
		char *text = run->filled_what[run->filled_count];

		*filled = *part;
		filled->size = bytes + bytes / 2;
		filled->what = text;
		snprintf(text, sizeof(run->filled_what[0]), "%s, %s",
			part->what, what);
		run->goals[run->filled_count++] = goal;
	}
}

/* How large is what fills it? */
static void learn_size(struct run *run)
{
	bool has_limit = false;
	int64_t bytes = plain_fill(&run->relay, run->place, &has_limit);

	if (run->stop == RUN_ENDED)
		run->alive = false;
	add_filled(run, bytes, BETWEEN_HELD, "as much as it holds");
	/* It has as much as it can, more to read, and the end behind that,
	 * which it may take for the end of all. */
	if (has_limit)
		add_filled(run, bytes, BETWEEN_UNREAD, "more than it holds");
}

/* The play of that end, once both of its ends are known; or NULL. */
static struct play *play_of(const struct run *run, const struct party *end)
{
	struct play *play = run->relay.plays;

	while (play && &play->client != end && relay_server(play) != end)
		play = play->next;
	return play && play->server ? play : NULL;
}

/* What becomes of what the end sends through the proxy; for between.takes. */
static enum between_takes takes(void *context, struct party *end)
{
	struct run *run = context;
	struct play *play = play_of(run, end);

	return play ? place_takes(run->place, play, end) : BETWEEN_LATER;
}

/* What is the proxy like, before it is judged? */
static void get_acquainted(struct run *run)
{
	alone_serves(run, CHECK_PLAIN);
	learn_moment(run);
	if (run->options->chosen[CHECK_LARGE] && alone_revive(run))
		learn_size(run);
	if (run->options->jobs > 1 && run->alive)
		run->jobs = plain_side_by_side(&run->relay, run->options->jobs);
	if (run->stop == RUN_ENDED) {
		run->jobs = 1;
		run->alive = false;
	}
	relay_forget(&run->relay, NULL);
}

bool run_all(struct run *run, const struct run_options *options,
	struct place *place, struct results *results)
{
	*run = (struct run){
		.options = options,
		.place = place,
		.results = results,
		.alive = true,
		.jobs = 1,
	};
	if (!relay_init(&run->relay, &place->where))
		return false;
	run->relay.between.takes = takes;
	run->relay.between.teller = run;
	watch_begin(run);
	run->plain =
		plain_ask(&run->relay, options->patience_ms, run->plain_why);
	findings_show(run, CHECK_PLAIN);
	relay_forget(&run->relay, NULL);
	if (run->plain == PLAIN_SERVED) {
		place_name_program(
			run->place, run->program, sizeof(run->program));
		get_acquainted(run);
		play_judged(run);
		play_resets(run);
		watch_look_at_sockets(run);
	}
	summary_conclude(run);
	return true;
}

void run_free(struct run *run)
{
	relay_free(&run->relay);
	free(run->sockets);
}
