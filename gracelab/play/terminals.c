/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "terminals.h"

#include <assert.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/utsname.h>

void terminals_name(struct record *record, const struct experiment *experiment)
{
	struct utsname system = { 0 };
	int major = 0, minor = 0;

	*record = (struct record){
		.name = strdup(experiment->name),
		.title = experiment->title ? strdup(experiment->title) : NULL,
		.asks = experiment->asks ? strdup(experiment->asks) : NULL,
	};
	uname(&system);
	if (sscanf(system.release, "%d.%d", &major, &minor) != 2 ||
		asprintf(&record->system, "%s %d.%d", system.sysname, major,
			minor) < 0)
		record->system = strdup(system.sysname);
}

/* What a server received is never the beginning of its line. */
static bool is_transcript(enum side side, const char *line)
{
	static const char listening[] = "listening on ";

	return side != SERVER ||
		strncmp(line, listening, strlen(listening)) != 0;
}

void terminals_count(
	struct record *record, size_t first, unsigned who, const char *shown)
{
	enum side side = actor_side(who);
	size_t row = record->rung_count;
	unsigned lines = 0;

	for (const char *at = shown; at && *at; at += *at == '\n') {
		lines += is_transcript(side, at);
		at += strcspn(at, "\n");
	}
	while (row > first &&
		!(record->rungs[row - 1].call &&
			record->rungs[row - 1].caller == (int)side))
		row--;
	if (row <= first)
		row = record->rung_count;
	for (size_t i = 0; i < record->rung_count; i++)
		if (record->rungs[i].lines[who] >= lines)
			return;
	if (row)
		record->rungs[row - 1].lines[who] = lines;
}

char *terminals_text(enum side side, const char *shown)
{
	char *text = NULL;
	size_t size;
	FILE *out = open_memstream(&text, &size);

	while (out && shown && *shown) {
		size_t len = strcspn(shown, "\n");

		if (is_transcript(side, shown))
			fprintf(out, "%.*s\n", (int)len, shown);
		shown += len + (shown[len] == '\n');
	}
	if (out && fclose(out)) {
		free(text);
		text = NULL;
	}
	return text;
}

void terminals_as_on_loopback(char *text, const char *address)
{
	static const char loopback[] = "127.0.0.1", port[] = ":PORT";
	size_t len = strlen(address);

	assert(len == strlen(loopback));
	for (char *at = text; (at = strstr(at, address)); at += len)
		if (!strncmp(at + len, port, strlen(port)))
			memcpy(at, loopback, len);
}
