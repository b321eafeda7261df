/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "started.h"

#include "gracelab/trace/tracer.h"
#include "lib/base/task.h"

#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/wait.h>
#include <unistd.h>

/* Where the program is asked to write its secrets. */
static int ask_for_keys(void *context)
{
	return setenv("SSLKEYLOGFILE", context, 1);
}

static bool launch(struct session *session, enum side side,
	char *const *arguments, int input)
{
	const char *keylog = session->plan->keylog;
	struct launch launch = {
		.arguments = arguments,
		.input = input,
		.network = watched_namespace(&session->watched, side),
		.mask = &session->mask,
		.prepare = keylog ? ask_for_keys : NULL,
		.context = (void *)keylog,
	};
	int gate;
	pid_t pid;

	if (session->traced) {
		pid = tracer_start(&session->tracer, &launch, (int)side);
	} else {
		pid = launch_begin(&launch, &gate);
		if (pid > 0)
			launch_go(gate, false);
	}
	session->programs[side].pid = pid > 0 ? pid : 0;
	return pid > 0;
}

bool started_begin(struct session *session, enum side side)
{
	const char *command = session->plan->commands[side];
	char *text;
	int nothing, error;
	bool good;

	if (!command)
		return launch(session, side, session->plan->arguments, -1);
	text = launch_fill_in(command,
		watched_address(&session->watched, SERVER, false),
		session->port, NULL);
	if (!text)
		return false;
	char *const arguments[] = { "/bin/sh", "-c", text, NULL };

	/* What is typed is the client's. */
	nothing = side == SERVER ? open("/dev/null", O_RDONLY | O_CLOEXEC) : -1;
	good = launch(session, side, arguments, nothing);
	error = errno;
	if (nothing >= 0)
		close(nothing);
	free(text);
	errno = error;
	return good;
}

void started_signal(struct session *session, enum side side, int signal)
{
	const struct session_program *program = &session->programs[side];
	const struct thread *thread = NULL;

	if (!session->traced) {
		if (program->pid && !program->ended)
			kill(program->pid, signal);
		return;
	}
	while ((thread = threads_each(&session->tracer.threads, thread)))
		if (thread->root == (int)side &&
			thread->number == thread->process)
			kill(thread->process, signal);
}

void started_ended(void *context, pid_t process, int wait_status)
{
	struct session *session = context;

	for (int side = 0; side < SIDES; side++) {
		struct session_program *program = &session->programs[side];

		if (program->pid != process)
			continue;
		program->ended = true;
		program->wait_status = wait_status;
	}
}

bool started_reap(struct session *session)
{
	int status;
	pid_t pid = waitpid(-1, &status, WNOHANG);

	if (pid <= 0)
		return false;
	started_ended(session, pid, status);
	return true;
}

bool started_runs(const struct session *session, enum side side)
{
	const struct session_program *program = &session->programs[side];
	const struct thread *thread = NULL;

	if (!session->traced)
		return program->pid && !program->ended;
	while ((thread = threads_each(&session->tracer.threads, thread)))
		if (thread->root == (int)side)
			return true;
	return false;
}

bool started_hold(struct session *session, enum side side)
{
	const struct thread *thread = NULL;

	while ((thread = threads_each(&session->tracer.threads, thread)))
		if (thread->root == (int)side &&
			sockets_held(&session->story.sockets, thread->number))
			return true;
	return false;
}

bool started_sleep(const struct session *session, enum side side)
{
	pid_t program = session->programs[side].pid;
	const struct thread *thread = NULL;

	if (!session->traced)
		return task_state(program, program) == 'S';
	while ((thread = threads_each(&session->tracer.threads, thread)))
		if (thread->root == (int)side &&
			task_state(thread->process, thread->number) != 'S')
			return false;
	return true;
}
