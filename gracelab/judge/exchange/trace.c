/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "trace.h"

#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "gracelab/record/text.h"
#include "lib/text/escape.h"

/* Of the 80 columns of a line, behind the time: the call, then the state. */
#define CALL_COLUMNS 40
#define STATE_COLUMN 54

/* More rows than this are no evidence; the last one stays the end. */
#define ROWS_MAX 64

static struct rung *add(struct trace *trace, double seconds, const char *call)
{
	struct rung *rung = record_add(&trace->record, seconds);

	trace->received = trace->text_bytes = 0;
	if (rung) {
		rung->caller = CLIENT;
		rung->call = strdup(call);
	}
	return rung;
}

static void set_text(struct rung *rung, const char *text, size_t len)
{
	char escaped[ESCAPE_SIZE(TRACE_TEXT_BYTES) + sizeof("…")];
	size_t shown = escape_cut(text, len, TRACE_TEXT_BYTES);
	size_t used = escape_text(escaped, text, shown);

	if (shown < len)
		strcpy(escaped + used, "…");
	free(rung->text);
	rung->text = strdup(escaped);
}

void trace_call(struct trace *trace, double seconds, const char *call,
	const char *text, size_t len, const char *result, enum tcp_state state)
{
	if (trace->record.rung_count > ROWS_MAX)
		return;
	struct rung *rung = add(trace, seconds, call);

	if (!rung)
		return;
	if (text)
		set_text(rung, text, len);
	rung->result = strdup(result);
	if (state != STATE_GONE)
		rung->states[CLIENT] = strdup(state_name(state));
}

void trace_received(
	struct trace *trace, double seconds, const char *data, size_t len)
{
	struct record *record = &trace->record;
	uint64_t before = trace->received;
	struct rung *rung = before ? &record->rungs[record->rung_count - 1]
		: record->rung_count > ROWS_MAX ? NULL
						: add(trace, seconds, "recv");
	char result[24];

	if (!rung)
		return;
	size_t room = sizeof(trace->text) - trace->text_bytes;
	size_t kept = len < room ? len : room;

	memcpy(trace->text + trace->text_bytes, data, kept);
	trace->text_bytes += kept;
	set_text(rung, trace->text, trace->text_bytes);
	trace->received = before + len;
	snprintf(result, sizeof(result), "%" PRIu64, trace->received);
	free(rung->result);
	rung->result = strdup(result);
}

json_t *trace_to_json(const struct trace *trace)
{
	json_t *whole = record_to_json(&trace->record);
	json_t *ladder = json_incref(json_object_get(whole, "ladder"));

	json_decref(whole);
	return ladder;
}

static void write_row(FILE *out, const struct rung *rung)
{
	char call[TEXT_LABEL_SIZE], result[TEXT_LABEL_SIZE];
	const char *state = rung->states[CLIENT];

	text_label(rung, CALL_COLUMNS, call, result);
	/* What did not fit begins as if in a line of its own. */
	const char *behind = *result ? result + 1 : result;
	size_t columns = text_columns(call) + text_columns(behind);

	fprintf(out, "  %8.3f s  %s%s", rung->seconds, call, behind);
	if (state)
		fprintf(out, "%*s%s",
			columns < STATE_COLUMN ? (int)(STATE_COLUMN - columns)
					       : 2,
			"", state);
	fputc('\n', out);
}

char *trace_to_text(const struct trace *trace, const char *title)
{
	char *text = NULL;
	size_t bytes = 0;
	FILE *out = open_memstream(&text, &bytes);

	if (!out)
		return NULL;
	fprintf(out, "%s\n", title);
	for (size_t i = 0; i < trace->record.rung_count; i++)
		write_row(out, &trace->record.rungs[i]);
	if (fclose(out)) {
		free(text);
		return NULL;
	}
	return text;
}

void trace_free(struct trace *trace)
{
	record_free(&trace->record);
	*trace = (struct trace){ 0 };
}
