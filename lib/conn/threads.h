/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * Calls that block, each made by a thread of its own while the program goes on:
 * recv(2) where nothing has come, close(2) that lingers, accept(2) where nobody
 * waits. A thread makes one call and knows nothing else.
 */
#ifndef GRACE_THREADS_H
#define GRACE_THREADS_H

#include <stdbool.h>
#include <stddef.h>
#include <sys/socket.h>
#include <sys/types.h>

enum thread_call { THREAD_RECV, THREAD_CLOSE, THREAD_ACCEPT };

/* Zero-initialised: none was ever started. */
struct threads {
	int finished[2]; /* a pipe with a byte for each that has returned */
	bool opened;
	struct thread *first; /* those that were not taken yet */
};

/* What came of a call; for thread_result_free(). */
struct thread_result {
	enum thread_call call;
	unsigned conn; /* whose, as given */
	ssize_t value; /* what the call gave: -1 with `error` */
	int error;
	double took_s;
	struct sockaddr_storage address; /* ACCEPT: the peer's */
	socklen_t address_bytes;
	char *data; /* RECV: `value` bytes */
};

/*
 * Makes the call on `fd` in a new thread, in which no signal is delivered, and
 * returns once that thread sleeps in the call or the call has returned.
 * O_NONBLOCK decides whether recv(2) and accept(2) block, and close(2) does
 * whatever it says. False, with errno, where there is no thread to be had.
 */
bool threads_start(
	struct threads *threads, enum thread_call call, int fd, unsigned conn);

/*
 * Waits until each thread sleeps in its call or has returned: a call that was
 * woken by what was done before has then returned.
 */
void threads_settle(const struct threads *threads);

/* Readable once a call has returned; -1 while none is under way. */
int threads_fd(const struct threads *threads);

/* Takes a call that has returned, or NULL. */
struct thread_result *threads_take(struct threads *threads);

/* Frees what threads_take() gave. */
void thread_result_free(struct thread_result *result);

#endif
