/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "outcome.h"

#include <stdio.h>
#include <string.h>

#include "lib/base/names.h"
#include "lib/text/utf8.h"

/* What is due to an end. */
struct due {
	uint64_t bytes;
	bool eof, reset;
};

static struct due due_to(const struct play *play, enum side side)
{
	const struct scene *scene = play->scene;
	int64_t bytes = scene->gets[side] == PARTY_SIZE ? play->size
							: scene->gets[side];

	return (struct due){
		.bytes = (uint64_t)(bytes + scene->more[side]),
		.eof = scene->sees_eof[side],
		.reset = scene->sees_reset[side],
	};
}

/* What came to the end behind the bytes. */
static void say_end(const struct play *play, const struct party *party,
	char *out, size_t size)
{
	double end_s = party->end_s - play->begun_s;

	const char *alert = party->tls ? tls_end(party->tls)->alert : "";

	/* A send(2) that failed later was not what ended the reading. */
	if (party->eof)
		snprintf(out, size, "%s after %.1f s",
			party->cut           ? "FIN without close_notify"
				: party->tls ? "close_notify"
					     : "EOF",
			end_s);
	else if (party->reset && *alert)
		snprintf(out, size, "the alert \"%.30s\" after %.1f s", alert,
			end_s);
	else if (party->reset)
		snprintf(out, size,
			party->is_unix ? "ECONNRESET after %.1f s"
				       : "RST after %.1f s",
			end_s);
	else if (play->given_up)
		snprintf(out, size, "nothing for %.3g s",
			(double)play->patience_ms / 1000);
	else
		snprintf(out, size, "nothing more");
}

static enum outcome judge(const struct play *play, const struct party *party,
	const struct due *due, const char *who, char *why)
{
	char end[64];

	if (party->prologue.refused) {
		utf8_print(why, OUTCOME_WHY_SIZE,
			"the proxy's TLS handshake with the %s fails: %s", who,
			party->prologue.why);
		return OUTCOME_RESET;
	}
	if (party->other_bytes) {
		say_end(play, party, end, sizeof(end));
		snprintf(why, OUTCOME_WHY_SIZE,
			"the %s got other bytes than were sent%s%s", who,
			due->reset ? ", then " : "", due->reset ? end : "");
		return OUTCOME_ALTERED;
	}
	if (due->reset && (party->reset || party->eof)) {
		/* With TLS a FIN alone tells of a cut, as RST does. */
		snprintf(why, OUTCOME_WHY_SIZE, "the %s sees %s", who,
			party->tls ? "close_notify" : "EOF");
		return party->eof && !party->cut ? OUTCOME_SOFTENED
						 : OUTCOME_WHOLE;
	}
	if (party->received == due->bytes && !(due->eof && party->cut) &&
		(party->eof || (!due->eof && !due->reset)))
		return OUTCOME_WHOLE;
	say_end(play, party, end, sizeof(end));
	if (due->reset)
		snprintf(why, OUTCOME_WHY_SIZE, "the %s sees %s", who, end);
	else
		snprintf(why, OUTCOME_WHY_SIZE,
			"the %s got %llu of %llu bytes, then %s", who,
			(unsigned long long)party->received,
			(unsigned long long)due->bytes, end);
	if (party->received > due->bytes)
		return OUTCOME_ALTERED;
	if (party->received == due->bytes && party->cut)
		return OUTCOME_BARE;
	if (!party->eof && !party->reset)
		return party->received == due->bytes ? OUTCOME_ENDLESS
						     : OUTCOME_HUNG;
	if (party->received == due->bytes && due->bytes)
		return OUTCOME_RESET;
	if (party->received)
		return OUTCOME_CUT;
	return party->reset ? OUTCOME_RESET : OUTCOME_LOST;
}

/* Where a try hangs since a FIN did not get through, that is the reason. */
static void say_missing_fin(const struct play *play, char *why)
{
	const struct party *server = relay_server(play);
	const struct party *client = &play->client;
	const char *missing = NULL;
	char seen[OUTCOME_WHY_SIZE];

	if (!play->given_up || !server || play->scene->sees_reset[CLIENT] ||
		play->scene->sees_reset[SERVER])
		return;
	if (client->fin_s >= 0 && server->step->act == PARTY_AWAIT_END)
		missing = "the client's FIN does not come to the server";
	else if (server->fin_s >= 0 && client->step->act == PARTY_AWAIT_END)
		missing = "the server's FIN does not come to the client";
	if (!missing)
		return;
	snprintf(seen, sizeof(seen), "%s", why);
	utf8_print(why, OUTCOME_WHY_SIZE, "%s; %s", missing, seen);
}

/* Where an end lacks what the other could not send, that is the reason. */
static void say_stuck(const struct party *other, enum side side, char *why)
{
	size_t used = strlen(why);

	if (*why && other->tls && tls_is_stuck(other->tls))
		snprintf(why + used, OUTCOME_WHY_SIZE - used,
			"; the %s could send no more: the proxy asked for "
			"another TLS handshake, and then ended its half",
			side == CLIENT ? "server" : "client");
}

