/* SPDX-License-Identifier: GPL-3.0-or-later */
/* What is judged: a program that the lab starts and ends itself. */
#ifndef GRACELAB_JUDGE_SUBJECT_H
#define GRACELAB_JUDGE_SUBJECT_H

#include <signal.h>
#include <stdbool.h>
#include <stdint.h>
#include <sys/types.h>

#include "gracelab/observe/kernel.h"

struct subject {
	pid_t keeper; /* the process that looks after it; 0: not started */
	int output;   /* what it says, a memfd; -1: not started */
	int news;     /* where the keeper tells of the program's end */
	bool ended;   /* the program itself */
	int status;   /* ... as waitpid(2) has it */
};

struct subject_ports {
	uint16_t listen;  /* where it is to listen */
	uint16_t backend; /* where it is to connect to, on 127.0.0.1 */
	/* The same as paths of UNIX sockets; NULL: it is a port. */
	const char *listen_unix, *backend_unix;
	uint16_t port; /* a client's: where it is to connect to; 0: none */
	const char *client_unix; /* ... or a path; NULL: it is a port */
	/* Files for its TLS, or NULL; borrowed. */
	const char *cert, *key, *pem, *ca;
};

/*
 * A copy of the text with {listen} and {backend_port} replaced by the ports,
 * {host} by 127.0.0.1 and {backend} by 127.0.0.1:PORT, {listen_unix} and
 * {backend_unix} by the paths, for a client {port} by its port or {unix} by its
 * path, and {cert}, {key}, {pem} and {ca} by files for TLS, if there are any;
 * for the caller to free. NULL without memory.
 */
char *subject_fill_in(const char *text, const struct subject_ports *ports);

/*
 * Starts the command, a list that ends with NULL, each of its words filled in.
 * What it calls on its hops is told to `told` (told.h), a pipe that does not
 * block; -1: it is not looked at.
 * `outside` is the signal mask of who looks after it. Whatever it leaves
 * in the background ends with it: by a PID namespace of its own, or where that
 * is refused by the keeper, whose children it all becomes. All of it ends too
 * when this process is killed. Returns 0, or -1 with errno.
 */
int subject_start(struct subject *subject, char *const *command,
	const struct subject_ports *ports, const sigset_t *outside, int told);

/*
 * What it reads and writes, and where its calls are told, or -1: descriptors of
 * the caller's, who closes them.
 */
struct subject_streams {
	int input, output, errors, told;
};

/* The same with these; `output` of the subject stays -1. */
int subject_start_with(struct subject *subject, char *const *command,
	const struct subject_ports *ports, const sigset_t *outside,
	const struct subject_streams *streams);

/* Whether the program itself has ended; its `status` says how. */
bool subject_is_over(struct subject *subject);

/*
 * Waits until somebody listens where it is to, as the kernel's table tells: a
 * connection would reach the backend. Returns NULL, or why not, terminated,
 * with what the program has said; for the caller to free. One that works on,
 * as the scheduler tells, is waited for six times as long. `goes_on` is asked
 * again and again; NULL: there is nothing to stop it.
 */
char *subject_await(struct subject *subject, struct kernel *kernel,
	const struct subject_ports *ports, int64_t patience_ms,
	bool (*goes_on)(void));

/*
 * Whether nothing of it is left, or the program has ended and nobody listens on
 * there any more.
 */
bool subject_has_ended(struct subject *subject, struct kernel *kernel,
	const struct subject_ports *ports);

/* Whether somebody listens there: 1, 0, or -1 where that is not known. */
int subject_listens(struct kernel *kernel, const struct subject_ports *ports);

/* Forgets most of what it has said, where that is much. */
void subject_trim_output(struct subject *subject);

/* Room for subject_describe_end(). */
#define SUBJECT_END_SIZE 64

/* Writes "status 1" or "SIGSEGV" to `out`; returns it. */
char *subject_describe_end(char *out, const struct subject *subject);

/* Ends it and all that it has started. */
void subject_end(struct subject *subject);

#endif
