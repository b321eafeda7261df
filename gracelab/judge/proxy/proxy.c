/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "proxy.h"

#include <stdio.h>
#include <string.h>

#include "lib/base/names.h"

/* How the reason begins where nobody takes a connection. */
#define PROXY_UNREACHABLE "the client cannot connect: "

enum {
	REQUEST_BYTES = 100,
	REPLY_BYTES = 64 * 1024,
	LARGE_BYTES = 16 * 1024 * 1024,
	PIECE_BYTES = 1000,
	PIECES = 5,
	THINK_MS = 1000,
	PIECE_PAUSE_MS = 100,
	STALL_MS = 700,
	BARE_TIMES = 40,
	FAILURES_ENOUGH = 5,
};

static const struct inspect_item checks[PROXY_CHECKS] = {
	[PROXY_CLIENT_FIN] = { "client-fin",
		"request, FIN; the server thinks 1 s and answers 64 KiB", true,
		false },
	[PROXY_SERVER_FIN] = { "server-fin",
		"the server's FIN first; then the client sends 5 x 1000 bytes",
		true, false },
	[PROXY_GATED] = { "gated", "the server answers at EOF only", true,
		false },
	[PROXY_BARE_FIN] = { "bare-fin", "a FIN and nothing sent, 40 times",
		true, false },
	[PROXY_LARGE] = { "large",
		"16 MiB in the half still open, to a reader that stalls", true,
		false },
	[PROXY_IDLE] = { "idle", "how long is a half-closed connection kept?",
		true, false },
	[PROXY_RESET_FORWARD] = { "reset-forward",
		"does the client's RST cross as RST?", false, false },
	[PROXY_RESET_BACK] = { "reset-back",
		"does the server's RST cross as RST?", false, false },
	[PROXY_NEXT] = { "next",
		"is a plain connection served? (after each check too)", true,
		false },
};

const struct inspect_item *proxy_checks(void)
{
	return checks;
}

/* Both scripts of a play, and what must have come of them. */
struct scene {
	const struct relay_step *client, *server;
	uint64_t client_gets, server_gets; /* bytes */
	bool client_sees_eof, server_sees_eof;
	unsigned times;
};

static const struct relay_step request_and_fin[] = {
	{ RELAY_SEND, REQUEST_BYTES },
	{ RELAY_SHUT, 0 },
	{ RELAY_AWAIT_END, 0 },
	{ RELAY_CLOSE, 0 },
	{ RELAY_END, 0 },
};

static const struct scene client_fin = {
	.client = request_and_fin,
	.server =
		(const struct relay_step[]){
			{ RELAY_AWAIT_END, 0 },
			{ RELAY_PAUSE, THINK_MS },
			{ RELAY_SEND, REPLY_BYTES },
			{ RELAY_CLOSE, 0 },
			{ RELAY_END, 0 },
		},
	.client_gets = REPLY_BYTES,
	.server_gets = REQUEST_BYTES,
	.client_sees_eof = true,
	.server_sees_eof = true,
};

static const struct scene server_fin = {
	.client =
		(const struct relay_step[]){
			{ RELAY_AWAIT_END, 0 },
			{ RELAY_SEND, PIECE_BYTES },
			{ RELAY_PAUSE, PIECE_PAUSE_MS },
			{ RELAY_SEND, PIECE_BYTES },
			{ RELAY_PAUSE, PIECE_PAUSE_MS },
			{ RELAY_SEND, PIECE_BYTES },
			{ RELAY_PAUSE, PIECE_PAUSE_MS },
			{ RELAY_SEND, PIECE_BYTES },
			{ RELAY_PAUSE, PIECE_PAUSE_MS },
			{ RELAY_SEND, PIECE_BYTES },
			{ RELAY_CLOSE, 0 },
			{ RELAY_END, 0 },
		},
	.server =
		(const struct relay_step[]){
			{ RELAY_SHUT, 0 },
			{ RELAY_AWAIT_END, 0 },
			{ RELAY_CLOSE, 0 },
			{ RELAY_END, 0 },
		},
	.server_gets = PIECES * PIECE_BYTES,
	.client_sees_eof = true,
	.server_sees_eof = true,
};

