/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "playbill.h"

#include <stdio.h>
#include <string.h>
#include <sys/utsname.h>

void playbill_name(struct record *record, const struct experiment *experiment)
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

char *playbill_terminal(const char *shown, uint16_t port_number)
{
	static const char listening[] = "listening on ";
	char address[16], *text = NULL;
	size_t size;
	FILE *out = open_memstream(&text, &size);
	int address_len =
		snprintf(address, sizeof(address), ":%u", port_number);

	while (out && shown && *shown) {
		const char *end = shown + strcspn(shown, "\n");
		const char *port = strstr(shown, address);
		bool skipped = !strncmp(shown, listening, strlen(listening));

		if (skipped)
			shown = end;
		for (; port && port < end && !skipped;
			port = strstr(shown, address)) {
			fprintf(out, "%.*s:PORT", (int)(port - shown), shown);
			shown = port + address_len;
		}
		fprintf(out, "%.*s%s", (int)(end - shown), shown,
			skipped ? "" : "\n");
		shown = end + (*end == '\n');
	}
	if (out)
		fclose(out);
	return text;
}
