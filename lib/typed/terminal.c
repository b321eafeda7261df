/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "terminal.h"

#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <termios.h>
#include <unistd.h>

#include <readline/history.h>
#include <readline/readline.h>

#include "complete.h"
#include "history.h"
#include "lib/base/signals.h"

#define PROMPT_SIZE 160

/* readline's callbacks take no context, and it has one terminal only. */
static struct {
	struct terminal_options options;
	char prompt[PROMPT_SIZE];
	char text[PROMPT_SIZE];         /* of the prompt, without its colour */
	bool installed;                 /* a line is being edited */
	bool visible;                   /* prompt and line are on the screen */
	volatile sig_atomic_t prepared; /* readline has set, or is about to
					 * set, the terminal's modes: */
	struct termios before;          /* of before that */
	bool interrupted;               /* the last key was Ctrl-C */
} terminal;

static void put(const char *text)
{
	(void)!write(STDOUT_FILENO, text, strlen(text));
}

/* Ctrl-D on an empty line. Where it ends nothing, the prompt goes too. */
static void end_of_input(void)
{
	/* readline ends the line itself with bracketed paste on. */
	bool line_ended =
		!strcmp(rl_variable_value("enable-bracketed-paste"), "on");

	terminal.options.lines->ended = true;
	/* Else it ends a line, too, when the terminal is given back. */
#if RL_READLINE_VERSION >= 0x0802
	rl_eof_found = 0;
#endif
	if (terminal.options.endless)
		put(line_ended ? "\033[A\r\033[K" : "\r\033[K");
	else if (!line_ended)
		put("\n");
}

/* readline calls this with the terminal's own modes restored. */
static void on_line(char *line)
{
	rl_callback_handler_remove();
	terminal.installed = terminal.visible = false;
	terminal.prepared = false;
	terminal.interrupted = false;
	if (!line) {
		end_of_input();
		return;
	}
	history_note(line);
	if (!lines_add(terminal.options.lines, line, strlen(line)) ||
		!lines_add(terminal.options.lines, "\n", 1))
		terminal.options.lines->ended = true;
	free(line);
}

/* Called in a signal handler. */
static void tidy(void)
{
	static const char no_bracketed_paste[] = "\033[?2004l\n";

	if (!terminal.prepared || !terminal_is_ours())
		return;
	tcsetattr(STDIN_FILENO, TCSANOW, &terminal.before);
	(void)!write(STDOUT_FILENO, no_bracketed_paste,
		sizeof(no_bracketed_paste) - 1);
}

void terminal_begin(const struct terminal_options *options)
{
	terminal.options = *options;
	rl_readline_name = "grace";
	rl_catch_signals = 0;
	rl_catch_sigwinch = 0;
	rl_change_environment = 0;
	complete_begin(options->side, &options->numbers, &options->own);
	if (options->keeps_history)
		history_begin(options->history ? options->history
					       : side_name(options->side));
	signals_catch(SIGINT);
	signals_catch(SIGWINCH);
	signals_catch(SIGTSTP);
	signals_catch(SIGCONT);
	signals_tidy_before_death(tidy);
}

void terminal_end(void)
{
	terminal_hide();
	if (terminal.installed)
		rl_callback_handler_remove();
	terminal.installed = false;
	terminal.prepared = false;
}

static void about_to_prepare(void)
{
	terminal.prepared = !tcgetattr(STDIN_FILENO, &terminal.before);
}

static void prepare(void)
{
	if (terminal.prepared)
		return;
	about_to_prepare();
	rl_prep_terminal(1);
	terminal.prepared = true;
}

static void restore(void)
{
	if (terminal.prepared)
		rl_deprep_terminal();
	terminal.prepared = false;
}

