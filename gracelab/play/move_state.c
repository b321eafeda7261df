/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "connections.h"
#include "lib/base/duration.h"
#include "move.h"
#include "network.h"

/* Of an orphan too, and of a connection that is gone. */
static const char *never(const struct play *play, unsigned who)
{
	(void)play;
	(void)who;
	return NULL;
}

static bool await_state(struct play *play, const struct move *move)
{
	const struct kernel_socket *socket =
		&connections_of(play, move->who)
			 ->sockets[actor_side(move->who)];
	int64_t deadline = play_deadline_ms(play);

	if (!play->record->states)
		return true;
	for (unsigned looks = 0; socket->state != move->state; looks++) {
		if (duration_now_ms() >= deadline)
			return play_fail(play, "awaited state %s, saw %s",
				state_name(move->state),
				state_name(socket->state));
		play_pause(looks);
		/* It may take long, and the observers' room is bounded. */
		if (!play->network->look(play) || !play->network->drain(play))
			return false;
	}
	return true;
}

const struct move_type move_state = { "state", never, await_state };
