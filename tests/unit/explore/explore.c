/* SPDX-License-Identifier: GPL-3.0-or-later */
#include <errno.h>
#include <math.h>
#include <stdlib.h>

#include "gracelab/explore/find.h"
#include "gracelab/explore/graph/layout.h"
#include "gracelab/explore/message.h"
#include "gracelab/explore/replay.h"
#include "gracelab/explore/span.h"
#include "tests/unit/tap.h"

static const struct ending silent = { .lost = { [SERVER] = true } };
static const struct ending whole = { .told = TOLD_NOBODY };
static const struct ending told = { .lost = { [SERVER] = true },
	.told = TOLD_SEND_EPIPE };

static void add(struct table *table, struct ending ending, uint64_t orders,
	uint8_t first)
{
	const struct moves moves = { .list = &first, .count = 1 };

	EXPECT(table_add(table, ending, orders, &moves));
}

static void classes_stand_by_number_then_as_met(void)
{
	struct table table = { 0 }, later = { 0 };

	add(&table, whole, 1, 0);
	add(&table, silent, 1, 1);
	add(&later, told, 3, 2);
	add(&later, silent, 0, 3);
	EXPECT(table_merge(&table, &later));
	table_sort(&table);
	EXPECT_INT(5, table.orders);
	EXPECT_INT(3, table.count);
	EXPECT_INT(TOLD_SEND_EPIPE, table.classes[0].ending.told);
	EXPECT(!table.classes[1].ending.lost[SERVER]);
	/* The first order of a class stays the first. */
	EXPECT_INT(1, table.classes[2].first.list[0]);
	table_free(&table);
	table_free(&later);
}

static void what_is_found_first_stays_and_either_loss_tells(void)
{
	const struct ending requests = { .lost = { [CLIENT] = true } };
	struct table table = { 0 }, later = { 0 };

	add(&table, whole, 1, 0);
	add(&table, requests, 1, 1);
	EXPECT_INT(2, table.count);
	later.found = moves_copy((const uint8_t[]){ 5 }, 1);
	EXPECT(table_merge(&table, &later));
	EXPECT_INT(5, table.found.list ? table.found.list[0] : 0);
	later.found.list[0] = 6;
	EXPECT(table_merge(&table, &later));
	EXPECT_INT(5, table.found.list ? table.found.list[0] : 0);
	table_free(&table);
	table_free(&later);
}

/* A result whose table claims to have more classes than there can be. */
static void a_message_is_not_believed(void)
{
	const struct message_result result = { 0 };
	const size_t count = TABLE_CLASSES + 1;
	const uint64_t orders = 1;
	struct message_result got;
	char bytes[4096 + sizeof(result)] = { 0 };
	FILE *in = fmemopen(bytes, sizeof(bytes), "r");

	memcpy(bytes, &result, sizeof(result));
	memcpy(bytes + sizeof(result), &orders, sizeof(orders));
	memcpy(bytes + sizeof(result) + sizeof(orders), &count, sizeof(count));
	if (!EXPECT(in))
		return;
	EXPECT(!message_get_result(in, &got));
	EXPECT_INT(0, got.table.count);
	message_free_result(&got);
	fclose(in);
}

/* A walk whose choices are these, `count` of them; owned by the caller. */
static struct walk walk_of(const struct choice *choices, size_t count)
{
	struct walk borrowed = { .choices = (struct choice *)(uintptr_t)choices,
		.count = count };
	struct walk walk;

	EXPECT(walk_copy(&walk, &borrowed));
	return walk;
}

static const struct choice some[] = {
	{ .possible = 0x01, .made = 0 },
	{ .possible = 0x1a, .made = 1 }, /* 1, 3, 4 */
	{ .possible = 0x04, .made = 2 },
	{ .possible = 0x60, .made = 6 },
};

