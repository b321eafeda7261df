/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "turns.h"

#include <stdio.h>
#include <unistd.h>

#include "arrivals.h"
#include "client.h"
#include "hops.h"
#include "lib/base/duration.h"

enum {
	/* No more of bytes than this under way at once, so that the kernel's
	 * memory for TCP is not what is measured. */
	BYTES_AT_ONCE = 48 * 1024 * 1024,
	/* How long nothing moves before that is no pause. */
	MOVING_MS = 1000,
	/* How many connections may be on their way at once: what listens has
	 * room for few. What takes longer does not count. */
	ARRIVING_MAX = 3,
	ARRIVAL_MS = 1000,
	/* How long nothing moves before a quiet play begins. */
	QUIET_MS = 30,
	/* Once one end has ended, all that follows comes soon. */
	LATE_MS = 300,
	/* How long the gate waits for the next connection, and for all. */
	GATE_MS = 500,
	GATE_ALL_MS = 1500,
};

/* What it closes now its script has not asked for, and the ladder shows. */
static void leave(struct play *play, struct party *party)
{
	if (party->conn.fd < 0)
		return;
	play->left_open = true;
	evidence_note(&party->calls, "close", "0", true, duration_wall_ns());
	party_leave(party);
}

void turns_end(struct relay *relay, struct play *play)
{
	arrivals_settle(relay, play);
	play->state = PLAY_OVER;
	play->over_ns = duration_wall_ns();
	play->over_s = duration_now_s();
	if (play->connecting >= 0)
		close(play->connecting);
	play->connecting = -1;
	leave(play, &play->client);
	for (struct arrival *one = relay->arrivals; one; one = one->next)
		if (one->play == play)
			leave(play, &one->party);
	play->segments_lost = hops_drain(relay) != play->lost_before;
	if (relay->on_over)
		relay->on_over(relay->context, play);
}

static void start(struct relay *relay, struct play *play)
{
	relay->begun++;
	snprintf(play->token, sizeof(play->token),
		STREAM_TOKEN "%016llx/%05u\r\n\r\n",
		(unsigned long long)relay->secret + relay->begun,
		(unsigned)(relay->begun % 100000));
	play->state = PLAY_ARRIVING;
	play->begun_ns = duration_wall_ns();
	play->begun_s = duration_now_s();
	play->begun_ms = duration_now_ms();
	play->lost_before = hops_drain(relay);
	play->wait.ran_ms = -1;
	party_init(&play->client, &relay->common,
		&(struct party_role){
			.script = play->scene->scripts[CLIENT],
			.size = play->size,
			.idle_ms = play->idle_ms,
			.more_ms = play->more_ms,
			.goal = play->goal,
			.token = play->token,
			.preamble = play->way == RELAY_THROUGH
				? relay->place.preamble
				: NULL,
			.expected = play->scene->silent ? NULL : play->token,
			.secure = relay->place.clients[play->way],
			.between = play->way == RELAY_THROUGH ? &relay->between
							      : NULL,
		});
	client_connect(relay, play);
}

/* When the play's ends have done something last. */
static int64_t active_ms(const struct relay *relay, const struct play *play)
{
	int64_t last_ms = play->client.active_ms;

	for (struct arrival *one = relay->arrivals; one; one = one->next)
		if (one->play == play && one->party.active_ms > last_ms)
			last_ms = one->party.active_ms;
	return last_ms;
}

static bool is_pausing(const struct relay *relay, const struct play *play)
{
	if (party_is_pausing(&play->client))
		return true;
	for (struct arrival *one = relay->arrivals; one; one = one->next)
		if (one->play == play && party_is_pausing(&one->party))
			return true;
	return false;
}

/* Whether its bytes are on their way; those of a play that hangs stay. */
static bool is_moving(
	const struct relay *relay, const struct play *play, int64_t now_ms)
{
	return is_pausing(relay, play) ||
		now_ms - active_ms(relay, play) < MOVING_MS;
}

/* Whether what goes that way leaves the play's beginning to it. */
static bool may_start(const struct relay *relay, const struct play *play)
{
	int64_t now_ms = duration_now_ms(), bytes = 0;
	unsigned under_way = 0, arriving = 0;

	for (const struct play *one = relay->plays; one; one = one->next) {
		if (one->way != play->way || one->state == PLAY_WAITING ||
			one->state == PLAY_OVER)
			continue;
		under_way++;
		if (one->size && is_moving(relay, one, now_ms))
			bytes += one->size;
		if (one->state == PLAY_ARRIVING &&
			(play->scene->silent || one->scene->silent))
			return false;
		arriving += one->state == PLAY_ARRIVING &&
			now_ms - one->begun_ms < ARRIVAL_MS;
	}
	if (arriving >= ARRIVING_MAX)
		return false;
	if (under_way && bytes + play->size > BYTES_AT_ONCE)
		return false;
	if (play->way == RELAY_DIRECT)
		return true;
	if (play->quiet && under_way && now_ms - relay->active_ms < QUIET_MS)
		return false;
	return under_way < relay->jobs;
}

