/* SPDX-License-Identifier: GPL-3.0-or-later */
/* What an audit is asked, and what it has found: data. */
#ifndef GRACELAB_REPORT_H
#define GRACELAB_REPORT_H

#include <stdbool.h>

#include "gracelab/judge/inspect.h"
#include "gracelab/judge/verdict/compare.h"

enum audit_id {
	AUDIT_FIN_GLUED,
	AUDIT_NOTIFY_ALONE, /* with TLS; so is that of the FIN alone, and end */
	AUDIT_FIN_LATE,
	AUDIT_FIN_STALLED,
	AUDIT_FIN_MIDREPLY,
	AUDIT_BARE_FIN,
	AUDIT_HALF_REQUEST,
	AUDIT_CLOSE,
	AUDIT_RESET,
	AUDIT_OVERSEND,
	AUDIT_FIN_ALONE,
	AUDIT_TLS_END,
	AUDIT_PROBES,
};

/* The table, AUDIT_PROBES long, by id, in the order of playing. */
const struct inspect_item *audit_probes(void);

#define AUDIT_WHY_SIZE 448

/* What one probe has shown. */
struct audit_finding {
	bool played;
	char skipped[160]; /* why not, if it was chosen */
	/* Judged: the most frequent of its bad tries, or else what all say. */
	enum verdict verdict;
	unsigned tries;              /* that prove something */
	unsigned outcomes[VERDICTS]; /* how many of these ended so */
	unsigned early;              /* tries that prove nothing: the reply
				      * was there before the FIN */
	unsigned controls, failed_controls; /* the same without a FIN */
	uint64_t bytes;                     /* of the try that decided */
	/* How long after the FIN the server thought, and how long the reply
	 * went on: the least of the honoured tries; -1: none. */
	double thought_s, went_on_s;
	char why[AUDIT_WHY_SIZE]; /* also what is only reported */
	bool notified;            /* of tls-end: close_notify ended it */
	const char *remedy;       /* borrowed: what is known to help; or NULL */
	double seconds;           /* that it took */
	struct trace trace;       /* of the try that decided, if it is bad */
	unsigned traced;          /* its number, from 1; 0: there is none */
};

enum audit_overall {
	AUDIT_HONOURS,
	AUDIT_VIOLATES,
	AUDIT_NO_BASELINE,
	AUDIT_UNPROVED,
	AUDIT_NO_VERDICT, /* nothing that is judged was asked for */
	AUDIT_INTERRUPTED,
};

struct audit_report {
	enum audit_overall overall;
	char proof[512]; /* what a pass proves, or why there is none */
	struct baseline baseline;
	bool has_baseline;
	enum tls_version version; /* agreed on; TLS_ANY: plain */
	char base_why[320];       /* what else is to be said of it */
	double watched_s; /* so long one without a FIN said no more; 0: none
			   * was left open */
	double base_seconds;
	struct audit_finding findings[AUDIT_PROBES];
};

struct audit_options {
	/* Target, preamble, request and the rule. */
	struct exchange_plan plan;
	const struct addrinfo *addresses; /* borrowed: those to try */
	int status; /* --status; 0: any that is no error */
	int64_t timeout_ms;
	bool timeout_said;
	unsigned tries, jobs;
	bool chosen[AUDIT_PROBES];
	bool (*stops)(void); /* whether to end early */
	/*
	 * Called before each try; with each finding; and with the baseline
	 * (AUDIT_PROBES), `again` where what was found so far is void.
	 */
	void (*on_try)(
		void *context, const char *probe, unsigned try, unsigned tries);
	void (*on_finding)(void *context, const struct audit_report *report,
		enum audit_id id, bool again);
	void *context;
};

/* Forgets all findings, but not the baseline. */
void report_forget(struct audit_report *report);

static inline double report_mebibytes(uint64_t bytes)
{
	return (double)bytes / (1024 * 1024);
}

#endif
