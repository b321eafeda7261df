/* SPDX-License-Identifier: GPL-3.0-or-later */
#include <signal.h>
#include <stdlib.h>
#include <string.h>

#include "attempt.h"
#include "commands.h"
#include "gracelab/explore/ahead.h"
#include "gracelab/explore/write.h"
#include "gracelab/live/words/say.h"
#include "lib/base/signals.h"
#include "tell.h"

/* More orders than this say nothing more to a person who waits. */
#define ORDERS_MAX 100000

/* Looks ahead from what is done; false where it cannot, which was said. */
static bool look(struct session *session, struct ahead *ahead)
{
	const struct lesson *lesson = &session->lesson;
	char *why = NULL;
	/* What was undone is still to be typed. */
	struct experiment *experiment =
		attempt_parse(session, lesson->count, NULL, &why);

	*ahead = (struct ahead){ 0 };
	if (experiment &&
		ahead_look(ahead, experiment, lesson->done,
			session->view.states[CLIENT]))
		return true;
	tell_failure(session, "%s",
		ahead->why    ? ahead->why
			: why ? why
			      : "no memory");
	free(why);
	if (!ahead->experiment)
		experiment_free(experiment);
	ahead_free(ahead);
	return false;
}

/* What is typed for a move. */
static void put_move(FILE *out, const struct ahead_move *move)
{
	const char *segment = *move->segment ? move->segment : "";

	switch (move->move) {
	case ORDER_CLIENT_LINE:
	case ORDER_SERVER_LINE:
		fprintf(out, "  %-24s as was undone (redo)\n", move->step);
		break;
	case ORDER_CLIENT_SEGMENT:
		fprintf(out, "  w pass client %-10s it arrives\n", segment);
		break;
	case ORDER_SERVER_SEGMENT:
		fprintf(out, "  w pass server %-10s it arrives\n", segment);
		break;
	case ORDER_CLIENT_LOSS:
		fprintf(out, "  w drop client %-10s it is lost\n", segment);
		break;
	case ORDER_SERVER_LOSS:
		fprintf(out, "  w drop server %-10s it is lost\n", segment);
		break;
	case ORDER_CLIENT_READ:
		fprintf(out, "  %-24s the client reads\n", "c read");
		break;
	case ORDER_ANSWER:
		fprintf(out, "  %-24s the server answers\n", "s reply");
		break;
	case ORDER_SERVER_READ:
		fprintf(out, "  %-24s the server reads\n", "s read");
		break;
	case ORDER_CLIENT_CALL:
	case ORDER_SERVER_CALL:
		/* Nobody types for programs that others wrote. */
		break;
	}
}

static void put_next(struct session *session, const struct ahead *ahead)
{
	const struct view *view = &session->view;
	struct say say;

	say_begin(&say);
	if (!say.out)
		return;
	fputs(ahead->next_count ? "what could happen now:\n"
				: "nothing can happen now but what is typed\n",
		say.out);
	for (size_t i = 0; i < ahead->next_count; i++)
		put_move(say.out, &ahead->next[i]);
	for (unsigned who = 0; who < ACTORS_MAX; who++)
		if (view->plays[who] && view->runs[who])
			fprintf(say.out, "  %s%s LINE%*s a line is typed\n",
				who == CLIENT           ? "c"
					: who == SERVER ? "s"
							: "",
				who < ACTORS_MORE ? "" : actor_name(who),
				who < ACTORS_MORE ? 18 : 12, "");
	say_end(&say, session->paint.ascii);
}

static bool is_stopped(void *context)
{
	(void)context;
	signals_deliver();
	return signals_pending(SIGINT);
}

static void put_ends(struct session *session, const struct ahead *ahead)
{
	const struct explore_options options = {
		.wired = ahead->wired,
		.from = &ahead->from,
		.limit = ORDERS_MAX,
		.stops = is_stopped,
	};
	struct explored explored;
	struct say say;

	if (!explore_run(ahead->experiment, &options, &explored)) {
		tell_failure(session, "%s",
			explored.why ? explored.why : "no memory");
	} else {
		char *text = write_text(ahead->experiment, &options, &explored);

		say_begin(&say);
		if (say.out)
			fputs(text ? text : "no memory\n", say.out);
		say_end(&say, session->paint.ascii);
		free(text);
	}
	signals_take(SIGINT);
	explored_free(&explored);
}

static void look_and_put(struct session *session, bool next, bool ends)
{
	struct ahead ahead;

	if (!look(session, &ahead))
		return;
	if (next)
		put_next(session, &ahead);
	if (ends)
		put_ends(session, &ahead);
	ahead_free(&ahead);
}

void future_next(struct session *session, char *arguments)
{
	(void)arguments;
	look_and_put(session, true, false);
}

void future_all(struct session *session, char *arguments)
{
	(void)arguments;
	look_and_put(session, false, true);
}

void future_explore(struct session *session, char *arguments)
{
	(void)arguments;
	look_and_put(session, true, true);
}