static void show(const char *prompt)
{
	bool changed = strcmp(terminal.prompt, prompt);

	if (!terminal_is_ours())
		return;
	if (changed && terminal.visible && !RL_ISSTATE(RL_STATE_ISEARCH))
		terminal_hide();
	if (terminal.visible)
		return;
	if (changed)
		memmove(terminal.prompt, prompt, strlen(prompt) + 1);
	if (!terminal.installed) {
		about_to_prepare();
		rl_callback_handler_install(terminal.prompt, on_line);
		terminal.installed = true;
		terminal.prepared = true;
	} else {
		prepare();
		rl_set_prompt(terminal.prompt);
		rl_on_new_line();
		rl_redisplay();
	}
	terminal.visible = true;
}

/* What readline is to print but not to count stands between \001 and \002. */
static void colour_prompt(
	char *out, const char *prompt, enum terminal_tone tone)
{
	static const char *const colours[] = {
		[TERMINAL_PLAIN] = "",
		[TERMINAL_GOOD] = "\001\033[32m\002",
		[TERMINAL_HALF] = "\001\033[33m\002",
		[TERMINAL_BAD] = "\001\033[31m\002",
	};
	const char *colour = terminal.options.colour ? colours[tone] : "";

	snprintf(out, PROMPT_SIZE, "%s%s%s", colour, prompt,
		*colour ? "\001\033[0m\002" : "");
}

void terminal_show(const char *text, enum terminal_tone tone)
{
	char prompt[PROMPT_SIZE];

	colour_prompt(prompt, text, tone);
	snprintf(terminal.text, PROMPT_SIZE, "%s", text);
	show(prompt);
}

void terminal_hide(void)
{
	if (!terminal.visible)
		return;
	rl_clear_visible_line();
	fflush(rl_outstream);
	terminal.visible = false;
}

void terminal_read(void)
{
	terminal.interrupted = false;
	/* readline writes a key's effect where it last drew the line. */
	show(terminal.prompt);
	if (terminal.installed)
		rl_callback_read_char();
}

static void drop_line(void)
{
	rl_callback_sigcleanup();
	rl_free_line_state();
	rl_replace_line("", 0);
	put("^C\n");
	terminal.visible = false;
}

enum terminal_key terminal_interrupt(void)
{
	bool empty = !terminal.installed || !rl_end;
	bool again = terminal.interrupted;

	terminal.interrupted = true;
	if (terminal.installed)
		drop_line();
	if (!empty)
		return TERMINAL_DROPPED;
	return again ? TERMINAL_LEAVE : TERMINAL_INTERRUPT;
}

/* How many columns prompt and line take up to the cursor. */
static int columns_to_cursor(void)
{
	int columns = (int)strlen(terminal.text);

	for (int i = 0; i < rl_point; i++)
		if (((unsigned char)rl_line_buffer[i] & 0xc0) != 0x80)
			columns++;
	return columns;
}

void terminal_resize(void)
{
	int rows, before, after;

	rl_get_screen_size(&rows, &before);
	rl_reset_screen_size();
	rl_get_screen_size(&rows, &after);
	if (!terminal.visible || before < 1 || after < 1)
		return;
	/*
	 * Some terminals wrap their lines anew, others leave them: the line
	 * begins no higher than either way, and what is above is not touched.
	 */
	int up = columns_to_cursor() / (before > after ? before : after);

	put("\r");
	while (up-- > 0)
		put("\033[A");
	put("\033[J");
	rl_on_new_line();
	rl_forced_update_display();
}

void terminal_suspend(void)
{
	const struct sigaction by_default = { .sa_handler = SIG_DFL };
	sigset_t stop, before;

	terminal_hide();
	restore();
	sigaction(SIGTSTP, &by_default, NULL);
	raise(SIGTSTP);
	sigemptyset(&stop);
	sigaddset(&stop, SIGTSTP);
	sigprocmask(SIG_UNBLOCK, &stop, &before);
	sigprocmask(SIG_SETMASK, &before, NULL);
	signals_catch(SIGTSTP);
}

void terminal_continue(void)
{
	if (!terminal_is_ours())
		return;
	terminal_hide();
	restore();
}

bool terminal_is_ours(void)
{
	return tcgetpgrp(STDIN_FILENO) == getpgrp();
}
