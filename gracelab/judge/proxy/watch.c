/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "watch.h"

#include <poll.h>
#include <stdlib.h>

#include "findings.h"
#include "gracelab/judge/inspect.h"
#include "gracelab/judge/relay/hops.h"
#include "gracelab/judge/subject/held.h"
#include "lib/base/duration.h"

enum {
	/* How often a plain connection is asked beside the others. */
	PING_MS = 1000,
	/* What takes a plain connection longer than these hundredths of the
	 * patience may explain why another try hangs. */
	PING_SLOW = 60,
	/* How long a proxy may take to let its sockets go. */
	RELEASE_MS = 1000,
	LOOK_MS = 20,
};

/* The trial whose play it is; NULL: a plain one. */
static struct trial *trial_of(const struct run *run, const struct play *play)
{
	return play->owner == run ? NULL : play->owner;
}

static void note_socket(
	struct run *run, enum check_id id, const struct place_end *end)
{
	struct place_socket socket;
	struct run_socket *sockets;

	if (!place_find_socket(run->place, end, &socket))
		return;
	sockets = reallocarray(
		run->sockets, run->socket_count + 1, sizeof(*sockets));
	if (!sockets)
		return;
	run->sockets = sockets;
	sockets[run->socket_count++] =
		(struct run_socket){ .id = id, .socket = socket };
}

static void on_given(
	void *context, const struct play *play, const struct arrival *arrival)
{
	struct run *run = context;
	const struct trial *trial = trial_of(run, play);
	enum check_id id = trial ? trial->id : CHECK_NEXT;

	if (play->way != RELAY_THROUGH)
		return;
	note_socket(run, id,
		&(struct place_end){
			CLIENT, play->port, play->client.conn.fd });
	note_socket(run, id,
		&(struct place_end){
			SERVER, arrival->port, arrival->party.conn.fd });
}

void watch_ping(struct run *run)
{
	const struct play play = {
		.scene = checks[CHECK_NEXT].parts[0].scene,
		.patience_ms = run->options->patience_ms,
		.owner = run,
	};

	if (relay_add(&run->relay, &play))
		run->pings++;
	run->pinged_ms = duration_now_ms();
}

static void on_ping(struct run *run, struct play *play)
{
	enum side side;
	enum outcome outcome = outcome_of(play, run->deaf_why, &side);
	double seconds = play->over_s - play->begun_s;

	subject_trim_output(&run->place->subject);
	run->pings--;
	run->ping_tally.times[outcome]++;
	run->ping_given_up = play->given_up;
	if (outcome != OUTCOME_WHOLE ||
		seconds * 1000 * 100 >
			(double)run->options->patience_ms * PING_SLOW)
		run->doubtful = true;
	relay_forget(&run->relay, play);
}

bool watch_is_over(const struct run *run, enum check_id id, bool *failed)
{
	*failed = false;
	for (size_t i = 0; i < run->count; i++) {
		const struct trial *trial = &run->trials[i];

		if (trial->id != id)
			continue;
		if (!trial_is_over(trial))
			return false;
		*failed = *failed || trial_has_failed(trial) ||
			trial->without_proxy.outcome != OUTCOME_WHOLE;
	}
	return true;
}

static void show_progress(struct run *run, const char *name)
{
	unsigned over = 0, tries = 0;

	for (size_t i = 0; i < run->count; i++) {
		over += run->trials[i].over;
		tries += run->trials[i].tries;
	}
	results_progress(run->results, name, over, tries);
}

/*
 * One try that has cost the time-out may be an accident. So there are three, of
 * the same scene, whatever its size; more only waste time.
 */
static void repeat_slow(struct run *run, const struct trial *last)
{
	unsigned slow = 0, under_way = 0;

	for (size_t i = 0; i < run->count; i++) {
		const struct trial *trial = &run->trials[i];

		if (trial->part->scene != last->part->scene)
			continue;
		slow += trial_slow_tries(trial);
		under_way += trial->asked - trial->over;
	}
	if (!checks_items[last->id].judged || under_way)
		return;
	for (size_t i = 0; i < run->count; i++) {
		struct trial *trial = &run->trials[i];

		if (trial->part->scene != last->part->scene ||
			!trial_slow_tries(trial) || slow >= TRIAL_SLOW_ENOUGH)
			continue;
		trial_ask_more(trial, &run->relay, TRIAL_SLOW_ENOUGH - slow);
		slow = TRIAL_SLOW_ENOUGH;
	}
}

static void on_over(void *context, struct play *play)
{
	struct run *run = context;
	struct trial *trial = trial_of(run, play);
	bool failed;

	if (play->owner == run)
		on_ping(run, play);
	if (!trial)
		return;
	/* What was broken off has shown nothing. */
	if (run->stop == RUN_INTERRUPTED) {
		relay_forget(&run->relay, play);
		return;
	}
	trial_on_over(trial, &run->relay, play);
	if (play->scene == trial->part->scene && play->way == RELAY_THROUGH)
		repeat_slow(run, trial);
	show_progress(run, checks_items[trial->id].name);
	/* A failure is looked at again when all have been played. */
	if (run->relay.jobs > 1 && watch_is_over(run, trial->id, &failed)) {
		if (!failed)
			findings_show(run, trial->id);
		if (!run->pings)
			watch_ping(run);
	}
}

static bool goes_on(void *context)
{
	struct run *run = context;
	int64_t now_ms = duration_now_ms();

	if (inspect_interrupted() ||
		(run->place->near && near_is_lost(run->place->near))) {
		run->stop = RUN_INTERRUPTED;
		return false;
	}
	if (!run->ended_ms && place_has_ended(run->place)) {
		run->ended_ms = now_ms;
		run->relay.closing = true;
		run->stop = RUN_ENDED;
		subject_describe_end(run->end, &run->place->subject);
	}
	if (run->relay.jobs > 1 && !run->pings && !run->ended_ms &&
		now_ms - run->pinged_ms >= PING_MS)
		watch_ping(run);
	return true;
}

void watch_play(struct run *run, unsigned jobs)
{
	run->relay.jobs = jobs;
	run->relay.closing = false;
	run->fresh = false;
	run->pinged_ms = duration_now_ms();
	relay_run(&run->relay);
	if (run->stop == RUN_ENDED)
		run->alive = false;
}

void watch_begin(struct run *run)
{
	run->relay.context = run;
	run->relay.on_given = on_given;
	run->relay.on_over = on_over;
	run->relay.goes_on = goes_on;
	run->relay.is_decided = outcome_is_decided;
}

/* Which sockets are held; true if any. */
static bool look_for_held(struct run *run)
{
	struct held *held = held_look();
	bool any = false;

	run->looked = held;
	for (size_t i = 0; i < run->socket_count && held; i++) {
		struct run_socket *one = &run->sockets[i];

		one->held = held_has(held, one->socket.inode);
		any = any || one->held;
	}
	held_free(held);
	return any;
}

void watch_look_at_sockets(struct run *run)
{
	int64_t deadline_ms = duration_deadline_ms(RELEASE_MS);

	if (!run->place->is_private || run->stop == RUN_INTERRUPTED)
		return;
	while (look_for_held(run) && duration_now_ms() < deadline_ms &&
		!inspect_interrupted()) {
		poll(NULL, 0, LOOK_MS);
		/* What is under way on a line has to arrive. */
		hops_drain(&run->relay);
	}
	for (size_t i = 0; i < run->socket_count; i++)
		if (run->sockets[i].held)
			run->sockets[i].state = place_socket_state(
				run->place, &run->sockets[i].socket);
}