static const struct relay_step answer_at_eof[] = {
	{ RELAY_AWAIT_END, 0 },
	{ RELAY_SEND, REQUEST_BYTES },
	{ RELAY_CLOSE, 0 },
	{ RELAY_END, 0 },
};

static const struct scene gated = {
	.client = request_and_fin,
	.server = answer_at_eof,
	.client_gets = REQUEST_BYTES,
	.server_gets = REQUEST_BYTES,
	.client_sees_eof = true,
	.server_sees_eof = true,
};

static const struct scene bare_fin = {
	.client =
		(const struct relay_step[]){
			{ RELAY_SHUT, 0 },
			{ RELAY_AWAIT_END, 0 },
			{ RELAY_CLOSE, 0 },
			{ RELAY_END, 0 },
		},
	.server = answer_at_eof,
	.client_gets = REQUEST_BYTES,
	.client_sees_eof = true,
	.server_sees_eof = true,
	.times = BARE_TIMES,
};

static const struct scene large_reply = {
	.client =
		(const struct relay_step[]){
			{ RELAY_SEND, REQUEST_BYTES },
			{ RELAY_SHUT, 0 },
			{ RELAY_STALL, STALL_MS },
			{ RELAY_AWAIT_END, 0 },
			{ RELAY_CLOSE, 0 },
			{ RELAY_END, 0 },
		},
	.server =
		(const struct relay_step[]){
			{ RELAY_AWAIT_END, 0 },
			{ RELAY_SEND, LARGE_BYTES },
			{ RELAY_CLOSE, 0 },
			{ RELAY_END, 0 },
		},
	.client_gets = LARGE_BYTES,
	.server_gets = REQUEST_BYTES,
	.client_sees_eof = true,
	.server_sees_eof = true,
};

static const struct scene large_upload = {
	.client =
		(const struct relay_step[]){
			{ RELAY_AWAIT_END, 0 },
			{ RELAY_SEND, LARGE_BYTES },
			{ RELAY_CLOSE, 0 },
			{ RELAY_END, 0 },
		},
	.server =
		(const struct relay_step[]){
			{ RELAY_SHUT, 0 },
			{ RELAY_STALL, STALL_MS },
			{ RELAY_AWAIT_END, 0 },
			{ RELAY_CLOSE, 0 },
			{ RELAY_END, 0 },
		},
	.server_gets = LARGE_BYTES,
	.client_sees_eof = true,
	.server_sees_eof = true,
};

static const struct scene reset_forward = {
	.client =
		(const struct relay_step[]){
			{ RELAY_SEND, REQUEST_BYTES },
			{ RELAY_AWAIT_BYTES, 1 },
			{ RELAY_RESET, 0 },
			{ RELAY_END, 0 },
		},
	.server =
		(const struct relay_step[]){
			{ RELAY_AWAIT_BYTES, REQUEST_BYTES },
			{ RELAY_SEND, 1 },
			{ RELAY_AWAIT_END, 0 },
			{ RELAY_END, 0 },
		},
};

static const struct scene reset_back = {
	.client =
		(const struct relay_step[]){
			{ RELAY_SEND, 1 },
			{ RELAY_AWAIT_END, 0 },
			{ RELAY_END, 0 },
		},
	.server =
		(const struct relay_step[]){
			{ RELAY_AWAIT_BYTES, 1 },
			{ RELAY_RESET, 0 },
			{ RELAY_END, 0 },
		},
};

