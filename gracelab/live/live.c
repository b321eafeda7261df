/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "live.h"

#include <errno.h>
#include <poll.h>
#include <signal.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "attempt.h"
#include "commands.h"
#include "completing.h"
#include "gracelab/live/words/line.h"
#include "gracelab/live/words/say.h"
#include "lib/base/names.h"
#include "lib/base/signals.h"
#include "paint.h"
#include "prompt.h"
#include "session.h"
#include "tell.h"

static void act_on(struct session *session, const char *typed)
{
	struct line line;

	if (!line_read(&line, typed)) {
		tell_failure(session, "no memory");
		return;
	}
	switch (line.kind) {
	case LINE_EMPTY:
		break;
	case LINE_COMMENT:
		lesson_add_comment(&session->lesson, line.text);
		break;
	case LINE_STEP:
		session_step(session, line.text);
		break;
	case LINE_HEAD:
		session_head(session, line.text);
		break;
	case LINE_COMMAND:
		commands_run(session, line.text);
		break;
	case LINE_BAD:
		tell_refusal(session, "%s", line.text);
		break;
	}
	line_free(&line);
	if (!session->leaving)
		paint_rows(session);
}

/* Takes the next line; false if there is none now. */
static bool take_line(struct session *session)
{
	char *line;
	size_t len;

	switch (editor_take(&session->editor, &line, &len)) {
	case LINES_NONE:
		return false;
	case LINES_TOO_LONG:
		session->line++;
		tell_refusal(session, "the line is longer than %d bytes",
			LINES_MAX_BYTES);
		return true;
	case LINES_TAKEN:
		break;
	}
	session->line++;
	line[len] = '\0';
	if (strlen(line) != len)
		tell_refusal(session, "expected text without NUL bytes");
	else
		act_on(session, line);
	return true;
}

static void show_prompt(struct session *session)
{
	char text[PROMPT_TEXT_SIZE];
	enum terminal_tone tone =
		prompt_text(text, &session->view, say_columns());

	editor_show(&session->editor, text, tone);
}

/* Ctrl-C takes back a line that was begun, and ends nothing. */
static void heed_keys(struct session *session)
{
	signals_deliver();
	switch (editor_signals(&session->editor)) {
	case TERMINAL_NO_KEY:
	case TERMINAL_DROPPED:
		break;
	case TERMINAL_INTERRUPT:
	case TERMINAL_LEAVE:
		tell_note(session, "Ctrl-D or quit leaves");
		break;
	}
}

/* Waits for a line, or until the play has something to tell. */
static void wait_for_line(struct session *session)
{
	char why[NAMES_DESCRIPTION_SIZE];

	heed_keys(session);
	show_prompt(session);
	int recheck_ms = editor_recheck_ms(&session->editor);
	struct timespec left = { recheck_ms / 1000,
		recheck_ms % 1000 * 1000000L };
	struct pollfd polled[] = {
		{ .fd = editor_fd(&session->editor), .events = POLLIN },
		{ .fd = session->living.views_fd, .events = POLLIN },
	};

	if (ppoll(polled, 2, recheck_ms < 0 ? NULL : &left,
		    signals_wait_mask()) <= 0)
		return;
	if (polled[1].revents && session_hear(session))
		paint_rows(session);
	if (polled[0].revents && editor_read(&session->editor)) {
		tell_failure(session, "cannot read the lines: %s",
			names_describe(why, errno));
		session->leaving = true;
	}
}

static void run(struct session *session)
{
	if (!session->play.wire)
		tell_note(session, "without a wire: %s",
			attempt_why_no_wire(session, session->experiment));
	paint_rows(session);
	if (session->editor.is_terminal)
		tell_note(session,
			"c LINE, s LINE and w LINE are typed at the client, "
			"the server and the wire; help lists all");
	while (!session->leaving && !editor_ended(&session->editor))
		if (!take_line(session))
			wait_for_line(session);
}

int live_run(const struct live_options *options)
{
	const struct sigaction ignore = { .sa_handler = SIG_IGN };
	struct session session;
	struct completing completing = { .session = &session };

	/* A play that has ended takes no step: that is seen by its views. */
	sigaction(SIGPIPE, &ignore, NULL);
	signals_catch(SIGINT);
	bool good = session_begin(&session, options);

	if (good) {
		const char *no_colour = getenv("NO_COLOR");

		editor_begin(&session.editor,
			&(struct editor_options){
				.fd = STDIN_FILENO,
				.colour = !no_colour || !*no_colour,
				.keeps_history = options->keeps_history,
				.own = completing_own(&completing),
				.history = "live",
			});
		run(&session);
		editor_end(&session.editor);
	}
	/* A person has seen what went wrong, and went on. */
	int status = good && session.editor.is_tty
		? STATUS_ORDER
		: status_exit(&session.status);

	session_end(&session);
	return status;
}
