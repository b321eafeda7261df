/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "mask.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "ladder.h"
#include "text.h"

/* A line of the ladder by its columns, each terminated and without space. */
struct columns {
	char client[LADDER_WIDTH * 4], client_state[LADDER_WIDTH * 4];
	char wire[LADDER_WIDTH * 4];
	char server_state[LADDER_WIDTH * 4], server[LADDER_WIDTH * 4];
};

/* Copies columns [from, to) of a line of `len` bytes, space at the end cut. */
static void cut(const char *line, size_t len, size_t from, size_t to, char *out)
{
	size_t start = text_bytes_of(line, from), end;

	if (start > len)
		start = len;
	end = start + text_bytes_of(line + start, to - from);
	if (end > len)
		end = len;
	while (end > start && line[end - 1] == ' ')
		end--;
	snprintf(out, LADDER_WIDTH * 4, "%.*s", (int)(end - start),
		line + start);
}

static void take_apart(const char *line, size_t len, struct columns *columns)
{
	cut(line, len, LADDER_CLIENT_AT, LADDER_CLIENT_STATE_AT,
		columns->client);
	cut(line, len, LADDER_CLIENT_STATE_AT, LADDER_WIRE_AT,
		columns->client_state);
	cut(line, len, LADDER_WIRE_AT, LADDER_SERVER_STATE_AT, columns->wire);
	cut(line, len, LADDER_SERVER_STATE_AT, LADDER_SERVER_AT,
		columns->server_state);
	cut(line, len, LADDER_SERVER_AT, LADDER_WIDTH, columns->server);
}

static bool has_call(const struct columns *columns)
{
	return *columns->client || *columns->server;
}

/* The second line of a call whose result did not fit. */
static bool is_continuation(const struct columns *columns)
{
	return columns->client[0] == ' ' || columns->server[0] == ' ';
}

/* The ladder's lines, taken apart. */
struct table {
	struct columns *lines;
	size_t count;
	size_t call; /* the last line on which a call begins, + 1 */
};

static bool add_line(struct table *table, const char *line, size_t len,
	bool wire, bool states)
{
	struct columns *lines =
		reallocarray(table->lines, table->count + 1, sizeof(*lines));

	if (!lines)
		return false;
	struct columns *last = &lines[table->count++];

	table->lines = lines;
	take_apart(line, len, last);
	if (!states)
		*last->client_state = *last->server_state = '\0';
	if (!wire)
		*last->wire = '\0';
	if (has_call(last) && !is_continuation(last))
		table->call = table->count;
	if (has_call(last) || *last->wire)
		return true;
	struct columns *call = table->call ? &lines[table->call - 1] : NULL;
	bool moved =
		call && !wire && !*call->client_state && !*call->server_state;

	if (moved) {
		strcpy(call->client_state, last->client_state);
		strcpy(call->server_state, last->server_state);
	}
	/* A line that has nothing left is no line. */
	if (moved || (!*last->client_state && !*last->server_state))
		table->count--;
	return true;
}

static void write_table(FILE *out, const struct table *table)
{
	for (size_t i = 0; i < table->count; i++) {
		const struct columns *columns = &table->lines[i];

		fprintf(out, "%s|%s|%s|%s|%s\n", columns->client,
			columns->client_state, columns->wire,
			columns->server_state, columns->server);
	}
}

char *mask_transcript(const char *text, bool wire, bool states)
{
	static const char heading[] = "  client ";
	struct table table = { 0 };
	char *masked = NULL;
	size_t size;
	FILE *out = open_memstream(&masked, &size);
	bool in_ladder = false, good = out;

	while (good && *text) {
		size_t len = strcspn(text, "\n");

		if (!strncmp(text, heading, strlen(heading)))
			in_ladder = true;
		if (in_ladder && !len) {
			write_table(out, &table);
			in_ladder = false;
		}
		if (in_ladder)
			good = add_line(&table, text, len, wire, states);
		else
			fprintf(out, "%.*s\n", (int)len, text);
		text += len + (text[len] == '\n');
	}
	if (in_ladder)
		write_table(out, &table);
	free(table.lines);
	if (out && (fclose(out) || !good)) {
		free(masked);
		masked = NULL;
	}
	return masked;
}
