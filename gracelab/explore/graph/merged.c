/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "merged.h"

#include <stdlib.h>
#include <string.h>

#include "gracelab/explore/message.h"

/* The classes that a state can end in, as bits. */
static uint32_t class_of(struct ending ending)
{
	unsigned lost =
		2u * ending.lost[CLIENT] + (unsigned)ending.lost[SERVER];

	return UINT32_C(1) << (lost * TOLDS + ending.told);
}

/* For each node, the classes that it can end in; NULL without memory. */
static uint32_t *classes_of(const struct graph *graph)
{
	uint32_t *classes = calloc(graph->count, sizeof(*classes));

	for (size_t i = graph->count; classes && i-- > 0;) {
		const struct graph_node *node = &graph->nodes[i];

		if (!node->edge_count)
			classes[i] = class_of(node->ending);
		for (size_t e = 0; e < node->edge_count; e++)
			classes[i] |= classes[node->edges[e].to];
	}
	return classes;
}

/* The first order of a class, in the order of trial. */
static struct moves first_of(
	const struct graph *graph, const uint32_t *classes, uint32_t class)
{
	struct moves moves = { .list = malloc(graph->count) };
	const struct graph_node *node = &graph->nodes[0];

	while (moves.list && node->edge_count) {
		const struct graph_edge *edge = node->edges;

		while (!(classes[edge->to] & class))
			edge++;
		moves.list[moves.count++] = (uint8_t)edge->move;
		node = &graph->nodes[edge->to];
	}
	return moves;
}

static int by_first(const void *a, const void *b)
{
	const struct class *one = a, *other = b;
	size_t count = one->first.count < other->first.count
		? one->first.count
		: other->first.count;

	/* No order is the beginning of another. */
	return memcmp(one->first.list, other->first.list, count);
}

/* Counts the classes of a graph; `table` is empty. False without memory. */
static bool count(const struct graph *graph, struct table *table)
{
	uint32_t *classes = classes_of(graph);
	bool good = classes;

	for (size_t i = 0; good && i < graph->count; i++) {
		const struct graph_node *node = &graph->nodes[i];

		if (node->edge_count)
			continue;
		struct moves first =
			first_of(graph, classes, class_of(node->ending));

		good = first.list &&
			table_add(table, node->ending, node->ways, &first);
		free(first.list);
	}
	free(classes);
	if (good)
		qsort(table->classes, table->count, sizeof(struct class),
			by_first);
	return good;
}

struct merging {
	const struct script *script;
	const struct explore_options *options;
};

/* Explores the graph at a site. */
static void explore(const struct script *script,
	const struct explore_options *options, struct message_result *result)
{
	const struct site_plan plan = {
		.script = script,
		.wired = options->wired,
		.losses = options->losses,
	};
	struct graph graph = { 0 };
	struct site site;

	result->failed = !site_enter(&site, &plan, result->why);
	result->refused = !site.ground;
	if (result->failed)
		return;
	result->failed = !graph_explore(&graph, &site);
	memcpy(result->why, site.ground->why, sizeof(result->why));
	result->states = graph.count;
	if (!result->failed && !count(&graph, &result->table)) {
		result->failed = true;
		strcpy(result->why, "no memory");
	}
	graph_free(&graph);
}

static bool write_result(FILE *out, void *context)
{
	const struct merging *merging = context;
	struct message_result result = { 0 };

	explore(merging->script, merging->options, &result);
	return message_put_result(out, &result);
}

static bool take(struct explored *explored, struct message_result *result,
	const char *path)
{
	explored->refused = result->refused;
	if (result->failed &&
		asprintf(&explored->why, "%s: %s", path, result->why) < 0)
		explored->why = NULL;
	if (result->failed)
		return false;
	explored->table = result->table;
	result->table = (struct table){ 0 };
	table_sort(&explored->table);
	explored->complete = true;
	explored->states = result->states;
	explored->covered = 1;
	return true;
}

bool merged_run(const struct experiment *experiment,
	const struct explore_options *options, struct explored *explored)
{
	struct script script;
	struct merging merging = { &script, options };
	struct message_result result = { 0 };
	char *bytes = NULL;
	size_t count = 0;

	*explored = (struct explored){ 0 };
	if (!script_read(&script, experiment, options->wired, &explored->why))
		return false;
	bool good = site_write_aside(write_result, &merging, &bytes, &count);

	script_free(&script);
	FILE *in = good && count ? fmemopen(bytes, count, "r") : NULL;

	good = in && message_get_result(in, &result);
	if (good)
		good = take(explored, &result, experiment->path);
	else if (asprintf(&explored->why,
			 "%s: the process that played the "
			 "orders died",
			 experiment->path) < 0)
		explored->why = NULL;
	if (in)
		fclose(in);
	message_free_result(&result);
	free(bytes);
	return good;
}
