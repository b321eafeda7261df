/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "script.h"

#include <signal.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "gracelab/experiment/options.h"
#include "lib/base/names.h"

/*
 * More one way than this might not be under way at once: whether a segment
 * can leave would then depend on windows, and an order on timers.
 */
#define BYTES_MAX (32 * 1024)

__attribute__((format(printf, 4, 5))) static bool cannot(
	const struct script *script, const struct step *step, char **error,
	const char *format, ...)
{
	va_list arguments;
	char *why = NULL;

	va_start(arguments, format);
	if (vasprintf(&why, format, arguments) < 0)
		why = NULL;
	va_end(arguments);
	if (!why ||
		asprintf(error, "%s:%u: cannot be explored: %s",
			script->experiment->path, step->line_number, why) < 0)
		*error = NULL;
	free(why);
	return false;
}

enum parse_result script_parse(struct script *script, enum side side,
	const char *text, struct command *command, char *error)
{
	char *copy = strdup(text);
	char **texts = copy ? reallocarray(script->texts,
				      script->text_count + 1, sizeof(*texts))
			    : NULL;

	if (!texts) {
		free(copy);
		snprintf(error, PARSE_ERROR_SIZE, "no memory");
		return PARSE_ERROR;
	}
	script->texts = texts;
	texts[script->text_count++] = copy;
	return parse_command(side, copy, strlen(copy), command, error);
}

/* Why a command cannot be a move; NULL: it can. */
static const char *refusal(const struct command *command, bool wired)
{
	switch (command->spec->id) {
	case COMMAND_WAIT:
	case COMMAND_SLEEP:
	case COMMAND_EVERY:
		return "it waits, and an order has no clock";
	case COMMAND_PROBE:
		return wired ? "it waits for a round trip" : NULL;
	case COMMAND_LINGER:
		return wired && command->on && command->duration_ms
			? "close(2) would wait for the wire"
			: NULL;
	case COMMAND_QUICKACK:
		return "a delayed ACK is a kernel's timer";
	case COMMAND_BLOCK:
		return "an order has no threads";
	case COMMAND_OPEN:
	case COMMAND_ACCEPT:
	case COMMAND_LISTENER:
		return "an order begins with its one connection";
	case COMMAND_FILL:
		return command->number ? NULL : "how much is the kernel's say";
	case COMMAND_MORE:
	case COMMAND_LINGER2:
	case COMMAND_KEEPALIVE:
	case COMMAND_USER_TIMEOUT:
	case COMMAND_BLOCKING:
	case COMMAND_SEND:
	case COMMAND_CLOSE:
	case COMMAND_SHUTDOWN:
	case COMMAND_RESET:
	case COMMAND_HOLD:
	case COMMAND_RELEASE:
	case COMMAND_PAUSE:
	case COMMAND_RESUME:
	case COMMAND_READ:
	case COMMAND_STATE:
	case COMMAND_PEEK:
	case COMMAND_SENDFILE:
	case COMMAND_SAVE:
	case COMMAND_REPLY:
	case COMMAND_USE:
	case COMMAND_LIST:
	case COMMAND_QUIT:
	case COMMAND_HELP:
		return NULL;
	}
	return NULL;
}

/* Whether an explorer finds by itself when this happens. */
static bool is_left_out(enum command_id id)
{
	return id == COMMAND_READ || id == COMMAND_REPLY ||
		id == COMMAND_PAUSE || id == COMMAND_RESUME;
}

static bool add(struct script *script, const struct step *step,
	struct script_line line, char **error)
{
	struct script_side *side = &script->sides[step->side];
	struct script_line *lines =
		reallocarray(side->lines, side->count + 1, sizeof(*lines));

	if (!lines)
		return cannot(script, step, error, "no memory");
	line.step = step;
	side->lines = lines;
	lines[side->count++] = line;
	return true;
}

static bool take_line(struct script *script, const struct step *step,
	bool wired, char **error)
{
	struct script_line line = { .kind = SCRIPT_COMMAND };
	char why[PARSE_ERROR_SIZE];

	switch (script_parse(
		script, step->side, step->line, &line.command, why)) {
	case PARSE_ERROR:
		return cannot(script, step, error, "%s", why);
	case PARSE_EMPTY:
		line.kind = SCRIPT_NOTHING;
		return add(script, step, line, error);
	case PARSE_DONE:
		break;
	}
	enum command_id id = line.command.spec->id;
	const char *refused = refusal(&line.command, wired);

	if (refused)
		return cannot(script, step, error, "%s: %s",
			line.command.spec->name, refused);
	script->needs_files |= id == COMMAND_SENDFILE || id == COMMAND_SAVE;
	return is_left_out(id) || add(script, step, line, error);
}

