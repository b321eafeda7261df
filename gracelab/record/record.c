/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "record.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

struct rung *record_add(struct record *record, double seconds)
{
	struct rung *rungs = reallocarray(
		record->rungs, record->rung_count + 1, sizeof(*rungs));

	if (!rungs)
		return NULL;
	record->rungs = rungs;
	rungs[record->rung_count] = (struct rung){ .seconds = seconds };
	return &rungs[record->rung_count++];
}

struct rung *record_insert(struct record *record, size_t at, double seconds)
{
	size_t behind = record->rung_count - at;

	if (!record_add(record, seconds))
		return NULL;
	struct rung *rung = &record->rungs[at];

	memmove(rung + 1, rung, behind * sizeof(*rung));
	*rung = (struct rung){ .seconds = seconds, .late = true };
	return rung;
}

bool record_fail(struct record *record, size_t first, double seconds)
{
	struct rung *rung = record->rung_count > first
		? &record->rungs[record->rung_count - 1]
		: record_add(record, seconds);

	record->failed = true;
	if (rung)
		rung->failed = true;
	return rung;
}

const char *record_why_failed(const struct record *record)
{
	return record->failure ? record->failure : "no memory to say why";
}

bool record_note(struct record *record, const char *text)
{
	/* Whatever is said twice is said once. */
	for (size_t i = 0; i < record->note_count; i++)
		if (!strcmp(record->notes[i], text))
			return true;
	char **notes = reallocarray(
		record->notes, record->note_count + 1, sizeof(*notes));

	if (!notes)
		return false;
	record->notes = notes;
	notes[record->note_count] = strdup(text);
	if (!notes[record->note_count])
		return false;
	record->note_count++;
	return true;
}

static char *say(const char *what, const char *why)
{
	char *text;

	return asprintf(&text, "%s%s%s", what, why ? ": " : "",
		       why ? why : "") < 0
		? NULL
		: text;
}

char *record_remark(const struct record *record, size_t number)
{
	const char *network = record->network_why;

	if (network && !number--)
		return say(record->private_network
				? "The private network is not as it should be"
				: "Played on the host's own loopback",
			network);
	if (record_lacks_wire(record) && !number--)
		return say("The wire was not observed", record->wire_why);
	if (!record->states && !number--)
		return say("The kernels' states were not observed", NULL);
	return number < record->note_count ? strdup(record->notes[number])
					   : NULL;
}

void record_free_rung(struct rung *rung)
{
	free(rung->call);
	free(rung->text);
	free(rung->result);
	free(rung->records);
	free(rung->segment);
	for (int side = 0; side < SIDES; side++)
		free(rung->states[side]);
	*rung = (struct rung){ 0 };
}

void record_free(struct record *record)
{
	for (size_t i = 0; i < record->rung_count; i++)
		record_free_rung(&record->rungs[i]);
	for (unsigned who = 0; who < ACTORS_MAX; who++)
		free(record->terminals[who]);
	for (size_t i = 0; i < record->note_count; i++)
		free(record->notes[i]);
	free(record->notes);
	free(record->rungs);
	free(record->name);
	free(record->title);
	free(record->asks);
	free(record->system);
	free(record->network_why);
	free(record->wire_why);
	free(record->failure);
	free(record->table);
	free(record->picture);
	json_decref(record->orders);
	*record = (struct record){ 0 };
}
