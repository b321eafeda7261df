/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "graph.h"

#include <search.h>
#include <stdlib.h>
#include <string.h>

/* A graph that is being explored. */
struct building {
	struct graph *graph;
	struct site *site;
	struct hsearch_data index; /* nodes by their states */
	struct moves *ways;        /* owned: to each node, the first found */
	uint16_t *possible;        /* owned: the moves of each node */
	char **states;             /* owned */
	size_t capacity;
	char segment[SEGMENT_TEXT_SIZE]; /* the last that moved */
};

static bool no_memory(struct building *building)
{
	return ground_fail(building->site->ground, "no memory");
}

/* Makes room for one more node. */
static bool reserve(struct building *building)
{
	struct graph *graph = building->graph;

	if (graph->count == GRAPH_NODES)
		return ground_fail(building->site->ground,
			"more than %d states are no picture", GRAPH_NODES);
	if (graph->count < building->capacity)
		return true;
	size_t capacity = building->capacity ? 2 * building->capacity : 256;
	struct graph_node *nodes =
		reallocarray(graph->nodes, capacity, sizeof(*nodes));

	if (nodes)
		graph->nodes = nodes;
	struct moves *ways =
		reallocarray(building->ways, capacity, sizeof(*ways));

	if (ways)
		building->ways = ways;
	uint16_t *possible =
		reallocarray(building->possible, capacity, sizeof(*possible));

	if (possible)
		building->possible = possible;
	char **states =
		reallocarray(building->states, capacity, sizeof(*states));

	if (states)
		building->states = states;
	if (!nodes || !ways || !possible || !states)
		return no_memory(building);
	building->capacity = capacity;
	return true;
}

/* What a way leads to; `state` is owned by the building then. */
struct place {
	char *state;
	uint16_t possible;
	struct ending ending;
};

/* Adds the state that a way has led to, if it is new; *node is its number. */
static bool add(struct building *building, const struct moves *way,
	const struct place *place, size_t *node)
{
	struct graph *graph = building->graph;
	ENTRY entry = { .key = place->state }, *found;

	if (hsearch_r(entry, FIND, &found, &building->index)) {
		*node = (size_t)found->data;
		free(place->state);
		return building->possible[*node] == place->possible ||
			ground_fail(building->site->ground,
				"two states look alike, and have other moves");
	}
	if (!reserve(building)) {
		free(place->state);
		return false;
	}
	*node = graph->count;
	/* hsearch(3) has room for a pointer; the number goes there. */
	entry.data = (void *)*node; /* NOLINT(performance-no-int-to-ptr) */
	building->states[*node] = place->state;
	building->possible[*node] = place->possible;
	building->ways[*node] = moves_copy(way->list, way->count);
	graph->nodes[*node] = (struct graph_node){ .ending = place->ending };
	graph->count++;
	return (building->ways[*node].list &&
		       hsearch_r(entry, ENTER, &found, &building->index)) ||
		no_memory(building);
}

static bool go(struct order *order, const struct moves *way, FILE *state,
	uint16_t *possible)
{
	if (!order_begin(order))
		return false;
	for (size_t i = 0; i < way->count; i++) {
		enum order_move move = (enum order_move)way->list[i];

		if (!order_moves(order, possible))
			return false;
		if (!(*possible >> move & 1))
			return ground_fail(order->ground,
				"move %zu, %s, was possible before: the "
				"kernels do not do the same twice",
				i + 1, order_move_name(move));
		if (!order_make(order, move))
			return false;
	}
	if (!order_moves(order, possible))
		return false;
	order_state(order, state);
	return true;
}

/* Plays a way to where it leads, again where a timer has disturbed it. */
static bool reach(
	struct building *building, const struct moves *way, struct place *place)
{
	struct order *order = &building->site->order;
	struct ground *ground = building->site->ground;
	bool good, again;

	do {
		size_t size;
		FILE *state = open_memstream(&place->state, &size);

		if (!state)
			return no_memory(building);
		good = go(order, way, state, &place->possible);
		again = ground->kind->disturbed &&
			ground->kind->disturbed(ground);
		place->ending = order_ending(order);
		order_end(order);
		good = (!fclose(state) || no_memory(building)) && good;
		if (again || !good)
			free(place->state);
	} while (again);
	return good;
}

/* The line that a move at the end of a way types; NULL: it types none. */
static const struct step *step_of(
	const struct building *building, const struct moves *way)
{
	uint8_t last = way->list[way->count - 1];
	enum side side = last == ORDER_SERVER_LINE ? SERVER : CLIENT;
	const struct script_side *script =
		&building->site->order.script->sides[side];
	size_t line = 0;

	if (last != ORDER_CLIENT_LINE && last != ORDER_SERVER_LINE)
		return NULL;
	for (size_t i = 0; i + 1 < way->count; i++)
		line += way->list[i] == last;
	return script->lines[line].step;
}

/* Notes the last segment that was no pure ACK, or by what a move was. */
static void on_segment(void *context, enum wire_fate fate, enum side sender,
	const struct segment *segment)
{
	struct building *building = context;

	(void)sender;
	if (fate != WIRE_SENT && !segment_is_pure_ack(segment))
		segment_text(segment, building->segment);
}

