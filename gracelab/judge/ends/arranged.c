/* SPDX-License-Identifier: GPL-3.0-or-later */

#include "arranged.h"

#include <stdlib.h>
#include <string.h>

/* So many rows away what belongs together is looked for. */
#define LOOK_BACK 64

uint64_t arranged_time(const struct arranged_row *row)
{
	return row->call ? row->call->time_ns : row->segment->time_ns;
}

static int by_time(const void *a, const void *b)
{
	const struct arranged_row *one = a, *other = b;
	uint64_t first = arranged_time(one), second = arranged_time(other);

	if (first != second)
		return first < second ? -1 : 1;
	/* What is sent follows from the call. */
	if (!one->call != !other->call)
		return one->call ? -1 : 1;
	return one->at < other->at ? -1 : one->at > other->at;
}

static size_t entries_of(const struct evidence *evidence)
{
	return evidence ? evidence->count : 0;
}

/* A segment joins the row before it if that call has sent it. */
static bool has_sent(
	const struct arranged_row *call, const struct arranged_row *segment)
{
	return call->call && call->call->sends && !call->segment &&
		!segment->call && call->side == segment->hop &&
		segment->segment->right == (call->side == CLIENT);
}

/* The same of a call of the proxy's, wherever that stands: the kernel answers
 * by itself too. */
static bool proxy_has_sent(
	const struct arranged_row *call, const struct arranged_row *segment)
{
	return call->call && call->call->sends && !call->segment &&
		(call->both || call->hop == segment->hop) &&
		segment->segment->time_ns <= call->call->until_ns &&
		(!call->call->data || segment->segment->data);
}

/* Which of the proxy's calls has sent the segment, of the first `kept` rows;
 * NULL if none has, or if it may have been either of two that overlap. */
static struct arranged_row *proxy_sender(
	struct arranged *table, size_t kept, const struct arranged_row *segment)
{
	struct arranged_row *sender = NULL;

	for (size_t i = kept; i-- > 0 && kept - i <= LOOK_BACK;) {
		struct arranged_row *row = &table->rows[i];

		if (!row->proxy || !proxy_has_sent(row, segment))
			continue;
		if (sender)
			return NULL;
		sender = row;
	}
	return sender;
}

/* Who has sent the segment, or NULL. */
static struct arranged_row *sender_of(
	struct arranged *table, size_t kept, const struct arranged_row *segment)
{
	if (segment->segment->right != (segment->hop == CLIENT))
		return proxy_sender(table, kept, segment);
	/* Ours has called next before it, but for the proxy. */
	for (size_t i = kept; i-- > 0 && kept - i <= LOOK_BACK;)
		if (!table->rows[i].proxy)
			return has_sent(&table->rows[i], segment)
				? &table->rows[i]
				: NULL;
	return NULL;
}

/* Whether both are the same call, as it is told of each hop. */
static bool is_twin(
	const struct arranged_row *row, const struct arranged_row *other)
{
	return row->hop != other->hop &&
		row->call->time_ns == other->call->time_ns &&
		row->call->process == other->call->process &&
		!strcmp(row->call->text, other->call->text);
}

/* The row before `kept` that has told the same call, or NULL. */
static struct arranged_row *twin_of(
	struct arranged *table, size_t kept, const struct arranged_row *row)
{
	for (size_t i = kept; i-- > 0 && kept - i <= LOOK_BACK;) {
		struct arranged_row *other = &table->rows[i];

		if (other->proxy && other->call && other->call->wide &&
			is_twin(row, other))
			return other;
	}
	return NULL;
}

/* What a process closes at both hops it does by one call, which is told once.
 */
static void drop_twins(struct arranged *table)
{
	size_t kept = 0;

	for (size_t i = 0; i < table->count; i++) {
		struct arranged_row row = table->rows[i];
		struct arranged_row *twin =
			row.proxy && row.call && row.call->wide
			? twin_of(table, kept, &row)
			: NULL;

		if (twin)
			twin->both = true;
		else
			table->rows[kept++] = row;
	}
	table->count = kept;
}

