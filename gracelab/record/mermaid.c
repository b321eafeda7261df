/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "mermaid.h"

#include <string.h>

#include "text.h"

static const char *const names[SIDES] = { "client", "server" };

/* Mermaid reads `#NN;` as a character, and ends a statement at `;`. */
static void put_text(FILE *out, const char *text)
{
	for (; *text; text++) {
		if (strchr("#;<>\"&\\{}[]()", *text))
			fprintf(out, "#%d;", *text);
		else
			fputc(*text, out);
	}
}

static void put_call(FILE *out, const struct rung *rung)
{
	char label[TEXT_LABEL_SIZE], result[TEXT_LABEL_SIZE];

	text_label(rung, 60, label, result);
	fprintf(out, "    Note %s of %s: ",
		rung->caller == CLIENT ? "left" : "right", names[rung->caller]);
	put_text(out, label);
	put_text(out, result);
	fputc('\n', out);
}

static void put_segment(FILE *out, const struct rung *rung)
{
	fprintf(out, "    %s%s%s: ", names[rung->sender],
		strcmp(rung->segment, "RST") ? "->>" : "-x",
		names[1 - rung->sender]);
	put_text(out, rung->segment);
	fputc('\n', out);
}

void mermaid_write(FILE *out, const struct record *record)
{
	fprintf(out, "sequenceDiagram\n");
	if (record->title) {
		fprintf(out, "    title ");
		put_text(out, record->title);
		fputc('\n', out);
	}
	fprintf(out, "    participant client\n    participant server\n");
	if (!record->wire)
		fprintf(out,
			"    Note over client,server: wire not observed\n");
	if (record->failed)
		fprintf(out,
			"    Note over client,server: the play did not come to "
			"its end\n");
	for (size_t i = 0; i < record->rung_count; i++) {
		const struct rung *rung = &record->rungs[i];

		if (rung->call)
			put_call(out, rung);
		if (rung->segment)
			put_segment(out, rung);
		for (int side = 0; side < SIDES; side++)
			if (rung->states[side])
				fprintf(out, "    Note over %s: %s\n",
					names[side], rung->states[side]);
	}
}
