/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "replay.h"

#include <ctype.h>
#include <errno.h>
#include <signal.h>
#include <stdlib.h>
#include <string.h>

#include "gracelab/experiment/outcome.h"
#include "gracelab/explore/order/site.h"
#include "heading.h"
#include "lib/base/names.h"
#include "lib/text/escape.h"

/* Stands before the reason why an order could not be written down. */
#define REPLAY_REASON '\f'

/* An order that is being written down. */
struct replay {
	const struct experiment *experiment;
	const struct explore_options *options;
	const struct moves *moves;
	const char *about;
	FILE *seen; /* what the move under way has brought about so far */
};

static void see(struct replay *replay, enum side side, struct outcome outcome)
{
	char text[OUTCOME_TEXT_SIZE];

	outcome_text(&outcome, text);
	fprintf(replay->seen, "%s: %s\n", side_name(side), text);
}

static void see_received(
	struct replay *replay, enum side side, const struct event *event)
{
	if (event->bytes > ESCAPE_LINE_BYTES)
		fprintf(replay->seen, "%s> read\n", side_name(side));
	else
		see(replay, side,
			(struct outcome){ .kind = OUTCOME_RECEIVED,
				/* An outcome owns its text; this one is only
				 * read.
				 * NOLINTNEXTLINE(performance-no-int-to-ptr) */
				.text = (char *)(uintptr_t)event->data,
				.bytes = event->bytes });
}

/* A send that met SIGPIPE: its program reports it, dies of it, or neither. */
static void see_error(struct replay *replay, const struct script *script,
	enum side side, const struct event *event)
{
	enum sigpipe_policy policy = script->sides[side].sigpipe;
	bool signalled = !strcmp(event->call, "send") && event->error == EPIPE;
	bool dies = signalled && policy == SIGPIPE_DEFAULT;
	bool handles = signalled && policy == SIGPIPE_HANDLE;

	if (dies) {
		see(replay, side,
			(struct outcome){
				.kind = OUTCOME_KILLED, .number = SIGPIPE });
		return;
	}
	if (handles)
		see(replay, side,
			(struct outcome){
				.kind = OUTCOME_SIGNAL, .number = SIGPIPE });
	see(replay, side,
		(struct outcome){
			.kind = OUTCOME_ERRNO, .number = event->error });
	if (handles && side == SERVER)
		see(replay, side,
			(struct outcome){ .kind = OUTCOME_EXIT, .number = 0 });
}

struct watching {
	struct replay *replay;
	const struct script *script;
};

static void on_event(void *context, enum side side, const struct event *event)
{
	struct watching *watching = context;
	struct replay *replay = watching->replay;

	if (!replay->seen)
		return;
	if (event->kind == EVENT_SEND)
		see(replay, side,
			(struct outcome){
				.kind = OUTCOME_SENT, .bytes = event->bytes });
	else if (event->kind == EVENT_RECV)
		see_received(replay, side, event);
	else if (event->kind == EVENT_EOF)
		see(replay, side, (struct outcome){ .kind = OUTCOME_EOF });
	else if (event->kind == EVENT_PROBE)
		see(replay, side,
			(struct outcome){
				.kind = OUTCOME_PROBE, .probe = event->probe });
	else if (event->kind == EVENT_ERROR)
		see_error(replay, watching->script, side, event);
}

static void on_segment(void *context, enum wire_fate fate, enum side sender,
	const struct segment *segment)
{
	static const char *const verbs[] = {
		[WIRE_AT_ONCE] = ">",
		[WIRE_SENT] = ":",
		[WIRE_ARRIVED] = "> pass",
		[WIRE_LOST] = "> drop",
		[WIRE_FORGED] = "> forge",
	};
	struct watching *watching = context;
	char name[SEGMENT_TEXT_SIZE];

	/* An ACK that is passed by name would stand in the ladder. */
	if (fate == WIRE_ARRIVED && segment_is_pure_ack(segment))
		*name = '\0';
	else
		segment_text(segment, name);
	fprintf(watching->replay->seen, "wire%s %s%s%s\n", verbs[fate],
		side_name(sender), *name ? " " : "", name);
}

/* What is typed for a move; a line that was refused is only mentioned. */
static void write_typed(
	FILE *out, const struct order *order, enum order_move move, size_t line)
{
	enum side side = move == ORDER_SERVER_LINE ? SERVER : CLIENT;
	const struct peer *peer = &order->peers[side];
	char source[ESCAPE_LINE_SIZE];

	if (move == ORDER_ANSWER)
		fprintf(out, "server> reply\n");
	if (move != ORDER_CLIENT_LINE && move != ORDER_SERVER_LINE)
		return;
	const struct step *step = order->script->sides[side].lines[line].step;

	if (*peer->report.refused)
		fprintf(out, "# %s: %s\n",
			escape_made_fit(source, step->source),
			peer->report.refused);
	else
		fprintf(out, "%s\n", step->source);
}

/* Makes one move, and writes it and what came of it. */
static bool write_move(FILE *out, struct replay *replay, struct order *order,
	enum order_move move)
{
	const struct peer *server = &order->peers[SERVER];
	enum side side = move == ORDER_SERVER_LINE ? SERVER : CLIENT;
	size_t line = order->peers[side].next, size;
	char *seen = NULL;
	bool was_open = server->conn.fd >= 0;

