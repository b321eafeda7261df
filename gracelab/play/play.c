/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "play.h"

#include <errno.h>
#include <poll.h>
#include <sched.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "director.h"
#include "gracelab/stage/confine.h"
#include "gracelab/stage/scratch.h"
#include "lib/base/duration.h"
#include "lib/base/escape.h"
#include "lib/base/names.h"
#include "loop.h"
#include "move.h"
#include "network.h"
#include "terminals.h"

/* How often the kernel is looked at without a pause, and the pause then. */
#define LOOKS_AT_ONCE 32
#define LOOK_PAUSE_MS 1

bool play_fail(struct play *play, const char *format, ...)
{
	char source[ESCAPE_LINE_SIZE];
	va_list arguments;
	char *why = NULL, *whole = NULL;

	if (play->record->failed)
		return false;
	play->record->failed = true;
	va_start(arguments, format);
	if (vasprintf(&why, format, arguments) < 0)
		why = NULL;
	va_end(arguments);
	if (why && play->step &&
		asprintf(&whole, "%s:%u: %s: %s", play->experiment->path,
			play->step->line_number,
			escape_made_fit(source, play->step->source), why) < 0)
		whole = NULL;
	play->record->failure = whole ? whole : why;
	if (whole)
		free(why);
	return false;
}

int64_t play_deadline_ms(const struct play *play)
{
	return duration_deadline_ms(play->options->patience_ms);
}

void play_pause(unsigned looks)
{
	if (looks < LOOKS_AT_ONCE)
		sched_yield();
	else
		poll(NULL, 0, LOOK_PAUSE_MS);
}

/* An accepted connection is the one whose states are looked at. */
static void follow(struct play *play, const struct event *event)
{
	struct kernel_pair pair;

	if (!event->local || !event->peer ||
		!net_parse_end(event->local, &pair.server) ||
		!net_parse_end(event->peer, &pair.client))
		return;
	if (play->connected && kernel_pair_equal(&play->pair, &pair))
		return;
	play->pair = pair;
	play->connected = true;
	/* As the rungs of connect and accept show it. */
	play->shown[CLIENT] = play->shown[SERVER] = STATE_ESTABLISHED;
}

/*
 * Adds a call by its event. Where a connection is looked at from its first
 * segment on, connect and accept may say nothing new.
 */
static void add_call(
	struct play *play, enum side side, const struct heard *heard)
{
	struct rungs *rungs = &play->rungs;
	size_t calls = rungs->call_count;

	rungs_add_event(rungs, side, heard);
	if (rungs->call_count == calls || !play->network->rouse ||
		!rungs->calls[calls].establishes)
		return;
	rungs->calls[calls].establishes = play->shown[side] == STATE_GONE;
	if (play->shown[side] == STATE_GONE)
		play->shown[side] = STATE_ESTABLISHED;
}

static void on_event(void *context, enum side side, const struct heard *heard)
{
	struct play *play = context;
	const struct event *event = &heard->event;
	char why[NAMES_DESCRIPTION_SIZE];

	/* Who is killed in the act cannot tell what it was doing. */
	if (play->typing && event->kind == EVENT_KILLED)
		rungs_add_line(&play->rungs, side, play->typing, NULL);
	if (event->kind == EVENT_DONE && event->detail)
		play_fail(play, "%s", event->detail);
	if (event->kind == EVENT_FAILURE)
		play_fail(play, "cannot %s %s: %s",
			event->call ? event->call : "do",
			event->detail ? event->detail : "it",
			names_describe(why, event->error));
	if (event->kind == EVENT_ACCEPT)
		follow(play, event);
	add_call(play, side, heard);
}

/* Waits until nothing is under way between the two kernels. */
static bool come_to_rest(struct play *play)
{
	const struct kernel_socket *sockets = play->sockets;
	int64_t deadline = play_deadline_ms(play);

	for (unsigned looks = 0;; looks++) {
		if (!play->network->look(play))
			return false;
		if (play->network->rests(play))
			return true;
		if (duration_now_ms() >= deadline)
			return play_fail(play,
				"the network does not come to rest: client %s "
				"with %u bytes unacknowledged, server %s with "
				"%u",
				state_name(sockets[CLIENT].state),
				sockets[CLIENT].unacked_bytes,
				state_name(sockets[SERVER].state),
				sockets[SERVER].unacked_bytes);
		play_pause(looks);
	}
}

