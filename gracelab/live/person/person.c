/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "person.h"

#include <poll.h>
#include <stdlib.h>
#include <string.h>

#include "gracelab/play/connections.h"
#include "gracelab/play/director.h"
#include "gracelab/play/network.h"
#include "gracelab/play/play.h"
#include "lib/base/lines.h"
#include "view.h"

/* How soon is seen what a kernel's timer has done while a person thinks. */
#define LOOK_MS 250

/* A step that was typed, and what it points into. */
struct typed {
	struct typed *next;
	struct experiment *owner;
};

struct person {
	const struct person_plan *plan;
	struct experiment *experiment; /* owned; grows by what is typed */
	struct typed *typed;           /* owned */
	struct lines lines;
	struct play *play;
	void *script; /* the script's state: it does each step */
	bool asked;   /* the person waits for a view */
	json_t *told; /* owned: how it was when last told; NULL: never */
	size_t told_rungs;
};

static struct experiment *read_plan(const struct person_plan *plan)
{
	char *error = NULL;
	struct experiment *experiment = experiment_parse(
		plan->path, plan->name, plan->text, strlen(plan->text), &error);

	free(error);
	if (experiment && plan->steps < experiment->step_count)
		experiment->step_count = plan->steps;
	return experiment;
}

static void *begin(struct play *play)
{
	struct person *person = play->options->context;

	person->play = play;
	person->script = director_script.begin(play);
	return person->script ? person : NULL;
}

static void end(void *state)
{
	struct person *person = state;

	director_script.end(person->script);
}

/* Tells how it is: whoever has asked, or if anything is new. */
static bool tell(struct person *person)
{
	struct play *play = person->play;
	json_t *now = view_now(play);
	bool good = true;

	if (!now)
		return play_fail(play, "no memory");
	if (person->asked || person->told_rungs != play->record->rung_count ||
		!json_equal(now, person->told)) {
		play_keep_terminals(play);
		good = view_write(
			person->plan->views_fd, play, now, person->asked);
	}
	json_decref(person->told);
	person->told = now;
	person->told_rungs = play->record->rung_count;
	person->asked = false;
	return good;
}

/* A step as it is behind the experiment's head: the last one there. */
static struct experiment *parse_step(
	const struct person *person, const char *line, size_t len, char **error)
{
	char *text = NULL;
	struct experiment *experiment = NULL;

	if (asprintf(&text, "%s%.*s", person->plan->text, (int)len, line) < 0)
		return NULL;
	experiment = experiment_parse("", "", text, strlen(text), error);
	free(text);
	return experiment;
}

/* Adds the step that a line is to the experiment. */
static bool add_step(struct person *person, const char *line, size_t len)
{
	struct experiment *experiment = person->experiment;
	struct typed *typed = calloc(1, sizeof(*typed));
	struct step *steps = reallocarray(
		experiment->steps, experiment->step_count + 1, sizeof(*steps));
	char *error = NULL;

	if (steps)
		experiment->steps = steps;
	if (typed && steps)
		typed->owner = parse_step(person, line, len, &error);
	if (!typed || !typed->owner) {
		free(typed);
		play_fail(person->play, "%s", error ? error : "no memory");
		free(error);
		return false;
	}
	typed->next = person->typed;
	person->typed = typed;
	steps[experiment->step_count] =
		typed->owner->steps[typed->owner->step_count - 1];
	steps[experiment->step_count++].line_number = 0;
	person->play->step = NULL;
	return true;
}

/* What comes while the person thinks. */
enum came { CAME_STEP, CAME_QUESTION, CAME_NEWS, CAME_NOTHING, CAME_END };

static enum came take_line(struct person *person)
{
	char *line;
	size_t len;

