/* SPDX-License-Identifier: GPL-3.0-or-later */
/* What a try through a proxy has come to. */
#include "gracelab/judge/relay/outcome.h"

#include <jansson.h>
#include <string.h>

#include "gracelab/judge/proxy/exhibit.h"
#include "gracelab/judge/relay/relay.h"
#include "tests/unit/tap.h"

static const struct party_step waits[] = { { .act = PARTY_AWAIT_END },
	{ .act = PARTY_END } };

/* The client is to get 100 bytes and EOF, the server 10 and EOF. */
static const struct scene scene = {
	.scripts = { waits, waits },
	.gets = { [CLIENT] = 100, [SERVER] = 10 },
	.sees_eof = { true, true },
};

/* Of a reset, nothing but that. */
static const struct scene reset = {
	.scripts = { waits, waits },
	.sees_reset = { [SERVER] = true },
};

struct end {
	uint64_t bytes;
	bool eof, reset, other;
};

#define OPEN(bytes)                        \
	{                                  \
		bytes, false, false, false \
	}
#define FIN(bytes)                        \
	{                                 \
		bytes, true, false, false \
	}
#define RST(bytes)                        \
	{                                 \
		bytes, false, true, false \
	}

/* A play that ended so on both sides; `given_up` where neither did. */
static enum outcome came_to(const struct scene *of, struct end client,
	struct end server, char *why, enum side *side)
{
	struct arrival arrival = { .party = { .connected = true,
					   .received = server.bytes,
					   .eof = server.eof,
					   .reset = server.reset,
					   .other_bytes = server.other,
					   .step = waits,
					   .fin_s = -1 } };
	struct play play = { .scene = of,
		.patience_ms = 5000,
		.server = &arrival,
		.given_up = !(client.eof || client.reset) ||
			!(server.eof || server.reset),
		.client = { .connected = true,
			.received = client.bytes,
			.eof = client.eof,
			.reset = client.reset,
			.other_bytes = client.other,
			.step = waits,
			.fin_s = 0.5 } };

	arrival.play = &play;
	return outcome_of(&play, why, side);
}

static void each_end_has_its_name(void)
{
	static const struct {
		struct end client, server;
		enum outcome outcome;
		enum side side;
		const char *why;
	} cases[] = {
		{ FIN(100), FIN(10), OUTCOME_WHOLE, CLIENT, "" },
		{ FIN(0), FIN(10), OUTCOME_LOST, CLIENT,
			"the client got 0 of 100 bytes, then EOF after 0.0 s" },
		{ FIN(7), FIN(10), OUTCOME_CUT, CLIENT,
			"the client got 7 of 100 bytes, then EOF after 0.0 s" },
		{ RST(7), FIN(10), OUTCOME_CUT, CLIENT,
			"the client got 7 of 100 bytes, then RST after 0.0 s" },
		{ RST(0), FIN(10), OUTCOME_RESET, CLIENT,
			"the client got 0 of 100 bytes, then RST after 0.0 s" },
		/* All of it, and then no FIN but a RST. */
		{ RST(100), FIN(10), OUTCOME_RESET, CLIENT,
			"the client got 100 of 100 bytes, then RST after 0.0 "
			"s" },
		{ FIN(101), FIN(10), OUTCOME_ALTERED, CLIENT,
			"the client got 101 of 100 bytes, then EOF after 0.0 "
			"s" },
		{ { 100, true, false, true }, FIN(10), OUTCOME_ALTERED, CLIENT,
			"the client got other bytes than were sent" },
		{ FIN(100), OPEN(10), OUTCOME_ENDLESS, SERVER,
			"the client's FIN does not come to the server; the "
			"server got 10 of 10 bytes, then nothing for 5 s" },
		{ FIN(100), OPEN(9), OUTCOME_HUNG, SERVER,
			"the client's FIN does not come to the server; the "
			"server got 9 of 10 bytes, then nothing for 5 s" },
		/* What is lost says more than who waits. */
		{ FIN(7), OPEN(9), OUTCOME_CUT, CLIENT,
			"the client got 7 of 100 bytes, then EOF after 0.0 s" },
		{ FIN(7), FIN(9), OUTCOME_CUT, SERVER,
			"the server got 9 of 10 bytes, then EOF after 0.0 s" },
	};
	char why[OUTCOME_WHY_SIZE];
	enum side side;

	for (size_t i = 0; i < sizeof(cases) / sizeof(*cases); i++) {
		tap_case("case %zu", i);
		EXPECT_TEXT(outcome_name(cases[i].outcome),
			outcome_name(came_to(&scene, cases[i].client,
				cases[i].server, why, &side)));
		EXPECT_INT(cases[i].side, side);
		EXPECT_TEXT(cases[i].why, why);
	}
}