/* Directly, the one hop is that of either side. */
static void arrange_direct(struct arranged *table)
{
	size_t kept = 0;

	for (size_t i = 0; i < table->count; i++) {
		struct arranged_row row = table->rows[i];
		struct arranged_row *last =
			kept ? &table->rows[kept - 1] : NULL;

		if (last && last->call)
			row.hop = last->side;
		if (last && has_sent(last, &row)) {
			last->segment = row.segment;
			last->hop = SERVER;
			continue;
		}
		row.hop = SERVER;
		table->rows[kept++] = row;
	}
	table->count = kept;
}

/* Puts what belongs together into one row. */
static void arrange(struct arranged *table)
{
	size_t kept = 0;

	drop_twins(table);
	for (size_t i = 0; i < table->count; i++) {
		struct arranged_row row = table->rows[i];
		struct arranged_row *sender =
			row.call ? NULL : sender_of(table, kept, &row);

		if (sender) {
			sender->segment = row.segment;
			sender->hop = row.hop;
		} else {
			table->rows[kept++] = row;
		}
	}
	table->count = kept;
}

static void add(struct arranged *table, const struct evidence *evidence,
	const struct arranged_row *like)
{
	for (size_t i = 0; i < entries_of(evidence); i++) {
		struct arranged_row *row = &table->rows[table->count++];

		*row = *like;
		row->at = table->count;
		if (like->call)
			row->call = &evidence->entries[i];
		else
			row->segment = &evidence->entries[i];
	}
}

static void number_speakers(struct arranged *table)
{
	for (size_t i = 0; i < table->count; i++) {
		const struct arranged_row *row = &table->rows[i];
		struct arranged_speaker *speaker =
			&table->speakers[table->speaker_count];
		unsigned processes = 0;

		if (!row->proxy || !row->call || arranged_speaker(table, row) ||
			table->speaker_count == ARRANGED_SPEAKERS)
			continue;
		*speaker = (struct arranged_speaker){
			.process = row->call->process,
			.thread = row->call->thread,
			.thread_number = 1,
		};
		for (size_t k = 0; k < table->speaker_count; k++) {
			const struct arranged_speaker *other =
				&table->speakers[k];

			if (other->process_number > processes)
				processes = other->process_number;
			if (other->process != speaker->process)
				continue;
			speaker->process_number = other->process_number;
			speaker->thread_number = other->thread_number + 1;
		}
		if (!speaker->process_number)
			speaker->process_number = processes + 1;
		table->speaker_count++;
	}
}

struct arranged arranged_make(const struct rows_source *source)
{
	static const struct evidence_entry some;
	struct arranged table = { 0 };
	size_t room = 1;

	for (int side = 0; side < SIDES; side++)
		room += entries_of(source->calls[side]) +
			entries_of(source->proxy[side]) +
			entries_of(source->hops[side]);
	table.rows = calloc(room, sizeof(*table.rows));
	if (!table.rows)
		return table;
	for (int i = 0; i < SIDES; i++) {
		enum side side = (enum side)i;

		add(&table, source->calls[i],
			&(struct arranged_row){ .call = &some, .side = side });
		add(&table, source->proxy[i],
			&(struct arranged_row){
				.call = &some, .proxy = true, .hop = side });
		add(&table, source->hops[i],
			&(struct arranged_row){ .hop = side });
	}
	if (table.count)
		qsort(table.rows, table.count, sizeof(*table.rows), by_time);
	if (source->direct)
		arrange_direct(&table);
	else
		arrange(&table);
	number_speakers(&table);
	return table;
}

bool arranged_has_proxy(const struct arranged *table)
{
	return table->speaker_count;
}

const struct arranged_speaker *arranged_speaker(
	const struct arranged *table, const struct arranged_row *row)
{
	for (size_t i = 0; row->proxy && row->call && i < table->speaker_count;
		i++)
		if (table->speakers[i].process == row->call->process &&
			table->speakers[i].thread == row->call->thread)
			return &table->speakers[i];
	return NULL;
}

void arranged_free(struct arranged *table)
{
	free(table->rows);
	*table = (struct arranged){ 0 };
}
