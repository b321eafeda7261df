/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "example.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

static char *copy(const char *text)
{
	return text ? strdup(text) : NULL;
}

void example_add_rung(struct record *record, int side, const char *call,
	const char *text, const char *result)
{
	struct rung *rung = record_add(record, 0.25);

	if (!rung)
		return;
	rung->caller = side;
	rung->call = copy(call);
	rung->text = copy(text);
	rung->result = copy(result);
}

void example_add_change(struct record *record, int sender, const char *segment,
	const char *client, const char *server)
{
	struct rung *rung = &record->rungs[record->rung_count - 1];

	rung->sender = sender;
	rung->segment = copy(segment);
	rung->states[CLIENT] = copy(client);
	rung->states[SERVER] = copy(server);
}

struct record example_record(void)
{
	struct record record = {
		.name = strdup("name"),
		.title = strdup("A title"),
		.asks = strdup("What?"),
		.system = strdup("Linux 6.18"),
		.private_network = true,
		.wire = true,
		.states = true,
	};

	example_add_rung(&record, CLIENT, "connect", NULL, NULL);
	example_add_change(&record, CLIENT, "SYN", "ESTABLISHED", NULL);
	example_add_rung(&record, SERVER, "accept", NULL, NULL);
	example_add_change(&record, SERVER, "SYN+ACK", NULL, "ESTABLISHED");
	example_add_rung(&record, CLIENT, "send", "data1", "5");
	example_add_change(&record, CLIENT, "data 5", NULL, NULL);
	example_add_rung(&record, SERVER, "send", "Hi, data2", "EPIPE");
	example_add_rung(&record, CLIENT, NULL, NULL, NULL);
	example_add_change(&record, CLIENT, "RST", "gone", "gone");
	record.terminals[CLIENT] = strdup("now sending data1\nsend bytes: 5\n");
	return record;
}

struct record example_connected(void)
{
	struct record record = example_record();

	while (record.rung_count > 2) {
		struct rung *rung = &record.rungs[--record.rung_count];

		free(rung->call);
		free(rung->text);
		free(rung->result);
		free(rung->segment);
		free(rung->states[CLIENT]);
		free(rung->states[SERVER]);
	}
	return record;
}

struct rung *example_add_segment(struct record *record, enum wire_fate fate,
	int sender, const char *segment, unsigned id)
{
	example_add_rung(record, CLIENT, NULL, NULL, NULL);
	example_add_change(record, sender, segment, NULL, NULL);
	struct rung *rung = &record->rungs[record->rung_count - 1];

	rung->wire = fate;
	rung->segment_id = id;
	return rung;
}

char *example_drawn(void (*write)(FILE *out, const struct record *record),
	const struct record *record)
{
	char *text = NULL;
	size_t size;
	FILE *out = open_memstream(&text, &size);

	if (!out)
		return NULL;
	write(out, record);
	fclose(out);
	return text;
}

size_t example_count(const char *text, const char *what)
{
	size_t count = 0;

	while (text && (text = strstr(text, what))) {
		count++;
		text += strlen(what);
	}
	return count;
}

size_t example_width(const char *text)
{
	size_t width = 0, widest = 0;

	for (; *text; text++) {
		unsigned char c = (unsigned char)*text;
		bool wide = (c >= 0xe3 && c <= 0xe9) || c == 0xf0;

		width += (c & 0xc0) != 0x80 && c != 0xcc && c != 0xcd;
		width += wide;
		if (c == '\n')
			width = 0;
		if (width > widest)
			widest = width;
	}
	return widest;
}