	switch (lines_take(&person->lines, &line, &len)) {
	case LINES_NONE:
		return person->lines.ended ? CAME_END : CAME_NOTHING;
	case LINES_TOO_LONG:
		return CAME_END;
	case LINES_TAKEN:
		break;
	}
	person->asked = true;
	if (!len)
		return CAME_QUESTION;
	return add_step(person, line, len) ? CAME_STEP : CAME_END;
}

/* Whether the kernels or the wire are not as they were told. */
static enum came look(struct person *person)
{
	struct play *play = person->play;

	if (!play->network->look(play))
		return CAME_END;
	json_t *now = view_now(play);
	bool same = json_equal(now, person->told);

	json_decref(now);
	return same ? CAME_NOTHING : CAME_NEWS;
}

/* Waits a while for a line, and serves the wire. */
static enum came wait_once(struct person *person)
{
	struct play *play = person->play;
	const struct actor_company *company = &play->cast.company;
	struct pollfd polled[ACTORS_MAX + 2] = {
		{ .fd = person->plan->steps_fd, .events = POLLIN },
		{ .fd = company->fd, .events = POLLIN },
	};

	for (unsigned who = 0; who < ACTORS_MAX; who++)
		polled[who + 2] = (struct pollfd){
			.fd = cast_runs(&play->cast, who)
				? play->cast.members[who].actor.events
				: -1,
			.events = POLLIN,
		};
	int ready = poll(polled, ACTORS_MAX + 2, LOOK_MS);

	if (ready == 0)
		return look(person);
	if (ready > 0 && polled[0].revents)
		lines_read(&person->lines, person->plan->steps_fd);
	else if (ready > 0 && polled[1].revents)
		company->serve(company->context);
	else if (ready > 0)
		return CAME_NEWS;
	return play->record->failed ? CAME_END : CAME_NOTHING;
}

static enum came await(struct person *person)
{
	enum came came;

	do {
		came = take_line(person);
		if (came == CAME_NOTHING)
			came = wait_once(person);
	} while (came == CAME_NOTHING);
	return came;
}

/* A move that does nothing: what has happened by itself is seen with it. */
static void do_nothing(struct play *play, struct move *move)
{
	play->step = NULL;
	*move = (struct move){
		.kind = MOVE_STATE,
		.who = CLIENT,
		.state = connections_of(play, CLIENT)->sockets[CLIENT].state,
	};
}

static bool choose(
	void *state, const struct moves_possible *possible, struct move *move)
{
	struct person *person = state;
	struct play *play = person->play;

	for (;;) {
		if (director_script.choose(person->script, possible, move))
			return true;
		if (play->record->failed || !tell(person))
			return false;
		switch (await(person)) {
		case CAME_END:
			return false;
		case CAME_STEP:
			break;
		case CAME_QUESTION:
		case CAME_NEWS:
		case CAME_NOTHING:
			do_nothing(play, move);
			return true;
		}
	}
}

static const struct director director_person = {
	.name = "person",
	.begin = begin,
	.choose = choose,
	.end = end,
};

static void end_person(struct person *person)
{
	while (person->typed) {
		struct typed *typed = person->typed;

		person->typed = typed->next;
		/* The experiment has its steps, and so what is in them. */
		typed->owner->step_count = 0;
		experiment_free(typed->owner);
		free(typed);
	}
	experiment_free(person->experiment);
	lines_free(&person->lines);
	json_decref(person->told);
}

int person_play(const struct person_plan *plan)
{
	struct person person = {
		.plan = plan,
		.experiment = read_plan(plan),
		.asked = true,
	};
	struct play_options options = *plan->options;
	struct record record = { 0 };

	options.director = &director_person;
	options.context = &person;
	if (!person.experiment)
		return 1;
	struct play *play = play_run(person.experiment, &options, &record);

	/* The end of the lines is no failure, and nobody asks any more. */
	if (play && record.failed) {
		person.play = play;
		person.asked = true;
		tell(&person);
	}
	play_end(play);
	record_free(&record);
	end_person(&person);
	return 0;
}
