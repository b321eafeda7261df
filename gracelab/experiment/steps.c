/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "steps.h"

#include <signal.h>
#include <stdlib.h>
#include <string.h>

#include "lib/base/names.h"
#include "options.h"

/* Whether a program that leaves the signal alone ends of it; 0: none. */
static bool ends_process(int signal)
{
	return signal && signal != SIGCHLD && signal != SIGCONT &&
		signal != SIGSTOP && signal != SIGTSTP;
}

static bool take_action(struct scan *scan, struct step *step)
{
	char *word;

	scan_space(scan);
	if (step->side == SERVER && scan_keyword(scan, "start")) {
		step->kind = STEP_START;
		return options_take(scan, &step->options);
	}
	if (!scan_name(scan, &word))
		return false;
	step->kind = STEP_SIGNAL;
	step->signal = names_signal_number(word);
	if (!ends_process(step->signal)) {
		scan_back_to(scan, word);
		return scan_fail(scan,
			step->side == SERVER
				? "start, or a signal such as SIGKILL"
				: "a signal such as SIGKILL");
	}
	return scan_end(scan);
}

/* Whether the line is a step of `side`: its name and one of > : ! */
static bool is_step(const struct scan *scan, enum side side, char *mark)
{
	const char *name = side_name(side);
	size_t len = strlen(name);

	if (strncmp(scan->at, name, len))
		return false;
	*mark = scan->at[len];
	return *mark == '>' || *mark == ':' || *mark == '!';
}

static struct step *new_step(struct experiment *experiment)
{
	struct step *steps = reallocarray(
		experiment->steps, experiment->step_count + 1, sizeof(*steps));

	if (!steps)
		return NULL;
	experiment->steps = steps;
	steps[experiment->step_count] = (struct step){ 0 };
	return &steps[experiment->step_count++];
}

/* What is typed; it writes to no file but the actors' own. */
static bool take_typed(struct scan *scan, struct step *step)
{
	if (*scan->at == ' ')
		scan->at++;
	step->line = scan_rest(scan);
	if (!*step->line)
		return scan_fail(scan, "a line to type");
	if (!options_writes_outside(step->side, step->line))
		return true;
	scan_back_to(scan, step->line);
	return scan_fail(
		scan, "save to a file of the actors' own folder, without /");
}

static bool take_step(struct scan *scan, struct experiment *experiment,
	enum side side, char mark)
{
	struct step *step = new_step(experiment);

	if (!step)
		return scan_no_memory(scan);
	step->side = side;
	step->line_number = scan->line_number;
	step->source = scan->source;
	scan->at += strlen(side_name(side)) + 1;
	switch (mark) {
	case '>':
		step->kind = STEP_TYPE;
		return take_typed(scan, step);
	case ':':
		step->kind = STEP_EXPECT;
		scan_space(scan);
		return outcome_scan(scan, &step->outcome) && scan_end(scan);
	default:
		return take_action(scan, step);
	}
}

enum steps_result steps_take(struct scan *scan, struct experiment *experiment)
{
	char mark;

	for (int side = 0; side < SIDES; side++)
		if (is_step(scan, (enum side)side, &mark))
			return take_step(
				       scan, experiment, (enum side)side, mark)
				? STEPS_TAKEN
				: STEPS_FAILED;
	return STEPS_NONE;
}
