/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "session.h"

#include <errno.h>
#include <fcntl.h>
#include <signal.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/signalfd.h>
#include <sys/wait.h>
#include <unistd.h>

#include "gracelab/trace/bypass.h"
#include "gracelab/trace/story/story.h"
#include "gracelab/trace/story/witness.h"
#include "gracelab/trace/tracer.h"
#include "lib/base/duration.h"
#include "lib/base/names.h"
#include "members.h"
#include "round.h"
#include "started.h"

enum {
	SERVER_PORT = 43211, /* if the server lets us choose */
	QUIET_LOOKS = 3,
	STATUS_SIGNAL = 128, /* as a shell tells of a signal */
};

__attribute__((format(printf, 2, 3))) static bool fail(
	struct session *session, const char *format, ...)
{
	struct record *record = session->record;
	va_list arguments;

	va_start(arguments, format);
	if (!record->failed &&
		vasprintf(&record->failure, format, arguments) < 0)
		record->failure = NULL;
	va_end(arguments);
	record->failed = true;
	return false;
}

static int64_t deadline_of(const struct session *session)
{
	return duration_deadline_ms(session->plan->patience_ms);
}

/* Whether the server can be connected to; where is noted. */
static bool is_listening(struct session *session)
{
	if (session->traced)
		return story_listening(&session->story, &session->port);
	struct kernel *kernel = session->watched.kernels[SERVER];

	return kernel && kernel_is_listening(kernel, session->port) == 1;
}

static bool start(struct session *session, enum side side)
{
	char why[NAMES_DESCRIPTION_SIZE];

	return started_begin(session, side) ||
		fail(session, "cannot start the %s: %s", side_name(side),
			names_describe(why, errno));
}

static bool await_server(struct session *session)
{
	int64_t deadline = deadline_of(session);

	while (!is_listening(session)) {
		if (!started_runs(session, SERVER) || session->wishes)
			return fail(session,
				"the server has ended, and never listened");
		if (duration_now_ms() >= deadline)
			return fail(session,
				"the server does not listen in time: see "
				"--patience");
		round_go(session);
	}
	return true;
}

static bool lives(const struct session *session)
{
	return started_runs(session, CLIENT) || started_runs(session, SERVER);
}

/* Whether nothing more is to be expected of the programs. Whoever keeps a
 * descriptor has not yet done with it, though the connection is gone. */
static bool is_quiet(struct session *session)
{
	return !started_runs(session, CLIENT) && story_rests(&session->story) &&
		started_sleep(session, SERVER) &&
		!started_hold(session, SERVER);
}

/*
 * The client has ended: what it has left running, and what the server still
 * does with a connection, is awaited as long as something happens now and then,
 * and behind that what the server does without: it may be about to end.
 */
static void await_rest(struct session *session)
{
	uint64_t changes = session->story.changes;
	int64_t deadline = deadline_of(session);
	unsigned quiet = 0;

	story_idle(&session->story);
	while (lives(session) && !session->wishes && quiet < QUIET_LOOKS &&
		duration_now_ms() < deadline) {
		round_go(session);
		quiet = is_quiet(session) ? quiet + 1 : 0;
		if (session->story.changes != changes)
			deadline = deadline_of(session);
		changes = session->story.changes;
	}
}

/* Ends what still runs: asked to, and then made to. */
static void end_all(struct session *session)
{
	static const int signals[] = { SIGTERM, SIGKILL };

	for (size_t i = 0; i < 2 && lives(session); i++) {
		int64_t deadline = deadline_of(session);

		for (int side = 0; side < SIDES; side++)
			started_signal(session, (enum side)side, signals[i]);
		/* Who is stopped shall not sit it out. */
		for (int side = 0; side < SIDES; side++)
			started_signal(session, (enum side)side, SIGCONT);
		while (lives(session) && duration_now_ms() < deadline)
			round_go(session);
	}
}

static int status_of(const struct session_program *program)
{
	int status = program->wait_status;

	return WIFSIGNALED(status) ? STATUS_SIGNAL + WTERMSIG(status)
				   : WEXITSTATUS(status);
}

static int run_pair(struct session *session)
{
	if (!start(session, SERVER) || !await_server(session) ||
		!start(session, CLIENT)) {
		end_all(session);
		return -1;
	}
	while (!session->programs[CLIENT].ended && !session->wishes)
		round_go(session);
	await_rest(session);
	bool by_itself = session->programs[SERVER].ended;

	end_all(session);
	int client = status_of(&session->programs[CLIENT]);

	return client || !by_itself ? client
				    : status_of(&session->programs[SERVER]);
}

