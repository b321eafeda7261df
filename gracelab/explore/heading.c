/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "heading.h"

#include <stdlib.h>
#include <string.h>

#include "lib/text/escape.h"

/* In double quotes, with what must be escaped in them. */
static void write_quoted(FILE *out, const char *text, size_t len)
{
	char *escaped = malloc(ESCAPE_SIZE(len));

	fputc('"', out);
	if (escaped)
		escape_text(escaped, text, len);
	for (const char *p = escaped ? escaped : ""; *p; p++)
		fprintf(out, *p == '"' ? "\\%c" : "%c", *p);
	fputc('"', out);
	free(escaped);
}

static void write_words(FILE *out, const char *name, const struct words *words)
{
	if (!words->count)
		return;
	fprintf(out, "%-7s", name);
	for (size_t i = 0; i < words->count; i++) {
		const char *word = words->list[i];

		fputc(' ', out);
		write_quoted(out, word, strlen(word));
	}
	fputc('\n', out);
}

void heading_write(FILE *out, const struct experiment *experiment,
	const char *about, bool wired)
{
	fprintf(out, "title   %s%s%s\n",
		experiment->title ? experiment->title : "",
		experiment->title ? ": " : "", about);
	if (experiment->asks)
		fprintf(out, "asks    %s\n", experiment->asks);
	if (wired)
		fputs("wire\n", out);
	write_words(out, "server", &experiment->server);
	write_words(out, "client", &experiment->client);
	for (size_t i = 0; i < experiment->sysctls.count; i++)
		fprintf(out, "sysctl  %s\n", experiment->sysctls.list[i]);
	for (size_t i = 0; i < experiment->file_count; i++) {
		const struct lab_file *file = &experiment->files[i];

		fprintf(out, "file    \"%s\" ", file->name);
		write_quoted(out, file->text, file->bytes);
		fputc('\n', out);
	}
	if (experiment->inherits_sigpipe)
		fprintf(out, "inherit SIGPIPE=%s\n",
			experiment->sigpipe_ignored ? "ignore" : "default");
	fprintf(out, "\n%s", wired ? "wire> hold\n" : "");
}
