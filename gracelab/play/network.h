/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * Networks that a play can be on: how one is entered, observed, and how it
 * comes to rest. A new one is a file with one of these, named here.
 */
#ifndef GRACELAB_PLAY_NETWORK_H
#define GRACELAB_PLAY_NETWORK_H

#include "loop.h"

/* Each returns false where play_fail() has been called. */
struct network {
	const char *name;

	/*
	 * Enters it, before anything is started, and writes into the record
	 * what is had there: private_network, states and why not.
	 */
	bool (*enter)(struct play *play);

	/*
	 * Begins to observe the wire. On a private network nobody else is
	 * heard, and it is called as soon as the server is being started; else
	 * once its port is known.
	 */
	bool (*observe)(struct play *play);

	/* Looks at both kernels, for each connection that is known. */
	bool (*look)(struct play *play);

	/* Whether nothing is under way, by what was last looked at. */
	bool (*rests)(const struct play *play);

	/*
	 * Waits until the actors have done what they do by themselves upon
	 * what has come to them; or NULL, where there is nothing of that kind.
	 */
	bool (*rouse)(struct play *play);

	/* Adds all segments that have come to the rungs. */
	bool (*drain)(struct play *play);

	/* Ends the observers. */
	void (*leave)(struct play *play);
};

/*
 * The loopback: a private one, or the host's where namespaces are refused.
 */
extern const struct network network_loopback;

/* The same without a network: UNIX sockets, in a private one if it is had. */
extern const struct network network_unix;

/* Two hosts with a wire between them: wired.h. */
extern const struct network network_wire;

#endif