static void a_walk_splits_where_it_can_go_otherwise_first(void)
{
	struct walk walk = walk_of(some, 4), rest = { 0 };

	EXPECT(walk_split(&walk, &rest));
	EXPECT_INT(2, walk.fixed);
	EXPECT_INT(4, walk.count);
	EXPECT_INT(2, rest.count);
	EXPECT_INT(1, rest.fixed);
	EXPECT_INT(3, rest.choices[1].made);
	walk_free(&rest);
	/* The last choice is the last that there is. */
	EXPECT(!walk_split(&walk, &rest));
	walk_free(&walk);
}

static bool is_near(double a, double b)
{
	return fabs(a - b) < 1e-9;
}

static void spans_know_how_much_is_left(void)
{
	struct span *spans = spans_begin();
	struct table table = { 0 };
	struct walk left = walk_of(some, 4);

	if (!EXPECT(spans))
		return;
	EXPECT(is_near(1, spans_left(spans)));
	add(&table, whole, 7, 0);
	/* Half of a third is done: what comes before the other choice of 6. */
	EXPECT(spans_note(spans, &table, &left, true));
	EXPECT(is_near(5.0 / 6, spans_left(spans)));
	EXPECT(is_near(1.0 / 6, spans_place(spans->next)));
	EXPECT(spans_have(spans, SPAN_PENDING, 2));
	EXPECT(!spans_have(spans, SPAN_PENDING, 3));
	EXPECT(is_near(1.0 / 3, spans_place(spans->next->next)));
	spans_free(spans);
}

/* Has the first pending span done, with so many orders. */
static void finish(struct span *spans, uint64_t orders, struct walk *left)
{
	struct span *span = spans_first(spans, SPAN_PENDING);
	struct table table = { 0 };
	struct walk over = { .over = true };

	if (!EXPECT(span))
		return;
	add(&table, whole, orders, 0);
	EXPECT(spans_note(span, &table, left ? left : &over, left));
}

static void spans_are_joined_up_to_the_limit(void)
{
	struct span *spans = spans_begin();
	struct walk left = walk_of(some, 4);

	if (!EXPECT(spans))
		return;
	finish(spans, 7, &left);
	finish(spans, 3, NULL);
	EXPECT(spans_join(spans, 9));
	EXPECT_INT(7, spans->table.orders);
	EXPECT(spans_join(spans, 10));
	EXPECT_INT(10, spans->table.orders);
	finish(spans, 5, NULL);
	EXPECT(spans_join(spans, 100));
	EXPECT_INT(15, spans->table.orders);
	EXPECT(!spans->next);
	spans_free(spans);
}

static void a_span_that_is_done_again_ends_nowhere(void)
{
	struct span span = { .walk = walk_of(some, 4) };

	span.walk.fixed = 2;
	add(&span.table, whole, 7, 0);
	spans_redo(&span);
	EXPECT_INT(0, span.walk.fixed);
	EXPECT_INT(4, span.walk.count);
	EXPECT_INT(0, span.table.orders);
	EXPECT_INT(0, span.table.count);
	walk_free(&span.walk);
}

static void what_is_looked_for_is_a_call_and_what_it_gave(void)
{
	const struct event epipe = {
		.kind = EVENT_ERROR, .call = "send", .error = EPIPE
	};
	const struct event eof = { .kind = EVENT_EOF };
	struct find find;

	EXPECT(find_parse(&find, "EPIPE") && find_is(&find, &epipe));
	EXPECT(find_parse(&find, "send EPIPE") && find_is(&find, &epipe));
	EXPECT(find_parse(&find, "recv EPIPE") && !find_is(&find, &epipe));
	EXPECT(find_parse(&find, "SIGPIPE") && find_is(&find, &epipe));
	EXPECT(find_parse(&find, "eof") && find_is(&find, &eof));
	EXPECT(!find_is(&find, &epipe));
	EXPECT(!find_parse(&find, "recv SIGPIPE"));
	EXPECT(!find_parse(&find, "recv eof"));
	EXPECT(!find_parse(&find, "send"));
	EXPECT(!find_parse(&find, "a-call-that-is-too-long EPIPE"));
	EXPECT(!find_parse(&find, ""));
}