static void say_prologue(
	const struct prologue *prologue, const char *end, char *why)
{
	if (prologue_is_said(prologue))
		utf8_print(why, OUTCOME_WHY_SIZE,
			"the TLS handshake with the proxy fails: %s",
			prologue->why);
	else
		utf8_print(why, OUTCOME_WHY_SIZE, "the preamble is %s: %s",
			prologue->refused ? "refused" : "not answered",
			prologue->refused ? prologue->why : end);
}

/* The same of a try that never came to its script: at the client, */
static enum outcome not_begun(const struct play *play, char *why)
{
	const struct party *client = &play->client;
	char end[64];

	say_end(play, client, end, sizeof(end));
	if (!client->connected) {
		snprintf(why, OUTCOME_WHY_SIZE, "the client cannot connect: %s",
			client->error ? names_errno(client->error)
				      : "nothing answers");
		return OUTCOME_REFUSED;
	}
	if (!prologue_is_over(&client->prologue)) {
		say_prologue(&client->prologue, end, why);
		return OUTCOME_REFUSED;
	}
	/* or between it and the server. */
	snprintf(why, OUTCOME_WHY_SIZE,
		"no connection reached the server; the client got %llu bytes, "
		"then %s",
		(unsigned long long)client->received, end);
	return OUTCOME_UNREACHED;
}

enum outcome outcome_of(const struct play *play, char *why, enum side *side)
{
	const struct party *ends[SIDES] = { &play->client, relay_server(play) };
	static const char *const names[SIDES] = { "client", "server" };
	char whys[SIDES][OUTCOME_WHY_SIZE] = { "", "" };
	enum outcome outcomes[SIDES];

	*why = '\0';
	*side = CLIENT;
	if (!ends[CLIENT]->connected || !ends[SERVER] ||
		!prologue_is_over(&ends[CLIENT]->prologue))
		return not_begun(play, why);
	for (int i = 0; i < SIDES; i++) {
		const struct due due = due_to(play, (enum side)i);

		outcomes[i] = judge(play, ends[i], &due, names[i], whys[i]);
	}
	/* What has ended badly says more than what waits for it. */
	*side = outcomes[SERVER] == OUTCOME_WHOLE ||
			(outcome_is_slow(outcomes[SERVER]) &&
				outcomes[CLIENT] != OUTCOME_WHOLE &&
				!outcome_is_slow(outcomes[CLIENT]))
		? CLIENT
		: SERVER;
	memcpy(why, whys[*side], OUTCOME_WHY_SIZE);
	say_stuck(ends[!*side], *side, why);
	if (outcome_is_slow(outcomes[*side]))
		say_missing_fin(play, why);
	return outcomes[*side];
}

bool outcome_is_decided(const struct play *play)
{
	const struct party *ends[SIDES] = { &play->client, relay_server(play) };

	for (int side = 0; side < SIDES; side++) {
		const struct due due = due_to(play, (enum side)side);

		if (ends[side] && (ends[side]->eof || ends[side]->reset) &&
			!due.reset && ends[side]->received < due.bytes)
			return true;
	}
	return false;
}

bool outcome_is_slow(enum outcome outcome)
{
	return outcome == OUTCOME_ENDLESS || outcome == OUTCOME_HUNG;
}

unsigned tally_total(const struct tally *tally)
{
	unsigned total = 0;

	for (int i = 0; i < OUTCOMES; i++)
		total += tally->times[i];
	return total;
}

unsigned tally_failures(const struct tally *tally)
{
	return tally_total(tally) - tally->times[OUTCOME_WHOLE];
}

const char *outcome_name(enum outcome outcome)
{
	static const char *const names[OUTCOMES] = {
		[OUTCOME_WHOLE] = "whole",
		[OUTCOME_BARE] = "ended by FIN alone",
		[OUTCOME_ENDLESS] = "without end",
		[OUTCOME_SOFTENED] = "ended by FIN",
		[OUTCOME_CUT] = "cut",
		[OUTCOME_LOST] = "lost",
		[OUTCOME_RESET] = "reset",
		[OUTCOME_HUNG] = "hung",
		[OUTCOME_ALTERED] = "altered",
		[OUTCOME_UNREACHED] = "unreached",
		[OUTCOME_REFUSED] = "refused",
	};

	return names[outcome];
}

void tally_write(const struct tally *tally, char *out, size_t size)
{
	size_t used = 0;

	*out = '\0';
	/* What fails comes first. */
	for (int i = 1; i <= OUTCOMES; i++) {
		enum outcome outcome = (enum outcome)(i % OUTCOMES);

		if (tally->times[outcome] && used < size)
			used += (size_t)snprintf(out + used, size - used,
				"%s%u %s", used ? ", " : "",
				tally->times[outcome], outcome_name(outcome));
	}
	if (used < size)
		snprintf(out + used, size - used, " of %u", tally_total(tally));
}
