/* SPDX-License-Identifier: GPL-3.0-or-later */
/* What a cast consists of: data alone, for cast.h and for kinds of actors. */
#ifndef GRACELAB_MEMBERS_H
#define GRACELAB_MEMBERS_H

#include <stdint.h>

#include "actor.h"
#include "gracelab/experiment/actors.h"
#include "gracelab/experiment/experiment.h"
#include "lib/event/heard.h"
#include "lib/net/net.h"

struct actor_kind;
struct foreign;

/* What becomes of a program that is let go on. */
enum cast_call {
	CAST_CALLS, /* its next call ends at once */
	CAST_WAITS, /* it would block, or it sleeps elsewhere */
	CAST_ENDED, /* it runs no more */
};

struct cast_member {
	const struct actor_kind *kind;
	struct actor actor;
	struct foreign *foreign; /* owned, of that kind alone */
	struct outcome *seen;    /* owned: since the last line was typed */
	size_t seen_count;
};

struct cast {
	const struct experiment *experiment;
	const char *programs; /* the folder of the programs */
	bool private_network;
	int networks[SIDES]; /* of either side, a namespace, or -1: ours */
	/* Where the server listens if nothing else is said, and where it is
	 * reached if it listens everywhere; by IPv4 and by IPv6. */
	const char *address, *address6;
	/* The network wakes who has something to do, and nobody is waited for
	 * because of a connection: cast_settle(). */
	bool settles;
	bool lacks;      /* a program or a right that is not to be had here */
	int scratch;     /* the actors' working directory */
	int confinement; /* to that, or -1 */
	char host[NET_ADDRESS_SIZE]; /* the server's, once it listens */
	uint16_t port;               /* 0: not yet */
	uint16_t tls_version;        /* that they speak; 0: not yet, or none */
	bool connecting;             /* the server's accept is to come */
	struct cast_member members[ACTORS_MAX]; /* by number, actors.h */
	/* Each event of all, in order; valid during the call. */
	void (*on_event)(
		void *context, unsigned who, const struct heard *heard);
	void *context;
	/* Served while an actor keeps us waiting. */
	struct actor_company company;
	char *message; /* owned: see below */
};

/* True where the actor runs: it was started and has not ended. */
static inline bool cast_runs(const struct cast *cast, unsigned who)
{
	const struct actor *actor = &cast->members[who].actor;

	return actor->pid > 0 && !actor->ended;
}

#endif
