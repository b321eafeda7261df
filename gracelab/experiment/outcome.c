/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "outcome.h"

#include <poll.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "lib/base/names.h"
#include "lib/net/tcp.h"
#include "lib/text/escape.h"

static bool scan_number(struct scan *scan, const char *what, int *number)
{
	char *word, *end;

	if (!scan_name(scan, &word))
		return false;
	long value = strtol(word, &end, 10);

	*number = (int)value;
	if (word[0] >= '0' && word[0] <= '9' && !*end && value <= INT32_MAX)
		return true;
	scan_back_to(scan, word);
	return scan_fail(scan, what);
}

static bool scan_signal(struct scan *scan, int *number)
{
	char *word;

	if (!scan_name(scan, &word))
		return false;
	*number = names_signal_number(word);
	if (*number)
		return true;
	scan_back_to(scan, word);
	return scan_fail(scan, "a signal such as SIGPIPE");
}

static bool scan_exit(struct scan *scan, struct outcome *outcome)
{
	scan_space(scan);
	if (!scan_at_end(scan) && *scan->at >= '0' && *scan->at <= '9') {
		outcome->kind = OUTCOME_EXIT;
		return scan_number(
			scan, "an exit status or a signal", &outcome->number);
	}
	outcome->kind = OUTCOME_KILLED;
	return scan_signal(scan, &outcome->number);
}

/* A record by its type, and an alert or a handshake by what is inside too. */
static bool scan_record(struct scan *scan, struct outcome *outcome,
	enum outcome_kind kind, const char *what)
{
	struct tls_record *record = &outcome->record;
	char *word;

	outcome->kind = kind;
	*record = (struct tls_record){ 0 };
	if (!scan_name(scan, &word))
		return false;
	if (!tls_record_type_parse(word, &record->type)) {
		scan_back_to(scan, word);
		return scan_fail(scan, what);
	}
	if (record->type != TLS_ALERT && record->type != TLS_HANDSHAKE)
		return true;
	if (!scan_name(scan, &word))
		return false;
	if (tls_record_describe(record, word))
		return true;
	scan_back_to(scan, word);
	return scan_fail(scan,
		record->type == TLS_ALERT ? "an alert such as close_notify"
					  : "a message such as finished");
}

static bool scan_received(struct scan *scan, struct outcome *outcome)
{
	static const char what[] =
		"the text in double quotes, or a record such as alert "
		"close_notify";

	outcome->kind = OUTCOME_RECEIVED;
	scan_space(scan);
	if (!scan_at_end(scan) && *scan->at >= 'a' && *scan->at <= 'z')
		return scan_record(
			scan, outcome, OUTCOME_RECEIVED_RECORD, what);
	if (!scan_next_is(scan, '"'))
		return scan_fail(scan, what);
	return scan_word(scan, &outcome->text, &outcome->bytes);
}

static bool scan_state(struct scan *scan, struct outcome *outcome)
{
	char *word;

	outcome->kind = OUTCOME_STATE;
	if (!scan_name(scan, &word))
		return false;
	if (state_parse(word, &outcome->state) &&
		outcome->state != STATE_UNKNOWN)
		return true;
	scan_back_to(scan, word);
	return scan_fail(scan, "a TCP state such as FIN_WAIT2, or gone");
}

static bool scan_probe(struct scan *scan, struct outcome *outcome)
{
	char *word;

	outcome->kind = OUTCOME_PROBE;
	if (!scan_name(scan, &word))
		return false;
	if (event_probe_parse(word, &outcome->probe))
		return true;
	scan_back_to(scan, word);
	return scan_fail(scan, "half, full or unknown");
}

/* A number of bytes, behind the word. */
static bool scan_bytes(
	struct scan *scan, struct outcome *outcome, enum outcome_kind kind)
{
	int bytes = 0;

	outcome->kind = kind;
	if (!scan_number(scan, "a number of bytes", &bytes))
		return false;
	outcome->bytes = (size_t)bytes;
	return true;
}

/* A number of bytes, or a record. */
static bool scan_sent(struct scan *scan, struct outcome *outcome)
{
	scan_space(scan);
	if (!scan_at_end(scan) && *scan->at >= 'a' && *scan->at <= 'z')
		return scan_record(scan, outcome, OUTCOME_SENT_RECORD,
			"a number of bytes, or a record such as alert "
			"close_notify");
	return scan_bytes(scan, outcome, OUTCOME_SENT);
}

static bool scan_poll(struct scan *scan, struct outcome *outcome)
{
	char *word;

	outcome->kind = OUTCOME_POLL;
	if (!scan_name(scan, &word))
		return false;
	if (tcp_poll_parse(word, &outcome->poll))
		return true;
	scan_back_to(scan, word);
	return scan_fail(scan,
		"IN, OUT, RDHUP, HUP and ERR, with | between, or nothing");
}

