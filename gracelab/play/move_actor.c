/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "move.h"

static const char *ended(const struct play *play, enum side side)
{
	if (cast_runs(&play->cast, side))
		return NULL;
	return side == SERVER ? "the server has ended" : "the client has ended";
}

static const char *not_ended(const struct play *play, enum side side)
{
	if (side != SERVER)
		return "only the server can be started again";
	return ended(play, side) ? NULL : "the server has not ended";
}

static bool ended_well(struct play *play, const char *error)
{
	return error ? play_fail(play, "%s", error) : !play->record->failed;
}

static bool type_line(struct play *play, const struct move *move)
{
	size_t calls = play->rungs.call_count;

	cast_forget_seen(&play->cast.members[move->side]);
	play->typing = move->line;
	const char *error = cast_type(
		&play->cast, move->side, move->line, play_deadline_ms(play));

	play->typing = NULL;
	/* What no event tells of is shown as it was typed. */
	if (!error && play->rungs.call_count == calls)
		rungs_add_line(&play->rungs, move->side, move->line, NULL);
	return ended_well(play, error);
}

static bool read_once(struct play *play, const struct move *move)
{
	cast_forget_seen(&play->cast.members[move->side]);
	return ended_well(play,
		cast_read(&play->cast, move->side, play_deadline_ms(play)));
}

static bool send_signal(struct play *play, const struct move *move)
{
	return ended_well(play,
		cast_signal(&play->cast, move->side, move->signal,
			play_deadline_ms(play)));
}

static bool start_again(struct play *play, const struct move *move)
{
	const char *error = cast_start_server(
		&play->cast, move->options, play_deadline_ms(play));

	if (!error && !play->rungs.call_count)
		rungs_add_line(&play->rungs, move->side, "listen", "0");
	return ended_well(play, error);
}

const struct move_type move_line = { "line", ended, type_line };
const struct move_type move_read = { "read", ended, read_once };
const struct move_type move_signal = { "signal", ended, send_signal };
const struct move_type move_start = { "start", not_ended, start_again };
