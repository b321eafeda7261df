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

#include "connections.h"
#include "director.h"
#include "gracelab/stage/confine.h"
#include "gracelab/stage/scratch.h"
#include "lib/base/duration.h"
#include "lib/base/names.h"
#include "lib/text/escape.h"
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
	/* A step that stands in no file is known to who has typed it. */
	if (why && play->step && play->step->line_number &&
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

/*
 * Adds a call by its event. Where a connection is looked at from its first
 * segment on, connect and accept may say nothing new.
 */
static void add_call(struct play *play, unsigned who, const struct heard *heard)
{
	struct rungs *rungs = &play->rungs;
	size_t calls = rungs->call_count;
	enum side side = actor_side(who);

	rungs_add_event(
		rungs, side, connections_hear(play, who, &heard->event), heard);
	if (rungs->call_count == calls || !rungs->calls[calls].establishes)
		return;
	/* A UNIX socket is never ESTABLISHED; what it is, is looked at. */
	if (play->experiment->over_unix) {
		rungs->calls[calls].establishes = false;
		return;
	}
	if (!play->network->rouse)
		return;
	enum tcp_state *shown = &connections_of(play, who)->shown[side];

	rungs->calls[calls].establishes = *shown == STATE_GONE;
	if (*shown == STATE_GONE)
		*shown = STATE_ESTABLISHED;
}

static void on_event(void *context, unsigned who, const struct heard *heard)
{
	struct play *play = context;
	const struct event *event = &heard->event;
	char why[NAMES_DESCRIPTION_SIZE];

	/* Who is killed in the act cannot tell what it was doing. */
	if (play->typing && event->kind == EVENT_KILLED)
		rungs_add_line(&play->rungs, actor_side(who), play->typing,
			connections_number(play, who));
	if (event->kind == EVENT_DONE && event->detail)
		play_fail(play, "%s", event->detail);
	if (event->kind == EVENT_FAILURE)
		play_fail(play, "cannot %s %s: %s",
			event->call ? event->call : "do",
			event->detail ? event->detail : "it",
			names_describe(why, event->error));
	add_call(play, who, heard);
}

/* Says what is under way, of the first connection of which anything is. */
static bool fail_restless(struct play *play)
{
	for (unsigned who = 0; who < ACTORS_MAX; who++) {
		const struct kernel_socket *sockets =
			play->connections[who].sockets;

		if (play->connections[who].known &&
			!kernel_is_quiet(&sockets[CLIENT], &sockets[SERVER]))
			return play_fail(play,
				"the network does not come to rest: %s %s "
				"with %u bytes unacknowledged, server %s with "
				"%u",
				actor_name(who),
				state_name(sockets[CLIENT].state),
				sockets[CLIENT].unacked_bytes,
				state_name(sockets[SERVER].state),
				sockets[SERVER].unacked_bytes);
	}
	return play_fail(play, "the network does not come to rest");
}

/* Waits until nothing is under way between the two kernels. */
static bool come_to_rest(struct play *play)
{
	int64_t deadline = play_deadline_ms(play);

	for (unsigned looks = 0;; looks++) {
		if (!play->network->look(play))
			return false;
		if (play->network->rests(play))
			return true;
		if (duration_now_ms() >= deadline)
			return fail_restless(play);
		play_pause(looks);
	}
}

/* What an actor does by itself is no move, but seen with the next one. */
static bool hear_all(struct play *play)
{
	const char *error = NULL;

	for (unsigned who = 0; who < ACTORS_MAX && !error; who++)
		error = cast_hear(&play->cast, who);
	return !error || play_fail(play, "%s", error);
}

/* Ends a move: rest, observers drained, rungs written. */
static bool settle(struct play *play)
{
	bool good = (!play->network->rouse || play->network->rouse(play)) &&
		hear_all(play) && come_to_rest(play);

	good = play->network->drain(play) && good;
	if (play->record->states)
		connections_note_states(play, false);
	connections_name_segments(play);
	if (!rungs_flush(&play->rungs, play->record,
		    duration_now_s() - play->start_s))
		good = play_fail(play, "no memory for the ladder");
	for (unsigned who = 0; who < ACTORS_MAX; who++)
		terminals_count(play->record, play->first_rung, who,
			play->cast.members[who].actor.shown);
	return good;
}

/* The clients that are there before the first step, in their order. */
static const char *start_clients(struct play *play)
{
	const struct experiment *experiment = play->experiment;
	const char *error;

	play->acting = CLIENT;
	error = cast_start_first(&play->cast, play_deadline_ms(play));
	for (unsigned who = ACTORS_MORE; who < ACTORS_MAX && !error; who++) {
		if (!experiment->plays[who] || experiment->starts_late[who])
			continue;
		if (!settle(play))
			return "the network failed";
		play->acting = who;
		error = cast_start_client(
			&play->cast, who, NULL, play_deadline_ms(play));
	}
	return error;
}

/* A TLS connection's handshake, a row at each side whatever it took. */
static const char *secure(struct play *play)
{
	static const enum side sides[] = { CLIENT, SERVER };
	const char *error = cast_secure(&play->cast, play_deadline_ms(play));

	if (!settle(play))
		return "the network failed";
	play->folds = false;
	for (size_t i = 0; i < SIDES && !error; i++)
		rungs_add(&play->rungs,
			(struct rungs_call){
				.caller = sides[i],
				.call = strdup("handshake"),
				.result = strdup(tls_record_version_name(
					play->cast.tls_version)),
			});
	return error;
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
		error = start_clients(play);
	if (!error && play->experiment->tls)
		error = secure(play);
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

void play_keep_terminals(struct play *play)
{
	for (unsigned who = 0; who < ACTORS_MAX; who++) {
		if (!play->experiment->plays[who])
			continue;
		char *text = terminals_text(
			actor_side(who), play->cast.members[who].actor.shown);

		free(play->record->terminals[who]);
		play->record->terminals[who] = text;
		if (!text)
			play_fail(play, "no memory for the terminals");
		else if (!play->experiment->wired)
			terminals_as_on_loopback(text, play->cast.address);
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
		.network = experiment->over_unix ? &network_unix
			: experiment->wired || options->wire
			? &network_wire
			: &network_loopback,
		.rungs.acks = options->acks,
		.start_s = duration_now_s(),
		.folds = experiment->tls,
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
	record->unplayable |= play->cast.lacks;
	/* Where nothing was played, there is no row to mark. */
	if (record->failed && record->rung_count)
		record_fail(record, play->first_rung,
			duration_now_s() - play->start_s);
	if (options->before_step)
		options->before_step(options->context, record, NULL);
	play_keep_terminals(play);
	return play;
}

void play_end(struct play *play)
{
	if (!play)
		return;
	cast_end(&play->cast);
	rungs_free(&play->rungs);
	free(play->instead);
	if (play->cast.scratch >= 0)
		close(play->cast.scratch);
	if (play->cast.confinement >= 0)
		close(play->cast.confinement);
	play->network->leave(play);
	free(play);
}
