/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "inquire.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "has.h"
#include "lib/base/names.h"
#include "outlook.h"
#include "shown.h"
#include "tells.h"

/* A control is made twice: what differs then, the client varies by itself. */
#define CONTROLS 2

/* Asks for visits of a kind, unless there are some. */
static void ask(struct inquiry *inquiry, enum client_probe id, unsigned times)
{
	if (inquiry_next(inquiry, id, NULL))
		return;
	for (unsigned i = 0; i < times; i++) {
		struct visit **visits = reallocarray(inquiry->visits,
			inquiry->count + 1, sizeof(struct visit *));
		struct visit *visit = calloc(1, sizeof(*visit));

		if (visits)
			inquiry->visits = visits;
		if (!visits || !visit) {
			free(visit);
			snprintf(inquiry->failure, sizeof(inquiry->failure),
				"out of memory");
			return;
		}
		visit->plan = client_plan(id, inquiry->setting->tls);
		visit->setting = inquiry->setting;
		visit->way = &inquiry->way;
		visit->number = (unsigned)inquiry->count;
		visit->id = (int)id;
		visits[inquiry->count++] = visit;
	}
}

/* Plays what was asked for; false once it cannot go on. */
static bool play(struct inquiry *inquiry)
{
	char why[NAMES_DESCRIPTION_SIZE];
	bool good;

	if (*inquiry->failure)
		return false;
	good = hall_play(&inquiry->hall, inquiry->visits, inquiry->count,
		inquiry->setting->jobs, inspect_interrupted);
	inquiry->interrupted = inspect_interrupted();
	if (!good && !inquiry->interrupted)
		snprintf(inquiry->failure, sizeof(inquiry->failure),
			"the client cannot be started: %s",
			names_describe(why, errno));
	return good;
}

static bool is_chosen(const struct inquiry *inquiry, enum client_probe id)
{
	const struct client_setting *setting = inquiry->setting;

	return inquiry->chosen[id] &&
		(!client_probe_is_tls(id) || setting->tls) &&
		(!client_probe_is_http(id) ||
			(inquiry->http && !setting->verbatim));
}

/* Whether one was reset with a reply that may not have been read. */
static bool is_ambiguous(const struct inquiry *inquiry)
{
	const struct visit *visit = NULL;

	while ((visit = inquiry_next(inquiry, CLIENT_ENDS, visit)))
		if (visit->reset == MOMENT_AFTER && visit->unread_at_reset &&
			!seen_in_output(visit))
			return true;
	return false;
}

/* Puts other visits in the place of those of CLIENT_ENDS. */
static void replace(struct inquiry *inquiry, enum client_probe by)
{
	for (size_t i = 0; i < inquiry->count; i++) {
		struct visit *visit = inquiry->visits[i];

		if (visit->id == CLIENT_ENDS)
			visit->id = CLIENT_VISITS;
		if (visit->id == (int)by)
			visit->id = CLIENT_ENDS;
	}
}

/* Those that waited longer explain the others. */
static bool ask_longer(struct inquiry *inquiry)
{
	if (!is_ambiguous(inquiry))
		return true;
	ask(inquiry, CLIENT_ENDS_LONG, inquiry->tries);
	if (!play(inquiry))
		return false;
	replace(inquiry, CLIENT_ENDS_LONG);
	return true;
}

/* Whether TLS has read a reply, and nothing shows who has it. */
static bool is_unknown(const struct inquiry *inquiry)
{
	const struct visit *visit = NULL;

	while ((visit = inquiry_next(inquiry, CLIENT_ENDS, visit)))
		if (visit->fin == MOMENT_BEFORE &&
			has_reply(inquiry, visit) == HAS_UNKNOWN)
			return true;
	return false;
}

/*
 * Who throws away what comes behind its end may do so with its first record
 * alone. Only where a longer reply is none that the client knows better.
 */
static bool ask_for_more(struct inquiry *inquiry)
{
	const struct client_setting *setting = inquiry->setting;
	const struct visit *visit = NULL;
	bool may_repeat =
		setting->repeats || (inquiry->http && !setting->verbatim);

	if (!may_repeat || !is_unknown(inquiry))
		return true;
	ask(inquiry, CLIENT_ENDS_LARGE, inquiry->tries);
	if (!play(inquiry))
		return false;
	while ((visit = inquiry_next(inquiry, CLIENT_ENDS_LARGE, visit)))
		if (has_reply(inquiry, visit) == HAS_NOT) {
			replace(inquiry, CLIENT_ENDS_LARGE);
			break;
		}
	return true;
}

