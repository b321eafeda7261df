/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "alone.h"

#include <poll.h>
#include <stdlib.h>

#include "findings.h"
#include "watch.h"

enum {
	/* How many fresh proxies one trial is worth, and how many a proxy that
	 * stops to serve, which costs the time-out. */
	FRESH_ENOUGH = 3,
	DEAF_ENOUGH = 4,
	/* How often, and after how long, a place may be free. */
	PLACES = 4,
	PLACE_MS = 200,
};

bool alone_revive(struct run *run)
{
	if (run->stop == RUN_INTERRUPTED)
		return false;
	if (!run->alive &&
		(!run->place->options->command || run->deaf >= DEAF_ENOUGH))
		return false;
	if (!run->alive) {
		char *why = place_restart(run->place);

		run->relay.place.front = run->place->where.front;
		run->relay.place.front_port = run->place->where.front_port;
		/* Nothing of the last one is left to be held. */
		run->socket_count = 0;
		run->relay.closing = false;
		run->stop = RUN_GOES_ON;
		run->ended_ms = 0;
		run->alive = !why;
		run->fresh = true;
		free(why);
	}
	if (run->alive)
		place_await_listener(run->place);
	return run->alive;
}

/* Whether one plain connection is served. */
static bool serves_one(struct run *run)
{
	unsigned before = tally_failures(&run->ping_tally);

	place_await_listener(run->place);
	watch_ping(run);
	watch_play(run, 1);
	return run->stop != RUN_ENDED &&
		tally_failures(&run->ping_tally) == before;
}

bool alone_serves(struct run *run, enum check_id id)
{
	bool serves = false;

	/* The place of the last connection may take a while to be free; where
	 * nobody answers the first time has waited long enough. */
	for (int i = 0; i < PLACES && run->alive && !serves; i++) {
		if (i)
			poll(NULL, 0, PLACE_MS);
		serves = serves_one(run);
		if (run->stop == RUN_INTERRUPTED)
			return true;
		if (!serves && run->ping_given_up)
			break;
	}
	if (serves)
		return true;
	run->alive = false;
	if (run->stop == RUN_ENDED)
		run->ended_after[id] = true;
	else
		run->deaf_after[id] = true;
	run->deaf += run->stop != RUN_ENDED;
	return false;
}

/* Whether the last try's connection was ended, or refused, at once. */
static bool is_turned_away(const struct trial *trial)
{
	return trial->last == OUTCOME_REFUSED ||
		(trial->last == OUTCOME_UNREACHED && !trial->given_up);
}

/*
 * One try with nothing beside it. Where it has failed and the proxy serves
 * nobody any more, it was perhaps never served itself, and is no try; but on a
 * fresh proxy it is.
 */
static void try_alone(struct run *run, struct trial *trial, bool was_fresh)
{
	for (int i = 0; i < PLACES; i++) {
		trial_ask_one(trial, &run->relay);
		watch_play(run, 1);
		if (run->stop != RUN_GOES_ON || i == PLACES - 1 ||
			!is_turned_away(trial))
			break;
		/* As above. */
		trial_take_back(trial, &run->relay);
		poll(NULL, 0, PLACE_MS);
	}
	if (run->stop == RUN_INTERRUPTED)
		return;
	if (!alone_serves(run, trial->id) && !was_fresh &&
		run->place->options->command && trial->last != OUTCOME_WHOLE)
		trial_take_back(trial, &run->relay);
}

/* Shows the check's row if nothing of it is left to be played. */
static void show_if_over(struct run *run, enum check_id id)
{
	bool failed;

	for (size_t i = 0; i < run->count; i++)
		if (run->trials[i].id == id && run->trials[i].open)
			return;
	if (watch_is_over(run, id, &failed))
		findings_show(run, id);
}

void alone_play(struct run *run, struct trial *trial)
{
	unsigned fresh = 0;

	trial_reset(trial, &run->relay);
	/* Each more costs the time-out, and shows the same. */
	if (run->deaf)
		trial->tries = 1;
	while (trial->over < trial->tries && fresh < FRESH_ENOUGH) {
		if (!alone_revive(run))
			break;
		fresh += run->fresh;
		try_alone(run, trial, run->fresh);
	}
	if (run->stop == RUN_INTERRUPTED)
		return;
	if (trial->over)
		trial->tries = trial->over;
	if (trial_lacks_control(trial) && alone_revive(run)) {
		trial_ask_control(trial, &run->relay);
		watch_play(run, 1);
		alone_serves(run, trial->id);
	}
	show_if_over(run, trial->id);
}
