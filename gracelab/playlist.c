/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "playlist.h"

#include <stdlib.h>
#include <string.h>

#include "gracelab/explore/exec/exec.h"
#include "gracelab/explore/graph/merged.h"
#include "gracelab/explore/graph/picture.h"
#include "gracelab/explore/replay.h"
#include "gracelab/explore/write.h"
#include "gracelab/play/parallel.h"
#include "gracelab/play/terminals.h"
#include "lib/base/status.h"

/* What the head of the experiment asks for, and the command line on top. */
struct explore_options playlist_explore_options(
	const struct program *program, const struct experiment *experiment)
{
	const struct orders_options *asked = &program->options.orders;

	return (struct explore_options){
		.wired = experiment->wired || experiment->explored_wired,
		.merged = asked->merge || experiment->merged,
		.losses = asked->losses ? asked->losses : experiment->losses,
		.limit = asked->limit ? asked->limit : UINT64_MAX,
		.workers = asked->jobs,
	};
}

bool playlist_explore(struct program *program,
	const struct experiment *experiment,
	const struct explore_options *options, struct explored *explored)
{
	if (exec_is(experiment))
		return exec_explore(
			experiment, options, &program->play, explored);
	/* What is looked for is met in an order, not in a state. */
	return options->merged && !options->find
		? merged_run(experiment, options, explored)
		: explore_run(experiment, options, explored);
}

bool playlist_moves(struct program *program, struct moves *moves)
{
	const char *bad;
	size_t bad_bytes;

	if (replay_parse(
		    moves, program->options.orders.order, &bad, &bad_bytes))
		return true;
	if (bad)
		program_complain("--order: expected a move such as `server "
				 "read', not '%.*s'",
			(int)bad_bytes, bad);
	else
		program_complain("no memory for the order");
	program->status = bad ? STATUS_USAGE : STATUS_FAILURE;
	return false;
}

bool playlist_choose(struct program *program, const struct moves *moves)
{
	if (exec_choose(&program->play, moves))
		return true;
	program_complain("no memory for the order");
	program->status = STATUS_FAILURE;
	return false;
}

struct experiment *playlist_order(struct program *program,
	const struct experiment *experiment,
	const struct explore_options *options, const struct moves *moves,
	const char *about, char **text)
{
	struct explore_options adapted = *options;
	struct experiment *order = NULL;
	char *error = NULL;

	replay_adapt(&adapted, moves);
	if (replay_text(experiment, &adapted, moves, about, text))
		order = experiment_parse(experiment->path, experiment->name,
			*text, strlen(*text), &error);
	else if (*text &&
		asprintf(&error, "%s: %s", experiment->name, *text) < 0)
		error = NULL;
	if (!order) {
		program_complain(
			"%s", error ? error : "no memory for an order");
		program->status = STATUS_FAILURE;
	}
	free(error);
	return order;
}

/* What shows one order cannot show all. */
static bool check_one_order(struct program *program)
{
	const struct lab_options *options = &program->options;

	for (size_t i = 0; i < program->count; i++) {
		if (!program->experiments[i]->explored ||
			(!options->step && !options->pcap && !options->acks))
			continue;
		program_complain(
			"%s: --%s needs one order of many: --order chooses it",
			program->experiments[i]->name,
			options->step           ? "step"
				: options->pcap ? "pcap"
						: "acks");
		program->status = STATUS_USAGE;
		return false;
	}
	return true;
}

bool playlist_take_order(struct program *program)
{
	struct moves moves = { 0 };
	bool good = true;

	if (!program->options.orders.order)
		return check_one_order(program);
	if (!playlist_moves(program, &moves))
		return false;
	if (program->count == 1 && exec_is(program->experiments[0])) {
		good = playlist_choose(program, &moves);
		/* One order is no table. */
		program->experiments[0]->explored = false;
		free(moves.list);
		return good;
	}
	for (size_t i = 0; good && i < program->count; i++) {
		struct experiment *experiment = program->experiments[i];
		struct explore_options options =
			playlist_explore_options(program, experiment);
		char *text = NULL;
		struct experiment *order = playlist_order(program, experiment,
			&options, &moves, PLAYLIST_ABOUT_ORDER, &text);

		good = order;
		if (good) {
			experiment_free(experiment);
			program->experiments[i] = order;
		}
		free(text);
	}
	free(moves.list);
	return good;
}

