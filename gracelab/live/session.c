/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "session.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "attempt.h"
#include "gracelab/experiment/options.h"
#include "gracelab/live/words/line.h"
#include "gracelab/play/wired_plan.h"
#include "paint.h"
#include "tell.h"

void session_go_to(struct session *session, size_t done)
{
	session->lesson.done = done;
	session->changed = true;
	attempt_again(session);
}

/* Whether the network or the ladder is another with the next step. */
static bool needs_new_play(
	const struct session *session, const struct experiment *next)
{
	const struct experiment *now = session->experiment;
	const struct hosts_plan a = wired_plan(now), b = wired_plan(next);

	return session->play.wire != attempt_wants_wire(session, next) ||
		now->many != next->many ||
		memcmp(now->plays, next->plays, sizeof(now->plays)) != 0 ||
		memcmp(now->starts_late, next->starts_late,
			sizeof(now->starts_late)) != 0 ||
		(session->play.wire &&
			(a.rto_min_ms != b.rto_min_ms ||
				memcmp(a.slow_acks, b.slow_acks,
					sizeof(a.slow_acks)) != 0));
}

/* Whether the line is typed at a program that others wrote. */
static bool is_foreign(const struct experiment *next)
{
	const struct step *step = &next->steps[next->step_count - 1];

	return options_are_foreign(
		step->side == SERVER ? &next->server : &next->client);
}

/* The lesson's head with a line more, or "", and one step: no file, so that a
 * reason names no place in one. NULL, and `*why` for free(3). */
static struct experiment *parse_apart(const struct session *session,
	const char *line, const char *step, char **why)
{
	const char *head = session->lesson.head;
	struct experiment *experiment = NULL;
	char *text = NULL;

	*why = NULL;
	if (asprintf(&text, "%s%s\n%s\n", head ? head : "", line, step) < 0)
		return NULL;
	experiment = experiment_parse("", "", text, strlen(text), why);
	free(text);
	return experiment;
}

/* The lesson with the step; NULL: it cannot be, which was said. */
static struct experiment *check_step(struct session *session, const char *step)
{
	char *why = NULL;
	struct experiment *apart = parse_apart(session, "", step, &why);
	struct experiment *next = apart
		? attempt_parse(session, session->lesson.done, step, &why)
		: NULL;

	experiment_free(apart);
	if (next && !is_foreign(next))
		why = line_refusal(step);
	if (!next || why)
		tell_refusal(session, "%s", why ? why : "no memory");
	else if (next->wired && !attempt_wants_wire(session, next))
		tell_refusal(session, "there is no wire here: %s",
			attempt_why_no_wire(session, next));
	else
		return next;
	free(why);
	experiment_free(next);
	return NULL;
}

static enum played send_step(
	struct session *session, const char *step, char **why)
{
	/* Nobody takes it: why the play has ended is there to be read. */
	living_send(&session->living, step);
	return attempt_await(session, why);
}

void session_step(struct session *session, const char *step)
{
	struct lesson *lesson = &session->lesson;
	struct experiment *next = check_step(session, step);
	char *why = NULL;
	enum played played;

	if (!next)
		return;
	if (needs_new_play(session, next)) {
		played = attempt_anew(session, lesson->done, step, &why);
		experiment_free(next);
	} else {
		played = send_step(session, step, &why);
		if (played == PLAYED) {
			experiment_free(session->experiment);
			session->experiment = next;
		} else {
			experiment_free(next);
		}
	}
	session->changed |= played == PLAYED;
	if (played == PLAYED && lesson_add(lesson, step))
		return;
	if (played == PLAY_STOPPED)
		tell_note(session, "stopped, and taken back: %s", step);
	else
		tell_failure(session, "%s", why ? why : "no memory");
	free(why);
	attempt_again(session);
}

void session_head(struct session *session, const char *line)
{
	struct lesson *lesson = &session->lesson;
	char *why = NULL;
	struct experiment *apart =
		parse_apart(session, line, ATTEMPT_NO_STEP, &why);
	bool good = apart && lesson_add_head(lesson, line);

	experiment_free(apart);
	if (!good) {
		tell_refusal(session, "%s", why ? why : "no memory");
		free(why);
		return;
	}
	if (attempt_anew(session, lesson->done, NULL, &why) == PLAYED) {
		session->changed = true;
		tell_note(session, "played anew with: %s", line);
		return;
	}
	tell_failure(session, "%s", why ? why : "stopped");
	free(why);
	lesson_drop_head(lesson);
	attempt_again(session);
}

bool session_hear(struct session *session)
{
	enum living_result result;
	struct view view;
	bool heard = false;

	while ((result = living_take(&session->living, &view)) == LIVING_VIEW) {
		view_free(&session->view);
		session->view = view;
		heard = true;
	}
	if (result != LIVING_ENDED && !session->view.record.failed)
		return heard;
	tell_failure(session, "%s",
		session->view.record.failed
			? record_why_failed(&session->view.record)
			: "the play's process died");
	attempt_again(session);
	return true;
}

bool session_begin(struct session *session, const struct live_options *options)
{
	*session = (struct session){
		.options = options,
		.play = options->play,
		.living = { .steps_fd = -1, .views_fd = -1 },
		.paint = { .big = options->big, .ascii = options->ascii },
		.path = options->path ? strdup(options->path) : NULL,
	};
	if (options->play.host_why)
		session->no_wire = strdup(options->play.host_why);
	if (options->experiment &&
		!lesson_begin(&session->lesson, options->experiment)) {
		tell_failure(session, "no memory");
		return false;
	}
	attempt_again(session);
	return !session->leaving;
}

void session_end(struct session *session)
{
	living_end(&session->living);
	view_free(&session->view);
	paint_free(&session->paint);
	experiment_free(session->experiment);
	lesson_free(&session->lesson);
	free(session->no_wire);
	free(session->path);
}
