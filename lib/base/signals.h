/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Signals as flags that a loop looks at, and the policies for SIGPIPE. */
#ifndef GRACE_SIGNALS_H
#define GRACE_SIGNALS_H

#include <signal.h>
#include <stdbool.h>

/*
 * Installs a handler that only raises a flag, and blocks the signal: it is
 * delivered while the program waits, and at no other time. For that,
 * pselect(2), ppoll(2) and epoll_pwait(2) are given signals_wait_mask().
 */
void signals_catch(int signal);

/* The mask of before the first signals_catch(); NULL: nothing is caught. */
const sigset_t *signals_wait_mask(void);

/*
 * Delivers what is pending. To be called before each wait: while a descriptor
 * is ready, pselect(2) and its kin return at once and deliver nothing.
 */
void signals_deliver(void);

/* True once for each time that a caught signal has come. */
bool signals_take(int signal);

/* True if a caught signal has come and was not taken yet. */
bool signals_pending(int signal);

/*
 * True once the process was asked to end: SIGINT, SIGTERM or SIGHUP was caught
 * and not taken yet, or signals_end() was called. What blocks looks at it.
 */
bool signals_ending(void);
void signals_end(void);

/*
 * Has `tidy` called before a signal ends the process by its default action,
 * whichever it is and was not caught; signal-safety(7) binds it. The process
 * then dies as it would have. Signals caught later are taken out.
 */
void signals_tidy_before_death(void (*tidy)(void));

/* In a forked child: no handler of the parent's is left. */
void signals_by_default(void);

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
