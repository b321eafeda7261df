/* SPDX-License-Identifier: GPL-3.0-or-later */
/* One part of a check: its tries, and what they are compared with. */
#ifndef GRACELAB_TRIAL_H
#define GRACELAB_TRIAL_H

#include <stdbool.h>
#include <stdint.h>

#include "checks.h"
#include "gracelab/judge/relay/outcome.h"
#include "gracelab/judge/relay/relay.h"

/* What is played once, to compare with. */
struct trial_control {
	bool asked, over;
	struct play *play; /* kept where it fails; the relay's */
	enum outcome outcome;
	char why[OUTCOME_WHY_SIZE];
	double end_s;  /* when the end that lacks something saw its end; -1 */
	double idle_s; /* how long it was idle where that is asked for */
};

struct trial {
	/* The caller's to fill in. */
	enum check_id id;
	const struct check_part *part;
	unsigned tries;
	int64_t patience_ms, idle_ms;
	enum between_goal goal; /* how much of the size is sent */

	bool open;            /* it has yet to be played alone */
	bool together;        /* more tries follow by themselves */
	unsigned asked, over; /* tries */
	unsigned missed;      /* ... that were whole, and prove nothing: the FIN
			       * came at another moment than the part's */
	enum outcome last;    /* of the last that is over */
	bool given_up;        /* that one cost the time-out */
	struct tally tally;
	struct play *failed;  /* the first try that failed; the relay's */
	enum outcome outcome; /* its */
	char why[OUTCOME_WHY_SIZE];
	double kept_s;       /* until when a half was kept; -1: no end came */
	struct play *direct; /* without the proxy; the relay's */
	struct trial_control without_proxy, without_fin;
	double begun_s, over_s;
};

/*
 * Asks for its tries, some of them together. One that has cost the time-out is
 * made three times, and no more.
 */
void trial_begin(struct trial *trial, struct relay *relay);

/* Asks for one try alone, and the first time for the control without proxy. */
void trial_ask_one(struct trial *trial, struct relay *relay);

/* Takes the last try back: it was no try of the trial's. */
void trial_take_back(struct trial *trial, struct relay *relay);

/* Asks for the control without a FIN; without one nothing happens. */
void trial_ask_control(struct trial *trial, struct relay *relay);

/* Takes what came of a play whose owner it is, and asks for what follows. */
void trial_on_over(struct trial *trial, struct relay *relay, struct play *play);

/* So many more tries; those of a trial that is played alone wait. */
void trial_ask_more(struct trial *trial, struct relay *relay, unsigned tries);

/* How many tries that have cost the time-out are enough. */
#define TRIAL_SLOW_ENOUGH 3

/* How many of its tries have cost the time-out. */
unsigned trial_slow_tries(const struct trial *trial);

/* Forgets all tries and controls. */
void trial_reset(struct trial *trial, struct relay *relay);

bool trial_is_over(const struct trial *trial);
bool trial_has_failed(const struct trial *trial);

/* Whether all of its tries prove nothing. */
bool trial_has_missed(const struct trial *trial);

/* Whether the control without a FIN has to be asked for, to judge it. */
bool trial_lacks_control(const struct trial *trial);

/*
 * Whether without a FIN the same is lost: then it is not the FIN's doing. An
 * idle connection that lives markedly longer without one tells of the FIN.
 */
bool trial_fails_anyway(const struct trial *trial);

#endif
