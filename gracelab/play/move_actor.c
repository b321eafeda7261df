/* SPDX-License-Identifier: GPL-3.0-or-later */
#include <string.h>

#include "connections.h"
#include "move.h"

static const char *ended(const struct play *play, unsigned who)
{
	static const char *const texts[ACTORS_MAX] = { "the client has ended",
		"the server has ended", "client2 does not run",
		"client3 does not run", "client4 does not run",
		"client5 does not run", "client6 does not run",
		"client7 does not run", "client8 does not run" };

	return cast_runs(&play->cast, who) ? NULL : texts[who];
}

/* The first client is there from the beginning, and once. */
static const char *not_ended(const struct play *play, unsigned who)
{
	if (who == CLIENT)
		return "the client cannot be started again";
	return ended(play, who) ? NULL : "it has not ended";
}

static bool ended_well(struct play *play, const char *error)
{
	return error ? play_fail(play, "%s", error) : !play->record->failed;
}

static bool type_line(struct play *play, const struct move *move)
{
	size_t calls = play->rungs.call_count;

	cast_forget_seen(&play->cast.members[move->who]);
	play->typing = move->line;
	const char *error = cast_type(
		&play->cast, move->who, move->line, play_deadline_ms(play));

	play->typing = NULL;
	/* What no event tells of is shown as it was typed. */
	if (!error && play->rungs.call_count == calls)
		rungs_add_line(&play->rungs, actor_side(move->who), move->line,
			connections_number(play, move->who));
	return ended_well(play, error);
}

static bool read_once(struct play *play, const struct move *move)
{
	cast_forget_seen(&play->cast.members[move->who]);
	const char *error =
		cast_read(&play->cast, move->who, play_deadline_ms(play));

	if (error && play->instead)
		return play_fail(play, "%s; what it saw instead: %s", error,
			play->instead);
	return ended_well(play, error);
}

static bool send_signal(struct play *play, const struct move *move)
{
	return ended_well(play,
		cast_signal(&play->cast, move->who, move->signal,
			play_deadline_ms(play)));
}

static bool await_end(struct play *play, const struct move *move)
{
	return ended_well(play,
		cast_await_end(&play->cast, move->who, play_deadline_ms(play)));
}

static bool start(struct play *play, const struct move *move)
{
	int64_t deadline = play_deadline_ms(play);
	struct cast *cast = &play->cast;
	bool is_server = move->who == SERVER;
	const char *error = is_server
		? cast_start_server(cast, move->options, deadline)
		: cast_start_client(cast, move->who, move->options, deadline);

	if (!error && is_server && !play->rungs.call_count)
		rungs_add(&play->rungs,
			(struct rungs_call){ .caller = SERVER,
				.call = strdup("listen"),
				.result = strdup("0"),
				.sends = true });
	return ended_well(play, error);
}

const struct move_type move_line = { "line", ended, type_line };
const struct move_type move_read = { "read", ended, read_once };
const struct move_type move_signal = { "signal", ended, send_signal };
const struct move_type move_end = { "end", ended, await_end };
const struct move_type move_start = { "start", not_ended, start };
