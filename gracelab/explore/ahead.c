/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "ahead.h"

#include <errno.h>
#include <jansson.h>
#include <stdlib.h>
#include <string.h>

#include "ahead_steps.h"
#include "gracelab/explore/order/site.h"

/* Keeps of the steps those that an explorer takes: what is typed, signals. The
 * others are read from `steps`, which is the caller's then. */
static bool sift(
	struct experiment *experiment, struct step **steps, size_t *count)
{
	struct step *kept = calloc(experiment->step_count + 1, sizeof(*kept));

	if (!kept)
		return false;
	*steps = experiment->steps;
	*count = experiment->step_count;
	experiment->steps = kept;
	experiment->step_count = 0;
	for (size_t i = 0; i < *count; i++)
		if (((*steps)[i].kind == STEP_TYPE ||
			    (*steps)[i].kind == STEP_SIGNAL) &&
			(*steps)[i].who < ACTORS_MORE)
			kept[experiment->step_count++] = (*steps)[i];
	return true;
}

static bool write_aside(FILE *out, void *context)
{
	struct ahead_steps *steps = context;
	char why[GROUND_WHY_SIZE] = "no memory";
	char *error = NULL;
	struct script script;
	struct site site;

	if (!script_read(&script, steps->experiment, steps->wired, &error)) {
		fputs(error ? error : why, out);
		return false;
	}
	const struct site_plan plan = {
		.script = &script,
		.wired = steps->wired,
	};

	if (!site_enter(&site, &plan, why)) {
		fputs(why, out);
		return false;
	}
	json_t *json = ahead_steps_play(steps, &site, why);

	if (json)
		json_dumpf(json, out, JSON_COMPACT);
	else
		fputs(*site.ground->why ? site.ground->why : why, out);
	return json;
}

static bool read_moves(struct ahead *ahead, const json_t *json)
{
	const json_t *from = json_object_get(json, "from");
	const json_t *next = json_object_get(json, "next");
	size_t count = json_array_size(from);

	ahead->from.list = malloc(count + 1);
	if (!ahead->from.list)
		return false;
	for (size_t i = 0; i < count; i++)
		ahead->from.list[ahead->from.count++] =
			(uint8_t)json_integer_value(json_array_get(from, i));
	for (size_t i = 0; i < json_array_size(next) && i < ORDER_MOVES; i++) {
		const json_t *one = json_array_get(next, i);
		struct ahead_move *move = &ahead->next[ahead->next_count++];
		const char *segment =
			json_string_value(json_object_get(one, "segment"));
		const char *step =
			json_string_value(json_object_get(one, "step"));

		move->move = (enum order_move)json_integer_value(
			json_object_get(one, "move"));
		snprintf(move->segment, sizeof(move->segment), "%s",
			segment ? segment : "");
		move->step = step ? strdup(step) : NULL;
	}
	return true;
}

bool ahead_look(struct ahead *ahead, struct experiment *experiment, size_t done,
	const enum tcp_state states[SIDES])
{
	struct step *all = NULL;
	size_t count = 0, bytes;
	char *text = NULL;
	json_t *json = NULL;

	*ahead = (struct ahead){ .experiment = experiment };
	if (!sift(experiment, &all, &count))
		return false;
	for (size_t i = 0; i < done; i++)
		ahead->wired |= all[i].kind == STEP_WIRE;
	struct ahead_steps steps = {
		.experiment = experiment,
		.steps = all,
		.done = done,
		.wired = ahead->wired,
		.states = states,
	};
	bool good = site_write_aside(write_aside, &steps, &text, &bytes);

	for (size_t i = 0; i < count; i++)
		if (all[i].kind != STEP_TYPE && all[i].kind != STEP_SIGNAL)
			free(all[i].options.list);
	free(all);
	if (good)
		json = json_loadb(text, bytes, 0, NULL);
	if (!good) {
		ahead->why = text;
		return false;
	}
	free(text);
	good = json && read_moves(ahead, json);
	json_decref(json);
	return good;
}

void ahead_free(struct ahead *ahead)
{
	for (size_t i = 0; i < ahead->next_count; i++)
		free(ahead->next[i].step);
	free(ahead->from.list);
	free(ahead->why);
	experiment_free(ahead->experiment);
	*ahead = (struct ahead){ 0 };
}
