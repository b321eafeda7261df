/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Probes a server for what it does with a half-closed connection. */
#ifndef GRACELAB_AUDIT_H
#define GRACELAB_AUDIT_H

#include <stdbool.h>

#include "gracelab/judge/inspect.h"
#include "verdict.h"

enum audit_id {
	AUDIT_FIN_GLUED,
	AUDIT_FIN_LATE,
	AUDIT_FIN_STALLED,
	AUDIT_FIN_MIDREPLY,
	AUDIT_BARE_FIN,
	AUDIT_HALF_REQUEST,
	AUDIT_CLOSE,
	AUDIT_RESET,
	AUDIT_OVERSEND,
	AUDIT_PROBES,
};

/* The table, AUDIT_PROBES long, by id, in the order of playing. */
const struct inspect_item *audit_probes(void);

struct audit_options {
	struct exchange_plan plan; /* target and request */
	int64_t timeout_ms;
	unsigned tries;
	bool chosen[AUDIT_PROBES];
	/* Called as it goes on, to show it; NULL: nobody watches. */
	void (*progress)(
		void *context, const char *probe, unsigned try, unsigned tries);
	void *context;
};

/* What one probe has shown. */
struct audit_finding {
	bool played;
	char skipped[96];              /* why not, if it was chosen */
	enum verdict verdict;          /* judged: the worst of its tries */
	unsigned tries, agreed;        /* how many had this verdict */
	uint64_t bytes;                /* of the try that decided */
	double first_byte_after_fin_s; /* the least of its tries; -1: none */
	char why[VERDICT_WHY_SIZE];    /* also what is only reported */
};

enum audit_overall {
	AUDIT_HONOURS,
	AUDIT_VIOLATES,
	AUDIT_NO_BASELINE,
	AUDIT_UNPROVED,
};

struct audit_report {
	enum audit_overall overall;
	char proof[200]; /* what a pass proves, or why there is none */
	struct baseline baseline;
	bool has_baseline;
	struct audit_finding findings[AUDIT_PROBES];
};

/* Plays the baseline and every chosen probe. */
void audit_run(
	const struct audit_options *options, struct audit_report *report);

#endif