static void note_states(struct play *play)
{
	for (int side = 0; side < SIDES; side++) {
		enum tcp_state state = play->sockets[side].state;

		if (state == play->shown[side])
			continue;
		play->shown[side] = state;
		rungs_set_state(&play->rungs, (enum side)side, state);
	}
}

/* What an actor does by itself is no move, but seen with the next one. */
static bool hear_all(struct play *play)
{
	const char *error = NULL;

	for (int side = 0; side < SIDES && !error; side++)
		error = cast_hear(&play->cast, (enum side)side);
	return !error || play_fail(play, "%s", error);
}

/* Ends a move: rest, observers drained, rungs written. */
static bool settle(struct play *play)
{
	bool good = (!play->network->rouse || play->network->rouse(play)) &&
		hear_all(play) && come_to_rest(play);

	good = play->network->drain(play) && good;
	if (play->record->states && play->connected)
		note_states(play);
	if (!rungs_flush(&play->rungs, play->record,
		    duration_now_s() - play->start_s))
		good = play_fail(play, "no memory for the ladder");
	return good;
}

/* From an empty stage to an accepted connection. */
static bool begin_actors(struct play *play)
{
	struct cast *cast = &play->cast;
	const char *error;

	cast->private_network = play->record->private_network;
	cast->scratch = scratch_open(play->experiment);
	if (cast->scratch < 0)
		return play_fail(
			play, "no folder for the actors: %s", strerror(errno));
	/* Where the kernel has no Landlock, the parser alone is in the way. */
	cast->confinement = confine_open(cast->scratch);
	error = cast_begin_server(cast);
	if (!error && cast->private_network && !play->network->observe(play))
		return false;
	if (!error)
		error = cast_await_server(cast, play_deadline_ms(play));
	if (!error && !cast->private_network && !play->network->observe(play))
		return false;
	if (!error)
		error = cast_start_client(cast, play_deadline_ms(play));
	/* Also what failed is shown as far as it went. */
	return settle(play) && (!error || play_fail(play, "%s", error));
}

static void loop(struct play *play, const struct director *director)
{
	void *state = director->begin(play);
	struct moves_possible possible;
	struct move move;
	bool good = state;

	if (!good)
		play_fail(play, "no memory");
	while (good) {
		moves_list(play, &possible);
		if (!director->choose(state, &possible, &move))
			break;
		play->first_rung = play->record->rung_count;
		good = moves_do(play, &move);
		good = settle(play) && good;
	}
	if (state)
		director->end(state);
}

static void keep_terminals(struct play *play)
{
	for (int side = 0; side < SIDES; side++) {
		play->record->terminals[side] = terminals_text(
			(enum side)side, play->cast.members[side].actor.shown);
		if (!play->record->terminals[side])
			play_fail(play, "no memory for the terminals");
		else if (!play->experiment->wired)
			terminals_as_on_loopback(play->record->terminals[side],
				play->cast.address);
	}
}

struct play *play_run(const struct experiment *experiment,
	const struct play_options *options, struct record *record)
{
	struct play *play = calloc(1, sizeof(*play));

	if (!play)
		return NULL;
	*play = (struct play){
		.experiment = experiment,
		.options = options,
		.record = record,
		.network = experiment->wired || options->wire
			? &network_wire
			: &network_loopback,
		.start_s = duration_now_s(),
		.cast = { .experiment = experiment,
			.programs = options->programs,
			.scratch = -1,
			.confinement = -1,
			.on_event = on_event,
			.context = play },
	};
	cast_init(&play->cast);
	terminals_name(record, experiment);
	if (play->network->enter(play) && begin_actors(play))
		loop(play,
			options->director ? options->director
					  : &director_script);
	/* Where nothing was played, there is no row to mark. */
	if (record->failed && record->rung_count)
		record_fail(record, play->first_rung,
			duration_now_s() - play->start_s);
	if (options->before_step)
		options->before_step(options->context, record, NULL);
	keep_terminals(play);
	return play;
}

void play_end(struct play *play)
{
	if (!play)
		return;
	cast_end(&play->cast);
	rungs_free(&play->rungs);
	if (play->cast.scratch >= 0)
		close(play->cast.scratch);
	if (play->cast.confinement >= 0)
		close(play->cast.confinement);
	play->network->leave(play);
	free(play);
}