void turns_begin(struct relay *relay)
{
	for (struct play *play = relay->plays; play; play = play->next) {
		if (play->state != PLAY_WAITING)
			continue;
		if (relay->closing && play->way == RELAY_THROUGH) {
			play->state = PLAY_OVER;
		} else if (may_start(relay, play)) {
			start(relay, play);
		}
	}
}

static void note_activity(struct relay *relay, const struct play *play)
{
	int64_t last_ms = active_ms(relay, play);

	if (play->way != RELAY_THROUGH)
		return;
	if (!play->quiet && last_ms > relay->active_ms)
		relay->active_ms = last_ms;
}

/* Whether the script of whoever may be the play's server is over. */
static bool servers_done(
	const struct relay *relay, const struct play *play, bool *any)
{
	bool done = true;

	*any = false;
	if (play->server) {
		*any = true;
		return party_is_done(&play->server->party);
	}
	for (struct arrival *one = relay->arrivals; one; one = one->next)
		if (one->play == play) {
			*any = true;
			done = done && party_is_done(&one->party);
		}
	return done;
}

/* Whether nothing has happened for long, nor is about to: what lies between may
 * only not have had its turn. */
static bool is_in_vain(struct relay *relay, struct play *play, int64_t idle_ms)
{
	if (idle_ms < play->patience_ms) {
		play->wait.ran_ms = -1;
		return false;
	}
	return play->way == RELAY_DIRECT ||
		between_rests(&relay->between, &play->wait);
}

static bool is_over(struct relay *relay, struct play *play)
{
	int64_t idle_ms, last_ms = active_ms(relay, play);
	bool any, done = servers_done(relay, play, &any);

	if ((play->client.error && !play->client.connected) ||
		play->client.prologue.refused)
		return true;
	if (relay->closing && play->way == RELAY_THROUGH &&
		relay->is_decided(play))
		return true;
	idle_ms = duration_now_ms() - last_ms;
	if (party_is_done(&play->client)) {
		if (any && done)
			return true;
		if (!any && idle_ms >= LATE_MS)
			return true;
	}
	if (is_pausing(relay, play))
		return false;
	if (idle_ms >= LATE_MS && relay->is_decided(play))
		return true;
	play->given_up = is_in_vain(relay, play, idle_ms);
	return play->given_up;
}

static void know(struct relay *relay, struct play *play)
{
	if (play->scene->silent && !play->server)
		arrivals_resolve(relay, play);
	if (play->state != PLAY_ARRIVING ||
		!(play->server || arrivals_has_candidate(relay, play)))
		return;
	play->state = PLAY_KNOWN;
	relay->known_ms = duration_now_ms();
}

/*
 * Opens the gate once enough stand before it, or no other comes; whoever has
 * not begun by then stays away.
 */
static void watch_gate(struct relay *relay)
{
	unsigned standing = 0;
	int64_t now_ms = duration_now_ms();

	if (relay->common.gate || !relay->gate_for)
		return;
	for (struct play *play = relay->plays; play; play = play->next)
		standing += play->state == PLAY_KNOWN;
	if (standing < relay->gate_for && now_ms - relay->known_ms < GATE_MS &&
		now_ms - relay->run_ms < GATE_ALL_MS)
		return;
	relay->common.gate = true;
	for (struct play *play = relay->plays; play; play = play->next) {
		play->beside = play->state == PLAY_KNOWN;
		if (play->state == PLAY_WAITING)
			play->state = PLAY_OVER;
	}
}

bool turns_act(struct relay *relay)
{
	bool left = false;

	watch_gate(relay);
	for (struct play *play = relay->plays; play; play = play->next) {
		if (play->state != PLAY_ARRIVING && play->state != PLAY_KNOWN)
			continue;
		if (play->queue_full)
			client_again(relay, play);
		party_act(&play->client);
	}
	for (struct arrival *one = relay->arrivals; one; one = one->next)
		if (one->play && one->play->state != PLAY_OVER)
			party_act(&one->party);
	for (struct play *play = relay->plays; play; play = play->next) {
		if (play->state == PLAY_OVER || play->state == PLAY_WAITING) {
			left = left || play->state == PLAY_WAITING;
			continue;
		}
		know(relay, play);
		note_activity(relay, play);
		if (is_over(relay, play))
			turns_end(relay, play);
		else
			left = true;
	}
	return left;
}
