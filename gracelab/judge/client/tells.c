/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "tells.h"

#include <stdio.h>
#include <string.h>
#include <sys/wait.h>

#include "has.h"
#include "lib/text/escape.h"

/* As much of what a client says is compared. */
#define SAID_BYTES 16384

/* ... and shown, terminated. */
#define SHOWN_SIZE 84

struct said {
	char text[SAID_BYTES];
	size_t bytes;
};

static struct said errors_of(const struct visit *visit)
{
	struct said said;

	said.bytes = visit_said(visit->errors, said.text, sizeof(said.text));
	return said;
}

/* Takes a text out of another, once, if it is there. */
static bool take_out(struct said *said, const char *text, size_t bytes)
{
	char *found =
		bytes ? memmem(said->text, said->bytes, text, bytes) : NULL;

	if (!found)
		return false;
	said->bytes -= bytes;
	memmove(found, found + bytes,
		said->bytes - (size_t)(found - said->text));
	return true;
}

/* Its output without the reply, or what it has got of that: decoded, or as it
 * came. */
static struct said words_of(const struct visit *visit)
{
	const struct answer *answer = &visit->answer;
	size_t header = answer->header_bytes < answer->bytes
		? answer->header_bytes
		: answer->bytes;
	struct said said;

	said.bytes = visit_said(visit->output, said.text, sizeof(said.text));
	if (!take_out(&said, answer->body, answer->body_bytes) &&
		answer->text && !take_out(&said, answer->text, answer->bytes))
		take_out(&said, answer->text + header, answer->bytes - header);
	return said;
}

static bool is_same(const struct said *one, const struct said *other)
{
	return one->bytes == other->bytes &&
		!memcmp(one->text, other->text, one->bytes);
}

static bool ends_alike(const struct visit *one, const struct visit *other)
{
	return one->exited && other->exited && one->status == other->status;
}

void tells_why_no_control(
	const struct inquiry *inquiry, enum client_probe id, char *why)
{
	const struct visit *first = inquiry_next(inquiry, id, NULL);
	const struct visit *other =
		first ? inquiry_next(inquiry, id, first) : NULL;
	char exit[SEEN_EXIT_SIZE];

	*why = '\0';
	if (!first || !first->connections)
		snprintf(why, TELLS_WHY_SIZE,
			"it was not served with a whole reply");
	else if (first->taken != FATE_TAKEN && !seen_in_output(first))
		snprintf(why, TELLS_WHY_SIZE,
			"it does not read a whole reply either");
	else if (has_reply(inquiry, first) == HAS_DISCARDED)
		snprintf(why, TELLS_WHY_SIZE,
			"it throws a whole reply away too");
	else if (has_reply(inquiry, first) != HAS_REPLY)
		snprintf(why, TELLS_WHY_SIZE,
			"whether it gets a whole reply does not show either");
	else if (!first->exited)
		snprintf(why, TELLS_WHY_SIZE,
			"with a whole reply it does not end either (%s)",
			seen_exit(exit, first));
	else if (other && !ends_alike(first, other))
		snprintf(why, TELLS_WHY_SIZE,
			"with a whole reply it does not end the same way "
			"twice");
	else if (first->status != 0)
		snprintf(why, TELLS_WHY_SIZE,
			"with a whole reply it fails too (%s): give it one "
			"that it understands, by --reply or --http",
			seen_exit(exit, first));
}

bool tells_has_control(const struct inquiry *inquiry, enum client_probe id)
{
	char why[TELLS_WHY_SIZE];

	tells_why_no_control(inquiry, id, why);
	return !*why;
}

/* The first difference between two messages, for people. */
static void show_message(const struct said *said, char out[SHOWN_SIZE])
{
	escape_words(out, SHOWN_SIZE, said->text, said->bytes);
}

/* What it says, beside two controls that are known to end alike. */
static struct seen compare_words(const struct visit *visit,
	const struct visit *control, const struct visit *other,
	enum result_kind bad)
{
	const struct said errors = errors_of(visit), words = words_of(visit);
	const struct said control_errors = errors_of(control);
	const struct said control_words = words_of(control);
	const struct said other_errors = errors_of(other ? other : control);
	char exit[SEEN_EXIT_SIZE], shown[SHOWN_SIZE];

