/* SPDX-License-Identifier: GPL-3.0-or-later */
/* A traced call in words, as the ladder has them. */
#ifndef GRACELAB_WORDS_H
#define GRACELAB_WORDS_H

#include <stddef.h>

#include "gracelab/trace/call.h"

/* SIGPIPE and what the process does about it; never changes. */
const char *words_sigpipe(pid_t process);

/* Its name alone: recv(3) without an address is no recvfrom; never changes. */
const char *words_name(const struct trace_call *call);

/*
 * Each returns a text for free(3), or NULL: nothing to say, or no memory.
 * The call as who wrote the program knows it: shutdown(2) has how, exit its
 * status.
 */
char *words_call(const struct trace_call *call);

/* "5", "0 (EOF)", "EPIPE", "?" of CALL_NEVER, "? (interrupted)"; nothing where
 * a call that gives a descriptor did. */
char *words_result(const struct trace_call *call);

/* The first of these bytes, at most `max`, escaped. */
char *words_shown(const char *bytes, size_t len, size_t max);

/* The first bytes that were sent or received, at most `max`, escaped; of
 * sendfile(2) the file. */
char *words_text(const struct trace_call *call, size_t max);

#endif
