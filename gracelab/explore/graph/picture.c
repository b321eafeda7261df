/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "picture.h"

#include <inttypes.h>
#include <stdlib.h>
#include <string.h>

#include "graph.h"
#include "picture_draw.h"

struct drawing {
	const struct experiment *experiment;
	const struct explore_options *options;
	enum picture_kind kind;
};

static bool draw(FILE *out, void *context)
{
	const struct drawing *drawing = context;
	const struct explore_options *options = drawing->options;
	char why[GROUND_WHY_SIZE] = "no memory";
	char *error = NULL;
	struct graph graph = { 0 };
	struct script script;
	struct site site;

	if (!script_read(
		    &script, drawing->experiment, options->wired, &error)) {
		fputs(error ? error : why, out);
		return false;
	}
	const struct site_plan plan = {
		.script = &script,
		.wired = options->wired,
		.losses = options->losses,
	};
	bool good = site_enter(&site, &plan, why);

	if (good) {
		good = graph_explore(&graph, &site);
		memcpy(why, site.ground->why, sizeof(why));
	}
	if (!good)
		fputs(why, out);
	else if (drawing->kind == PICTURE_DOT)
		picture_draw_dot(out, drawing->experiment, &graph);
	else
		good = picture_draw_svg(out, drawing->experiment, &graph);
	graph_free(&graph);
	return good;
}

bool picture_text(const struct experiment *experiment,
	const struct explore_options *options, enum picture_kind kind,
	char **text)
{
	struct drawing drawing = { experiment, options, kind };

	return site_write_aside(draw, &drawing, text, NULL);
}
