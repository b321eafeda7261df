/* SPDX-License-Identifier: GPL-3.0-or-later */
/* A network namespace of one's own, and its settings. */
#ifndef GRACELAB_STAGE_NETWORK_H
#define GRACELAB_STAGE_NETWORK_H

#include <stdbool.h>
#include <stddef.h>

enum network_result {
	NETWORK_PRIVATE, /* the process is in a network of its own */
	NETWORK_REFUSED, /* namespaces are; the process is where it was */
	NETWORK_SPOILT,  /* it is in a namespace, but not as its root: it
			  * must exit */
};

/*
 * Moves the calling process, which must have one thread only (unshare(2)
 * gives EINVAL otherwise), to a network namespace of its own, where everything
 * is down. Root needs no user namespace; anybody else gets one that maps their
 * user and group to themselves, and has all capabilities over the new network,
 * and over those made from it, until the next execve(2).
 * What is not NETWORK_PRIVATE is explained, step and errno, terminated, in why
 * (why_size bytes).
 */
enum network_result network_leave_host(char *why, size_t why_size);

/* Writes "STEP: ERRNO (its text)", terminated, to text (size bytes). */
void network_explain(char *text, size_t size, const char *step, int error);

/*
 * Writes n sysctls, NAME=VALUE as an experiment has them, in the calling
 * thread's network; false with the first that could not be written, terminated,
 * in why (why_size bytes).
 */
bool network_sysctls(
	const char *const sysctls[], size_t n, char *why, size_t why_size);

/*
 * Writes all n of them that can be written. The first that could not is noted,
 * terminated, in note (note_size bytes), unless something stands there.
 */
void network_try_sysctls(
	const char *const sysctls[], size_t n, char *note, size_t note_size);

#endif
