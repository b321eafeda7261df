/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "exhibit.h"

#include <stdio.h>
#include <string.h>

#include "gracelab/judge/ends/rows.h"
#include "gracelab/judge/relay/called.h"
#include "gracelab/judge/relay/hops.h"
#include "lib/text/json_text.h"

/* Room for lack(). */
#define LACK_SIZE 320

/* Says which of the proxy's calls are not there; "": all are. Returns whether
 * none are. */
static bool lack(const struct run *run, char out[LACK_SIZE])
{
	const struct place *place = run->place;
	char seen[CALLED_LACK_SIZE];
	bool none = called_lack(&run->relay, seen);

	*out = '\0';
	if (*place->no_calls)
		snprintf(out, LACK_SIZE, "The proxy's calls are not shown: %s.",
			place->no_calls);
	else if (none)
		snprintf(out, LACK_SIZE, "The proxy's calls are not shown: %s.",
			seen);
	else if (*seen)
		snprintf(out, LACK_SIZE,
			"Calls of the proxy's may be missing: %s.", seen);
	return none || *place->no_calls;
}

json_t *exhibit_calls(const struct run *run)
{
	char why[LACK_SIZE];
	bool none = lack(run, why);
	json_t *data = run->place->options->command
		? json_pack("{s:b}", "calls", !none)
		: NULL;

	if (data && *why)
		json_object_set_new(data, "calls_why", json_string(why));
	return data;
}

static struct rows_source source_of(
	const struct run *run, const struct play *play)
{
	const struct party *server = relay_server(play);

	return (struct rows_source){
		.calls = { &play->client.calls,
			server ? &server->calls : NULL },
		.hops = { hops_of(&run->relay, play, CLIENT),
			hops_of(&run->relay, play, SERVER) },
		.proxy = { called_of(&run->relay, play, CLIENT),
			called_of(&run->relay, play, SERVER) },
		.begun_ns = play->begun_ns,
		.given_up_ns =
			play->given_up || play->left_open ? play->over_ns : 0,
		.patience_ms = play->given_up ? play->patience_ms : 0,
		.direct = play->way == RELAY_DIRECT,
		.remark = play->segments_lost
			? "Segments are missing: the capture had no room for "
			  "all of them."
			: NULL,
	};
}

/* The same of a play through the proxy, once all of its calls are told, with
 * what is not there of them, in `lacks`. */
static struct rows_source settled_source(
	const struct run *run, const struct play *play, char lacks[LACK_SIZE])
{
	/* Where nothing is to come nothing is awaited. */
	if (!*run->place->no_calls)
		called_settle(&run->relay, play);
	struct rows_source source = source_of(run, play);

	lack(run, lacks);
	/* Nobody can tell any more whose socket was closed so soon. */
	if (!*lacks && place_has_unix(run->place) &&
		run->place->options->command &&
		(!source.proxy[CLIENT] || !source.proxy[SERVER]))
		snprintf(lacks, LACK_SIZE, "%s",
			"Calls of the proxy's may be missing: those on a UNIX "
			"socket that was closed at once.");
	source.lacks = *lacks ? lacks : NULL;
	return source;
}

void exhibit_draw(
	const struct run *run, struct result *row, const struct trial *trial)
{
	char title[160], lacks[LACK_SIZE];
	size_t bytes;
	FILE *out;

	if (!trial->failed)
		return;
	const struct rows_source failed =
		settled_source(run, trial->failed, lacks);

	out = open_memstream(&row->picture, &bytes);
	if (!out)
		return;
	if (trial->direct) {
		const struct rows_source direct = source_of(run, trial->direct);

		snprintf(title, sizeof(title),
			"%s, without the proxy (control):", row->name);
		rows_write(out, title, &direct);
		fputc('\n', out);
		json_object_set_new(row->data, "control", rows_json(&direct));
	}
	snprintf(title, sizeof(title), "%s, through the proxy%s%s:", row->name,
		*trial->part->what ? ", " : "", trial->part->what);
	rows_write(out, title, &failed);
	fclose(out);
	row->ladder = rows_json(&failed);
}

void exhibit_draw_plain(const struct run *run, struct result *row)
{
	const struct play *last = run->relay.plays;
	char title[80], lacks[LACK_SIZE];
	size_t bytes;
	FILE *out;

	while (last && last->next)
		last = last->next;
	if (!last)
		return;
	struct play shown = *last;

	/* Whose connection it was is not known: that may be the fault. */
	if (!shown.server)
		shown.server = relay_stranger(&run->relay, last);
	const struct rows_source source = settled_source(run, &shown, lacks);

	row->ladder = rows_json(&source);
	out = open_memstream(&row->picture, &bytes);
	if (!out)
		return;
	snprintf(title, sizeof(title), "%s, through the proxy:", row->name);
	rows_write(out, title, &source);
	fclose(out);
}

static json_t *tally_json(const struct tally *tally)
{
	json_t *object = json_object();

	for (int i = 0; i < OUTCOMES; i++)
		if (tally->times[i])
			json_object_set_new(object,
				outcome_name((enum outcome)i),
				json_integer(tally->times[i]));
	return object;
}

static json_t *parts_json(const struct run *run, enum check_id id)
{
	json_t *parts = json_array();

	for (size_t i = 0; i < run->count; i++) {
		const struct trial *trial = &run->trials[i];

		if (trial->id != id || !*trial->part->what)
			continue;
		json_array_append_new(parts,
			json_pack("{s:s, s:o, s:i, s:o, s:b}", "part",
				trial->part->what, "outcomes",
				tally_json(&trial->tally), "missed",
				(int)trial->missed, "why",
				json_text(trial->why, strlen(trial->why)),
				"without_fin_too", trial_fails_anyway(trial)));
	}
	return parts;
}

void exhibit_data(const struct run *run, struct result *row, enum check_id id,
	const struct tally *tally)
{
	json_t *parts = parts_json(run, id);

	row->data = json_pack("{s:i, s:o}", "tries", (int)tally_total(tally),
		"outcomes", tally_json(tally));
	if (row->data && json_array_size(parts))
		json_object_set(row->data, "parts", parts);
	json_decref(parts);
}