/* A reason that others wrote, longer than there is room for. */
static void a_reason_is_cut_between_characters(void)
{
	struct play play = { .scene = &scene,
		.client = { .connected = true,
			.prologue = { .refused = true, .secures = true } } };
	char why[OUTCOME_WHY_SIZE];
	enum side side;

	/* Wherever it is cut, one of two has a character there. */
	for (size_t before = 0; before < 2; before++) {
		char *text = play.client.prologue.why;
		size_t size = sizeof(play.client.prologue.why), at = before;

		tap_case("%zu before", before);
		memset(text, 'x', before);
		for (; at + strlen("é") < size; at += strlen("é"))
			memcpy(text + at, "é", strlen("é"));
		text[at] = '\0';
		EXPECT(outcome_of(&play, why, &side) == OUTCOME_REFUSED);
		json_t *json = json_string(why);

		EXPECT(json);
		json_decref(json);
	}
}

/* Whatever bytes a reason has, no part is left out for them. */
static void parts_are_told_whatever_the_reason_is(void)
{
	static struct run run;
	static const struct check_part part = { .what = "reply" };
	const struct tally tally = { { 0 } };
	struct result row = { 0 };

	run.count = 1;
	run.trials[0] = (struct trial){
		.id = CHECK_LARGE, .part = &part, .why = "got \xff"
	};
	exhibit_data(&run, &row, CHECK_LARGE, &tally);
	const json_t *parts = json_object_get(row.data, "parts");

	EXPECT_INT(1, json_array_size(parts));
	EXPECT_TEXT("got \\xff",
		json_string_value(
			json_object_get(json_array_get(parts, 0), "why")));
	json_decref(row.data);
}

static void a_reset_may_arrive_as_one_or_as_an_end(void)
{
	const struct end whole = { .eof = true };
	char why[OUTCOME_WHY_SIZE];
	enum side side;

	EXPECT_INT(OUTCOME_WHOLE,
		came_to(&reset, whole, (struct end){ .reset = true }, why,
			&side));
	EXPECT_INT(OUTCOME_SOFTENED,
		came_to(&reset, whole, (struct end){ .eof = true }, why,
			&side));
	EXPECT_TEXT("the server sees EOF", why);
	EXPECT_INT(OUTCOME_ENDLESS,
		came_to(&reset, whole, (struct end){ 0 }, why, &side));
	EXPECT_TEXT("the server sees nothing for 5 s", why);
}

static void who_is_not_served_is_told_apart(void)
{
	struct play play = { .scene = &scene, .client = { .error = 111 } };
	char why[OUTCOME_WHY_SIZE];
	enum side side;

	EXPECT_INT(OUTCOME_REFUSED, outcome_of(&play, why, &side));
	EXPECT_TEXT("the client cannot connect: ECONNREFUSED", why);
	play.client = (struct party){ .connected = true, .eof = true };
	EXPECT_INT(OUTCOME_UNREACHED, outcome_of(&play, why, &side));
	EXPECT_TEXT("no connection reached the server; the client got 0 bytes, "
		    "then EOF after 0.0 s",
		why);
}

static void what_fails_is_counted_first(void)
{
	struct tally tally = { .times = { [OUTCOME_WHOLE] = 3,
				       [OUTCOME_CUT] = 2,
				       [OUTCOME_LOST] = 1 } };
	char text[100];

	tally_write(&tally, text, sizeof(text));
	EXPECT_TEXT("2 cut, 1 lost, 3 whole of 6", text);
	EXPECT_INT(3, tally_failures(&tally));
	tally_write(&tally, text, 6);
	EXPECT_TEXT("2 cut", text);
}

const struct tap_test tests_judge_outcome[] = {
	{ "outcome: each end has its name, and what failed says it",
		each_end_has_its_name },
	{ "outcome: a reason is cut between characters",
		a_reason_is_cut_between_characters },
	{ "exhibit: parts are told whatever bytes their reason has",
		parts_are_told_whatever_the_reason_is },
	{ "outcome: a reset may arrive as one, or as an end",
		a_reset_may_arrive_as_one_or_as_an_end },
	{ "outcome: who is not served is told apart",
		who_is_not_served_is_told_apart },
	{ "tally: what fails is counted first", what_fails_is_counted_first },
	{ NULL, NULL },
};