/* The plain exchange, and how it ends; false where there is none. */
static bool begin(struct inquiry *inquiry)
{
	const struct visit *plain;

	ask(inquiry, CLIENT_PLAIN, CONTROLS);
	ask(inquiry, CLIENT_ENDS, inquiry->tries);
	/* It needs no control, and so no time of its own. */
	if (inquiry->chosen[CLIENT_SENDS_ON] || inquiry->chosen[CLIENT_SIGPIPE])
		ask(inquiry, CLIENT_SENDS_ON, inquiry->tries);
	if (!play(inquiry))
		return false;
	if (has_to_be_asked(inquiry)) {
		ask(inquiry, CLIENT_PLAIN_OPEN, 1);
		ask(inquiry, CLIENT_NO_REPLY, 1);
	}
	if (!play(inquiry))
		return false;
	plain = inquiry_next(inquiry, CLIENT_PLAIN, NULL);
	inquiry->http = inquiry->setting->http || (plain && plain->http);
	for (int id = 0; id < CLIENT_PROBES; id++)
		if (is_chosen(inquiry, (enum client_probe)id))
			results_expect(
				inquiry->results, client_probes[id].name);
	shown_add(inquiry, CLIENT_PLAIN);
	if (!plain || !plain->connections || *plain->refused ||
		has_refused_server(plain))
		return false;
	if (!ask_longer(inquiry) || !ask_for_more(inquiry))
		return false;
	shown_add(inquiry, CLIENT_ENDS);
	return true;
}

/* Whether it has ended its sending before the reply, by FIN, at least once. */
static bool ends_early(const struct inquiry *inquiry)
{
	const struct visit *visit = NULL;

	while ((visit = inquiry_next(inquiry, CLIENT_ENDS, visit)))
		if (visit->fin == MOMENT_BEFORE && visit->taken == FATE_TAKEN)
			return true;
	return false;
}

/* With TLS nothing is left unread that could reset a UNIX socket. */
static bool can_be_played(const struct inquiry *inquiry, enum client_probe id)
{
	const struct client_setting *setting = inquiry->setting;

	return is_chosen(inquiry, id) &&
		!(client_probe_resets(id) && setting->is_unix && setting->tls);
}

static bool play_rest(struct inquiry *inquiry)
{
	const struct visit *late = NULL;
	bool lost = false;

	if (is_chosen(inquiry, CLIENT_LATE_REPLY) && ends_early(inquiry))
		ask(inquiry, CLIENT_LATE_REPLY, inquiry->tries);
	/* What has no control tells nothing. */
	for (int id = CLIENT_CUT;
		id < CLIENT_PROBES && tells_has_control(inquiry, CLIENT_PLAIN);
		id++)
		if (can_be_played(inquiry, (enum client_probe)id)) {
			ask(inquiry, client_control_of((enum client_probe)id),
				CONTROLS);
			ask(inquiry, (enum client_probe)id, inquiry->tries);
		}
	if (!play(inquiry))
		return false;
	while ((late = inquiry_next(inquiry, CLIENT_LATE_REPLY, late)))
		lost = lost || late->taken == FATE_REFUSED;
	if (lost)
		ask(inquiry, CLIENT_LATE_OPEN, 1);
	return play(inquiry);
}

void inquire(struct inquiry *inquiry)
{
	hall_open(&inquiry->hall);
	if (way_open(&inquiry->way, inquiry->setting, inquiry->failure) &&
		begin(inquiry) && play_rest(inquiry))
		for (int id = CLIENT_TLS_END; id < CLIENT_PROBES; id++)
			if (is_chosen(inquiry, (enum client_probe)id))
				shown_add(inquiry, (enum client_probe)id);
	outlook_conclude(inquiry);
}

void inquire_forget(struct inquiry *inquiry)
{
	for (size_t i = 0; i < inquiry->count; i++) {
		visit_free(inquiry->visits[i]);
		free(inquiry->visits[i]);
	}
	free(inquiry->visits);
	way_close(&inquiry->way);
	hall_close(&inquiry->hall);
}
