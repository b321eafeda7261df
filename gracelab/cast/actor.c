/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "actor.h"

#include <errno.h>
#include <fcntl.h>
#include <poll.h>
#include <sched.h>
#include <signal.h>
#include <stdlib.h>
#include <string.h>
#include <sys/prctl.h>
#include <sys/wait.h>
#include <unistd.h>

#include "gracelab/stage/confine.h"
#include "lib/base/duration.h"
#include "lib/base/io.h"
#include "lib/base/names.h"

/* More than this on one terminal is no transcript; the rest is dropped. */
#define SHOWN_BYTES_MAX (1024 * 1024)

struct pipes {
	int input[2], output[2], events[2], acks[2];
};

static void close_pair(int pair[2])
{
	for (int i = 0; i < 2; i++)
		if (pair[i] >= 0)
			close(pair[i]);
}

static int open_pipes(struct pipes *pipes)
{
	*pipes = (struct pipes){ { -1, -1 }, { -1, -1 }, { -1, -1 },
		{ -1, -1 } };
	if (!pipe2(pipes->input, O_CLOEXEC) &&
		!pipe2(pipes->output, O_CLOEXEC) &&
		!pipe2(pipes->events, O_CLOEXEC) &&
		!pipe2(pipes->acks, O_CLOEXEC))
		return 0;
	int error = errno;

	close_pair(pipes->input);
	close_pair(pipes->output);
	close_pair(pipes->events);
	close_pair(pipes->acks);
	errno = error;
	return -1;
}

/* The child cannot: says why on its terminal, as execve(2) would not. */
__attribute__((noreturn)) static void fail_start(int terminal, const char *what)
{
	const char *parts[] = { what, ": ", names_errno(errno), "\n" };

	for (size_t i = 0; i < sizeof(parts) / sizeof(*parts); i++)
		(void)!write(terminal, parts[i], strlen(parts[i]));
	_exit(127);
}

/*
 * The child: arranges its descriptors and becomes the program. Until then it
 * lives in its parent's memory, vfork(2), and changes nothing there.
 */
__attribute__((noreturn)) static void become(
	const struct pipes *pipes, const struct actor_start *how, pid_t parent)
{
	const struct sigaction sigpipe = {
		.sa_handler = how->sigpipe_ignored ? SIG_IGN : SIG_DFL,
	};
	/* Above those that they become, so that none overwrites another. */
	int input = fcntl(pipes->input[0], F_DUPFD, ACTOR_ACKS_FD + 1);
	int output = fcntl(pipes->output[1], F_DUPFD, ACTOR_ACKS_FD + 1);
	int events = fcntl(pipes->events[1], F_DUPFD, ACTOR_ACKS_FD + 1);
	int acks = fcntl(pipes->acks[0], F_DUPFD, ACTOR_ACKS_FD + 1);

	if (input < 0 || output < 0 || events < 0 || acks < 0)
		fail_start(pipes->output[1], "descriptors");
	prctl(PR_SET_PDEATHSIG, SIGKILL);
	if (getppid() != parent)
		_exit(127);
	sigaction(SIGPIPE, &sigpipe, NULL);
	if (how->network >= 0 && setns(how->network, CLONE_NEWNET))
		fail_start(pipes->output[1], "setns");
	if (how->confinement >= 0 && confine_enter(how->confinement))
		fail_start(pipes->output[1], "Landlock");
	if (dup2(input, STDIN_FILENO) < 0 || dup2(output, STDOUT_FILENO) < 0 ||
		dup2(output, STDERR_FILENO) < 0 ||
		dup2(events, ACTOR_EVENTS_FD) < 0 ||
		dup2(acks, ACTOR_ACKS_FD) < 0 || fchdir(how->directory))
		fail_start(pipes->output[1], "descriptors");
	closefrom(ACTOR_ACKS_FD + 1);
	execv(how->program, how->arguments);
	fail_start(STDOUT_FILENO, how->program);
}

int actor_start(struct actor *actor, const struct actor_start *how)
{
	struct pipes pipes;
	pid_t parent = getpid();

	if (open_pipes(&pipes))
		return -1;
	/*
	 * The lab's memory is large beside the program's: none is copied.
	 * posix_spawn(3) cannot ask for a signal at the parent's death, and
	 * what become() calls is safe in the parent's memory on Linux.
	 */
	/* NOLINTBEGIN(clang-analyzer-*) */
	pid_t pid = vfork();

	if (pid == 0)
		become(&pipes, how, parent);
	/* NOLINTEND(clang-analyzer-*) */
	int error = errno;

	actor->pid = pid;
	close(pipes.input[0]);
	close(pipes.output[1]);
	close(pipes.events[1]);
	close(pipes.acks[0]);
	actor->acks = pipes.acks[1];
	actor->input = pipes.input[1];
	actor->output = pipes.output[0];
	actor->events = pipes.events[0];
	fcntl(actor->input, F_SETFL, O_NONBLOCK);
	fcntl(actor->output, F_SETFL, O_NONBLOCK);
	actor->ended = false;
	actor->typed = 0;
	lines_free(&actor->event_lines);
	errno = error;
	return actor->pid < 0 ? -1 : 0;
}

static void close_once(int *fd)
{
	if (*fd >= 0)
		close(*fd);
	*fd = -1;
}