bool outcome_scan(struct scan *scan, struct outcome *outcome)
{
	char *word;

	if (scan_keyword(scan, "sent"))
		return scan_sent(scan, outcome);
	if (scan_keyword(scan, "unread"))
		return scan_bytes(scan, outcome, OUTCOME_UNREAD);
	if (scan_keyword(scan, "unacknowledged"))
		return scan_bytes(scan, outcome, OUTCOME_UNACKNOWLEDGED);
	if (scan_keyword(scan, "poll"))
		return scan_poll(scan, outcome);
	if (scan_keyword(scan, "received"))
		return scan_received(scan, outcome);
	if (scan_keyword(scan, "state"))
		return scan_state(scan, outcome);
	if (scan_keyword(scan, "probe"))
		return scan_probe(scan, outcome);
	if (scan_keyword(scan, "exit"))
		return scan_exit(scan, outcome);
	if (scan_keyword(scan, "signal")) {
		outcome->kind = OUTCOME_SIGNAL;
		return scan_signal(scan, &outcome->number);
	}
	outcome->kind = OUTCOME_EOF;
	if (scan_keyword(scan, "eof"))
		return true;
	outcome->kind = OUTCOME_NOTHING;
	if (scan_keyword(scan, "nothing"))
		return true;
	outcome->kind = OUTCOME_ERRNO;
	if (!scan_at_end(scan)) {
		if (!scan_name(scan, &word))
			return false;
		outcome->number = names_errno_number(word);
		if (outcome->number)
			return true;
		scan_back_to(scan, word);
	}
	return scan_fail(scan,
		"received \"TEXT\" or RECORD, eof, nothing, sent N or RECORD, "
		"an errno name, "
		"signal NAME, exit STATUS, state NAME, probe RESULT, poll "
		"FLAGS, unread N or unacknowledged N");
}

bool outcome_equal(const struct outcome *a, const struct outcome *b)
{
	if (a->kind != b->kind)
		return false;
	switch (a->kind) {
	case OUTCOME_SENT:
	case OUTCOME_UNREAD:
	case OUTCOME_UNACKNOWLEDGED:
		return a->bytes == b->bytes;
	case OUTCOME_SENT_RECORD:
	case OUTCOME_RECEIVED_RECORD:
		return tls_record_is_same(&a->record, &b->record);
	case OUTCOME_POLL:
		/* Whether it could be written to counts only where it is
		 * asked for: it nearly always can. */
		return !((a->poll ^ b->poll) & ~POLLOUT) &&
			(a->poll & POLLOUT || !(b->poll & POLLOUT));
	case OUTCOME_RECEIVED:
		return a->bytes == b->bytes &&
			!memcmp(a->text, b->text, a->bytes);
	case OUTCOME_EOF:
	case OUTCOME_NOTHING:
		return true;
	case OUTCOME_ERRNO:
	case OUTCOME_SIGNAL:
	case OUTCOME_EXIT:
	case OUTCOME_KILLED:
		return a->number == b->number;
	case OUTCOME_STATE:
		return a->state == b->state;
	case OUTCOME_PROBE:
		return a->probe == b->probe;
	}
	return false;
}

/* Writes the text as a file has it: escaped, and so are its quotes. */
static void quote(const struct outcome *outcome, char *out)
{
	char text[ESCAPE_LINE_SIZE];
	const char *p = escape_line(text, outcome->text, outcome->bytes);

	out = stpcpy(out, "received \"");
	for (; *p; p++) {
		if (*p == '"')
			*out++ = '\\';
		*out++ = *p;
	}
	strcpy(out, "\"");
}

void outcome_text(const struct outcome *outcome, char *out)
{

	switch (outcome->kind) {
	case OUTCOME_SENT:
		snprintf(out, OUTCOME_TEXT_SIZE, "sent %zu", outcome->bytes);
		break;
	case OUTCOME_RECEIVED:
		quote(outcome, out);
		break;
	case OUTCOME_EOF:
		snprintf(out, OUTCOME_TEXT_SIZE, "eof");
		break;
	case OUTCOME_NOTHING:
		snprintf(out, OUTCOME_TEXT_SIZE, "nothing");
		break;
	case OUTCOME_ERRNO:
		snprintf(out, OUTCOME_TEXT_SIZE, "%s",
			names_errno(outcome->number));
		break;
	case OUTCOME_SIGNAL:
		snprintf(out, OUTCOME_TEXT_SIZE, "signal %s",
			names_signal(outcome->number));
		break;
	case OUTCOME_EXIT:
		snprintf(out, OUTCOME_TEXT_SIZE, "exit %d", outcome->number);
		break;
	case OUTCOME_KILLED:
		snprintf(out, OUTCOME_TEXT_SIZE, "exit %s",
			names_signal(outcome->number));
		break;
	case OUTCOME_STATE:
		snprintf(out, OUTCOME_TEXT_SIZE, "state %s",
			state_name(outcome->state));
		break;
	case OUTCOME_UNREAD:
		snprintf(out, OUTCOME_TEXT_SIZE, "unread %zu", outcome->bytes);
		break;
	case OUTCOME_UNACKNOWLEDGED:
		snprintf(out, OUTCOME_TEXT_SIZE, "unacknowledged %zu",
			outcome->bytes);
		break;
	case OUTCOME_SENT_RECORD:
		tls_record_text(&outcome->record, stpcpy(out, "sent "));
		break;
	case OUTCOME_RECEIVED_RECORD:
		tls_record_text(&outcome->record, stpcpy(out, "received "));
		break;
	case OUTCOME_POLL:
		tcp_poll_text(outcome->poll, stpcpy(out, "poll "));
		break;
	case OUTCOME_PROBE:
		snprintf(out, OUTCOME_TEXT_SIZE, "probe %s",
			event_probe_name(outcome->probe));
		break;
	}
}
