/* SPDX-License-Identifier: GPL-3.0-or-later */
/* The inside of the ground with a wire, which wired.c and wired_again.c share.
 */
#ifndef GRACELAB_EXPLORE_WIRED_H
#define GRACELAB_EXPLORE_WIRED_H

#include "gracelab/observe/kernel.h"
#include "gracelab/stage/wire.h"
#include "ground.h"

struct wired {
	struct ground ground;
	struct hosts hosts;
	struct wire *wire;
	struct kernel *kernels[SIDES];
	struct sockaddr_storage address; /* the server's */
	struct kernel_pair pair;         /* of the connection under way */
	uint32_t first[SIDES]; /* the number of each side's first byte */
	int listener;
	bool losses;
	/* The time that no kernel's timer can be shorter than, and since when
	 * none can have run. */
	double tick_s, since_s;
	bool disturbed;
};

static inline struct wired *wired_of(const struct ground *ground)
{
	return (struct wired *)(uintptr_t)ground;
}

/* Takes what both kernels have sent; passes on the pure ACKs that are first. */
bool wired_pump(struct ground *ground);
bool wired_pass_acks(struct ground *ground);

/* Tells ground->on_segment. */
void wired_tell(const struct wired *wired, enum wire_fate fate,
	const struct wire_segment *segment);

/* wired_again.c: the ground's `await` and `disturbed`. */
bool wired_await(struct ground *ground, bool *came);
bool wired_disturbed(const struct ground *ground);

#endif