	seen_exit(exit, visit);
	if (visit->connections > control->connections)
		return seen_say(SEEN_TELLS, RESULT_GOOD,
			"%s, and it connects once more", exit);
	if (!is_same(&errors, &control_errors) && errors.bytes) {
		show_message(&errors, shown);
		/* A count of bytes and seconds is no message. */
		return is_same(&control_errors, &other_errors) &&
				!control_errors.bytes
			? seen_say(SEEN_TELLS, RESULT_GOOD,
				  "%s, as with a whole one, but it says: %s",
				  exit, shown)
			: seen_say(SEEN_UNKNOWN, RESULT_UNPROVED,
				  "%s, as with a whole one; standard error "
				  "differs: %s",
				  exit, shown);
	}
	if (!is_same(&words, &control_words)) {
		show_message(&words, shown);
		return seen_say(SEEN_UNKNOWN, RESULT_UNPROVED,
			"%s, as with a whole one; its output differs, and may "
			"say so: %s",
			exit, shown);
	}
	return seen_say(SEEN_SILENT, bad,
		"%s, as with a whole one, and nothing that tells", exit);
}

/* One that was whole, ended otherwise: taken for that? */
static struct seen compare_whole(const struct visit *visit,
	const struct visit *control, enum client_probe probe)
{
	const char *as = probe == CLIENT_UNTIL_FIN ? "one with a length"
						   : "close_notify and FIN";
	char exit[SEEN_EXIT_SIZE];

	seen_exit(exit, visit);
	if (probe == CLIENT_NOTIFY_ALONE && !visit->exited)
		return seen_say(SEEN_HANGS, RESULT_REPORTED,
			"%s: it waits for the FIN", exit);
	return ends_alike(visit, control)
		? seen_say(SEEN_TAKEN, RESULT_REPORTED, "%s, as with %s", exit,
			  as)
		: seen_say(SEEN_TELLS, RESULT_REPORTED,
			  "%s: it does not take it as it takes %s", exit, as);
}

/* Whether it has to notice: something tells that there is more to come. */
static bool is_judged(const struct inquiry *inquiry, enum client_probe probe)
{
	return client_probe_resets(probe) || client_probe_is_tls(probe) ||
		inquiry->http || inquiry->setting->framed ||
		inquiry->setting->verbatim;
}

static bool is_whole(enum client_probe probe)
{
	return probe == CLIENT_UNTIL_FIN || probe == CLIENT_FIN_ALONE ||
		probe == CLIENT_NOTIFY_ALONE;
}

/* Why the visit shows nothing, or NULL. */
static const char *why_unproved(const struct visit *visit,
	enum client_probe probe, char room[TELLS_WHY_SIZE])
{
	if (visit->taken == FATE_REFUSED && !seen_in_output(visit))
		return "the half of the reply is not read";
	if (!client_probe_resets(probe))
		return NULL;
	if (visit->setting->is_unix && !visit->unread)
		return "a UNIX socket is reset by what is unread, and it has "
		       "sent nothing";
	if ((visit->fin == MOMENT_AFTER || visit->reset || visit->broken) &&
		visit->exited) {
		snprintf(room, TELLS_WHY_SIZE,
			"it ends by itself before the "
			"%s, with half of the reply",
			seen_terms(visit->setting).reset);
		return room;
	}
	return NULL;
}

struct seen tells_of(const struct inquiry *inquiry, enum client_probe probe,
	const struct visit *visit)
{
	enum client_probe id = client_control_of(probe);
	const struct visit *control = inquiry_next(inquiry, id, NULL);
	const struct visit *other =
		control ? inquiry_next(inquiry, id, control) : NULL;
	bool judged = is_judged(inquiry, probe);
	enum result_kind bad = judged ? RESULT_BAD : RESULT_REPORTED;
	char why[TELLS_WHY_SIZE], exit[SEEN_EXIT_SIZE], whole[SEEN_EXIT_SIZE];
	const char *unproved;
	struct seen seen;

	tells_why_no_control(inquiry, id, why);
	if (*why || !control)
		return seen_say(SEEN_UNKNOWN, RESULT_UNPROVED, "%s", why);
	if (is_whole(probe))
		return compare_whole(visit, control, probe);
	unproved = why_unproved(visit, probe, why);
	if (unproved)
		return seen_say(SEEN_UNKNOWN, RESULT_UNPROVED, "%s", unproved);
	seen_exit(exit, visit);
	seen_exit(whole, control);
	if (!visit->exited)
		return seen_say(SEEN_HANGS, bad, "%s; with a whole one: %s",
			exit, whole);
	if (WIFSIGNALED(visit->status))
		return seen_say(SEEN_DIES, RESULT_BAD,
			"it dies of %s; with a whole one: %s", exit, whole);
	seen = visit->status != control->status
		? seen_say(SEEN_TELLS, RESULT_GOOD, "%s; with a whole one: %s",
			  exit, whole)
		: compare_words(visit, control, other, bad);
	/* Without a length nobody can be asked to tell. */
	if (!judged && seen.kind == RESULT_GOOD)
		seen.kind = RESULT_REPORTED;
	if (!judged && seen.word == SEEN_SILENT)
		snprintf(seen.why + strlen(seen.why),
			sizeof(seen.why) - strlen(seen.why),
			"; nothing in the reply tells its length (--framed)");
	return seen;
}
