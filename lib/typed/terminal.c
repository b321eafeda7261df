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

#include "lib/base/signals.h"

#define PROMPT_SIZE 64

/* readline's callbacks take no context, and it has one terminal only. */
static struct {
	struct terminal_options options;
	char prompt[PROMPT_SIZE];
	bool installed;                 /* a line is being edited */
	bool visible;                   /* prompt and line are on the screen */
	volatile sig_atomic_t prepared; /* readline has set, or is about to
					 * set, the terminal's modes: */
	struct termios before;          /* of before that */
	bool interrupted;               /* the last key was Ctrl-C */
} terminal;

/* readline frees what the generators return. */
static char *next_command(const char *text, int again)
{
	static const struct command_spec *spec;

	if (!again)
		spec = NULL;
	while ((spec = command_next(1u << terminal.options.side, spec)))
		if (!strncmp(spec->name, text, strlen(text)))
			return strdup(spec->name);
	return NULL;
}

static char *next_word(const char *text, int again)
{
	static const char *rest = "";

	if (!again) {
		size_t len = strcspn(rl_line_buffer, " ");
		const struct command_spec *spec = command_find(
			terminal.options.side, rl_line_buffer, len);

		rest = spec && spec->words ? spec->words : "";
	}
	while (*rest) {
		const char *word = rest;
		size_t len = strcspn(word, " ");

		rest += len + (rest[len] == ' ');
		if (!strncmp(word, text, strlen(text)))
			return strndup(word, len);
	}
	return NULL;
}

static char **complete(const char *text, int start, int end)
{
	(void)end;
	size_t len = strcspn(rl_line_buffer, " ");
	const struct command_spec *spec =
		command_find(terminal.options.side, rl_line_buffer, len);

	if (start == 0)
		return rl_attempted_completion_over = 1,
		       rl_completion_matches(text, next_command);
	/* Only paths are left to readline itself. */
	rl_attempted_completion_over = !spec ||
		(spec->arguments != ARGUMENTS_PATH &&
			spec->arguments != ARGUMENTS_SAVE);
	if (spec && spec->arguments == ARGUMENTS_TOPIC)
		return rl_completion_matches(text, next_command);
	return spec ? rl_completion_matches(text, next_word) : NULL;
}

static void remember(const char *line)
{
	const HIST_ENTRY *last = history_length
		? history_get(history_base + history_length - 1)
		: NULL;

	if (*line && (!last || strcmp(last->line, line)))
		add_history(line);
}

/* readline calls this with the terminal's own modes restored. */
static void on_line(char *line)
{
	rl_callback_handler_remove();
	terminal.installed = terminal.visible = false;
	terminal.prepared = false;
	terminal.interrupted = false;
	if (!line) {
		/* readline ends the line itself with bracketed paste on. */
		if (strcmp(rl_variable_value("enable-bracketed-paste"), "on"))
			(void)!write(STDOUT_FILENO, "\n", 1);
		terminal.options.lines->ended = true;
		return;
	}
	remember(line);
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
	rl_attempted_completion_function = complete;
	/* As parse.h quotes. */
	rl_completer_quote_characters = "\"";
	rl_filename_quote_characters = " \t\"\\";
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

void terminal_show(const char *prompt)
{
	bool changed = strncmp(terminal.prompt, prompt, PROMPT_SIZE - 1);

	if (!terminal_is_ours())
		return;
	if (changed && terminal.visible && !RL_ISSTATE(RL_STATE_ISEARCH))
		terminal_hide();
	if (terminal.visible)
		return;
	if (changed)
		snprintf(terminal.prompt, PROMPT_SIZE, "%s", prompt);
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
	terminal_show(terminal.prompt);
	if (terminal.installed)
		rl_callback_read_char();
}

bool terminal_interrupt(void)
{
	bool leave = terminal.interrupted && (!terminal.installed || !rl_end);

	terminal.interrupted = true;
	if (!terminal.installed)
		return leave;
	rl_callback_sigcleanup();
	rl_free_line_state();
	rl_replace_line("", 0);
	(void)!write(STDOUT_FILENO, "^C\n", 3);
	terminal.visible = false;
	return leave;
}

void terminal_resize(void)
{
	if (terminal.installed)
		rl_resize_terminal();
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
