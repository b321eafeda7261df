/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "plain.h"

#include <poll.h>
#include <stdio.h>
#include <string.h>

#include "checks.h"
#include "gracelab/judge/relay/outcome.h"
#include "lib/base/duration.h"
#include "lib/net/net.h"
#include "lib/text/escape.h"

enum {
	/* A verdict on the plain connection takes two seconds at most. */
	PLAIN_MS = 1500,
	/* How soon one that has failed at once is asked for again. */
	AGAIN_MS = 100,
	/* How long the next connection of several may take to be served. */
	BESIDE_MS = 5000,
	/* How long a silent client waits for the proxy to connect: that, and
	 * some times what a plain connection took. */
	EARLY_MS = 250,
	EARLY_TIMES = 5,
	/* How long nothing moves before all that can be is filled, how long a
	 * slow one has for that, */
	FILLED_MS = 100,
	FILL_MS = 5000,
	/* and of what waits in it, what counts. */
	WAITS_LEAST = 4096,
	WAITS_MOST = 512 * 1024,
	/* How often the proxy is asked when it connects. */
	ATTEMPTS = 3,
	/* More than come meanwhile. */
	ARRIVALS_MAX = 1 << 20,
};

static const struct play *play_one(struct relay *relay,
	const struct scene *scene, int64_t size, int64_t wait_ms,
	int64_t patience_ms, bool *goes_on)
{
	const struct play play = {
		.scene = scene,
		.size = size,
		.idle_ms = wait_ms,
		.patience_ms = patience_ms,
	};
	struct play *added = relay_add(relay, &play);

	*goes_on = added && relay_run(relay);
	return added;
}

/* What bytes that are no reply of ours suggest. */
static const char *guess_from(const char *bytes, size_t count)
{
	if ((count >= 5 && !strncmp(bytes, "HTTP/", 5)) ||
		(count >= 2 && bytes[0] == '<' &&
			(bytes[1] == '!' || bytes[1] == 'h')))
		return "an HTTP proxy or server answers by itself; it may need "
		       "a --preamble (CONNECT), or gracelab audit --http";
	if (count >= 2 && (bytes[0] == 0x15 || bytes[0] == 0x16) &&
		bytes[1] == 3)
		return "it speaks TLS: --tls-front";
	if (count >= 1 && (bytes[0] == 5 || bytes[0] == 0))
		return "a SOCKS proxy? It needs a --preamble";
	return "another server than ours stands behind it (wrong --back?), or "
	       "the proxy speaks first";
}

/* The same where nothing of the client's came to the server. */
static void explain_unreached(
	const struct relay *relay, const char *seen, char *why)
{
	char ours[NET_ADDRESS_SIZE];
	char text[ESCAPE_SIZE(sizeof(relay->stranger))];

	net_format_end(relay->place.listeners[RELAY_THROUGH], false, ours);
	if (relay->place.ports[RELAY_THROUGH])
		snprintf(ours, sizeof(ours), "port %u",
			relay->place.ports[RELAY_THROUGH]);
	escape_text(text, relay->stranger, relay->stranger_bytes);
	if (*relay->no_handshake)
		snprintf(why, PLAIN_WHY_SIZE,
			"the proxy's TLS handshake with our server fails: %s",
			relay->no_handshake);
	else if (relay->stranger_bytes)
		snprintf(why, PLAIN_WHY_SIZE,
			"the server got \"%s\", which the client did not send: "
			"the proxy speaks something of its own to its backend "
			"(TLS: --tls-back; HTTP?)",
			text);
	else
		snprintf(why, PLAIN_WHY_SIZE,
			"%s. It connects elsewhere (wrong --back? ours is "
			"%.120s), or waits for something else to be said first "
			"(SOCKS, CONNECT, TLS): it needs a --preamble",
			seen, ours);
}

/* What was seen, and what it may mean. */
static void explain(
	const struct relay *relay, const struct play *play, char *why)
{
	char seen[OUTCOME_WHY_SIZE], text[ESCAPE_SIZE(STREAM_TOKEN_BYTES)];
	const struct party *client = &play->client;
	size_t got = client->received < STREAM_TOKEN_BYTES
		? (size_t)client->received
		: STREAM_TOKEN_BYTES;
	enum side side;
	enum outcome outcome = outcome_of(play, seen, &side);

	escape_text(text, client->got_token, got);
	if (outcome == OUTCOME_REFUSED)
		snprintf(why, PLAIN_WHY_SIZE, "%s", seen);
	else if (client->received && client->other_bytes)
		snprintf(why, PLAIN_WHY_SIZE,
			"instead of the server's reply the client got "
			"\"%s\": %s",
			text, guess_from(client->got_token, got));
	else if (!play->server && client->received)
		snprintf(why, PLAIN_WHY_SIZE,
			"the client got back what it had sent, and nothing "
			"came to the server: something answers in its place "
			"(wrong --back?)");
	else if (outcome == OUTCOME_UNREACHED)
		explain_unreached(relay, seen, why);
	else
		snprintf(why, PLAIN_WHY_SIZE,
			"%s. The request came to the server; the proxy may "
			"expect another protocol",
			seen);
}

/* Whether a proxy that has just begun to listen may do better soon. */
static bool may_do_better(enum outcome outcome)
{
	return outcome == OUTCOME_UNREACHED || outcome == OUTCOME_LOST ||
		outcome == OUTCOME_RESET || outcome == OUTCOME_REFUSED;
}

