/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "layout.h"

#include <stdlib.h>
#include <string.h>

/* How often the columns are gone through, to and fro. */
#define ROUNDS 40

/* What a place needs of the distance between two states. */
#define ROOM_STATE 0.5
#define ROOM_END   0.7
#define ROOM_WAY   0.2

/* Places column by column, in their order from top to bottom. */
struct columns {
	size_t **of; /* each owned: places */
	size_t *counts;
};

static size_t add_place(struct layout *layout, struct layout_place place)
{
	/* Room was made for all that there can be. */
	layout->places[layout->place_count] = place;
	return layout->place_count++;
}

static bool is_same(struct ending a, struct ending b)
{
	return a.lost[CLIENT] == b.lost[CLIENT] &&
		a.lost[SERVER] == b.lost[SERVER] && a.told == b.told;
}

/* The end that a last state is one of. */
static size_t end_of(struct layout *layout, const struct graph_node *node)
{
	size_t i = 0;

	while (i < layout->end_count &&
		!is_same(layout->ends[i].ending, node->ending))
		i++;
	if (i == layout->end_count) {
		size_t place = add_place(layout,
			(struct layout_place){ .column = layout->columns - 1,
				.room = ROOM_END,
				.node = LAYOUT_NONE,
				.end = i });

		layout->ends[layout->end_count++] =
			(struct layout_end){ .ending = node->ending,
				.place = place };
	}
	layout->ends[i].orders += (double)node->ways;
	return layout->ends[i].place;
}

/* Gives each node its place; `place_of` has room for all. */
static void place_nodes(
	struct layout *layout, const struct graph *graph, size_t *place_of)
{
	for (size_t i = 0; i < graph->count; i++) {
		const struct graph_node *node = &graph->nodes[i];

		place_of[i] = node->edge_count
			? add_place(layout,
				  (struct layout_place){ .column = node->depth,
					  .room = ROOM_STATE,
					  .node = i,
					  .end = LAYOUT_NONE })
			: end_of(layout, node);
	}
}

/* Adds the way of an edge, and its places in the columns between. */
static bool add_way(struct layout *layout, const struct graph_node *node,
	const struct graph_edge *edge, size_t from, size_t to)
{
	size_t first = layout->places[from].column;
	size_t last = layout->places[to].column;
	struct layout_way way = { .from = node,
		.edge = edge,
		.places = malloc((last - first + 1) * sizeof(size_t)) };

	if (!way.places)
		return false;
	way.places[way.count++] = from;
	for (size_t column = first + 1; column < last; column++)
		way.places[way.count++] = add_place(layout,
			(struct layout_place){ .column = column,
				.room = ROOM_WAY,
				.node = LAYOUT_NONE,
				.end = LAYOUT_NONE });
	way.places[way.count++] = to;
	layout->ways[layout->way_count++] = way;
	return true;
}

static size_t count_edges(const struct graph *graph, size_t *columns)
{
	size_t edges = 0;

	*columns = 1;
	for (size_t i = 0; i < graph->count; i++) {
		edges += graph->nodes[i].edge_count;
		if (graph->nodes[i].depth + 1 > *columns)
			*columns = graph->nodes[i].depth + 1;
	}
	return edges;
}

static bool make_places(struct layout *layout, const struct graph *graph)
{
	size_t edges = count_edges(graph, &layout->columns);
	size_t *place_of = calloc(graph->count, sizeof(*place_of));
	bool good;

	layout->places = calloc(graph->count + edges * layout->columns + 1,
		sizeof(*layout->places));
	layout->ways = calloc(edges + 1, sizeof(*layout->ways));
	good = place_of && layout->places && layout->ways;
	if (good)
		place_nodes(layout, graph, place_of);
	for (size_t i = 0; good && i < graph->count; i++) {
		const struct graph_node *node = &graph->nodes[i];

		for (size_t e = 0; good && e < node->edge_count; e++)
			good = add_way(layout, node, &node->edges[e],
				place_of[i], place_of[node->edges[e].to]);
	}
	free(place_of);
	return good;
}

/* Lists the places of each column. */
static bool list_columns(const struct layout *layout, struct columns *columns)
{
	columns->of = calloc(layout->columns, sizeof(*columns->of));
	columns->counts = calloc(layout->columns, sizeof(*columns->counts));
	if (!columns->of || !columns->counts)
		return false;
	for (size_t i = 0; i < layout->place_count; i++)
		columns->counts[layout->places[i].column]++;
	for (size_t c = 0; c < layout->columns; c++) {
		columns->of[c] = calloc(columns->counts[c] + 1, sizeof(size_t));
		if (!columns->of[c])
			return false;
		columns->counts[c] = 0;
	}
	for (size_t i = 0; i < layout->place_count; i++) {
		size_t column = layout->places[i].column;

		columns->of[column][columns->counts[column]++] = i;
	}
	return true;
}

