/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "attempt.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>

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

/* Plays what is done again; less of it, where that cannot be. */
void attempt_again(struct session *session)
{
	struct lesson *lesson = &session->lesson;

	for (;;) {
		char *why = NULL;
		size_t done = lesson->done, failed;

		switch (attempt_anew(session, done, NULL, &why)) {
		case PLAYED:
			return;
		case PLAY_STOPPED:
			tell_note(session,
				"stopped: all steps are undone; `redo all' "
				"plays them");
			lesson->done = 0;
			break;
		case PLAY_FAILED:
			tell_failure(session, "%s", why ? why : "no memory");
			failed = session->view.failed_step;
			lesson->done = failed < done ? failed
				: done               ? done - 1
						     : 0;
			break;
		}
		free(why);
		session->leaving = !done;
		if (session->leaving)
			return;
	}
}
