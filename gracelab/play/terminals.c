/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "terminals.h"

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

/* Writes a line of `len` bytes with its ports replaced. */
static void write_line(
	FILE *out, const char *line, size_t len, const uint16_t ports[SIDES])
{
	for (size_t i = 0; i < len; i++) {
		char *end;
		unsigned long port = line[i] == ':' && i + 1 < len
			? strtoul(line + i + 1, &end, 10)
			: 0;

		fputc(line[i], out);
		if (!port || (port != ports[CLIENT] && port != ports[SERVER]))
			continue;
		fputs("PORT", out);
		i = (size_t)(end - line) - 1;
	}
}

char *terminals_text(const char *shown, const uint16_t ports[SIDES])
{
	static const char listening[] = "listening on ";
	char *text = NULL;
	size_t size;
	FILE *out = open_memstream(&text, &size);

	while (out && shown && *shown) {
		size_t len = strcspn(shown, "\n");

		if (strncmp(shown, listening, strlen(listening)) != 0) {
			write_line(out, shown, len, ports);
			fputc('\n', out);
		}
		shown += len + (shown[len] == '\n');
	}
	if (out)
		fclose(out);
	return text;
}
