/* SPDX-License-Identifier: GPL-3.0-or-later */
/* What moves and ends are called in a picture. */
#include <string.h>

#include "gracelab/record/text.h"
#include "picture_draw.h"

/* How many columns of a typed line a label shows. */
#define LINE_COLUMNS 16

/* A typed line without its side's name. */
static void label_line(const struct graph_edge *edge, char *out)
{
	const char *line = edge->step->source + strlen("client> ");
	size_t bytes = text_bytes_of(line, LINE_COLUMNS);

	snprintf(out, PICTURE_LABEL_SIZE, "%c%s %.*s%s",
		*side_name(edge->step->side),
		edge->step->kind == STEP_SIGNAL ? "!" : "", (int)bytes, line,
		line[bytes] ? "…" : "");
}

void picture_label(const struct graph_edge *edge, char *out)
{
	const char *segment = edge->segment;

	switch (edge->move) {
	case ORDER_CLIENT_LINE:
	case ORDER_SERVER_LINE:
		label_line(edge, out);
		break;
	case ORDER_CLIENT_SEGMENT:
		snprintf(out, PICTURE_LABEL_SIZE, "%s ▸", segment);
		break;
	case ORDER_SERVER_SEGMENT:
		snprintf(out, PICTURE_LABEL_SIZE, "◂ %s", segment);
		break;
	case ORDER_CLIENT_LOSS:
		snprintf(out, PICTURE_LABEL_SIZE, "%s ✕", segment);
		break;
	case ORDER_SERVER_LOSS:
		snprintf(out, PICTURE_LABEL_SIZE, "✕ %s", segment);
		break;
	case ORDER_CLIENT_CALL:
		strcpy(out, "c calls");
		break;
	case ORDER_SERVER_CALL:
		strcpy(out, "s calls");
		break;
	case ORDER_CLIENT_READ:
		strcpy(out, "c reads");
		break;
	case ORDER_ANSWER:
		strcpy(out, "answer");
		break;
	case ORDER_SERVER_READ:
		strcpy(out, "s reads");
		break;
	}
}

void picture_ending(struct ending ending, double orders, char *what, char *told)
{
	const char *lost = ending.lost[CLIENT] && ending.lost[SERVER]
		? "answer and request lost"
		: ending.lost[CLIENT] ? "request lost"
		: ending.lost[SERVER] ? "answer lost"
				      : "all arrives";

	snprintf(what, PICTURE_LINE_SIZE, "%.0f order%s: %s", orders,
		orders > 1 ? "s" : "", lost);
	if (ending.told == TOLD_NOBODY)
		strcpy(told, "nobody is told");
	else
		snprintf(told, PICTURE_LINE_SIZE, "told by %s",
			table_told(ending.told));
}
