/* SPDX-License-Identifier: GPL-3.0-or-later */
/* The stage: a private loopback on which TCP leaves nothing to chance. */
#ifndef GRACELAB_STAGE_H
#define GRACELAB_STAGE_H

#include <stdbool.h>
#include <stddef.h>

/* What came of stage_enter(). */
enum stage_result {
	/* The process is in a network of its own, ready to be played on. */
	STAGE_PRIVATE,
	/* Namespaces are refused; the process is where it was, on the
	 * host's loopback, and no sysctl was written. */
	STAGE_HOST,
	/* A namespace was had but not the rights to furnish it: the process
	 * sits in a dead network and must exit. Ask stage_probe() first. */
	STAGE_SPOILT,
	/* The experiment asks for a sysctl that cannot be set; whichever
	 * network the process is in, it must exit. */
	STAGE_BAD_SYSCTL,
};

/* What the stage is like. All texts are terminated; "" if nothing to say. */
struct stage {
	enum stage_result result;
	unsigned rto_min_ms; /* of the loopback's routes; 0: the host's */
	/* Why not STAGE_PRIVATE: the step and the errno by name and text;
	 * with STAGE_BAD_SYSCTL the message names the sysctl. */
	char why[240];
	/* STAGE_PRIVATE, but one of the lab's own sysctls could not be
	 * written (/proc/sys mounted read-only): which, and the errno. */
	char note[240];
};

/*
 * The rto_min of the routes, for an experiment with these sysctls: long, and a
 * quarter of tcp_fin_timeout if that is among them.
 */
unsigned stage_rto_min_ms(const char *const sysctls[], size_t n);

/*
 * Moves the calling process, which must have one thread only (unshare(2)
 * gives EINVAL otherwise), to a network namespace of its own. Root needs no
 * user namespace; anybody else gets one that maps their user and group to
 * themselves, and has all capabilities over the new network until the next
 * execve(2): open the capture before that, and in this process.
 *
 * Loopback is up. The local routes of 127.0.0.0/8 and, where there is IPv6,
 * ::1 carry `quickack 1`, reno, and an rto_min of 10 s (ip-route(8)): each
 * segment is acknowledged within the system call that sent it, and a machine
 * too loaded for that still sees no retransmission. Tail loss probes and
 * autocorking are off (tcp(7)).
 *
 * sysctls: n strings NAME=VALUE, as an experiment has them, owned by
 * the caller, written last; only settings that belong to a network namespace
 * exist there, so the host cannot be reached. The kernel holds an orphan in
 * FIN_WAIT2 for at least 3.5 RTO, whatever tcp_fin_timeout says; so if that
 * is given, rto_min is lowered to a quarter of it (never below 200 ms).
 *
 * Returns stage->result; the whole of *stage is written.
 */
enum stage_result stage_enter(
	const char *const sysctls[], size_t n, struct stage *stage);

/*
 * Tries stage_enter() without sysctls in a child process, waits for it and
 * fills *stage with what the child found; the caller's own process is not
 * changed. Takes some milliseconds; ask once at start.
 * Returns stage->result: STAGE_PRIVATE, or STAGE_HOST with the reason, also
 * where stage_enter() itself would spoil its process, or where fork failed.
 */
enum stage_result stage_probe(struct stage *stage);

#endif
