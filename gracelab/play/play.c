/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "play.h"

#include <arpa/inet.h>
#include <errno.h>
#include <netinet/in.h>
#include <poll.h>
#include <sched.h>
#include <signal.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/wait.h>
#include <unistd.h>

#include "cast.h"
#include "gracelab/experiment/outcome.h"
#include "gracelab/observe/capture.h"
#include "gracelab/observe/kernel.h"
#include "gracelab/record/rungs.h"
#include "gracelab/record/text.h"
#include "gracelab/stage/scratch.h"
#include "gracelab/stage/stage.h"
#include "lib/base/duration.h"
#include "lib/base/escape.h"
#include "lib/base/names.h"
#include "playbill.h"

/* How often the kernel is looked at without a pause, and the pause then. */
#define LOOKS_AT_ONCE 32
#define LOOK_PAUSE_MS 1

struct play {
	const struct experiment *experiment;
	const struct play_options *options;
	struct record *record;
	struct stage stage;
	struct cast cast;
	struct kernel *kernel; /* NULL: states are not observed */
	struct capture *wire;  /* NULL: segments are not observed */
	uint16_t client_port;  /* of the last SYN */
	bool connected;        /* `pair` is known */
	struct kernel_pair pair;
	struct kernel_socket sockets[SIDES];
	enum tcp_state shown[SIDES]; /* as last shown in the record */
	struct rungs rungs;          /* of the step under way */
	const struct step *step;
	const char *typing; /* the line that is being acted on, or NULL */
	double start_s;
};

__attribute__((format(printf, 2, 3))) static bool fail(
	struct play *play, const char *format, ...)
{
	char source[ESCAPE_LINE_SIZE];
	va_list arguments;
	char *why = NULL;

	va_start(arguments, format);
	if (vasprintf(&why, format, arguments) < 0)
		why = NULL;
	va_end(arguments);
	if (play->record->failure) {
		free(why);
		return false;
	}
	if (!play->step) {
		play->record->failure = why;
	} else if (asprintf(&play->record->failure, "%s:%u: %s: %s",
			   play->experiment->path, play->step->line_number,
			   text_made_fit(source, play->step->source),
			   why ? why : "?") < 0) {
		play->record->failure = NULL;
	}
	if (play->step)
		free(why);
	return false;
}

static int64_t deadline_ms(const struct play *play)
{
	return duration_deadline_ms(play->options->patience_ms);
}

/*
 * The server's port tells the sides apart; on a connection to somebody else,
 * whoever has sent the SYN is the client.
 */
static void on_segment(void *context, const struct segment *segment)
{
	struct play *play = context;
	bool to_server = segment->dport == play->cast.port;
	bool connects = (segment->flags & SEGMENT_SYN) &&
		!(segment->flags & SEGMENT_ACK);

	if (connects)
		play->client_port = segment->sport;
	rungs_add_segment(&play->rungs,
		to_server ||
				(segment->sport != play->cast.port &&
					segment->sport == play->client_port)
			? CLIENT
			: SERVER,
		segment);
}

/*
 * Reads an address of this machine: "127.0.0.1:4711", "[::1]:4711", or
 * "[::ffff:127.0.0.1]:4711", which is IPv4.
 */
static uint16_t port_of(const char *address, bool *is_ipv6)
{
	const char *colon = address ? strrchr(address, ':') : NULL;

	*is_ipv6 = address && address[0] == '[' &&
		strncmp(address, "[::ffff:", strlen("[::ffff:"));
	return colon ? (uint16_t)strtoul(colon + 1, NULL, 10) : 0;
}

/* An accepted connection is the one whose states are looked at. */
static void follow(struct play *play, const json_t *event)
{
	const char *name = json_string_value(json_object_get(event, "event"));
	bool is_ipv6;

	if (!name || strcmp(name, "accept") != 0)
		return;
	uint16_t client_port = port_of(
		json_string_value(json_object_get(event, "detail")), &is_ipv6);

	play->pair =
		kernel_loopback_pair(is_ipv6, client_port, play->cast.port);
	play->connected = true;
	/* As the rungs of connect and accept show it. */
	play->shown[CLIENT] = play->shown[SERVER] = STATE_ESTABLISHED;
}

static void on_event(void *context, int side, const json_t *event)
{
	struct play *play = context;

	const char *name = json_string_value(json_object_get(event, "event"));

	/* Who is killed in the act cannot tell what it was doing. */
	if (play->typing && name && !strcmp(name, "killed"))
		rungs_add_call(&play->rungs, side, play->typing, NULL);
	if (name && !strcmp(name, "done") && json_object_get(event, "detail"))
		fail(play, "%s",
			json_string_value(json_object_get(event, "detail")));
	follow(play, event);
	rungs_add_event(&play->rungs, side, event);
}

