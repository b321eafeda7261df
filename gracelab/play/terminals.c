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

char *terminals_text(enum side side, const char *shown)
{
	static const char listening[] = "listening on ";
	char *text = NULL;
	size_t size;
	FILE *out = open_memstream(&text, &size);

	while (out && shown && *shown) {
		size_t len = strcspn(shown, "\n");

		/* What a server received is never the beginning of its line. */
		if (side != SERVER ||
			strncmp(shown, listening, strlen(listening)) != 0)
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
