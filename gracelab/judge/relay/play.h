/* SPDX-License-Identifier: GPL-3.0-or-later */
/* The tries that a relay plays, as data. */
#ifndef GRACELAB_PROXY_PLAY_H
#define GRACELAB_PROXY_PLAY_H

#include <signal.h>
#include <stdbool.h>
#include <stdint.h>
#include <sys/socket.h>

#include "gracelab/judge/ends/party.h"
#include "gracelab/judge/subject/subject.h"
#include "gracelab/observe/capture.h"
#include "gracelab/stage/line.h"
#include "lib/base/side.h"
#include "scene.h"

/* The ways from the client to the server. */
enum relay_way { RELAY_THROUGH, RELAY_DIRECT };
#define RELAY_WAYS 2

/* As much of a connection's beginning is looked at. */
#define ARRIVAL_HEAD_BYTES 512

/* A connection that has arrived at one of our listeners. */
struct arrival {
	/* Plays once a play has it; until then it has what was called. */
	struct party party;
	struct play *play; /* NULL: not known, or nobody's */
	enum relay_way way;
	int fd;          /* while no play has it; -1: closed */
	uint16_t port;   /* of its other end; 0 on a UNIX socket, */
	uint64_t inode;  /* where it has this, once a play has it; or 0 */
	struct tls *tls; /* owned while no play has it; NULL: none */
	bool agreed;     /* its handshake is over */
	char head[ARRIVAL_HEAD_BYTES + 1]; /* what it has sent so far */
	size_t head_bytes;
	double accepted_s;
	uint64_t accepted_ns;
	struct arrival *next;
};

enum play_state {
	PLAY_WAITING,  /* its turn has not come */
	PLAY_ARRIVING, /* which connection is its server's is not known yet */
	PLAY_KNOWN,
	PLAY_OVER,
};

/* One try. */
struct play {
	/* The caller's to fill in. */
	const struct scene *scene;
	int64_t size, idle_ms;
	int64_t more_ms; /* that each pause and stall lasts longer */
	enum relay_way way;
	bool quiet;             /* begins only while nothing else moves */
	int64_t patience_ms;    /* how long nothing may happen */
	enum between_goal goal; /* how much of the size is sent */
	void *owner;            /* for the caller alone */

	enum play_state state;
	char token[STREAM_TOKEN_BYTES + 1];
	struct party client;
	int connecting;             /* a connect(2) under way, or -1 */
	bool queue_full;            /* ... at a UNIX listener that is busy */
	struct arrival *server;     /* its connection; NULL: none known */
	uint16_t port;              /* of the client; 0 on a UNIX socket, */
	uint64_t inode;             /* whose other end has this; or 0 */
	bool given_up;              /* nothing had happened for patience_ms */
	struct between_wait wait;   /* ... since when that is so */
	bool left_open;             /* it was over before all was closed */
	uint64_t begun_ns, over_ns; /* CLOCK_REALTIME */
	double begun_s, over_s;
	int64_t begun_ms;
	unsigned lost_before; /* segments that the capture lacked then */
	bool segments_lost;   /* it lacks more since */
	bool beside;          /* it stood when the gate opened */
	bool unwanted;        /* to be freed */
	struct play *next;
};

/* Where to play. */
struct relay_place {
	struct sockaddr_storage front; /* where the proxy listens */
	socklen_t front_bytes;
	uint16_t front_port; /* 0: a UNIX socket */
	/* Where the way without the proxy begins; 0 bytes: at its listener. */
	struct sockaddr_storage direct;
	socklen_t direct_bytes;
	int listeners[RELAY_WAYS];  /* where its connections arrive, or ours */
	uint16_t ports[RELAY_WAYS]; /* of the listeners; 0: UNIX sockets */
	struct capture *capture;    /* NULL: not observed by it */
	struct line *line;          /* that all passes, and is observed; NULL */
	int told; /* where the proxy's calls are told (told.h); -1: they are not
		   */
	const struct subject *subject; /* the proxy; borrowed; NULL: not ours */
	const struct preamble *preamble;         /* of each client; or NULL */
	struct tls_context *clients[RELAY_WAYS]; /* borrowed; NULL: plain */
	struct tls_context *servers[RELAY_WAYS];
};

struct called;

struct relay {
	struct relay_place place;
	unsigned jobs; /* how many tries through the proxy, side by side */
	/* Each is the caller's, and called with its context: */
	void *context;
	/* A play got a connection for its server. */
	void (*on_given)(void *context, const struct play *play,
		const struct arrival *arrival);
	void (*on_over)(void *context, struct play *play); /* may add others */
	bool (*is_decided)(const struct play *play); /* no good will come */
	bool (*goes_on)(void *context); /* once it gives false, all is over */

	struct party_common common;
	struct between between;   /* what is, on the way through the proxy */
	uint64_t arrived, begun;  /* how many, so far */
	struct play *plays;       /* owned; in the order of adding */
	struct arrival *arrivals; /* owned */
	/* What went by, by the other end's port: to the listeners, to front. */
	struct evidence *hops[RELAY_WAYS + 1];
	struct called *called; /* owned; NULL: nobody looks at its calls */
	uint64_t secret;       /* of this run's tokens; 0: not chosen yet */
	bool running;
	bool closing;      /* the proxy has ended; the caller's to set */
	unsigned gate_for; /* how many are to stand before the gate opens; 0: it
			    * is the caller's to open */
	int64_t run_ms;    /* when relay_run() began */
	int64_t known_ms;  /* when a server became known last */
	int64_t active_ms; /* when something happened last, through the proxy */
	double arrival_s;  /* how long the first connection took to arrive */
	char stranger[48]; /* what the first of them said */
	size_t stranger_bytes;
	char no_handshake[TLS_WHY_SIZE]; /* why the first with a server failed
					  */
	unsigned preface; /* bytes that the proxy put before the client's */
};

#endif