static void free_columns(const struct layout *layout, struct columns *columns)
{
	for (size_t c = 0; columns->of && c < layout->columns; c++)
		free(columns->of[c]);
	free(columns->of);
	free(columns->counts);
}

/* Where each place would like to be: amid those before or behind it. */
static void find_middles(struct layout *layout, bool before, bool behind)
{
	double *sums = calloc(layout->place_count + 1, sizeof(*sums));
	size_t *counts = calloc(layout->place_count + 1, sizeof(*counts));

	for (size_t w = 0; sums && counts && w < layout->way_count; w++) {
		const struct layout_way *way = &layout->ways[w];

		for (size_t i = 0; i + 1 < way->count; i++) {
			size_t one = way->places[i], other = way->places[i + 1];

			if (behind) {
				sums[one] += layout->places[other].y;
				counts[one]++;
			}
			if (before) {
				sums[other] += layout->places[one].y;
				counts[other]++;
			}
		}
	}
	for (size_t i = 0; i < layout->place_count; i++) {
		struct layout_place *place = &layout->places[i];

		place->middle = counts && sums && counts[i]
			? sums[i] / (double)counts[i]
			: place->y;
	}
	free(sums);
	free(counts);
}

/* Sorts a column by where its places would like to be; equals stay. */
static void sort_column(struct layout *layout, size_t *column, size_t count)
{
	for (size_t i = 1; i < count; i++) {
		size_t place = column[i], at = i;

		for (; at &&
			layout->places[column[at - 1]].middle >
				layout->places[place].middle;
			at--)
			column[at] = column[at - 1];
		column[at] = place;
	}
}

/*
 * Gives a column's places, in their order, the y that are nearest to where they
 * would like to be and leave each its room: neighbours that would overlap are
 * joined to blocks, which stand where their places would like on average.
 */
static void spread_column(
	struct layout *layout, const size_t *column, size_t count)
{
	struct block {
		double sum; /* of wishes, as if all stood at the block's top */
		size_t first, count;
	} *blocks = calloc(count + 1, sizeof(*blocks));
	double *offsets = calloc(count + 1, sizeof(*offsets));
	size_t block_count = 0;

	for (size_t i = 0; blocks && offsets && i < count; i++) {
		const struct layout_place *place = &layout->places[column[i]];

		if (i)
			offsets[i] = offsets[i - 1] + place->room +
				layout->places[column[i - 1]].room;
		blocks[block_count++] = (struct block){
			.sum = place->middle - offsets[i],
			.first = i,
			.count = 1,
		};
		while (block_count > 1) {
			struct block *last = &blocks[block_count - 1];

			if (last[-1].sum / (double)last[-1].count <=
				last->sum / (double)last->count)
				break;
			last[-1].sum += last->sum;
			last[-1].count += last->count;
			block_count--;
		}
	}
	for (size_t b = 0; offsets && b < block_count; b++)
		for (size_t i = 0; i < blocks[b].count; i++)
			layout->places[column[blocks[b].first + i]].y =
				blocks[b].sum / (double)blocks[b].count +
				offsets[blocks[b].first + i];
	free(blocks);
	free(offsets);
}

/* The columns from the first on, or from the last on. */
static void go_through(struct layout *layout, struct columns *columns,
	bool forward, bool sorts)
{
	for (size_t i = 0; i < layout->columns; i++) {
		size_t c = forward ? i : layout->columns - 1 - i;

		find_middles(layout, forward || !sorts, !forward || !sorts);
		if (sorts)
			sort_column(layout, columns->of[c], columns->counts[c]);
		spread_column(layout, columns->of[c], columns->counts[c]);
	}
}

/* The topmost place stands at 0. */
static void shift(struct layout *layout)
{
	double top = layout->places[0].y;

	for (size_t i = 0; i < layout->place_count; i++)
		if (layout->places[i].y < top)
			top = layout->places[i].y;
	for (size_t i = 0; i < layout->place_count; i++) {
		struct layout_place *place = &layout->places[i];

		place->y -= top;
		if (place->y > layout->height)
			layout->height = place->y;
	}
}

bool layout_make(struct layout *layout, const struct graph *graph)
{
	struct columns columns = { 0 };

	*layout = (struct layout){ 0 };
	bool good =
		make_places(layout, graph) && list_columns(layout, &columns);

	if (good) {
		for (size_t i = 0; i < layout->place_count; i++)
			layout->places[i].y = (double)i;
		for (int round = 0; round < ROUNDS; round++)
			go_through(layout, &columns, round % 2 == 0, true);
		for (int round = 0; round < ROUNDS; round++)
			go_through(layout, &columns, round % 2 == 0, false);
		shift(layout);
	}
	free_columns(layout, &columns);
	return good;
}

void layout_free(struct layout *layout)
{
	for (size_t i = 0; i < layout->way_count; i++)
		free(layout->ways[i].places);
	free(layout->ways);
	free(layout->places);
	*layout = (struct layout){ 0 };
}
