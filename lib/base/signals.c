/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "signals.h"

#include <stddef.h>
#include <string.h>
#include <unistd.h>

static volatile sig_atomic_t seen[NSIG];

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
	mask(SIG_BLOCK, signal);
	install(signal, record);
}

void signals_deliver(const sigset_t *outside)
{
	sigset_t inside;

	sigprocmask(SIG_SETMASK, outside, &inside);
	sigprocmask(SIG_SETMASK, &inside, NULL);
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

void signals_restore(int signal)
{
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
