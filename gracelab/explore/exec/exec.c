/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "exec.h"

#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "calls.h"
#include "gracelab/experiment/options.h"
#include "gracelab/explore/order/site.h"
#include "gracelab/play/play.h"
#include "lib/base/names.h"

/* How often somebody who waits is told how far it is. */
#define PROGRESS_ORDERS 8

/* What a child says of the order that it has played. */
struct played {
	bool failed, refused;
	char why[GROUND_WHY_SIZE]; /* then; terminated */
	struct ending ending;
	bool found;
	size_t choices; /* so many follow */
};

bool exec_is(const struct experiment *experiment)
{
	return options_are_foreign(&experiment->client) &&
		options_are_foreign(&experiment->server);
}

/* What a play says of a step has its place already. */
static bool fail(struct explored *explored, const struct experiment *experiment,
	const char *why)
{
	const char *path = experiment->path;
	size_t len = strlen(path);
	bool has_place = !strncmp(why, path, len) && why[len] == ':';

	if (!explored->why &&
		asprintf(&explored->why, "%s%s%s", has_place ? "" : path,
			has_place ? "" : ": ", why) < 0)
		explored->why = NULL;
	return false;
}

/* Steps that have no meaning where the order is all. */
static bool check(const struct experiment *experiment,
	const struct explore_options *options, struct explored *explored)
{
	if (options->wired || options->losses || options->merged)
		return fail(explored, experiment,
			"cannot be explored so: of programs that exec starts "
			"the calls are put in every order, with no wire and "
			"no --merge");
	if (experiment->tls)
		return fail(explored, experiment,
			"cannot be explored: " SCRIPT_NO_TLS);
	for (size_t i = 0; i < experiment->step_count; i++) {
		const struct step *step = &experiment->steps[i];
		char *why = NULL;

		if (step->kind == STEP_TYPE || step->kind == STEP_EXPECT)
			continue;
		if (asprintf(&why, "%s:%u: cannot be explored with exec: %s",
			    experiment->path, step->line_number,
			    step->source) < 0)
			why = NULL;
		fail(explored, experiment, why ? why : "no memory");
		free(why);
		return false;
	}
	return true;
}

/* An order to be played in a process of its own. */
struct playing {
	const struct experiment *experiment;
	const struct play_options *play;
	struct calls calls;
};

/* Plays the order, and writes what came of it. */
static bool write_played(FILE *out, void *context)
{
	const struct sigaction ignore = { .sa_handler = SIG_IGN };
	struct playing *playing = context;
	struct calls *calls = &playing->calls;
	struct play_options options = *playing->play;
	struct record record = { 0 };
	struct played played = { 0 };

	sigaction(SIGPIPE, &ignore, NULL);
	options.director = &director_calls;
	options.context = calls;
	options.before_step = NULL;
	struct play *done = play_run(playing->experiment, &options, &record);

	played.failed = !done || record.failed;
	played.refused = record.unplayable;
	snprintf(played.why, sizeof(played.why), "%s",
		record.failure ? record.failure : "no memory");
	played.ending = calls_ending(calls);
	played.found = calls->found;
	played.choices = calls->walk.count;
	fwrite(&played, sizeof(played), 1, out);
	fwrite(calls->walk.choices, sizeof(*calls->walk.choices),
		calls->walk.count, out);
	record_free(&record);
	play_end(done);
	return true;
}

static bool read_played(FILE *in, struct played *played, struct walk *walk)
{
	struct choice choice;

	if (fread(played, sizeof(*played), 1, in) != 1)
		return false;
	walk->count = 0;
	for (size_t i = 0; i < played->choices; i++)
		if (fread(&choice, sizeof(choice), 1, in) != 1 ||
			!walk_push(walk, choice))
			return false;
	return true;
}

/* Plays the walk's next order, and notes the choices that were made. */
static bool play_order(const struct experiment *experiment,
	const struct explore_options *options, const struct play_options *play,
	struct walk *walk, struct played *played)
{
	struct playing playing = {
		.experiment = experiment,
		.play = play,
		.calls = { .walk = *walk,
			.given = walk->count,
			.checked = true,
			.find = options->find },
	};
	char *bytes = NULL;
	size_t count = 0;
	bool good = site_write_aside(write_played, &playing, &bytes, &count);
	FILE *in = good && count ? fmemopen(bytes, count, "r") : NULL;

	good = in && read_played(in, played, walk);
	if (in)
		fclose(in);
	free(bytes);
	return good;
}

/* Counts it. False without memory. */
static bool count(struct table *table, const struct walk *walk,
	const struct played *played)
{
	struct moves moves = walk_moves(walk);
	bool good = moves.list && table_add(table, played->ending, 1, &moves);

	if (good && played->found && !table->found.list) {
		table->found = moves_copy(moves.list, moves.count);
		good = table->found.list;
	}
	free(moves.list);
	return good;
}

static bool explore(const struct experiment *experiment,
	const struct explore_options *options, const struct play_options *play,
	struct explored *explored, struct walk *walk)
{
	struct table *table = &explored->table;
	double width;

	while (!walk->over && table->orders < options->limit) {
		struct played played;

		explored->stopped =
			options->stops && options->stops(options->context);
		if (explored->stopped)
			break;
		if (!play_order(experiment, options, play, walk, &played))
			return fail(explored, experiment,
				"the process that played an order has died");
		explored->refused = played.refused;
		if (played.failed)
			return fail(explored, experiment, played.why);
		if (!count(table, walk, &played))
			return fail(explored, experiment, "no memory");
		walk_next(walk);
		if (options->on_progress &&
			table->orders % PROGRESS_ORDERS == 0)
			options->on_progress(
				options->context, table->orders, table->count);
	}
	explored->complete = walk->over;
	explored->covered =
		walk->over ? 1 : walk_place(walk, walk->count, &width);
	table_sort(table);
	return true;
}

bool exec_explore(const struct experiment *experiment,
	const struct explore_options *options, const struct play_options *play,
	struct explored *explored)
{
	struct walk walk = { 0 };
	bool good;

	*explored = (struct explored){ .calls = true };
	good = check(experiment, options, explored) &&
		explore(experiment, options, play, explored, &walk);
	walk_free(&walk);
	return good;
}

bool exec_choose(struct play_options *play, const struct moves *moves)
{
	struct calls *calls = calloc(1, sizeof(*calls));

	if (!calls || !calls_take(calls, moves)) {
		free(calls);
		return false;
	}
	play->director = &director_calls;
	play->context = calls;
	return true;
}

void exec_forget(struct play_options *play)
{
	struct calls *calls = play->context;

	if (play->director != &director_calls)
		return;
	walk_free(&calls->walk);
	free(calls);
	play->director = NULL;
	play->context = NULL;
}
