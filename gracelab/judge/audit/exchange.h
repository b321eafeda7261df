/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * One request and its reply, with a FIN at a chosen time: what a probe of the
 * audit does. It is the client of the other programs, played by a plan.
 */
#ifndef GRACELAB_EXCHANGE_H
#define GRACELAB_EXCHANGE_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "lib/net/state.h"

/* When the sending half is shut. */
enum exchange_fin {
	FIN_NEVER,
	FIN_GLUED,         /* on the request's last segment */
	FIN_LATE,          /* fin_after_ms after the request */
	FIN_AT_FIRST_BYTE, /* of the reply */
};

/* What is done instead of waiting for a reply. */
enum exchange_ending { ENDING_NONE, ENDING_CLOSE, ENDING_RESET };

struct exchange_plan {
	const char *host, *port;
	const char *preamble; /* sent and answered first, or NULL */
	size_t preamble_bytes;
	const char *request;
	size_t request_bytes;  /* 0: nothing is sent */
	size_t oversend_bytes; /* that follow the request, of no meaning */
	enum exchange_fin fin;
	int64_t fin_after_ms;
	enum exchange_ending ending;
	int64_t stall_ms;      /* not to read for this long */
	int receive_bytes;     /* SO_RCVBUF; 0: the kernel's */
	int64_t patience_ms;   /* how long nothing may happen */
	int64_t quiet_ms;      /* a reply without FIN ends after this silence */
	uint64_t expect_bytes; /* ... or with this many bytes; 0: not known */
	int64_t total_ms;      /* how long it may take in all */
	uint64_t most_bytes;   /* of a reply; more is cut off; 0: any */
};

/* How much of a reply's beginning is kept. */
#define EXCHANGE_HEAD_BYTES 16384

struct exchange_result {
	bool connected;
	int error;      /* errno: why not connected; or of recv(2) */
	bool answered;  /* the preamble was */
	uint64_t bytes; /* of the reply */
	char head[EXCHANGE_HEAD_BYTES];
	size_t head_bytes;
	bool eof, reset; /* how it ended; neither: it did not in time */
	bool endless;    /* cut off at total_ms or most_bytes */
	/* Seconds after the request was sent; -1: never. */
	double fin_s, first_byte_s, end_s;
	enum tcp_state state; /* in the end; STATE_GONE: not known */
};

/* Plays the plan; fills all of `*result`. */
void exchange_run(
	const struct exchange_plan *plan, struct exchange_result *result);

#endif