/* Waits until nothing is under way between the two kernels. */
static bool come_to_rest(struct play *play)
{
	struct kernel_socket *sockets = play->sockets;
	int64_t deadline = deadline_ms(play);

	if (!play->kernel || !play->connected)
		return true;
	for (int looks = 0;; looks++) {
		if (kernel_look(play->kernel, &play->pair, &sockets[CLIENT],
			    &sockets[SERVER]))
			return fail(play, "sock_diag: %s", strerror(errno));
		if (kernel_is_quiet(&sockets[CLIENT], &sockets[SERVER]))
			return true;
		if (duration_now_ms() >= deadline)
			return fail(play,
				"the network does not come to rest: client %s "
				"with %u bytes unacknowledged, server %s with "
				"%u",
				state_name(sockets[CLIENT].state),
				sockets[CLIENT].unacked_bytes,
				state_name(sockets[SERVER].state),
				sockets[SERVER].unacked_bytes);
		if (looks < LOOKS_AT_ONCE)
			sched_yield();
		else
			poll(NULL, 0, LOOK_PAUSE_MS);
	}
}

static void note_states(struct play *play)
{
	for (int side = 0; side < SIDES; side++) {
		enum tcp_state state = play->sockets[side].state;

		if (state == play->shown[side])
			continue;
		play->shown[side] = state;
		play->rungs.states[side] = state_name(state);
	}
}

/* Ends a step: rest, capture drained, rungs written. */
static bool settle(struct play *play)
{
	bool rested = come_to_rest(play);

	if (play->wire && capture_drain(play->wire, on_segment, play) < 0)
		rested = fail(play, "%s", capture_error(play->wire));
	if (play->kernel && play->connected)
		note_states(play);
	rungs_flush(
		&play->rungs, play->record, duration_now_s() - play->start_s);
	return rested;
}

/* Says what the side did instead of what was awaited. */
static bool fail_unseen(struct play *play, const struct cast_member *member)
{
	char awaited[OUTCOME_TEXT_SIZE], seen[OUTCOME_TEXT_SIZE] = "no outcome";

	outcome_text(&play->step->outcome, awaited);
	if (member->seen_count)
		outcome_text(&member->seen[member->seen_count - 1], seen);
	return fail(play, "awaited %s, saw %s", awaited, seen);
}

static bool await_state(struct play *play)
{
	const struct outcome *outcome = &play->step->outcome;
	int side = play->step->side;
	int64_t deadline = deadline_ms(play);

	if (!play->kernel)
		return true;
	while (play->sockets[side].state != outcome->state) {
		if (duration_now_ms() >= deadline)
			return fail(play, "awaited state %s, saw %s",
				state_name(outcome->state),
				state_name(play->sockets[side].state));
		poll(NULL, 0, LOOK_PAUSE_MS);
		if (kernel_look(play->kernel, &play->pair,
			    &play->sockets[CLIENT], &play->sockets[SERVER]))
			return fail(play, "sock_diag: %s", strerror(errno));
	}
	return settle(play);
}

static bool is_read(const struct outcome *outcome)
{
	return outcome->kind == OUTCOME_RECEIVED ||
		outcome->kind == OUTCOME_EOF ||
		outcome->kind == OUTCOME_NOTHING ||
		outcome->kind == OUTCOME_ERRNO;
}

/* Types a line and has its step end; the failure says what went wrong. */
static bool type(struct play *play, int side, const char *line)
{
	size_t calls = play->rungs.call_count;

	play->typing = line;
	const char *error =
		cast_type(&play->cast, side, line, deadline_ms(play));

	play->typing = NULL;
	if (error)
		return settle(play) && fail(play, "%s", error);
	if (play->rungs.call_count == calls)
		rungs_add_call(&play->rungs, side, line, NULL);
	return settle(play) && !play->record->failure;
}

static bool expect(struct play *play)
{
	const struct outcome *outcome = &play->step->outcome;
	int side = play->step->side;
	struct cast_member *member = &play->cast.members[side];

	if (outcome->kind == OUTCOME_STATE)
		return await_state(play);
	if (cast_take_seen(member, outcome))
		return true;
	if (!is_read(outcome) || member->actor.ended)
		return fail_unseen(play, member);
	cast_forget_seen(member);
	if (!type(play, side, "read"))
		return false;
	return cast_take_seen(member, outcome) || fail_unseen(play, member);
}