/* One program, with all that it has started. */
static int run_one(struct session *session)
{
	if (!start(session, CLIENT))
		return -1;
	while (lives(session))
		round_go(session);
	return status_of(&session->programs[CLIENT]);
}

static void harvest(void *context, const void *group)
{
	struct session *session = context;

	bypass_harvest(&session->tracer, group);
}

static struct story_plan plan_story(struct session *session)
{
	const struct session_plan *plan = session->plan;
	const struct record *record = session->record;
	struct watched *watched = &session->watched;
	struct story_plan story = {
		.take = plan->take,
		.note = plan->note,
		.context = plan->context,
		.drain = watched_drain,
		.thin = watched_thin,
		.drain_context = watched,
		.harvest = harvest,
		.harvest_context = session,
		.ended = started_ended,
		.ended_context = session,
		.own_network = record->private_network,
		.traced = session->traced,
		.wire = record->wire,
		.all = plan->all,
		.text_bytes = plan->text_bytes,
		.keylog = session->keylog,
		.kernels = { watched->kernels[CLIENT],
			watched->kernels[SERVER] },
		.pair = plan->commands[SERVER],
	};

	for (int side = 0; record->private_network && side < SIDES; side++) {
		story.addresses[side] =
			watched_address(watched, (enum side)side, false);
		story.addresses6[side] =
			watched_address(watched, (enum side)side, true);
	}
	return story;
}

/* They are taken from a descriptor; the programs get the mask of before. */
static void catch_signals(struct session *session)
{
	static const int caught[] = { SIGCHLD, SIGINT, SIGTERM, SIGHUP,
		SIGQUIT };
	sigset_t set;

	sigemptyset(&set);
	for (size_t i = 0; i < sizeof(caught) / sizeof(*caught); i++)
		sigaddset(&set, caught[i]);
	sigprocmask(SIG_BLOCK, &set, &session->mask);
	session->signals = signalfd(-1, &set, SFD_CLOEXEC | SFD_NONBLOCK);
}

/* Those that came with what has ended the programs are done with: none of them
 * shall end us before all is written. */
static void release_signals(struct session *session)
{
	struct signalfd_siginfo info;

	while (read(session->signals, &info, sizeof(info)) > 0)
		;
	close(session->signals);
	sigprocmask(SIG_SETMASK, &session->mask, NULL);
}

static bool enter(struct session *session)
{
	const struct session_plan *plan = session->plan;
	enum watch_network network = !plan->commands[SERVER] ? WATCH_HOST
		: plan->wire                                 ? WATCH_WIRE
							     : WATCH_LOOPBACK;
	char why[200], *text = NULL;

	session->traced = tracer_probe(why, sizeof(why));
	if (!session->traced &&
		asprintf(&text, "No calls are shown: tracing is refused: %s",
			why) >= 0)
		plan->note(plan->context, text);
	free(text);
	session->watched.story = &session->story;
	session->watched.eager = !session->traced;
	return watched_enter(&session->watched, network, plan->pcap,
		       session->record) ||
		fail(session, "%s", session->watched.why);
}

static int run(struct session *session)
{
	const struct session_plan *plan = session->plan;
	struct story_plan story = plan_story(session);
	struct tracer_hooks hooks;
	int status;

	plan->begun(plan->context, session->record);
	story_begin(&session->story, &story);
	hooks = witness_hooks(&session->story);
	tracer_begin(&session->tracer, &hooks, plan->all);
	session->tracer.swift = true;
	/* What comes over a wire is waited for too. */
	session->ticks = session->traced && !session->watched.wire &&
		tick_begin(&session->tick);
	status = plan->commands[SERVER] ? run_pair(session) : run_one(session);
	if (session->ticks)
		tick_end(&session->tick);
	story_end(&session->story);
	tracer_end(&session->tracer);
	return status;
}

int session_run(const struct session_plan *plan, struct record *record)
{
	struct session *session = calloc(1, sizeof(*session));
	int status = -1;

	if (!session)
		return -1;
	session->plan = plan;
	session->record = record;
	session->port = SERVER_PORT;
	if (plan->keylog)
		session->keylog = keylog_open(AT_FDCWD, plan->keylog);
	catch_signals(session);
	if (enter(session))
		status = run(session);
	if (session->story.incomplete || session->tracer.failed)
		plan->note(plan->context, "There was no memory for some rows.");
	if (!watched_leave(&session->watched) && !record->failed)
		plan->note(plan->context, session->watched.why);
	keylog_close(session->keylog);
	release_signals(session);
	free(session);
	return status;
}
