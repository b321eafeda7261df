/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "prompt.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

/* Below this the names of states leave no room for what is typed. */
#define ROOMY_COLUMNS 60

/* As RFC 9293 has it, but short. */
static const char *short_name(enum tcp_state state)
{
	static const char *const names[STATES] = {
		[STATE_GONE] = "gone",
		[STATE_ESTABLISHED] = "EST",
		[STATE_SYN_SENT] = "SS",
		[STATE_SYN_RECV] = "SR",
		[STATE_FIN_WAIT1] = "FW1",
		[STATE_FIN_WAIT2] = "FW2",
		[STATE_TIME_WAIT] = "TW",
		[STATE_CLOSE] = "CL",
		[STATE_CLOSE_WAIT] = "CW",
		[STATE_LAST_ACK] = "LA",
		[STATE_LISTEN] = "LI",
		[STATE_CLOSING] = "CLG",
	};

	return names[state] ? names[state] : "?";
}

/* Where a text is written that may be cut. */
struct room {
	char *at;
	size_t left; /* the terminator counts */
};

static void put(struct room *room, const char *text)
{
	size_t len = strlen(text);

	if (len >= room->left)
		len = room->left - 1;
	memcpy(room->at, text, len);
	room->at += len;
	room->left -= len;
	*room->at = '\0';
}

static void put_states(
	struct room *room, const struct view *view, unsigned who, bool roomy)
{
	const enum tcp_state *states = view->states[who];
	const char *(*name)(enum tcp_state state) =
		roomy ? state_name : short_name;

	put(room, name(states[CLIENT]));
	put(room, "|");
	put(room, name(states[SERVER]));
}

/* What waits, as far as there is room; then how many more. */
static void put_waits(struct room *room, const struct view *view, bool roomy)
{
	size_t end = roomy ? 40 : 18, used = 0;

	for (size_t i = 0; i < view->wait_count; i++) {
		const struct view_segment *segment = &view->waits[i];
		char text[SEGMENT_TEXT_SIZE + 8];

		snprintf(text, sizeof(text), "%s%.1s %s", i ? ", " : "",
			side_name(segment->sender), segment->name);
		used += strlen(text);
		if (i && used > end) {
			snprintf(text, sizeof(text), " +%zu",
				view->wait_count - i);
			put(room, text);
			return;
		}
		put(room, text);
	}
}

/* Whose segments wait, where none does yet. */
static void put_held(struct room *room, const struct view *view)
{
	put(room,
		!view->held[SERVER]           ? "c held"
			: !view->held[CLIENT] ? "s held"
					      : "held");
}

static enum terminal_tone tone_of(const enum tcp_state states[SIDES])
{
	if (states[CLIENT] == STATE_ESTABLISHED &&
		states[SERVER] == STATE_ESTABLISHED)
		return TERMINAL_GOOD;
	return states[CLIENT] == STATE_GONE && states[SERVER] == STATE_GONE
		? TERMINAL_BAD
		: TERMINAL_HALF;
}

enum terminal_tone prompt_text(
	char out[PROMPT_TEXT_SIZE], const struct view *view, size_t columns)
{
	/* The end is always there. */
	struct room room = { out, PROMPT_TEXT_SIZE - 4 };
	bool roomy = columns >= ROOMY_COLUMNS, first = true;

	*out = '\0';
	for (unsigned who = 0; who < ACTORS_MAX; who++) {
		if (!view->plays[who] || who == SERVER)
			continue;
		put(&room, first ? "" : " ");
		put_states(
			&room, view, who, roomy && !view->plays[ACTORS_MORE]);
		first = false;
	}
	if (view->wait_count || view->held[CLIENT] || view->held[SERVER]) {
		put(&room, " [");
		if (view->wait_count)
			put_waits(&room, view, roomy);
		else
			put_held(&room, view);
		put(&room, "]");
	}
	strcat(out, "> ");
	return tone_of(view->states[CLIENT]);
}

char *prompt_wire(const struct view *view)
{
	char *text = NULL;
	size_t size;
	FILE *out = open_memstream(&text, &size);

	if (!out)
		return NULL;
	for (size_t i = 0; i < view->wait_count; i++)
		fprintf(out, "%s%s %s", i ? ", " : "",
			side_name(view->waits[i].sender), view->waits[i].name);
	if (!view->wait_count)
		fputs("nothing", out);
	if (!fclose(out))
		return text;
	free(text);
	return NULL;
}