static bool send_signal(struct play *play)
{
	int side = play->step->side;
	const char *error = cast_signal(
		&play->cast, side, play->step->signal, deadline_ms(play));

	if (error)
		return fail(play, "%s", error);
	return settle(play);
}

static bool start_again(struct play *play)
{
	const char *error = cast_start_server(
		&play->cast, &play->step->options, deadline_ms(play));

	if (error)
		return fail(play, "%s", error);
	if (!play->rungs.call_count)
		rungs_add_call(&play->rungs, SERVER, "listen", "0");
	return settle(play);
}

static bool do_step(struct play *play)
{
	switch (play->step->kind) {
	case STEP_TYPE:
		cast_forget_seen(&play->cast.members[play->step->side]);
		return type(play, play->step->side, play->step->line);
	case STEP_EXPECT:
		return expect(play);
	case STEP_SIGNAL:
		return send_signal(play);
	case STEP_START:
		return start_again(play);
	}
	return false;
}

/* Brings the stage about, or plays without what is refused. */
static bool set_stage(struct play *play)
{
	const struct experiment *experiment = play->experiment;
	struct record *record = play->record;

	play->stage.result = STAGE_HOST;
	snprintf(play->stage.why, sizeof(play->stage.why), "%s",
		play->options->host_why ? play->options->host_why : "");
	if (!play->options->host_why)
		stage_enter((const char *const *)experiment->sysctls.list,
			experiment->sysctls.count, &play->stage);
	record->private_network = play->stage.result == STAGE_PRIVATE;
	if (record->private_network && *play->stage.note)
		record->network_why = strdup(play->stage.note);
	if (play->stage.result == STAGE_SPOILT ||
		play->stage.result == STAGE_BAD_SYSCTL)
		return fail(play, "%s: %s", experiment->path, play->stage.why);
	if (!record->private_network) {
		record->network_why = strdup(play->stage.why);
		record->unplayable = experiment->sysctls.count;
		if (record->unplayable)
			return fail(play, "%s: sysctl needs a private network",
				experiment->path);
	}
	play->kernel = kernel_open();
	record->states = play->kernel;
	return true;
}

static bool open_wire(struct play *play)
{
	char why[240];

	play->wire = capture_open(
		play->cast.port, play->options->pcap, why, sizeof(why));
	play->record->wire = play->wire;
	if (!play->wire && play->options->pcap)
		return fail(play, "%s", why);
	if (!play->wire)
		play->record->wire_why = strdup(why);
	return true;
}

static bool begin_actors(struct play *play)
{
	const struct experiment *experiment = play->experiment;
	struct cast *cast = &play->cast;
	const char *error;

	cast->on_event = on_event;
	cast->context = play;
	cast->experiment = experiment;
	cast->programs = play->options->programs;
	cast->private_network = play->record->private_network;
	cast->scratch = scratch_open(experiment);
	if (cast->scratch < 0)
		return fail(
			play, "no folder for the actors: %s", strerror(errno));
	error = cast_begin_server(cast);
	if (!error && cast->private_network && !open_wire(play))
		return false;
	if (!error)
		error = cast_await_server(cast, deadline_ms(play));
	if (!error && !cast->private_network && !open_wire(play))
		return false;
	if (!error)
		error = cast_start_client(cast, deadline_ms(play));
	/* Also what failed is shown as far as it went. */
	return settle(play) && (!error || fail(play, "%s", error));
}

struct play *play_run(const struct experiment *experiment,
	const struct play_options *options, struct record *record)
{
	struct play *play = calloc(1, sizeof(*play));

	if (!play)
		return NULL;
	play->experiment = experiment;
	play->options = options;
	play->record = record;
	play->start_s = duration_now_s();
	play->cast.scratch = -1;
	playbill_name(record, experiment);
	bool going = set_stage(play) && begin_actors(play);

	for (size_t i = 0; going && i < experiment->step_count; i++) {
		play->step = &experiment->steps[i];
		if (options->before_step)
			options->before_step(
				options->context, record, play->step);
		going = do_step(play);
	}
	if (options->before_step)
		options->before_step(options->context, record, NULL);
	const uint16_t ports[SIDES] = { play->client_port, play->cast.port };

	for (int side = 0; side < SIDES; side++)
		record->terminals[side] = playbill_terminal(
			play->cast.members[side].actor.shown, ports);
	return play;
}

void play_end(struct play *play)
{
	if (!play)
		return;
	cast_end(&play->cast);
	rungs_free(&play->rungs);
	if (play->cast.scratch >= 0)
		close(play->cast.scratch);
	kernel_close(play->kernel);
	capture_close(play->wire);
	free(play);
}
