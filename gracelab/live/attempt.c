/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "attempt.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "gracelab/experiment/options.h"
#include "lib/base/names.h"
#include "tell.h"

/* Stands where a lesson has no step, since an experiment has one. */
static const char NO_STEP[] = ATTEMPT_NO_STEP;

struct experiment *attempt_parse(const struct session *session, size_t count,
	const char *more, char **why)
{
	const char *path = session->path ? session->path : "live";
	const char *slash = strrchr(path, '/');
	char *name = strdup(slash ? slash + 1 : path);
	bool empty = !count && !more;
	char *text =
		lesson_text(&session->lesson, count, empty ? NO_STEP : more);
	struct experiment *experiment = NULL;

	*why = NULL;
	if (name && text) {
		char *suffix = strrchr(name, '.');

		if (suffix && suffix != name && !strcmp(suffix, ".lab"))
			*suffix = '\0';
		experiment =
			experiment_parse(path, name, text, strlen(text), why);
	}
	if (experiment && empty)
		experiment->step_count = 0;
	free(text);
	free(name);
	return experiment;
}

/* Takes the view that answers; with PLAY_FAILED, `*why` is for free(3). */
enum played attempt_await(struct session *session, char **why)
{
	struct view view;

	*why = NULL;
	for (;;) {
		switch (living_await(&session->living, &view)) {
		case LIVING_INTERRUPTED:
			return PLAY_STOPPED;
		case LIVING_NOTHING:
		case LIVING_ENDED:
			*why = strdup("the play's process died");
			return PLAY_FAILED;
		case LIVING_VIEW:
			break;
		}
		if (view.asked)
			break;
		view_free(&view);
	}
	bool failed = view.record.failed;

	if (failed)
		*why = strdup(record_why_failed(&view.record));
	/* Of a play that failed nothing but its end is of interest. */
	view_free(&session->view);
	session->view = view;
	return failed ? PLAY_FAILED : PLAYED;
}

/* Whether a program of it is none of grace's. */
static bool is_foreign(const struct experiment *experiment)
{
	return options_are_foreign(&experiment->client) ||
		options_are_foreign(&experiment->server);
}

bool attempt_wants_wire(
	const struct session *session, const struct experiment *experiment)
{
	if (session->no_wire || experiment->over_unix)
		return false;
	return session->options->wire || experiment->wired ||
		!is_foreign(experiment);
}

const char *attempt_why_no_wire(
	const struct session *session, const struct experiment *experiment)
{
	if (experiment->over_unix)
		return "the connection is a UNIX socket's";
	if (session->no_wire)
		return session->no_wire;
	return "programs of others may know the loopback only; a step of the "
	       "wire's begins anew on one";
}

/* Plays an experiment in a new process. */
static enum played begin_play(struct session *session,
	const struct experiment *experiment, const char *text, char **why)
{
	const struct person_plan plan = {
		.path = experiment->path,
		.name = experiment->name,
		.text = text,
		.steps = experiment->step_count,
		.options = &session->play,
	};
	char description[NAMES_DESCRIPTION_SIZE];

	living_end(&session->living);
	if (living_begin(&session->living, &plan))
		return attempt_await(session, why);
	*why = strdup(names_describe(description, errno));
	return PLAY_FAILED;
}

/* Whether the wire was refused, and the experiment can do without. */
static bool can_do_without_wire(
	const struct session *session, const struct experiment *experiment)
{
	return session->view.record.unplayable && session->play.wire &&
		!session->options->wire && !experiment->wired;
}

/* Plays so many steps, and one more or none; the experiment is noted if that
 * comes to its end. */
enum played attempt_anew(
	struct session *session, size_t count, const char *more, char **why)
{
	struct experiment *experiment =
		attempt_parse(session, count, more, why);
	char *text = lesson_text(
		&session->lesson, count, !count && !more ? NO_STEP : more);
	enum played played = PLAY_FAILED;

	session->view.failed_step = count;
	if (experiment && text) {
		session->play.wire = attempt_wants_wire(session, experiment);
		played = begin_play(session, experiment, text, why);
		if (played == PLAY_FAILED &&
			can_do_without_wire(session, experiment)) {
			free(session->no_wire);
			session->no_wire = *why;
			session->play.wire = false;
			played = begin_play(session, experiment, text, why);
		}
	}
	free(text);
	if (played != PLAYED) {
		experiment_free(experiment);
		return played;
	}
	experiment_free(session->experiment);
	session->experiment = experiment;
	return PLAYED;
}

/* How many steps a play that failed can do. */
static size_t less(const struct session *session, size_t done)
{
	size_t failed = session->view.failed_step;

	/* Where none has failed, it is the play itself that cannot be begun. */
	return failed < done ? failed : 0;
}

/* Plays what is done again; less of it, where that cannot be. */
void attempt_again(struct session *session)
{
	struct lesson *lesson = &session->lesson;
	char *why, *said = NULL;

	for (;;) {
		size_t done = lesson->done;
		enum played played = attempt_anew(session, done, NULL, &why);

		if (played == PLAYED)
			break;
		if (played == PLAY_STOPPED)
			tell_note(session,
				"stopped: all steps are undone; `redo all' "
				"plays them");
		else if (!why || !said || strcmp(why, said) != 0)
			tell_failure(session, "%s", why ? why : "no memory");
		free(said);
		said = why;
		lesson->done = played == PLAY_STOPPED ? 0 : less(session, done);
		session->leaving = !done;
		if (session->leaving)
			break;
	}
	free(said);
}
