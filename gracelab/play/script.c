/* SPDX-License-Identifier: GPL-3.0-or-later */
/* The director that follows the experiment's steps. */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "connections.h"
#include "director.h"
#include "gracelab/cast/kind.h"
#include "gracelab/experiment/outcome.h"

/* What was seen instead is told up to about this length. */
#define INSTEAD_BYTES 300

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

/* Adds one to what was seen instead; what is more than enough is left out. */
static void add_instead(struct play *play, const char *seen)
{
	const char *before = play->instead ? play->instead : "";
	size_t len = strlen(before);
	char *text;

	if (len > INSTEAD_BYTES ||
		asprintf(&text, "%s%s%s%s", before, *before ? ", " : "", seen,
			len + strlen(seen) > INSTEAD_BYTES ? ", ..." : "") < 0)
		return;
	free(play->instead);
	play->instead = text;
}

/* What two outcomes have to do with each other to be mistaken: a bit for what
 * is sent, one for what is read, one for the end; none for what is asked. */
static unsigned concern(const struct outcome *outcome)
{
	switch (outcome->kind) {
	case OUTCOME_SENT:
	case OUTCOME_SENT_RECORD:
		return 1;
	case OUTCOME_RECEIVED:
	case OUTCOME_RECEIVED_RECORD:
	case OUTCOME_EOF:
	case OUTCOME_NOTHING:
		return 2;
	case OUTCOME_ERRNO:
		return 1 | 2;
	case OUTCOME_EXIT:
	case OUTCOME_KILLED:
		return 4;
	case OUTCOME_SIGNAL:
	case OUTCOME_STATE:
	case OUTCOME_PROBE:
	case OUTCOME_POLL:
	case OUTCOME_UNREAD:
	case OUTCOME_UNACKNOWLEDGED:
		break;
	}
	return 0;
}

/* Notes what a call gave that might have been what the step awaits, and is not;
 * of a call before the step only what is of the same kind. */
static void pass_seen(
	struct play *play, const struct cast_member *member, bool is_steps)
{
	const struct outcome *awaited = &play->step->outcome;
	char seen[OUTCOME_TEXT_SIZE];

	for (size_t i = 0; i < member->seen_count; i++) {
		const struct outcome *outcome = &member->seen[i];
		bool alike = is_steps ? concern(outcome) & concern(awaited)
				      : outcome->kind == awaited->kind;

		/* Of a record without text the record says all. */
		if (!alike ||
			(outcome->kind == OUTCOME_RECEIVED && !outcome->bytes))
			continue;
		outcome_text(outcome, seen);
		add_instead(play, seen);
	}
}

/* Says what the side did instead of what was awaited. */
static bool fail_unseen(struct play *play, const struct cast_member *member)
{
	const char *instead = play->instead ? play->instead : "";
	char awaited[OUTCOME_TEXT_SIZE], seen[OUTCOME_TEXT_SIZE] = "";

	outcome_text(&play->step->outcome, awaited);
	if (member->seen_count)
		outcome_text(&member->seen[member->seen_count - 1], seen);
	else if (!*instead)
		strcpy(seen, "no outcome");
	return play_fail(play, "awaited %s, saw %s%s%s", awaited, instead,
		*instead && *seen ? ", " : "", seen);
}

/* The move that may bring an outcome about; false where none does. */
static bool move_towards(const struct outcome *outcome, enum move_kind *kind)
{
	switch (outcome->kind) {
	case OUTCOME_RECEIVED:
	case OUTCOME_EOF:
	case OUTCOME_NOTHING:
	case OUTCOME_ERRNO:
		*kind = MOVE_READ;
		return true;
	case OUTCOME_EXIT:
	case OUTCOME_KILLED:
		*kind = MOVE_END;
		return true;
	case OUTCOME_STATE:
		*kind = MOVE_STATE;
		return true;
	case OUTCOME_SENT:
	case OUTCOME_SENT_RECORD:
	case OUTCOME_RECEIVED_RECORD:
	case OUTCOME_SIGNAL:
	case OUTCOME_PROBE:
	case OUTCOME_POLL:
	case OUTCOME_UNREAD:
	case OUTCOME_UNACKNOWLEDGED:
		break;
	}
	return false;
}

/* Whether the last line gave an errno, but another than is awaited. */
static bool gave_another_errno(
	const struct cast_member *member, const struct outcome *awaited)
{
	for (size_t i = 0; i < member->seen_count; i++)
		if (member->seen[i].kind == OUTCOME_ERRNO)
			return awaited->kind == OUTCOME_ERRNO;
	return false;
}

enum met { MET, NOT_MET, MET_BY_MOVE };

/* Whether a program that plays call by call makes its next one for that. */
static bool has_calls_for(struct play *play, const struct step *step)
{
	return step->outcome.kind != OUTCOME_STATE ||
		(cast_runs(&play->cast, step->who) &&
			connections_of(play, step->who)
					->sockets[actor_side(step->who)]
					.state != step->outcome.state);
}

/* Whether an outcome is met, or else which move may bring it about. */
static enum met expect(struct script *script,
	const struct moves_possible *possible, struct move *move)
{
	struct play *play = script->play;
	const struct step *step = play->step;
	struct cast_member *member = &play->cast.members[step->who];

	/* What a move awaits is met by the move, or the play has failed. */
	if (cast_take_seen(member, &step->outcome) ||
		(script->waiting && step->outcome.kind == OUTCOME_STATE &&
			!(member->kind->calls && has_calls_for(play, step))))
		return MET;
	move->state = step->outcome.state;
	if (member->kind->calls && has_calls_for(play, step)) {
		move->kind = MOVE_READ;
		if (possible->can[move->kind][step->who]) {
			pass_seen(play, member, script->waiting);
			return MET_BY_MOVE;
		}
	}
	if (!script->waiting && !gave_another_errno(member, &step->outcome) &&
		move_towards(&step->outcome, &move->kind) &&
		possible->can[move->kind][step->who])
		return MET_BY_MOVE;
	fail_unseen(play, member);
	return NOT_MET;
}

/* Whether the step is done with, or else the move that it asks for. */
static enum met direct(struct script *script,
	const struct moves_possible *possible, struct move *move)
{
	const struct step *step = script->play->step;

	*move = (struct move){ .who = step->who };
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
	case STEP_WIRE:
		move->kind = MOVE_WIRE;
		move->wire = &step->wire;
		break;
	case STEP_REBOOT:
		move->kind = MOVE_REBOOT;
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
		if (!script->waiting) {
			free(play->instead);
			play->instead = NULL;
		}
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
