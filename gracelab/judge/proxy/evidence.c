/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "evidence.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

#include "gracelab/record/record.h"
#include "gracelab/record/rungs.h"
#include "lib/base/names.h"

/* The columns, from left to right, and where they begin. */
enum column { COLUMN_CLIENT, COLUMN_FRONT, COLUMN_BACK, COLUMN_SERVER };
static const int begins[] = { 2, 26, 42, 58 };

/* More than this is no ladder; what follows is left out and counted. */
#define ENTRIES_MAX 120

struct entry {
	uint64_t time_ns;
	enum column column;
	bool right; /* the segment's direction */
	bool data;  /* bytes alone: followed by its like, they add up */
	uint64_t bytes;
	unsigned times; /* how many were added up */
	char text[32];  /* "send", "FIN", "recv = ECONNRESET" */
};

struct evidence {
	uint16_t front, back;
	/* By the other end's port: whose SYN was seen. */
	bool begun[UINT16_MAX + 1];
	struct entry *entries; /* owned */
	size_t count;
};

struct evidence *evidence_begin(uint16_t front_port, uint16_t back_port)
{
	struct evidence *finding = calloc(1, sizeof(*finding));

	if (finding) {
		finding->front = front_port;
		finding->back = back_port;
	}
	return finding;
}

static uint64_t now_ns(void)
{
	struct timespec now;

	/* The clock of the capture. */
	clock_gettime(CLOCK_REALTIME, &now);
	return (uint64_t)now.tv_sec * 1000000000u + (uint64_t)now.tv_nsec;
}

static void add(struct evidence *finding, const struct entry *entry)
{
	struct entry *entries = reallocarray(
		finding->entries, finding->count + 1, sizeof(*entries));

	if (!entries)
		return;
	finding->entries = entries;
	entries[finding->count++] = *entry;
}

void evidence_event(
	struct evidence *finding, int side, const struct event *event)
{
	struct entry entry = {
		.time_ns = now_ns(),
		.column = side == CLIENT ? COLUMN_CLIENT : COLUMN_SERVER,
		.times = 1,
	};
	const char *name = event_name(event->kind);

	switch (event->kind) {
	case EVENT_SEND:
	case EVENT_RECV:
		entry.data = true;
		entry.bytes = event->bytes;
		snprintf(entry.text, sizeof(entry.text), "%s", name);
		break;
	case EVENT_EOF:
		snprintf(entry.text, sizeof(entry.text), "recv = 0 (EOF)");
		break;
	case EVENT_ERROR:
		snprintf(entry.text, sizeof(entry.text), "%s = %s", event->call,
			names_errno(event->error));
		break;
	case EVENT_SHUTDOWN:
		snprintf(entry.text, sizeof(entry.text), "shutdown wr = 0");
		break;
	case EVENT_CLOSE:
		snprintf(entry.text, sizeof(entry.text), "close = 0");
		break;
	case EVENT_RESET:
		snprintf(entry.text, sizeof(entry.text), "abortive close = 0");
		break;
	case EVENT_CONNECT:
	case EVENT_ACCEPT:
		snprintf(entry.text, sizeof(entry.text), "%s", name);
		break;
	default:
		return;
	}
	add(finding, &entry);
}

void evidence_segment(struct evidence *finding, const struct segment *segment)
{
	bool front = segment->sport == finding->front ||
		segment->dport == finding->front;
	struct entry entry = {
		.time_ns = segment->time_ns,
		.column = front ? COLUMN_FRONT : COLUMN_BACK,
		.right = segment->dport ==
			(front ? finding->front : finding->back),
		.times = 1,
		.bytes = segment->payload_bytes,
	};

	uint16_t other = entry.right ? segment->sport : segment->dport;

	/* The tail of an earlier play is not this finding's. */
	if (segment->flags & SEGMENT_SYN)
		finding->begun[other] = true;
	if (segment_is_pure_ack(segment) || !finding->begun[other])
		return;
	entry.data = segment->payload_bytes &&
		!(segment->flags & (SEGMENT_FIN | SEGMENT_RST | SEGMENT_SYN));
	segment_text(segment, entry.text);
	if (entry.data)
		strcpy(entry.text, "data");
	add(finding, &entry);
}

static int by_time(const void *a, const void *b)
{
	const struct entry *one = a, *other = b;

	return one->time_ns < other->time_ns ? -1
					     : one->time_ns > other->time_ns;
}

/* Adds up runs of data of one column and direction. */
static void fold(struct evidence *finding)
{
	size_t last[4] = { 0 }; /* per column: the run under way, + 1 */
	size_t kept = 0;

	for (size_t i = 0; i < finding->count; i++) {
		struct entry *entry = &finding->entries[i];
		struct entry *run = last[entry->column]
			? &finding->entries[last[entry->column] - 1]
			: NULL;

		if (entry->data && run && run->right == entry->right &&
			!strcmp(run->text, entry->text)) {
			run->bytes += entry->bytes;
			run->times++;
			continue;
		}
		finding->entries[kept++] = *entry;
		last[entry->column] = entry->data ? kept : 0;
	}
	finding->count = kept;
}

static void write_entry(FILE *out, const struct entry *entry)
{
	char text[64], times[16] = "";
	bool call = entry->column == COLUMN_CLIENT ||
		entry->column == COLUMN_SERVER;

	if (entry->times > 1)
		snprintf(times, sizeof(times), " (%u)", entry->times);
	if (!entry->data)
		snprintf(text, sizeof(text), "%s", entry->text);
	else
		snprintf(text, sizeof(text), "%s%s%llu%s", entry->text,
			call ? " = " : " ", (unsigned long long)entry->bytes,
			call ? times : "");
	if (call)
		fprintf(out, "%*s%s\n", begins[entry->column], "", text);
	else
		fprintf(out, "%*s%s%s%s\n", begins[entry->column], "",
			entry->right ? "── " : "◀─ ", text,
			entry->right ? " ─▶" : " ──");
}

char *evidence_text(struct evidence *finding, const char *title)
{
	char *text = NULL;
	size_t size;
	FILE *out = open_memstream(&text, &size);

	if (!out)
		return NULL;
	if (finding->count)
		qsort(finding->entries, finding->count,
			sizeof(*finding->entries), by_time);
	fold(finding);
	fprintf(out, "%s\n\n%*s%-24s%-16s%-16s%s\n", title, begins[0], "",
		"our client", "client, proxy", "proxy, server", "our server");
	for (size_t i = 0; i < finding->count && i < ENTRIES_MAX; i++)
		write_entry(out, &finding->entries[i]);
	if (finding->count > ENTRIES_MAX)
		fprintf(out, "  ... and %zu more\n",
			finding->count - ENTRIES_MAX);
	fclose(out);
	return text;
}

void evidence_end(struct evidence *finding)
{
	if (!finding)
		return;
	free(finding->entries);
	free(finding);
}
