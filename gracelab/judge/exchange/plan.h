/* SPDX-License-Identifier: GPL-3.0-or-later */
/* What an exchange is to do, and what came of it: data. */
#ifndef GRACELAB_PLAN_H
#define GRACELAB_PLAN_H

#include <errno.h>
#include <netdb.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "gracelab/judge/tls/tls.h"
#include "lib/net/state.h"
#include "preamble.h"
#include "reply.h"
#include "trace.h"

/* When the sending half is shut. */
enum exchange_fin {
	FIN_NEVER,         /* but by exchange_send_fin() */
	FIN_GLUED,         /* on the request's last segment */
	FIN_LATE,          /* fin_after_ms after the request */
	FIN_AT_FIRST_BYTE, /* of the reply */
};

/* What ends the sending half, with TLS. */
enum exchange_half {
	HALF_BOTH,   /* close_notify, and a FIN behind it */
	HALF_NOTIFY, /* close_notify alone */
	HALF_FIN,    /* a FIN alone */
};

/* What is done instead of waiting for a reply. */
enum exchange_ending { ENDING_NONE, ENDING_CLOSE, ENDING_RESET };

/* What a server says of its own accord before it is asked. */
struct greeting {
	unsigned lines; /* so many, where it ends with one; else */
	size_t bytes;   /* so many; both 0: it says nothing */
};

/* All pointers are borrowed until the exchange is freed. */
struct exchange_plan {
	const struct addrinfo *address;
	const struct preamble *preamble; /* said first, or NULL */
	struct tls_context *tls;         /* spoken behind it, or NULL */
	bool brisk;               /* a handshake that is silent fails soon */
	struct greeting greeting; /* awaited after all that */
	const char *request;
	size_t request_bytes;  /* 0: nothing is sent */
	size_t oversend_bytes; /* that follow the request, of no meaning */
	struct reply_rule rule;
	enum exchange_fin fin;
	enum exchange_half half;
	int64_t fin_after_ms;
	enum exchange_ending ending;
	int64_t stall_ms; /* not to read for this long after the request, from
			   * a receive buffer of some KiB */
	bool once;        /* a refused connection is not tried again */
	bool held;        /* the request waits for exchange_release() */
	bool to_the_end;  /* also a whole reply is read on, to its end */
	int64_t patience_ms; /* how long nothing may happen */
	bool patient;        /* ... before the request; then for ever */
	int64_t total_ms;    /* what goes on for longer is given up; 0: never */
	uint64_t most_bytes; /* so is what is longer; 0: any */
};

enum exchange_end {
	END_NOT_YET,
	END_NO_CONNECTION,
	END_REFUSED,  /* the preamble or TLS was; `refusal` says how */
	END_EOF,      /* of the reply */
	END_RESET,    /* recv(2), or send(2), said so */
	END_SILENT,   /* nothing for patience_ms */
	END_WHOLE,    /* no FIN was sent, and the reply is whole by the rule */
	END_GAVE_UP,  /* total_ms or most_bytes: grace's own doing */
	END_FAREWELL, /* closed or reset, as planned */
};

struct exchange_result {
	enum exchange_end end;
	int error;      /* errno: why there is no connection; or of a reset */
	bool connected; /* ... */
	bool asked;     /* the request was begun */
	char refusal[PREAMBLE_ERROR_SIZE];
	bool no_handshake;     /* TLS was refused */
	struct greeting early; /* what came before the request, if held */
	struct reply reply;
	bool whole; /* by the rule */
	enum exchange_half half;
	enum tls_version version; /* TLS_ANY: none was agreed on */
	struct tls_end tls_end;   /* how the peer has ended, with TLS */
	bool glued; /* the FIN was on the request's last segment */
	/* duration_now_s() when the request was begun */
	double begun_s;
	/* Seconds since then; -1: never. `sent_s`: the request's end. */
	double sent_s, fin_s, first_byte_s, last_byte_s, end_s;
	uint64_t bytes_at_fin; /* of the reply, when the FIN was sent */
	double pause_s; /* silences after the FIN and before a reply's end, all
			 * together, while we were listening */
	double longest_s; /* ... at any time between its first byte and its end
			   */
	double round_trip_s;
	enum tcp_state state; /* in the end; STATE_GONE: not known */
	bool untimed; /* no kernel tells when the end came: a UNIX socket */
	struct trace trace;
};

/* Whether what ended it was no RST, but an alert, or what is no TLS. */
static inline bool exchange_broke_tls(const struct exchange_result *result)
{
	return result->end == END_RESET && result->version != TLS_ANY &&
		result->error == EPROTO;
}

#endif
