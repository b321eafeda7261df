/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "editor.h"

#include <errno.h>
#include <signal.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "lib/base/signals.h"

/* How soon a program in the background sees that it is in front again. */
#define RECHECK_MS 200

void editor_begin(struct editor *editor, const struct editor_options *options)
{
	const char *term = getenv("TERM");
	bool is_tty = options->fd >= 0 && isatty(options->fd);

	*editor = (struct editor){
		.lines = options->lines,
		.fd = options->fd,
		.is_tty = is_tty,
		.endless = options->endless,
		.is_terminal = is_tty && options->fd == STDIN_FILENO &&
			isatty(STDOUT_FILENO) && term && strcmp(term, "dumb"),
	};
	if (editor->is_terminal)
		terminal_begin(&(struct terminal_options){
			.side = options->side,
			.lines = &editor->lines,
			.numbers = options->numbers,
			.own = options->own,
			.history = options->history,
			.endless = options->endless,
			.colour = options->colour,
			.keeps_history = options->keeps_history,
		});
	if (options->fd < 0)
		editor->lines.ended = true;
}

void editor_end(struct editor *editor)
{
	if (editor->is_terminal)
		terminal_end();
	lines_free(&editor->lines);
}

int editor_fd(const struct editor *editor)
{
	if (editor->lines.ended || lines_full(&editor->lines) ||
		(editor->is_tty && !terminal_is_ours()))
		return -1;
	return editor->fd;
}

int editor_recheck_ms(const struct editor *editor)
{
	return editor->is_tty && !terminal_is_ours() ? RECHECK_MS : -1;
}

int editor_read(struct editor *editor)
{
	int result = 0;

	/* Ctrl-C throws away what was typed before it: what is there to be read
	 * was typed behind one that is still to be taken. */
	signals_deliver();
	if (editor->is_terminal && signals_pending(SIGINT))
		return 0;
	if (editor->is_terminal)
		terminal_read();
	else if (lines_read(&editor->lines, editor->fd) < 0)
		/* Whoever shares a non-blocking input may have been first. */
		result = errno == EAGAIN ? 0 : -1;
	if (editor->is_tty && editor->endless) {
		editor->at_end = editor->at_end || editor->lines.ended;
		editor->lines.ended = false;
	}
	return result;
}

enum lines_result editor_take(struct editor *editor, char **line, size_t *len)
{
	return lines_take(&editor->lines, line, len);
}

bool editor_ended(const struct editor *editor)
{
	return lines_exhausted(&editor->lines);
}

void editor_show(
	struct editor *editor, const char *prompt, enum terminal_tone tone)
{
	if (editor->is_terminal)
		terminal_show(prompt, tone);
}

void editor_hide(struct editor *editor)
{
	if (editor->is_terminal)
		terminal_hide();
}

enum terminal_key editor_signals(struct editor *editor)
{
	if (!editor->is_terminal)
		return TERMINAL_NO_KEY;
	if (signals_take(SIGWINCH))
		terminal_resize();
	if (signals_take(SIGTSTP))
		terminal_suspend();
	if (signals_take(SIGCONT))
		terminal_continue();
	return signals_take(SIGINT) ? terminal_interrupt() : TERMINAL_NO_KEY;
}