static const struct scene next = {
	.client =
		(const struct relay_step[]){
			{ RELAY_SEND, REQUEST_BYTES },
			{ RELAY_AWAIT_BYTES, REQUEST_BYTES },
			{ RELAY_CLOSE, 0 },
			{ RELAY_END, 0 },
		},
	.server =
		(const struct relay_step[]){
			{ RELAY_AWAIT_BYTES, REQUEST_BYTES },
			{ RELAY_SEND, REQUEST_BYTES },
			{ RELAY_AWAIT_END, 0 },
			{ RELAY_CLOSE, 0 },
			{ RELAY_END, 0 },
		},
	.client_gets = REQUEST_BYTES,
	.server_gets = REQUEST_BYTES,
};

static void play(const struct proxy_options *options, const struct scene *scene,
	bool control, struct relay_end ends[SIDES])
{
	relay_run(
		&(struct relay_plan){
			.host = control ? "127.0.0.1" : options->front_host,
			.port = control ? options->back_port
					: options->front_port,
			.listener = options->listener,
			.scripts = { scene->client, scene->server },
			.patience_ms = options->patience_ms,
			.on_event = options->on_event,
			.context = options->context,
		},
		ends);
}

static const char *end_of(const struct relay_end *end)
{
	return end->eof ? "EOF" : end->reset ? "RST" : "nothing more";
}

/* Compares one side with what it must have seen; false, and why, if not. */
static bool check_side(const char *who, const struct relay_end *end,
	uint64_t bytes, bool eof, char *why)
{
	if (end->received == bytes && (!eof || end->eof))
		return true;
	snprintf(why, PROXY_WHY_SIZE, "the %s got %llu of %llu bytes, then %s",
		who, (unsigned long long)end->received,
		(unsigned long long)bytes, end_of(end));
	if (end->end_s >= 0)
		snprintf(why + strlen(why), PROXY_WHY_SIZE - strlen(why),
			" after %.1f s", end->end_s);
	return false;
}

static bool judge(const struct scene *scene, const struct relay_end ends[SIDES],
	char *why)
{
	if (!ends[CLIENT].connected) {
		snprintf(why, PROXY_WHY_SIZE, PROXY_UNREACHABLE "%s",
			names_errno(ends[CLIENT].error));
		return false;
	}
	if (!ends[SERVER].connected) {
		snprintf(why, PROXY_WHY_SIZE,
			"no connection reached the server");
		return false;
	}
	return check_side("server", &ends[SERVER], scene->server_gets,
		       scene->server_sees_eof, why) &&
		check_side("client", &ends[CLIENT], scene->client_gets,
			scene->client_sees_eof, why);
}

/*
 * Plays a scene as often as it wants, until it has failed FAILURES_ENOUGH
 * times; false, and why, if it has failed at all.
 */
static bool try_scene(const struct proxy_options *options,
	const struct scene *scene, bool control, char *why)
{
	unsigned times = scene->times && !control ? scene->times : 1;
	unsigned failures = 0, played = 0;
	struct relay_end ends[SIDES];

	while (played < times && failures < FAILURES_ENOUGH) {
		char one[PROXY_WHY_SIZE];

		play(options, scene, control, ends);
		played++;
		if (judge(scene, ends, one))
			continue;
		failures++;
		snprintf(why, PROXY_WHY_SIZE, "%s", one);
	}
	if (failures && times > 1)
		snprintf(why + strlen(why), PROXY_WHY_SIZE - strlen(why),
			" (%u of %u times)", failures, played);
	return !failures;
}