static void moves_are_read_with_commas_or_as_json(void)
{
	static const char *const texts[] = { "client line,server read",
		"  client line ,\nserver read ,",
		"[\"client line\", \"server read\"]" };
	struct moves moves;
	const char *bad;
	size_t bad_bytes;

	for (size_t i = 0; i < 3; i++) {
		tap_case("%s", texts[i]);
		if (!EXPECT(replay_parse(&moves, texts[i], &bad, &bad_bytes)))
			continue;
		EXPECT_INT(2, moves.count);
		EXPECT_INT(ORDER_CLIENT_LINE, moves.list[0]);
		EXPECT_INT(ORDER_SERVER_READ, moves.list[1]);
		free(moves.list);
	}
	tap_case("%s", "");
	EXPECT(!replay_parse(&moves, "answer,client lines", &bad, &bad_bytes));
	EXPECT_BYTES("client lines", 12, bad, bad_bytes);
	EXPECT(!moves.list);
}

static void every_move_has_a_name_of_its_own(void)
{
	for (int i = 0; i < ORDER_MOVES; i++) {
		const char *name = order_move_name((enum order_move)i);
		enum order_move move;

		EXPECT(order_move_named(name, strlen(name), &move));
		EXPECT_INT(i, move);
		EXPECT(!order_move_named(name, strlen(name) - 1, &move));
	}
}

/* Three ways from the first to the last, one of them long, and an aside. */
static void places_keep_apart(void)
{
	struct graph_node nodes[] = {
		{ .edges = { { .to = 1 }, { .to = 2 }, { .to = 4 } },
			.edge_count = 3 },
		{ .edges = { { .to = 3 } }, .edge_count = 1, .depth = 1 },
		{ .edges = { { .to = 3 } }, .edge_count = 1, .depth = 1 },
		{ .edges = { { .to = 4 } }, .edge_count = 1, .depth = 2 },
		{ .depth = 3, .ways = 3, .orders = 1 },
	};
	const struct graph graph = { .nodes = nodes, .count = 5 };
	struct layout layout;

	if (!EXPECT(layout_make(&layout, &graph)))
		return;
	EXPECT_INT(4, layout.columns);
	EXPECT_INT(1, layout.end_count);
	EXPECT_INT(3, layout.ends[0].orders);
	/* Four states, an end, and the long way in two columns. */
	EXPECT_INT(7, layout.place_count);
	for (size_t i = 0; i < layout.place_count; i++)
		for (size_t k = 0; k < i; k++) {
			const struct layout_place *a = &layout.places[i];
			const struct layout_place *b = &layout.places[k];

			tap_case("%zu, %zu", i, k);
			EXPECT(a->column != b->column ||
				fabs(a->y - b->y) >= a->room + b->room - 1e-9);
			EXPECT(a->y >= 0 && a->y <= layout.height);
		}
	layout_free(&layout);
}

const struct tap_test tests_lab_explore[] = {
	{ "table: what is found first stays, and either loss tells",
		what_is_found_first_stays_and_either_loss_tells },
	{ "message: a result is not believed to have more than there is room",
		a_message_is_not_believed },
	{ "classes stand by number, then as first met",
		classes_stand_by_number_then_as_met },
	{ "a walk splits at the first choice that can be made otherwise",
		a_walk_splits_where_it_can_go_otherwise_first },
	{ "spans know which part of the tree is left",
		spans_know_how_much_is_left },
	{ "spans that are done are joined, the first up to the limit",
		spans_are_joined_up_to_the_limit },
	{ "a span that is done again ends nowhere by itself",
		a_span_that_is_done_again_ends_nowhere },
	{ "what is looked for is a call and what it gave",
		what_is_looked_for_is_a_call_and_what_it_gave },
	{ "moves are read with commas between them, or as JSON has them",
		moves_are_read_with_commas_or_as_json },
	{ "every move has a name of its own",
		every_move_has_a_name_of_its_own },
	{ "places in a picture keep apart", places_keep_apart },
	{ 0 },
};