enum plain_result plain_ask(struct relay *relay, int64_t patience_ms, char *why)
{
	int64_t most_ms = patience_ms < PLAIN_MS ? patience_ms : PLAIN_MS;
	int64_t deadline_ms = duration_deadline_ms(most_ms), left_ms = most_ms;
	const struct play *play;
	enum outcome outcome;
	char seen[OUTCOME_WHY_SIZE];
	enum side side;
	bool goes_on;

	*why = '\0';
	do {
		play = play_one(relay, checks[CHECK_PLAIN].parts[0].scene, 0, 0,
			left_ms, &goes_on);
		if (!play || !goes_on)
			return PLAIN_STOPPED;
		outcome = outcome_of(play, seen, &side);
		if (outcome == OUTCOME_WHOLE) {
			relay->arrival_s = relay_arrival_s(play);
			return PLAIN_SERVED;
		}
		if (may_do_better(outcome))
			poll(NULL, 0, AGAIN_MS);
		left_ms = deadline_ms - duration_now_ms();
	} while (may_do_better(outcome) && left_ms > 0);
	explain(relay, play, why);
	return play->client.connected ? PLAIN_NOT_SERVED : PLAIN_NO_PROXY;
}

enum plain_moment plain_connects(struct relay *relay, int64_t patience_ms)
{
	int64_t wait_ms =
		EARLY_MS + (int64_t)(relay->arrival_s * 1000 * EARLY_TIMES);

	for (int i = 0; i < ATTEMPTS; i++) {
		bool goes_on;
		char why[OUTCOME_WHY_SIZE];
		enum side side;
		uint64_t before = relay->arrived;
		/* The last time it waits for so long as it may. */
		const struct play *play = play_one(relay, &checks_early,
			i < ATTEMPTS - 1 ? 1 : ARRIVALS_MAX, wait_ms,
			patience_ms, &goes_on);

		if (!play || !goes_on ||
			outcome_of(play, why, &side) != OUTCOME_WHOLE)
			return PLAIN_NOT_TOLD;
		if (relay->preface)
			return PLAIN_SPEAKS;
		if (relay_connected_early(play))
			return PLAIN_AT_ONCE;
		/* Had nobody come before the client spoke? What came may have
		 * been a probe, and have cut the waiting short. */
		if (relay->arrived - before <= 1)
			break;
	}
	/* Who has not rested may have been about to. */
	return relay->between.spun ? PLAIN_NOT_TOLD : PLAIN_LATER;
}

unsigned plain_side_by_side(struct relay *relay, unsigned most)
{
	const struct play play = {
		.scene = &checks_held,
		.patience_ms = BESIDE_MS,
	};
	unsigned jobs = relay->jobs, served = 0;
	char why[OUTCOME_WHY_SIZE];
	enum side side;

	relay->jobs = most;
	relay->common.gate = false;
	relay->gate_for = most;
	for (unsigned i = 0; i < most; i++)
		relay_add(relay, &play);
	relay_run(relay);
	relay->common.gate = true;
	relay->jobs = jobs;
	for (const struct play *one = relay->plays; one; one = one->next)
		served += one->beside &&
			outcome_of(one, why, &side) == OUTCOME_WHOLE;
	/* Where there is a limit, its places may take a while to be free. */
	if (served < most && served > 1)
		served--;
	return served ? served : 1;
}

/* Watches a play until nothing moves any more. */
struct filling {
	struct relay *relay;
	struct place *place;
	struct play *play;
	bool (*goes_on)(void *context); /* the relay's own */
	void *context;
	int64_t bytes; /* the result */
	bool has_limit;
};

/* How much the proxy has read, and how much of it waits there. */
static void look_inside(struct filling *filling)
{
	struct place_inside inside;

	if (!place_look_inside(filling->place, filling->play, SERVER, &inside))
		return;
	int64_t waits = inside.held / 2;

	if (waits < WAITS_LEAST)
		waits = WAITS_LEAST;
	filling->bytes = inside.read - inside.held +
		(waits < WAITS_MOST ? waits : WAITS_MOST);
	filling->has_limit = inside.read < PLACE_FILL_BYTES;
}

static bool on_round(void *context)
{
	struct filling *filling = context;
	struct party *server = relay_server(filling->play);
	struct place_inside inside;

	if (server && !filling->relay->common.gate &&
		server->step->act != PARTY_AWAIT_BYTES &&
		((place_still_ms(filling->place, filling->play, SERVER,
			  &inside) >= FILLED_MS &&
			 between_rests(server->between, &server->wait)) ||
			duration_now_ms() - filling->relay->run_ms >=
				FILL_MS)) {
		look_inside(filling);
		filling->relay->common.gate = true;
		/* That is enough; it ends in order, since some die of a RST. */
		server->size = (int64_t)server->step_sent;
	}
	return !filling->goes_on || filling->goes_on(filling->context);
}

int64_t plain_fill(struct relay *relay, struct place *place, bool *has_limit)
{
	const struct relay before = *relay;
	struct filling filling = {
		.relay = relay,
		.place = place,
		.goes_on = relay->goes_on,
		.context = relay->context,
	};
	const struct play play = {
		.scene = &checks_deaf,
		.size = PLACE_FILL_BYTES,
		.patience_ms = FILL_MS,
	};

	filling.play = place->is_private ? relay_add(relay, &play) : NULL;
	if (!filling.play)
		return 0;
	relay->common.gate = false;
	relay->gate_for = 0;
	relay->goes_on = on_round;
	relay->on_given = NULL;
	relay->on_over = NULL;
	relay->context = &filling;
	relay_run(relay);
	relay->goes_on = before.goes_on;
	relay->on_given = before.on_given;
	relay->on_over = before.on_over;
	relay->context = before.context;
	relay->common.gate = true;
	*has_limit = filling.has_limit;
	return filling.bytes;
}