	replay->seen = open_memstream(&seen, &size);
	if (!replay->seen)
		return ground_fail(order->ground, "no memory");
	bool good = order_make(order, move);

	write_typed(out, order, move, line);
	if (fclose(replay->seen))
		good = ground_fail(order->ground, "no memory");
	else
		fputs(seen, out);
	free(seen);
	/* Where reads are typed, so is the close after an error. */
	if (move == ORDER_SERVER_READ && was_open && server->conn.fd < 0 &&
		!server->dead && !server->eof)
		fprintf(out, "server> close\n");
	return good;
}

static bool write_moves(FILE *out, struct replay *replay, struct order *order)
{
	const struct moves *moves = replay->moves;
	uint16_t possible = 0;

	for (size_t i = 0; i < moves->count; i++) {
		enum order_move move = (enum order_move)moves->list[i];

		if (!order_moves(order, &possible))
			return false;
		if (!(possible >> move & 1))
			return ground_fail(order->ground,
				"move %zu, %s, is not possible there", i + 1,
				order_move_name(move));
		if (!write_move(out, replay, order, move))
			return false;
	}
	return order_moves(order, &possible) &&
		(!possible ||
			ground_fail(order->ground,
				"the order is not at its end: %s is possible",
				order_move_name((enum order_move)__builtin_ctz(
					possible))));
}

/* Plays the order, again where a timer has disturbed it. */
static bool play(FILE *out, struct replay *replay, struct site *site)
{
	struct order *order = &site->order;
	const struct ground_kind *kind = site->ground->kind;
	bool good, again;

	do {
		char *text = NULL;
		size_t size;
		FILE *steps = open_memstream(&text, &size);

		replay->seen = NULL;
		good = steps && order_begin(order) &&
			write_moves(steps, replay, order);
		again = kind->disturbed && kind->disturbed(site->ground);
		order_end(order);
		good = steps && !fclose(steps) && good;
		if (good && !again)
			fputs(text, out);
		free(text);
	} while (again);
	return good;
}

static bool write_aside(FILE *out, void *context)
{
	struct replay *replay = context;
	const struct explore_options *options = replay->options;
	char why[GROUND_WHY_SIZE] = "no memory";
	char *error = NULL;
	struct script script;
	struct site site;

	if (!script_read(&script, replay->experiment, options->wired, &error)) {
		fputs(error ? error : why, out);
		return false;
	}
	const struct site_plan plan = {
		.script = &script,
		.wired = options->wired,
		.losses = options->losses,
	};
	struct watching watching = { replay, &script };

	if (!site_enter(&site, &plan, why)) {
		fputs(why, out);
		return false;
	}
	site.order.on_event = on_event;
	site.order.context = site.ground->context = &watching;
	site.ground->on_segment = on_segment;
	heading_write(out, replay->experiment, replay->about, options->wired);
	if (play(out, replay, &site))
		return true;
	/* What was written so far is no experiment. */
	fprintf(out, "%c%s", REPLAY_REASON, site.ground->why);
	return false;
}

bool replay_text(const struct experiment *experiment,
	const struct explore_options *options, const struct moves *moves,
	const char *about, char **text)
{
	struct replay replay = {
		.experiment = experiment,
		.options = options,
		.moves = moves,
		.about = about,
	};
	bool good = site_write_aside(write_aside, &replay, text, NULL);
	char *reason = !good && *text ? strchr(*text, REPLAY_REASON) : NULL;

	if (reason)
		memmove(*text, reason + 1, strlen(reason));
	return good;
}

/* The next name: the text between commas, quotes and brackets. */
static const char *next_name(const char *text, size_t *bytes)
{
	static const char between[] = ",[]\" \t\n";

	text += strspn(text, between);
	*bytes = strcspn(text, ",[]\"\n");
	while (*bytes && isspace((unsigned char)text[*bytes - 1]))
		--*bytes;
	return text;
}

bool replay_parse(struct moves *moves, const char *text, const char **bad,
	size_t *bad_bytes)
{
	*moves = (struct moves){ .list = malloc(strlen(text) + 1) };
	*bad = NULL;
	for (; moves->list; text += *bad_bytes) {
		enum order_move move;

		text = next_name(text, bad_bytes);
		if (!*bad_bytes)
			return true;
		if (!order_move_named(text, *bad_bytes, &move)) {
			*bad = text;
			break;
		}
		moves->list[moves->count++] = (uint8_t)move;
	}
	free(moves->list);
	*moves = (struct moves){ 0 };
	return false;
}

void replay_adapt(struct explore_options *options, const struct moves *moves)
{
	unsigned losses = 0;

	for (size_t i = 0; i < moves->count; i++) {
		uint8_t move = moves->list[i];

		options->wired |= move >= ORDER_CLIENT_SEGMENT &&
			move <= ORDER_SERVER_LOSS;
		losses +=
			move == ORDER_CLIENT_LOSS || move == ORDER_SERVER_LOSS;
	}
	if (options->losses < losses)
		options->losses = losses;
}
