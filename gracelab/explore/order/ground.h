/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * Where orders are played: a private loopback, or two hosts with a wire. Many
 * connections, one after the other, in the calling process.
 */
#ifndef GRACELAB_GROUND_H
#define GRACELAB_GROUND_H

#include <stdbool.h>
#include <sys/socket.h>

#include "gracelab/experiment/experiment.h"
#include "lib/net/segment.h"
#include "peer.h"

/* How long a kernel may take until it is at rest, or sends again. */
#define GROUND_PATIENCE_MS 5000

/* Room for what is wrong, terminated. */
#define GROUND_WHY_SIZE 320

struct ground {
	const struct ground_kind *kind;
	char why[GROUND_WHY_SIZE]; /* where something has failed */
	/*
	 * Told of a segment that arrives or is lost now, or (WIRE_SENT) that a
	 * kernel has sent again what was lost; pure ACKs too. Or NULL.
	 */
	void (*on_segment)(void *context, enum wire_fate fate, enum side sender,
		const struct segment *segment);
	void *context;
};

/* Each returns false with the reason in ground->why, if not said otherwise. */
struct ground_kind {
	/*
	 * Moves the process, which must have one thread, to networks of its
	 * own. Returns it, for leave(); NULL with the reason in `why`, and the
	 * process must exit.
	 */
	struct ground *(*enter)(
		const struct experiment *experiment, bool losses, char *why);

	/* A new connection, accepted; the sockets are the caller's to close. */
	bool (*connect)(struct ground *ground, int fds[SIDES]);

	/* After each move: until nothing is under way but what waits. */
	bool (*rest)(struct ground *ground, struct peer peers[SIDES]);

	/* Whether a segment of that side waits to arrive; NULL: never. */
	bool (*waits)(const struct ground *ground, enum side sender);

	/* It arrives, or is lost; what follows from it is at rest then. */
	bool (*pass)(struct ground *ground, enum side sender);
	bool (*lose)(struct ground *ground, enum side sender);

	/*
	 * When no move is left and something was lost: awaits what the kernels
	 * send again, which waits then. *came: something did. NULL: nothing is
	 * ever lost.
	 */
	bool (*await)(struct ground *ground, bool *came);

	/*
	 * Whether this machine kept the order waiting so long that a kernel's
	 * timer may have had a part in it: it must be played again. NULL:
	 * timers are too long for that.
	 */
	bool (*disturbed)(const struct ground *ground);

	void (*leave)(struct ground *ground);
};

extern const struct ground_kind ground_loopback, ground_wire;

/* Writes the reason, printf(3)'s format; returns false. */
bool ground_fail(struct ground *ground, const char *format, ...)
	__attribute__((format(printf, 2, 3)));

/*
 * A connection from a socket of the client's to the listener, whose address is
 * given. `pump` is called while the handshake goes on, or NULL.
 */
bool ground_handshake(struct ground *ground, int listener, int client,
	const struct sockaddr_storage *address, int *accepted,
	bool (*pump)(struct ground *ground));

#endif
