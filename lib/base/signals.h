/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Signals as flags that a loop looks at, and the policies for SIGPIPE. */
#ifndef GRACE_SIGNALS_H
#define GRACE_SIGNALS_H

#include <signal.h>
#include <stdbool.h>

/*
 * Installs a handler that only raises a flag, and blocks the signal so that it
 * is delivered in pselect(2), ppoll(2) and epoll_pwait(2) alone, which take the
 * mask of before: sigprocmask(2) gives it.
 */
void signals_catch(int signal);

/*
 * Delivers what is pending, to be called before each wait: pselect(2) and its
 * kin return at once, and deliver nothing, while a descriptor is ready.
 * `outside` is the mask of before.
 */
void signals_deliver(const sigset_t *outside);

/* True once for each time that a caught signal has come. */
bool signals_take(int signal);

/* True if a caught signal has come and was not taken yet. */
bool signals_pending(int signal);

/* The default action again, for a child that goes on without execve(2). */
void signals_restore(int signal);

/* Ends the process by a signal that was caught, as if it had not been. */
__attribute__((noreturn)) void signals_die(int signal);

enum sigpipe_policy {
	SIGPIPE_IGNORE,
	SIGPIPE_DEFAULT,
	SIGPIPE_HANDLE,
	SIGPIPE_NOSIGNAL,
	SIGPIPE_INHERIT,
};

/*
 * The policy by its name: default, ignore, handle, nosignal, inherit. False
 * for any other.
 */
bool signals_sigpipe_parse(const char *name, enum sigpipe_policy *policy);

/*
 * Sets the process's disposition of SIGPIPE. With SIGPIPE_HANDLE it is taken
 * by signals_take(SIGPIPE) and never blocked. SIGPIPE_NOSIGNAL and _INHERIT
 * leave what the parent left; the former asks for MSG_NOSIGNAL, send(2).
 */
void signals_sigpipe_apply(enum sigpipe_policy policy);

#endif