/* What the lab's programs, which have no terminal, die of. */
static bool is_deadly(const struct script *script, enum side side, int signal)
{
	switch (signal) {
	case SIGCHLD:
	case SIGCONT:
	case SIGURG:
	case SIGWINCH:
	case SIGSTOP:
	case SIGTSTP:
	case SIGTTIN:
	case SIGTTOU:
		return false;
	case SIGPIPE:
		return script->sides[side].sigpipe == SIGPIPE_DEFAULT;
	default:
		return true;
	}
}

static bool take_step(struct script *script, const struct step *step,
	bool wired, char **error)
{
	if (step->who >= ACTORS_MORE)
		return cannot(script, step, error,
			"%s: an order is one connection's",
			actor_name(step->who));
	switch (step->kind) {
	case STEP_TYPE:
		return take_line(script, step, wired, error);
	case STEP_SIGNAL:
		if (!is_deadly(script, step->side, step->signal))
			return cannot(script, step, error,
				"%s does not end the %s",
				names_signal(step->signal),
				side_name(step->side));
		return add(script, step,
			(struct script_line){ .kind = SCRIPT_KILL }, error);
	case STEP_START:
		return cannot(script, step, error,
			"start: an order is one connection's");
	case STEP_REBOOT:
		return cannot(script, step, error,
			"reboot: an order's hosts stay as they are");
	case STEP_WIRE:
		if (step->wire.verb == VERB_AWAIT)
			return true;
		return cannot(script, step, error,
			"wire>: what arrives when is what is explored");
	case STEP_EXPECT:
		if (step->outcome.kind == OUTCOME_STATE)
			return cannot(script, step, error,
				"state: a kernel's timer is no move");
		return true;
	}
	return true;
}

/* What a side's lines send at most. */
static size_t bytes_of(const struct script *script, enum side side)
{
	const struct experiment *experiment = script->experiment;
	const struct script_side *lines = &script->sides[side];
	size_t bytes = 0;

	for (size_t i = 0; i < lines->count; i++) {
		const struct command *command = &lines->lines[i].command;

		if (lines->lines[i].kind != SCRIPT_COMMAND)
			continue;
		bytes += command->text_bytes;
		if (command->spec->id == COMMAND_FILL)
			bytes += command->number;
		for (size_t f = 0; command->spec->id == COMMAND_SENDFILE &&
			f < experiment->file_count;
			f++)
			if (!strcmp(experiment->files[f].name, command->path))
				bytes += experiment->files[f].bytes;
	}
	return bytes;
}

static bool check_bytes(const struct script *script, char **error)
{
	for (enum side side = CLIENT; side <= SERVER; side++) {
		if (bytes_of(script, side) <= BYTES_MAX)
			continue;
		if (asprintf(error,
			    "%s: cannot be explored: the %s sends more than %d "
			    "bytes",
			    script->experiment->path, side_name(side),
			    BYTES_MAX) < 0)
			*error = NULL;
		return false;
	}
	return true;
}

/* Why the experiment's actors have no orders; NULL: they have. */
static const char *refuse_actors(const struct experiment *experiment)
{
	bool client = options_are_foreign(&experiment->client);
	bool server = options_are_foreign(&experiment->server);

	if (experiment->tls)
		return SCRIPT_NO_TLS;
	if (client && server)
		return "of programs that exec starts, only `gracelab explore' "
		       "and its table show all orders";
	if (client || server)
		return "of programs that exec starts, both sides must be";
	return experiment->over_unix ? "it is over unix, and orders are TCP's"
				     : NULL;
}

/* Orders are played by what lib/conn does, not by programs. */
static bool check_actors(const struct script *script, char **error)
{
	const char *why = refuse_actors(script->experiment);

	if (!why)
		return true;
	if (asprintf(error, "%s: cannot be explored: %s",
		    script->experiment->path, why) < 0)
		*error = NULL;
	return false;
}

bool script_read(struct script *script, const struct experiment *experiment,
	bool wired, char **error)
{
	*script = (struct script){ .experiment = experiment };
	bool good = check_actors(script, error) &&
		script_read_options(script, error);

	for (size_t i = 0; good && i < experiment->step_count; i++)
		good = take_step(script, &experiment->steps[i], wired, error);
	good = good && check_bytes(script, error);
	if (!good)
		script_free(script);
	return good;
}

void script_free(struct script *script)
{
	for (size_t i = 0; i < script->text_count; i++)
		free(script->texts[i]);
	free(script->texts);
	free(script->on_accept.list);
	free(script->on_eof.list);
	for (enum side side = CLIENT; side <= SERVER; side++)
		free(script->sides[side].lines);
	*script = (struct script){ 0 };
}
