/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "meaning.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "meaning_call.h"
#include "meaning_unix.h"

/* What is known of a connection before a row: how its states stood. */
static void look_back(
	const struct record *record, size_t at, const char *before[SIDES])
{
	unsigned connection = record->rungs[at].connection;

	before[CLIENT] = before[SERVER] = "gone";
	for (size_t i = 0; i < at; i++) {
		const struct rung *rung = &record->rungs[i];

		for (int side = 0; side < SIDES; side++)
			if (rung->states[side] &&
				rung->connection == connection)
				before[side] = rung->states[side];
	}
}

/* A segment that arrives by more than just being sent. */
static const char *how_it_arrives(const struct rung *rung)
{
	if (rung->wire == WIRE_FORGED)
		return "Nobody has sent it: it was forged. A RST or SYN in the "
		       "window but not at the exact number is answered with a "
		       "challenge ACK (RFC 5961, sections 3.2 and 4.2). ";
	if (rung->wire != WIRE_ARRIVED)
		return "";
	return rung->copy ? "A copy of what has arrived before: what it holds "
			    "is acknowledged again, and nothing else comes of "
			    "it (RFC 9293, section 3.10.7.4). "
			  : "What had waited on the wire arrives now. ";
}

static const char *segment(const char *name)
{
	if (strstr(name, "SYN+ACK"))
		return "SYN+ACK: it acknowledges the SYN and asks for the "
		       "other direction (RFC 9293, section 3.5).";
	if (!strcmp(name, "SYN"))
		return "SYN asks for a connection (RFC 9293, section 3.5).";
	if (!strncmp(name, "RST", 3))
		return "RST: there is no such connection any more at its "
		       "sender, or it was given up; its receiver gives it up "
		       "too, and what is queued is lost (RFC 9293, sections "
		       "3.5.2 and 3.5.3).";
	if (strstr(name, "data") && strstr(name, "FIN"))
		return "Data and FIN in one segment: the data are read first, "
		       "then EOF (RFC 9293, section 3.10.7.4).";
	if (!strcmp(name, "FIN"))
		return "FIN: its sender will send nothing more. It says "
		       "nothing of whether it still receives: that is a "
		       "half-close and a close alike (RFC 9293, section 3.6).";
	if (!strcmp(name, "ACK"))
		return "A pure ACK: what it names has arrived in the kernel, "
		       "which is not to say that the program has read it (RFC "
		       "9293, section 3.4).";
	return "Data: they arrive in the kernel's receive buffer, and wait "
	       "there for recv(2) (RFC 9293, section 3.4).";
}

static const struct {
	const char *state, *text;
} states[] = {
	{ "ESTABLISHED", "both directions are open" },
	{ "FIN_WAIT1", "its FIN is sent and not acknowledged yet" },
	{ "FIN_WAIT2", "its FIN is acknowledged; it waits for the peer's" },
	{ "CLOSE_WAIT",
		"the peer's FIN has come; it waits for its own "
		"program to close" },
	{ "CLOSING",
		"both FINs have crossed; its own is not acknowledged "
		"yet" },
	{ "LAST_ACK",
		"it came second to close, and waits for the ACK of its "
		"FIN" },
	{ "TIME_WAIT",
		"both FINs have come and are acknowledged; it waits for "
		"a minute (Linux), so that what is late meets no new "
		"connection" },
	{ "SYN_SENT", "it has asked for a connection" },
	{ "SYN_RECV", "it has answered, and waits for the last ACK" },
	{ "CLOSE", "there is a socket, but no connection" },
};

/* What a state says; NULL: nothing is known of it. */
static const char *state_text(const char *state)
{
	for (size_t i = 0; i < sizeof(states) / sizeof(*states); i++)
		if (!strcmp(states[i].state, state))
			return states[i].text;
	return meaning_unix_state(state);
}

static void put_state(FILE *out, const struct record *record,
	const struct rung *rung, enum side side, const char *before)
{
	const char *now = rung->states[side], *text;

	if (!now)
		return;
	/* Behind another sentence. */
	if (ftell(out) > 0)
		fputc(' ', out);
	if (!strcmp(now, "gone")) {
		fprintf(out,
			"The %s's kernel keeps nothing of the connection any "
			"more (it was %s).",
			side_name(side), before);
		return;
	}
	text = state_text(now);
	if (text)
		fprintf(out, "%s is in %s: %s (%s).",
			side == CLIENT ? "The client" : "The server", now, text,
			record->over_unix ? "grace-lab(5), UNIX sockets"
					  : "RFC 9293, section 3.3.2");
}

/* Over a UNIX socket there is neither wire nor FIN. */
static const char *call_text(const struct record *record,
	const struct rung *rung, const char *before)
{
	const char *text = record->over_unix ? meaning_unix_call(rung) : NULL;

	return text ? text : meaning_call(rung, before);
}

char *meaning_text(const struct record *record, size_t at)
{
	const struct rung *rung = &record->rungs[at];
	const char *before[SIDES];
	char *text = NULL;
	size_t size;
	FILE *out = open_memstream(&text, &size);

	if (!out)
		return NULL;
	look_back(record, at, before);
	if (rung->call)
		fputs(call_text(record, rung, before[rung->caller]), out);
	if (rung->call && rung->segment)
		fputc(' ', out);
	if (rung->segment && rung->wire == WIRE_SENT)
		fprintf(out,
			"%s leaves, and waits on the wire: its receiver knows "
			"nothing of it yet.",
			rung->segment);
	else if (rung->segment && rung->wire == WIRE_LOST)
		fprintf(out,
			"%s is lost on its way. What is not acknowledged is "
			"sent again when the retransmission timer fires (RFC "
			"9293, section 3.8.1); a RST and a pure ACK never are.",
			rung->segment);
	else if (rung->segment)
		fprintf(out, "%s%s", how_it_arrives(rung),
			segment(rung->segment));
	put_state(out, record, rung, CLIENT, before[CLIENT]);
	put_state(out, record, rung, SERVER, before[SERVER]);
	if (!fclose(out))
		return text;
	free(text);
	return NULL;
}
