/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "playlist.h"

#include <stdlib.h>
#include <string.h>

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
		.wired = asked->wired || experiment->explored_wired,
		.losses = asked->losses ? asked->losses : experiment->losses,
		.limit = asked->limit ? asked->limit : UINT64_MAX,
		.workers = asked->jobs,
	};
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
	} else if (!explore_run(experiment, &options, &explored)) {
		record.failed = true;
		record.unplayable = explored.refused;
		record.failure = explored.why ? strdup(explored.why) : NULL;
	} else {
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
