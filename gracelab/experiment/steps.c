/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "steps.h"

#include <signal.h>
#include <stdlib.h>
#include <string.h>

#include "lib/base/names.h"
#include "options.h"

static const char WIRE[] = "wire";

/* Whether a program that leaves the signal alone ends of it; 0: none. */
static bool ends_process(int signal)
{
	return signal && signal != SIGCHLD && signal != SIGCONT &&
		signal != SIGSTOP && signal != SIGTSTP;
}

/* Whether the actor can be started by a step: all but the first client. */
static bool can_start(unsigned who)
{
	return who != CLIENT;
}

static bool take_start(
	struct scan *scan, struct experiment *experiment, struct step *step)
{
	bool is_first = true;

	for (size_t i = 0; i + 1 < experiment->step_count; i++)
		is_first = is_first && experiment->steps[i].who != step->who;
	if (is_first && step->who != SERVER)
		experiment->starts_late[step->who] = true;
	step->kind = STEP_START;
	return options_take(scan, &step->options);
}

static bool take_action(
	struct scan *scan, struct experiment *experiment, struct step *step)
{
	char *word;

	scan_space(scan);
	if (scan_keyword(scan, "reboot")) {
		step->kind = STEP_REBOOT;
		experiment->wired = true;
		return scan_end(scan);
	}
	if (experiment->tls && scan_keyword(scan, "start"))
		return scan_fail(scan, "no start: with tls both play once");
	if (can_start(step->who) && scan_keyword(scan, "start"))
		return take_start(scan, experiment, step);
	if (!scan_name(scan, &word))
		return false;
	step->kind = STEP_SIGNAL;
	step->signal = names_signal_number(word);
	if (!ends_process(step->signal)) {
		scan_back_to(scan, word);
		return scan_fail(scan,
			can_start(step->who)
				? "start, or a signal such as SIGKILL, or "
				  "reboot"
				: "a signal such as SIGKILL, or reboot");
	}
	return scan_end(scan);
}

/* Whether the line is a step of `name`: that and one of > : ! */
static bool is_step(const struct scan *scan, const char *name, char *mark)
{
	size_t len = strlen(name);

	if (strncmp(scan->at, name, len))
		return false;
	*mark = scan->at[len];
	return *mark == '>' || *mark == ':' || *mark == '!';
}

/* A new step, and the scan behind its name and mark; or NULL. */
static struct step *new_step(
	struct scan *scan, struct experiment *experiment, const char *name)
{
	struct step *steps = reallocarray(
		experiment->steps, experiment->step_count + 1, sizeof(*steps));

	if (!steps) {
		scan_no_memory(scan);
		return NULL;
	}
	experiment->steps = steps;
	scan->at += strlen(name) + 1;
	steps[experiment->step_count] = (struct step){
		.line_number = scan->line_number,
		.source = scan->source,
	};
	return &steps[experiment->step_count++];
}

/* What is typed; it reaches no file but the actors' own. */
static bool take_typed(struct scan *scan, struct step *step)
{
	if (*scan->at == ' ')
		scan->at++;
	step->line = scan_rest(scan);
	if (!*step->line)
		return scan_fail(scan, "a line to type");
	const char *allowed = options_reaches_outside(step->side, step->line);

	if (!allowed)
		return true;
	scan_back_to(scan, step->line);
	return scan_fail(scan, allowed);
}

/* An outcome; one of records, of which only `tls` has any, by its record. */
static bool take_outcome(struct scan *scan, const struct experiment *experiment,
	struct outcome *outcome)
{
	scan_space(scan);
	const char *word = scan->at;

	if (!outcome_scan(scan, outcome) || !scan_end(scan))
		return false;
	bool is_record = outcome->kind == OUTCOME_SENT_RECORD ||
		outcome->kind == OUTCOME_RECEIVED_RECORD;

	if (!is_record || experiment->tls)
		return true;
	scan_back_to(scan, word + strcspn(word, " \t"));
	scan_space(scan);
	return scan_fail(
		scan, "no record without the head line tls, which shows them");
}

static bool take_step(struct scan *scan, struct experiment *experiment,
	unsigned who, char mark)
{
	struct step *step = new_step(scan, experiment, actor_name(who));

	if (!step)
		return false;
	if (experiment->tls && who >= ACTORS_MORE)
		return scan_fail(scan,
			"a step of client or server: with tls there are no "
			"others");
	step->who = who;
	step->side = actor_side(who);
	experiment->plays[who] = true;
	experiment->many |= who >= ACTORS_MORE;
	switch (mark) {
	case '>':
		step->kind = STEP_TYPE;
		return take_typed(scan, step);
	case ':':
		step->kind = STEP_EXPECT;
		return take_outcome(scan, experiment, &step->outcome);
	default:
		return take_action(scan, experiment, step);
	}
}

static bool take_wire(
	struct scan *scan, struct experiment *experiment, char mark)
{
	struct step *step = new_step(scan, experiment, WIRE);

	if (!step)
		return false;
	if (experiment->over_unix)
		return scan_fail(scan, "no wire: the connection is over unix");
	experiment->wired = true;
	step->kind = STEP_WIRE;
	if (mark == '>')
		return wire_step_take(scan, &step->wire);
	if (mark == ':')
		return wire_step_take_await(scan, &step->wire);
	scan->at--;
	return scan_fail(scan, "wire> or wire:, for a wire heeds no signal");
}

enum steps_result steps_take(struct scan *scan, struct experiment *experiment)
{
	char mark;

	for (unsigned who = 0; who < ACTORS_MAX; who++)
		if (is_step(scan, actor_name(who), &mark))
			return take_step(scan, experiment, who, mark)
				? STEPS_TAKEN
				: STEPS_FAILED;
	if (!is_step(scan, WIRE, &mark))
		return STEPS_NONE;
	return take_wire(scan, experiment, mark) ? STEPS_TAKEN : STEPS_FAILED;
}
