/* SPDX-License-Identifier: GPL-3.0-or-later */
/* An audit under way, for the files that it is made of. */
#ifndef GRACELAB_AUDIT_INSIDE_H
#define GRACELAB_AUDIT_INSIDE_H

#include "gracelab/judge/exchange/pool.h"
#include "report.h"

/* All but the first probe: often enough to see what comes and goes. */
#define AUDIT_FEW_TRIES 3

/* When a late FIN is sent where only that brings a reply. */
#define AUDIT_GATE_MS 30

struct audit {
	const struct audit_options *options;
	struct audit_report *report;
	struct pool pool;
	struct exchange_plan plan; /* the request, with nothing special */
	unsigned jobs;             /* how many side by side; 1: it is serial */
	int64_t patience_ms;       /* of a probe, once the baseline is known */
	/* One without a FIN that is still open, to see whether more comes;
	 * it had `watched_bytes` when the baseline was taken. Or NULL. */
	struct exchange *watch;
	uint64_t watched_bytes;
	struct exchange_result whole_end; /* TLS: a whole reply's; layers.c */
	bool has_whole_end;
	bool stopped;  /* a signal came */
	bool died;     /* the server did */
	bool doubtful; /* requests without a FIN have failed, too */
};

/* The plain plan; with a late FIN where only that brings a reply. */
struct exchange_plan audit_plain(const struct audit *audit);

/* The same for a probe that sends a FIN. */
struct exchange_plan audit_with_fin(
	const struct audit *audit, enum exchange_fin fin);

/* How many tries a probe but the first has. */
unsigned audit_few(const struct audit *audit);

/* Shows how far it is. */
void audit_progress(const struct audit *audit, const char *name, unsigned try,
	unsigned tries);

/* Why a probe was not played. */
__attribute__((format(printf, 2, 3))) void audit_skip(
	struct audit_finding *finding, const char *format, ...);

/*
 * base.c: takes the baseline; `thorough`: slowly, since the first was wrong.
 * False, with the reason in the report, where there is none.
 */
bool audit_take_baseline(struct audit *audit, bool thorough);

/* Whether what came since shows that the baseline was cut too early. */
bool audit_baseline_broke(const struct audit *audit);

/* probes.c: those with a FIN. */
void audit_probe_glued(struct audit *audit);
void audit_probe_notify(struct audit *audit);
void audit_probe_late(struct audit *audit);
void audit_probe_stalled(struct audit *audit);
void audit_probe_midreply(struct audit *audit);

/* rude.c: a client that is gone, and then another. */
void audit_probe_rude(
	struct audit *audit, enum audit_id id, enum exchange_ending ending);

/* aside.c: those that are only reported. */
void audit_probe_bare(struct audit *audit);
void audit_probe_half_request(struct audit *audit);
void audit_probe_oversend(struct audit *audit);

/* layers.c: the handshake by itself; false, with why in the report. */
bool audit_shake_hands(struct audit *audit);

/* ... and what is only reported of TLS. */
void audit_probe_fin_alone(struct audit *audit);
void audit_probe_tls_end(struct audit *audit);

#endif