/* Takes what it has shown so far: a full pipe would stop it. */
static void take_shown(struct actor *actor)
{
	char buffer[4096];
	ssize_t n;

	if (actor->output < 0)
		return;
	while ((n = read(actor->output, buffer, sizeof(buffer))) > 0 ||
		(n < 0 && errno == EINTR)) {
		char *shown;

		if (n < 0 || actor->shown_bytes + (size_t)n > SHOWN_BYTES_MAX)
			continue;
		shown = realloc(
			actor->shown, actor->shown_bytes + (size_t)n + 1);
		if (!shown)
			continue;
		memcpy(shown + actor->shown_bytes, buffer, (size_t)n);
		actor->shown = shown;
		actor->shown_bytes += (size_t)n;
		shown[actor->shown_bytes] = '\0';
	}
	/* Nobody writes there any more: to poll(2) it would be ready always. */
	if (n == 0)
		close_once(&actor->output);
}

static int poll_ms(int64_t deadline_ms)
{
	int64_t left_ms = deadline_ms - duration_now_ms();

	return left_ms < 0 ? 0 : left_ms > INT32_MAX ? INT32_MAX : (int)left_ms;
}

/*
 * Waits for an event, or for room for input, and serves meanwhile whoever has
 * to be. Returns whether that came before the deadline.
 */
static bool wait_for(
	struct actor *actor, int fd, short event, int64_t deadline_ms)
{
	const struct actor_company *company = actor->company;

	for (;;) {
		struct pollfd polled[] = {
			{ .fd = fd, .events = event },
			{ .fd = actor->output, .events = POLLIN },
			{ .fd = company ? company->fd : -1, .events = POLLIN },
		};

		if (poll(polled, 3, poll_ms(deadline_ms)) == 0)
			return false;
		if (company && polled[2].revents)
			company->serve(company->context);
		take_shown(actor);
		if (polled[0].revents)
			return true;
		/* What goes on for ever beside it does not wait for ever. */
		if (duration_now_ms() >= deadline_ms)
			return false;
	}
}

enum actor_typed actor_type(
	struct actor *actor, const char *line, int64_t deadline_ms)
{
	size_t len = strlen(line), done = 0;

	while (done <= len) {
		if (!wait_for(actor, actor->input, POLLOUT, deadline_ms))
			return ACTOR_BUSY;
		ssize_t n = done < len
			? write(actor->input, line + done, len - done)
			: write(actor->input, "\n", 1);

		if (n > 0)
			done += (size_t)n;
		else if (errno != EAGAIN && errno != EINTR)
			return ACTOR_GONE;
	}
	actor->typed++;
	return ACTOR_TYPED;
}

/* The pipe of its events is closed: the process ends, or has ended. */
static void reap(struct actor *actor)
{
	while (waitpid(actor->pid, &actor->wait_status, 0) < 0 &&
		errno == EINTR)
		;
	take_shown(actor);
	close_once(&actor->input);
	close_once(&actor->output);
	close_once(&actor->events);
	close_once(&actor->acks);
	actor->ended = true;
}

/* The next line that is an event. */
static enum heard_result take_event(struct actor *actor, struct heard *heard)
{
	enum heard_result result = HEARD_NOTHING;
	enum lines_result taken;
	char *line;
	size_t len;

	while (result == HEARD_NOTHING &&
		(taken = lines_take(&actor->event_lines, &line, &len)) !=
			LINES_NONE)
		if (taken == LINES_TAKEN)
			result = heard_read(heard, line, len);
	return result;
}

enum actor_result actor_next(
	struct actor *actor, struct heard *heard, int64_t deadline_ms)
{
	enum heard_result result;

	while ((result = take_event(actor, heard)) == HEARD_NOTHING) {
		if (actor->ended)
			return ACTOR_ENDED;
		if (!wait_for(actor, actor->events, POLLIN, deadline_ms))
			return ACTOR_SILENT;
		if (lines_read(&actor->event_lines, actor->events) <= 0)
			reap(actor);
	}
	take_shown(actor);
	return result == HEARD_EVENT ? ACTOR_EVENT : ACTOR_FAILED;
}

void actor_go_on(struct actor *actor)
{
	const struct actor_company *company = actor->company;

	if (!company || !company->between_calls || actor->acks < 0)
		return;
	company->serve(company->context);
	/* One who has ended reads none; SIGPIPE is ignored. */
	(void)io_write(actor->acks, "\n", 1);
}

void actor_attend(struct actor *actor, int timeout_ms)
{
	const struct actor_company *company = actor->company;
	struct pollfd polled[] = {
		{ .fd = actor->output, .events = POLLIN },
		{ .fd = company ? company->fd : -1, .events = POLLIN },
	};

	poll(polled, 2, timeout_ms);
	if (company && polled[1].revents)
		company->serve(company->context);
	take_shown(actor);
}

void actor_signal(struct actor *actor, int signal)
{
	if (actor->pid > 0 && !actor->ended)
		kill(actor->pid, signal);
}

void actor_kill(struct actor *actor)
{
	if (actor->pid > 0 && !actor->ended) {
		actor_signal(actor, SIGKILL);
		reap(actor);
	}
	lines_free(&actor->event_lines);
}

void actor_end(struct actor *actor)
{
	actor_kill(actor);
	free(actor->shown);
	*actor = (struct actor){ .side = actor->side };
}
