/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "evidence.h"

#include <assert.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "lib/base/names.h"

/* More is nothing that anybody reads, and must not eat the memory. */
#define ENTRIES_MAX 20000

/* Whether both are of one run. */
static bool is_like(
	const struct evidence_entry *one, const struct evidence_entry *other)
{
	return one->data && other->data && one->right == other->right &&
		one->lost == other->lost && one->sends == other->sends &&
		one->thread == other->thread && !strcmp(one->text, other->text);
}

void evidence_add(struct evidence *evidence, const struct evidence_entry *entry)
{
	struct evidence_entry *last = evidence->count
		? &evidence->entries[evidence->count - 1]
		: NULL;

	if (last && is_like(last, entry)) {
		last->bytes += entry->bytes;
		last->times++;
		last->until_ns = entry->until_ns;
		return;
	}
	if (evidence->count == evidence->room) {
		size_t room = evidence->room ? evidence->room * 2 : 16;
		struct evidence_entry *entries = room > ENTRIES_MAX
			? NULL
			: reallocarray(
				  evidence->entries, room, sizeof(*entries));

		if (!entries) {
			evidence->incomplete = true;
			return;
		}
		evidence->entries = entries;
		evidence->room = room;
	}
	assert(evidence->entries);
	evidence->entries[evidence->count++] = *entry;
}

void evidence_call(
	struct evidence *evidence, const struct event *event, uint64_t time_ns)
{
	struct evidence_entry entry = { .time_ns = time_ns, .times = 1 };
	const char *text = event_name(event->kind), *result = "0";

	switch (event->kind) {
	case EVENT_SEND:
	case EVENT_RECV:
		entry.data = true;
		entry.sends = event->kind == EVENT_SEND;
		entry.bytes = event->bytes;
		result = "";
		break;
	case EVENT_EOF:
		text = "recv";
		result = "0 (EOF)";
		break;
	case EVENT_ERROR:
		text = event->call;
		result = names_errno(event->error);
		break;
	case EVENT_SHUTDOWN:
		text = "shutdown wr";
		entry.sends = true;
		break;
	case EVENT_CLOSE:
		entry.sends = true;
		break;
	case EVENT_RESET:
		text = "abortive close";
		entry.sends = true;
		break;
	case EVENT_CONNECT:
		entry.sends = true;
		result = "";
		break;
	case EVENT_ACCEPT:
		result = "";
		break;
	case EVENT_LISTEN:
	case EVENT_WOULD_BLOCK:
	case EVENT_HOLD:
	case EVENT_RELEASE:
	case EVENT_STATE:
	case EVENT_PROBE:
	case EVENT_SIGNAL:
	case EVENT_QUEUED:
	case EVENT_UNSENT:
	case EVENT_SAVED:
	case EVENT_FAILURE:
	case EVENT_DONE:
	case EVENT_EXIT:
	case EVENT_KILLED:
	case EVENT_OPTION:
	case EVENT_LISTENER:
	case EVENT_PEEK:
		return;
	}
	snprintf(entry.text, sizeof(entry.text), "%s", text);
	snprintf(entry.result, sizeof(entry.result), "%s", result);
	evidence_add(evidence, &entry);
}

void evidence_note(struct evidence *evidence, const char *text,
	const char *result, bool sends, uint64_t time_ns)
{
	struct evidence_entry entry = {
		.time_ns = time_ns,
		.times = 1,
		.sends = sends,
	};

	snprintf(entry.text, sizeof(entry.text), "%s", text);
	snprintf(entry.result, sizeof(entry.result), "%s", result);
	evidence_add(evidence, &entry);
}

/*
 * How many bytes of a segment are new, its SYN and FIN counted; a window that
 * opens late has some of them sent again.
 */
static uint32_t take_new(
	struct evidence *evidence, const struct segment *segment, bool right)
{
	uint32_t end = segment->seq + segment_length(segment);
	uint32_t fresh = segment_length(segment);

	if (evidence->ways[right].known) {
		/* Compared as RFC 9293 section 3.4 has it, modulo 2^32. */
		int32_t ahead = (int32_t)(end - evidence->ways[right].next);

		fresh = ahead <= 0                ? 0
			: (uint32_t)ahead < fresh ? (uint32_t)ahead
						  : fresh;
	}
	if (fresh || !evidence->ways[right].known)
		evidence->ways[right].next = end;
	evidence->ways[right].known = true;
	return fresh;
}

void evidence_segment(struct evidence *evidence, const struct segment *segment,
	bool right, bool lost)
{
	struct evidence_entry entry = {
		.time_ns = segment->time_ns,
		.bytes = segment->payload_bytes,
		.times = 1,
		.right = right,
		.ends = segment->flags & (SEGMENT_FIN | SEGMENT_RST),
		.lost = lost,
	};

	if (segment_is_pure_ack(segment))
		return;
	/* What is lost has to come again. */
	if (!lost && !(segment->flags & SEGMENT_RST)) {
		uint32_t fresh = take_new(evidence, segment, right);

		if (!fresh)
			return;
		if (fresh < entry.bytes)
			entry.bytes = fresh;
	}
	entry.data = segment->payload_bytes && !entry.ends &&
		!(segment->flags & SEGMENT_SYN);
	if (entry.data)
		snprintf(entry.text, sizeof(entry.text), "data");
	else
		segment_text(segment, entry.text);
	evidence_add(evidence, &entry);
}

/* When the first segment that arrived went in that direction, and, if `ends`,
 * ended it; or 0. */
static uint64_t first_ns(const struct evidence *evidence, bool right, bool ends)
{
	for (size_t i = 0; i < evidence->count; i++) {
		const struct evidence_entry *entry = &evidence->entries[i];

		if (!entry->lost && entry->right == right &&
			(entry->ends || !ends))
			return entry->time_ns;
	}
	return 0;
}

uint64_t evidence_begin_ns(const struct evidence *evidence, bool right)
{
	return first_ns(evidence, right, false);
}

uint64_t evidence_end_ns(const struct evidence *evidence, bool right)
{
	return first_ns(evidence, right, true);
}

void evidence_free(struct evidence *evidence)
{
	free(evidence->entries);
	*evidence = (struct evidence){ 0 };
}
