/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "signals.h"

#include <stddef.h>
#include <string.h>
#include <unistd.h>

static volatile sig_atomic_t seen[NSIG];

static volatile sig_atomic_t ended;

/* Of before the first signal was caught. */
static sigset_t wait_mask;
static bool catching;

static void (*volatile tidy_up)(void);

static void record(int signal)
{
	seen[signal] = 1;
}

static void install(int signal, void (*handler)(int))
{
	struct sigaction action = { .sa_handler = handler };

	sigemptyset(&action.sa_mask);
	sigaction(signal, &action, NULL);
}

static void mask(int how, int signal)
{
	sigset_t set;

	sigemptyset(&set);
	sigaddset(&set, signal);
	sigprocmask(how, &set, NULL);
}

void signals_catch(int signal)
{
	if (!catching)
		sigprocmask(SIG_SETMASK, NULL, &wait_mask);
	catching = true;
	mask(SIG_BLOCK, signal);
	install(signal, record);
}

const sigset_t *signals_wait_mask(void)
{
	return catching ? &wait_mask : NULL;
}

void signals_deliver(void)
{
	sigset_t before;

	if (!catching)
		return;
	sigprocmask(SIG_SETMASK, &wait_mask, &before);
	sigprocmask(SIG_SETMASK, &before, NULL);
}

bool signals_take(int signal)
{
	bool was = seen[signal];

	seen[signal] = 0;
	return was;
}

bool signals_pending(int signal)
{
	return seen[signal];
}

bool signals_ending(void)
{
	return ended || seen[SIGINT] || seen[SIGTERM] || seen[SIGHUP];
}

void signals_end(void)
{
	ended = 1;
}

static void tidy_and_die(int signal)
{
	tidy_up();
	signals_die(signal);
}

/* Those whose default does not end the process: signal(7). */
static bool spares(int signal)
{
	return signal == SIGCHLD || signal == SIGCONT || signal == SIGURG ||
		signal == SIGWINCH || signal == SIGSTOP || signal == SIGTSTP ||
		signal == SIGTTIN || signal == SIGTTOU || signal == SIGKILL;
}

void signals_tidy_before_death(void (*tidy)(void))
{
	struct sigaction action;

	tidy_up = tidy;
	for (int signal = 1; signal < NSIG; signal++)
		if (!spares(signal) && !sigaction(signal, NULL, &action) &&
			!(action.sa_flags & SA_SIGINFO) &&
			action.sa_handler == SIG_DFL)
			install(signal, tidy_and_die);
}

void signals_by_default(void)
{
	struct sigaction action;

	for (int signal = 1; signal < NSIG; signal++)
		if (!sigaction(signal, NULL, &action) &&
			action.sa_handler != SIG_IGN)
			install(signal, SIG_DFL);
}

void signals_die(int signal)
{
	install(signal, SIG_DFL);
	mask(SIG_UNBLOCK, signal);
	raise(signal);
	_exit(128 + signal);
}

bool signals_sigpipe_parse(const char *name, enum sigpipe_policy *policy)
{
	static const char *const names[] = {
		[SIGPIPE_IGNORE] = "ignore",
		[SIGPIPE_DEFAULT] = "default",
		[SIGPIPE_HANDLE] = "handle",
		[SIGPIPE_NOSIGNAL] = "nosignal",
		[SIGPIPE_INHERIT] = "inherit",
	};

	for (size_t i = 0; i < sizeof(names) / sizeof(*names); i++) {
		if (!strcmp(names[i], name)) {
			*policy = (enum sigpipe_policy)i;
			return true;
		}
	}
	return false;
}

void signals_sigpipe_apply(enum sigpipe_policy policy)
{
	switch (policy) {
	case SIGPIPE_IGNORE:
		install(SIGPIPE, SIG_IGN);
		break;
	case SIGPIPE_DEFAULT:
		install(SIGPIPE, SIG_DFL);
		mask(SIG_UNBLOCK, SIGPIPE);
		break;
	case SIGPIPE_HANDLE:
		install(SIGPIPE, record);
		mask(SIG_UNBLOCK, SIGPIPE);
		break;
	case SIGPIPE_NOSIGNAL:
	case SIGPIPE_INHERIT:
		break;
	}
}
