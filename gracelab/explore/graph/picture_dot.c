/* SPDX-License-Identifier: GPL-3.0-or-later */
/* For Graphviz: `dot -Tsvg`. */
#include <inttypes.h>
#include <math.h>

#include "picture_draw.h"

static const char *colour_of(uint64_t lost, uint64_t orders)
{
	return lost == orders ? "#c3142d" : lost ? "#7f8c99" : "#2b7a78";
}

/* A string in double quotes, as Graphviz reads it. */
static void write_string(FILE *out, const char *text)
{
	fputc('"', out);
	for (; *text; text++)
		fprintf(out, *text == '"' || *text == '\\' ? "\\%c" : "%c",
			*text);
	fputc('"', out);
}

static void write_end(FILE *out, size_t number, const struct graph_node *node)
{
	char what[PICTURE_LINE_SIZE], told[PICTURE_LINE_SIZE];

	picture_ending(node->ending, (double)node->ways, what, told);
	fprintf(out,
		"\tn%zu [shape=box style=\"filled,rounded\" fontcolor=white "
		"color=\"%s\" label=\"%s\\n%s\"];\n",
		number, colour_of(node->lost, node->orders), what, told);
}

static void write_node(FILE *out, size_t number, const struct graph_node *node)
{
	double lost = (double)node->lost / (double)node->orders;

	if (!node->edge_count)
		write_end(out, number, node);
	else if (lost <= 0 || lost >= 1)
		fprintf(out, "\tn%zu [style=filled fillcolor=\"%s\"];\n",
			number, colour_of(node->lost, node->orders));
	else
		fprintf(out,
			"\tn%zu [style=wedged fillcolor=\"#c3142d;%.3f:white\"]"
			";\n",
			number, lost);
}

static void write_edges(FILE *out, const struct graph *graph, size_t number)
{
	const struct graph_node *node = &graph->nodes[number];
	char label[PICTURE_LABEL_SIZE];

	for (size_t e = 0; e < node->edge_count; e++) {
		const struct graph_edge *edge = &node->edges[e];
		const struct graph_node *to = &graph->nodes[edge->to];
		double share = (double)node->ways * (double)to->orders /
			(double)graph->nodes[0].orders;

		picture_label(edge, label);
		fprintf(out,
			"\tn%zu -> n%zu [color=\"%s\" penwidth=%.1f label=",
			number, edge->to, colour_of(to->lost, to->orders),
			1.2 + 5 * sqrt(share));
		write_string(out, label);
		fputs("];\n", out);
	}
}

void picture_draw_dot(FILE *out, const struct experiment *experiment,
	const struct graph *graph)
{
	fputs("digraph ", out);
	write_string(out, experiment->name);
	fputs(" {\n\trankdir=LR; labelloc=t; label=", out);
	write_string(
		out, experiment->title ? experiment->title : experiment->name);
	fputs(";\n\tnode [shape=circle width=0.25 label=\"\" fontsize=11 "
	      "fontname=\"DejaVu Sans\"];\n\tedge [fontsize=9 "
	      "fontname=\"DejaVu Sans\"];\n",
		out);
	for (size_t i = 0; i < graph->count; i++)
		write_node(out, i, &graph->nodes[i]);
	for (size_t i = 0; i < graph->count; i++)
		write_edges(out, graph, i);
	fputs("}\n", out);
}
