/* SPDX-License-Identifier: GPL-3.0-or-later */
/* The director that follows the experiment's steps. */
#include <stdlib.h>

#include "director.h"
#include "gracelab/experiment/outcome.h"

struct script {
	struct play *play;
	size_t next;  /* the step that comes next */
	bool waiting; /* a move was made for what `next` awaits */
};

static void *begin(struct play *play)
{
	struct script *script = calloc(1, sizeof(*script));

	if (script)
		script->play = play;
	return script;
}

/* Says what the side did instead of what was awaited. */
static bool fail_unseen(struct play *play, const struct cast_member *member)
{
	char awaited[OUTCOME_TEXT_SIZE], seen[OUTCOME_TEXT_SIZE] = "no outcome";

	outcome_text(&play->step->outcome, awaited);
	if (member->seen_count)
		outcome_text(&member->seen[member->seen_count - 1], seen);
	return play_fail(play, "awaited %s, saw %s", awaited, seen);
}

/* Whether a side that has not seen it reads, to see it. */
static bool comes_by_reading(const struct outcome *outcome)
{
	return outcome->kind == OUTCOME_RECEIVED ||
		outcome->kind == OUTCOME_EOF ||
		outcome->kind == OUTCOME_NOTHING ||
		outcome->kind == OUTCOME_ERRNO;
}

enum met { MET, NOT_MET, MET_BY_MOVE };

/* Whether an outcome is met, or else which move may bring it about. */
static enum met expect(struct script *script,
	const struct moves_possible *possible, struct move *move)
{
	struct play *play = script->play;
	const struct step *step = play->step;
	struct cast_member *member = &play->cast.members[step->side];

	if (step->outcome.kind == OUTCOME_STATE) {
		if (script->waiting)
			return MET;
		move->kind = MOVE_STATE;
		move->state = step->outcome.state;
		return MET_BY_MOVE;
	}
	if (cast_take_seen(member, &step->outcome))
		return MET;
	if (script->waiting || !comes_by_reading(&step->outcome) ||
		!possible->can[MOVE_READ][step->side]) {
		fail_unseen(play, member);
		return NOT_MET;
	}
	move->kind = MOVE_READ;
	return MET_BY_MOVE;
}

/* Whether the step is done with, or else the move that it asks for. */
static enum met direct(struct script *script,
	const struct moves_possible *possible, struct move *move)
{
	const struct step *step = script->play->step;

	*move = (struct move){ .side = step->side };
	switch (step->kind) {
	case STEP_EXPECT:
		return expect(script, possible, move);
	case STEP_TYPE:
		move->kind = MOVE_LINE;
		move->line = step->line;
		break;
	case STEP_SIGNAL:
		move->kind = MOVE_SIGNAL;
		move->signal = step->signal;
		break;
	case STEP_START:
		move->kind = MOVE_START;
		move->options = step->options.count ? &step->options : NULL;
		break;
	}
	return script->waiting ? MET : MET_BY_MOVE;
}

static bool choose(
	void *state, const struct moves_possible *possible, struct move *move)
{
	struct script *script = state;
	struct play *play = script->play;
	const struct experiment *experiment = play->experiment;

	while (script->next < experiment->step_count) {
		play->step = &experiment->steps[script->next];
		if (!script->waiting && play->options->before_step)
			play->options->before_step(play->options->context,
				play->record, play->step);
		switch (direct(script, possible, move)) {
		case NOT_MET:
			return false;
		case MET_BY_MOVE:
			script->waiting = true;
			return true;
		case MET:
			script->waiting = false;
			script->next++;
		}
	}
	return false;
}

const struct director director_script = {
	.name = "script",
	.begin = begin,
	.choose = choose,
	.end = free,
};