struct playing {
	struct program *program;
	struct experiment **played; /* owned: those that are not explored */
	size_t *indices;            /* owned: of these, among all */
	size_t next;                /* the first that nobody was told of */
	void (*on_record)(
		void *context, size_t index, const struct record *record);
	void *context;
};

/* The tree of orders as a picture. */
static void draw(struct record *record, const struct experiment *experiment,
	const struct explore_options *options)
{
	char *text;

	record->failed = !picture_text(experiment, options, PICTURE_SVG, &text);
	*(record->failed ? &record->failure : &record->table) = text;
}

char *playlist_picture(const struct experiment *experiment,
	const struct explore_options *options)
{
	char *text;

	if (picture_text(experiment, options, PICTURE_SVG, &text))
		return text;
	free(text);
	return NULL;
}

static void explore_one(struct playing *playing, size_t index)
{
	struct program *program = playing->program;
	const struct experiment *experiment = program->experiments[index];
	struct explore_options options =
		playlist_explore_options(program, experiment);
	struct explored explored = { 0 };
	struct record record;

	terminals_name(&record, experiment);
	record.private_network = record.wire = record.states = true;
	if (program->play.host_why) {
		record.failed = record.unplayable = true;
		record.failure = strdup(program->play.host_why);
	} else if (program->options.format == FORMAT_MERMAID) {
		record.failed = true;
		record.failure = strdup("all orders are no sequence: text, "
					"json and svg show them");
	} else if (program->options.format == FORMAT_SVG) {
		draw(&record, experiment, &options);
	} else if (!playlist_explore(
			   program, experiment, &options, &explored)) {
		record.failed = true;
		record.unplayable = explored.refused;
		record.failure = explored.why ? strdup(explored.why) : NULL;
	} else {
		if (program->options.format == FORMAT_HTML)
			record.picture = playlist_picture(experiment, &options);
		record.table = write_text(experiment, &options, &explored);
		record.orders = write_json(experiment, &options, &explored);
		record.failed = !record.table || !record.orders;
	}
	playing->on_record(playing->context, index, &record);
	record_free(&record);
	explored_free(&explored);
}

/* Explores what stands before a place among the experiments. */
static void explore_up_to(struct playing *playing, size_t index)
{
	for (; playing->next < index; playing->next++)
		explore_one(playing, playing->next);
}

static void on_played(void *context, size_t index, const struct record *record)
{
	struct playing *playing = context;

	explore_up_to(playing, playing->indices[index]);
	playing->on_record(playing->context, playing->next++, record);
}

void playlist_play(struct program *program,
	void (*on_record)(
		void *context, size_t index, const struct record *record),
	void *context)
{
	struct playing playing = {
		.program = program,
		.played = calloc(program->count + 1, sizeof(void *)),
		.indices = calloc(program->count + 1, sizeof(size_t)),
		.on_record = on_record,
		.context = context,
	};
	size_t count = 0;

	if (!playing.played || !playing.indices) {
		program_complain("no memory for the experiments");
		program->status = STATUS_FAILURE;
	} else {
		for (size_t i = 0; i < program->count; i++) {
			if (program->experiments[i]->explored)
				continue;
			playing.played[count] = program->experiments[i];
			playing.indices[count++] = i;
		}
		parallel_play(playing.played, count, &program->play, on_played,
			&playing);
		explore_up_to(&playing, program->count);
	}
	free(playing.played);
	free(playing.indices);
}
