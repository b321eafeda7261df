/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "move.h"

static const struct move_type *const types[MOVES] = {
	[MOVE_LINE] = &move_line,
	[MOVE_READ] = &move_read,
	[MOVE_SIGNAL] = &move_signal,
	[MOVE_START] = &move_start,
	[MOVE_END] = &move_end,
	[MOVE_STATE] = &move_state,
	[MOVE_WIRE] = &move_wire,
	[MOVE_REBOOT] = &move_reboot,
};

void moves_list(const struct play *play, struct moves_possible *possible)
{
	for (int kind = 0; kind < MOVES; kind++)
		for (unsigned who = 0; who < ACTORS_MAX; who++)
			possible->can[kind][who] =
				!types[kind]->refusal(play, who);
}

bool moves_do(struct play *play, const struct move *move)
{
	const struct move_type *type = types[move->kind];
	const char *refusal = type->refusal(play, move->who);

	play->acting = move->who;
	if (refusal)
		return play_fail(play, "%s", refusal);
	return type->act(play, move);
}
