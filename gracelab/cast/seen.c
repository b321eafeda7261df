/* SPDX-License-Identifier: GPL-3.0-or-later */
/* From events to the outcomes that an experiment asks for. */
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include "gracelab/experiment/outcome.h"
#include "kind.h"

/* What must be seen is bytes. */
static const char *see_received(
	struct cast *cast, unsigned who, const struct heard *heard)
{
	struct outcome outcome = { .kind = OUTCOME_RECEIVED,
		.bytes = heard->data_bytes };

	outcome.text = malloc(heard->data_bytes + 1);
	if (!outcome.text)
		return cast_say(cast, "no memory");
	if (heard->data_bytes)
		memcpy(outcome.text, heard->event.data, heard->data_bytes);
	outcome.text[heard->data_bytes] = '\0';
	return cast_see(cast, who, outcome);
}

/* All that `state` shows can be asked for. */
static const char *see_state(
	struct cast *cast, unsigned who, const struct event *event)
{
	const struct outcome outcomes[] = {
		{ .kind = OUTCOME_POLL, .poll = event->poll },
		{ .kind = OUTCOME_UNREAD, .bytes = event->unread },
	};
	const char *error = NULL;

	if (event->state == STATE_UNKNOWN) {
		cast->lacks = true;
		return cast_say(cast,
			"the kernel does not tell of UNIX sockets, unix_diag");
	}
	for (size_t i = 0; i < sizeof(outcomes) / sizeof(*outcomes) && !error;
		i++)
		error = cast_see(cast, who, outcomes[i]);
	/* Before accept(2) a UNIX socket's is not known. */
	if (!error && event->unacknowledged != SIZE_MAX)
		error = cast_see(cast, who,
			(struct outcome){ .kind = OUTCOME_UNACKNOWLEDGED,
				.bytes = event->unacknowledged });
	/* No error is nothing to be seen. */
	if (!error && event->error)
		error = cast_see(cast, who,
			(struct outcome){ .kind = OUTCOME_ERRNO,
				.number = event->error });
	return error;
}

/* Each record that was moved, and how. */
static const char *see_records(
	struct cast *cast, unsigned who, const struct heard *heard)
{
	enum outcome_kind kind = heard->event.kind == EVENT_SEND
		? OUTCOME_SENT_RECORD
		: OUTCOME_RECEIVED_RECORD;
	const char *error = NULL;

	for (size_t i = 0; i < heard->record_count && !error; i++)
		error = cast_see(cast, who,
			(struct outcome){
				.kind = kind, .record = heard->records[i] });
	return error;
}

const char *cast_see_event(
	struct cast *cast, unsigned who, const struct heard *heard)
{
	const struct event *event = &heard->event;
	struct outcome outcome;
	const char *error = see_records(cast, who, heard);

	if (error)
		return error;
	switch (event->kind) {
	case EVENT_RECV:
		return see_received(cast, who, heard);
	case EVENT_PEEK:
		if (event->bytes)
			return see_received(cast, who, heard);
		outcome = (struct outcome){ .kind = OUTCOME_EOF };
		break;
	case EVENT_STATE:
		return see_state(cast, who, event);
	case EVENT_SEND:
		outcome = (struct outcome){ .kind = OUTCOME_SENT,
			.bytes = event->bytes };
		break;
	case EVENT_EOF:
		outcome = (struct outcome){ .kind = OUTCOME_EOF };
		break;
	case EVENT_WOULD_BLOCK:
		outcome = (struct outcome){ .kind = OUTCOME_NOTHING };
		break;
	case EVENT_ERROR:
		outcome = (struct outcome){ .kind = OUTCOME_ERRNO,
			.number = event->error };
		break;
	case EVENT_SIGNAL:
		outcome = (struct outcome){ .kind = OUTCOME_SIGNAL,
			.number = event->signal };
		break;
	case EVENT_PROBE:
		outcome = (struct outcome){ .kind = OUTCOME_PROBE,
			.probe = event->probe };
		break;
	default:
		return NULL;
	}
	return cast_see(cast, who, outcome);
}
