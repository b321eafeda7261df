/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * Draws records that nobody has played: `draw FORMAT <FILE.json`, where FORMAT
 * is text, ascii, svg, mermaid, html or json. What no experiment shows as yet
 * can be looked at so, and kept.
 */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "gracelab/page/page.h"
#include "gracelab/record/ladder.h"
#include "gracelab/record/mermaid.h"
#include "gracelab/record/svg.h"
#include "gracelab/record/text.h"

static void write_text(FILE *out, const struct record *record)
{
	ladder_write(out, record);
	ladder_write_remarks(out, record);
	ladder_write_failure(out, record);
}

static void write_ascii(FILE *out, const struct record *record)
{
	char *text = NULL;
	size_t size;
	FILE *composed = open_memstream(&text, &size);

	if (!composed)
		return;
	write_text(composed, record);
	fclose(composed);
	text_write_ascii(out, text);
	free(text);
}

static void write_json(FILE *out, const struct record *record)
{
	json_t *json = record_to_json(record);

	json_dumpf(json, out, JSON_INDENT(2));
	fputc('\n', out);
	json_decref(json);
}

static const struct {
	const char *name;
	void (*write)(FILE *out, const struct record *record);
} formats[] = {
	{ "text", write_text },
	{ "ascii", write_ascii },
	{ "svg", svg_write },
	{ "mermaid", mermaid_write },
	{ "html", page_write },
	{ "json", write_json },
};

int main(int argc, char **argv)
{
	struct record record = { 0 };
	json_t *json = json_loadf(stdin, 0, NULL);
	int status = 2;

	if (!json || !record_from_json(&record, json)) {
		fputs("draw: no record on standard input\n", stderr);
	} else {
		for (size_t i = 0; i < sizeof(formats) / sizeof(*formats); i++)
			if (argc == 2 && !strcmp(argv[1], formats[i].name)) {
				formats[i].write(stdout, &record);
				status = 0;
			}
	}
	record_free(&record);
	json_decref(json);
	return status;
}
