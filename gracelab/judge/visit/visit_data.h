/* SPDX-License-Identifier: GPL-3.0-or-later */
/* A visit: what it is to do, and what was seen of it. Data alone. */
#ifndef GRACELAB_VISIT_DATA_H
#define GRACELAB_VISIT_DATA_H

#include <stdbool.h>
#include <stdint.h>
#include <sys/socket.h>

#include "answer.h"
#include "gracelab/judge/ends/evidence.h"
#include "gracelab/judge/subject/subject.h"
#include "gracelab/judge/tls/tls.h"
#include "gracelab/observe/kernel.h"
#include "lib/base/side.h"
#include "lib/conn/conn.h"
#include "lib/net/unix.h"
#include "setting.h"
#include "way.h"

enum visit_act {
	VISIT_END,     /* of the script */
	VISIT_FIRST,   /* until it has said something, or stays silent */
	VISIT_REQUEST, /* until its request is whole, or its sending ended */
	VISIT_WATCH,   /* until its sending has ended, for `ms` at most */
	VISIT_PAUSE,   /* `ms`, unless nobody has its socket any more */
	VISIT_ANSWER,
	VISIT_TAKEN,  /* until it has read the answer, or never will */
	VISIT_MORE,   /* where it has ended its sending after the answer: one
		       * byte, and until that is taken or refused */
	VISIT_SHUT,   /* our half; with TLS close_notify and FIN, */
	VISIT_NOTIFY, /* ... close_notify without a FIN, */
	VISIT_FIN,    /* ... and FIN, whether a close_notify went before or
		       * not */
	VISIT_RESET,
	VISIT_FEED,      /* a line to its standard input, then `ms` */
	VISIT_END_INPUT, /* of its standard input, if it was held open */
	VISIT_EXIT,      /* until the program has ended */
};

/* In a step: as long as nothing may happen. */
#define VISIT_PATIENCE (-1)

struct visit_step {
	enum visit_act act;
	int64_t ms;
};

struct visit_plan {
	const struct visit_step *script; /* borrowed; ends with VISIT_END */
	enum answer_kind answer;
	bool holds_input; /* standard input stays open */
	/* The last byte that it sends is not read: that makes of a close(2) of
	 * ours a reset on a UNIX socket, unix(7). */
	bool leaves_unread;
};

/* When the client has ended its sending. */
enum visit_moment {
	MOMENT_NEVER,
	MOMENT_BEFORE, /* the answer */
	MOMENT_AFTER,  /* it, and before our own FIN */
	MOMENT_LAST,
};

/* What became of something that was sent to it. */
enum visit_fate { FATE_OPEN, FATE_TAKEN, FATE_REFUSED };

enum visit_state { VISIT_WAITING, VISIT_ARRIVING, VISIT_SERVED, VISIT_OVER };

struct visit {
	/* The caller's to fill in. */
	struct visit_plan plan;
	const struct client_setting *setting;
	const struct way *way;
	unsigned number; /* from 0, of the UNIX socket */
	int id;          /* for the caller alone */

	enum visit_state state;
	const struct visit_step *step;
	int64_t until_ms;  /* when a timed step is over; 0: not begun */
	int64_t active_ms; /* when something happened last */
	int listener;      /* -1: closed */
	uint16_t port, peer_port;
	struct unix_file file; /* of the UNIX socket */
	struct kernel_pair pair;
	struct tls *tls;             /* owned; NULL: none, or no more */
	bool shakes_hands, notifies; /* ... has sent close_notify */
	int unread;                  /* bytes that are left unread: 0 or 1 */
	struct subject subject;
	int input;          /* our end of its standard input; -1: closed */
	size_t input_sent;  /* of the setting's */
	int output, errors; /* what it says: memfds; -1: none */
	struct conn_context context;
	struct conn conn;
	struct answer answer;
	struct evidence calls[SIDES], hop;
	uint64_t call_ns; /* when the call under way began */
	double begun_s, accepted_s, over_s;
	uint64_t begun_ns, over_ns;

	/* What was seen. */
	unsigned connections;
	char refused[TLS_WHY_SIZE]; /* why the handshake has failed; "" */
	enum tls_version version;   /* that it speaks */
	const char *alert; /* the last that it has sent; never changes; or "" */
	struct reply heard; /* what it has said */
	bool http;
	bool answered, shut;
	double answered_s;
	bool reads_input; /* it had read all of it before it was fed more */
	uint64_t heard_at_end;    /* bytes, some time after our end */
	bool fed_before;          /* VISIT_FEED has begun */
	enum visit_moment fin;    /* the end of its half: FIN or close_notify */
	enum visit_moment reset;  /* ... or RST, before or without one */
	enum visit_moment broken; /* ... or TLS ends, by an alert or without */
	bool unread_at_reset;     /* ... with the answer not read */
	double fin_s;             /* duration_now_s() of any of these */
	/* Its layers: */
	enum visit_moment notify;  /* close_notify */
	enum visit_moment tcp_fin; /* FIN, */
	enum visit_moment tcp_rst; /* ... or RST, behind close_notify */
	enum visit_fate taken, more;
	double orphaned_s; /* when nobody had its socket any more; 0: not */
	bool exited;       /* the program */
	int status;        /* ... as waitpid(2) has it */
	bool given_up;     /* nothing had happened for so long */
};

#endif