/* Makes each move that is possible at a node. */
static bool expand(struct building *building, size_t node)
{
	uint16_t possible = building->possible[node];
	size_t count = building->ways[node].count;
	struct moves way = { .list = malloc(count + 1), .count = count + 1 };
	bool good = true;

	if (!way.list)
		return no_memory(building);
	for (int move = 0; good && move < ORDER_MOVES; move++) {
		struct place place;
		size_t to;

		if (!(possible >> move & 1))
			continue;
		memcpy(way.list, building->ways[node].list, count);
		way.list[count] = (uint8_t)move;
		good = reach(building, &way, &place) &&
			add(building, &way, &place, &to);
		if (!good)
			break;
		struct graph_node *from = &building->graph->nodes[node];

		struct graph_edge *edge = &from->edges[from->edge_count++];

		*edge = (struct graph_edge){
			.move = (enum order_move)move,
			.to = to,
			.step = step_of(building, &way),
		};
		if (move >= ORDER_CLIENT_SEGMENT && move <= ORDER_SERVER_LOSS)
			strcpy(edge->segment, building->segment);
	}
	free(way.list);
	return good;
}

/* Where a node stands while those that follow from it are sorted. */
#define UNDER_WAY SIZE_MAX

/* Notes a node and all that follow from it, these first. False: a circle. */
static bool sort_from(
	const struct graph *graph, size_t node, size_t *place, size_t *next)
{
	const struct graph_node *from = &graph->nodes[node];

	if (place[node])
		return place[node] != UNDER_WAY;
	place[node] = UNDER_WAY;
	/* Last move first, so that what the first leads to comes first. */
	for (size_t i = from->edge_count; i-- > 0;)
		if (!sort_from(graph, from->edges[i].to, place, next))
			return false;
	place[node] = (*next)--;
	return true;
}

/* Puts the nodes into an order in which none comes before what leads to it. */
static bool sort(struct building *building)
{
	struct graph *graph = building->graph;
	size_t *place = calloc(graph->count + 1, sizeof(*place));
	struct graph_node *nodes = calloc(graph->count + 1, sizeof(*nodes));
	size_t next = graph->count;
	bool good = false;

	if (!place || !nodes)
		no_memory(building);
	else if (!sort_from(graph, 0, place, &next))
		ground_fail(building->site->ground,
			"moves lead back to a state: there is no end to them");
	else
		good = true;
	if (good) {
		for (size_t i = 0; i < graph->count; i++) {
			struct graph_node *node = &nodes[place[i] - 1];

			*node = graph->nodes[i];
			for (size_t e = 0; e < node->edge_count; e++)
				node->edges[e].to =
					place[node->edges[e].to] - 1;
		}
		free(graph->nodes);
		graph->nodes = nodes;
	} else {
		free(nodes);
	}
	free(place);
	return good;
}

/* How many ways there are, and how long the longest is. */
static bool count(struct building *building)
{
	struct graph *graph = building->graph;
	bool too_many = false;

	for (size_t i = graph->count; i-- > 0;) {
		struct graph_node *node = &graph->nodes[i];

		node->orders = !node->edge_count;
		node->lost = node->orders &&
			(node->ending.lost[CLIENT] ||
				node->ending.lost[SERVER]);
		for (size_t e = 0; e < node->edge_count; e++) {
			too_many |= __builtin_add_overflow(node->orders,
				graph->nodes[node->edges[e].to].orders,
				&node->orders);
			node->lost += graph->nodes[node->edges[e].to].lost;
		}
	}
	graph->nodes[0].ways = 1;
	for (size_t i = 0; i < graph->count; i++) {
		const struct graph_node *node = &graph->nodes[i];

		for (size_t e = 0; e < node->edge_count; e++) {
			struct graph_node *to =
				&graph->nodes[node->edges[e].to];

			to->ways += node->ways;
			if (to->depth <= node->depth)
				to->depth = node->depth + 1;
		}
	}
	return !too_many ||
		ground_fail(building->site->ground,
			"more orders than 64 bits can count");
}

bool graph_explore(struct graph *graph, struct site *site)
{
	struct building building = { .graph = graph, .site = site };
	const struct moves none = { .list = NULL, .count = 0 };
	struct place place;
	size_t node;

	*graph = (struct graph){ 0 };
	site->order.keeps_states = true;
	site->ground->on_segment = on_segment;
	site->ground->context = &building;
	bool good = hcreate_r(2 * GRAPH_NODES, &building.index) ||
		no_memory(&building);

	good = good && reach(&building, &none, &place) &&
		add(&building, &none, &place, &node);
	for (size_t i = 0; good && i < graph->count; i++)
		good = expand(&building, i);
	good = good && sort(&building);
	good = good && count(&building);
	for (size_t i = 0; i < graph->count; i++) {
		free(building.ways[i].list);
		free(building.states[i]);
	}
	hdestroy_r(&building.index);
	free(building.ways);
	free(building.possible);
	free(building.states);
	return good;
}

void graph_free(struct graph *graph)
{
	free(graph->nodes);
	*graph = (struct graph){ 0 };
}