static bool try_idle(
	const struct proxy_options *options, bool control, char *why)
{
	const struct relay_step server[] = {
		{ RELAY_AWAIT_END, 0 },
		{ RELAY_PAUSE, control ? THINK_MS : options->idle_ms },
		{ RELAY_SEND, REQUEST_BYTES },
		{ RELAY_CLOSE, 0 },
		{ RELAY_END, 0 },
	};
	struct scene scene = gated;
	struct relay_end ends[SIDES];

	scene.server = server;
	play(options, &scene, control, ends);
	bool kept = judge(&scene, ends, why);

	if (kept) {
		snprintf(why, PROXY_WHY_SIZE, "kept for %.1f s at least",
			(double)options->idle_ms / 1000);
	} else if (ends[CLIENT].end_s >= 0) {
		char what[PROXY_WHY_SIZE];

		snprintf(what, sizeof(what), "%s", why);
		snprintf(why, PROXY_WHY_SIZE, "kept for about %.1f s: %.160s",
			ends[CLIENT].end_s, what);
	}
	return kept;
}

/* Whether a check is passed; directly, or through the proxy. */
static bool try_check(const struct proxy_options *options, enum proxy_id id,
	bool control, char *why)
{
	struct relay_end ends[SIDES];

	switch (id) {
	case PROXY_CLIENT_FIN:
		return try_scene(options, &client_fin, control, why);
	case PROXY_SERVER_FIN:
		return try_scene(options, &server_fin, control, why);
	case PROXY_GATED:
		return try_scene(options, &gated, control, why);
	case PROXY_BARE_FIN:
		return try_scene(options, &bare_fin, control, why);
	case PROXY_LARGE:
		return try_scene(options, &large_reply, control, why) &&
			try_scene(options, &large_upload, control, why);
	case PROXY_IDLE:
		return try_idle(options, control, why);
	case PROXY_RESET_FORWARD:
		play(options, &reset_forward, control, ends);
		snprintf(why, PROXY_WHY_SIZE, "the server sees %s",
			end_of(&ends[SERVER]));
		return ends[SERVER].connected;
	case PROXY_RESET_BACK:
		play(options, &reset_back, control, ends);
		snprintf(why, PROXY_WHY_SIZE, "the client sees %s",
			end_of(&ends[CLIENT]));
		return ends[CLIENT].connected;
	case PROXY_NEXT:
		return try_scene(options, &next, control, why);
	case PROXY_CHECKS:
		break;
	}
	return false;
}

void proxy_run(const struct proxy_options *options, enum proxy_id id,
	struct proxy_finding *finding)
{
	char control[PROXY_WHY_SIZE] = "", unserved[PROXY_WHY_SIZE] = "";

	*finding = (struct proxy_finding){ .verdict = PROXY_REPORTED };
	if (options->progress)
		options->progress(options->context, checks[id].name, true);
	if (!try_check(options, id, true, control)) {
		finding->verdict = PROXY_CONTROL_FAILS;
		snprintf(finding->why, sizeof(finding->why),
			"without the proxy: %.160s", control);
		return;
	}
	if (options->progress)
		options->progress(options->context, checks[id].name, false);
	bool passed = try_check(options, id, false, finding->why);

	finding->unreachable = !passed &&
		!strncmp(finding->why, PROXY_UNREACHABLE,
			strlen(PROXY_UNREACHABLE));

	if (checks[id].judged)
		finding->verdict = passed ? PROXY_PASS : PROXY_FAIL;
	finding->next_served = try_scene(options, &next, false, unserved);
}

void proxy_replay(
	const struct proxy_options *options, enum proxy_id id, bool control)
{
	static const struct scene *const scenes[] = {
		[PROXY_CLIENT_FIN] = &client_fin,
		[PROXY_SERVER_FIN] = &server_fin,
		[PROXY_GATED] = &gated,
		[PROXY_BARE_FIN] = &bare_fin,
		[PROXY_LARGE] = &large_reply,
		[PROXY_RESET_FORWARD] = &reset_forward,
		[PROXY_RESET_BACK] = &reset_back,
		[PROXY_NEXT] = &next,
	};
	struct relay_end ends[SIDES];
	char why[PROXY_WHY_SIZE];

	if (id == PROXY_IDLE)
		try_idle(options, control, why);
	else
		play(options, scenes[id], control, ends);
}
