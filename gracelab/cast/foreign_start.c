/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "foreign_start.h"

#include <errno.h>
#include <fcntl.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "foreign_call.h"
#include "foreign_tls.h"
#include "gracelab/stage/confine.h"
#include "gracelab/trace/tracer.h"
#include "kind.h"

/* As long as a reason for which tracing is refused may be. */
#define PROBE_WHY_SIZE 200

/* Where a server is to listen, if it lets us choose. */
enum { SERVER_PORT = 43211 };

/* What the child does before it becomes the program. */
struct becoming {
	int input, output, directory, confinement;
	bool sigpipe_ignored;
	const char *keylog; /* NULL: the one it has, if any */
};

static int prepare(void *context)
{
	const struct becoming *becoming = context;
	const struct sigaction sigpipe = {
		.sa_handler = becoming->sigpipe_ignored ? SIG_IGN : SIG_DFL,
	};

	sigaction(SIGPIPE, &sigpipe, NULL);
	if (dup2(becoming->input, STDIN_FILENO) < 0 ||
		dup2(becoming->output, STDOUT_FILENO) < 0 ||
		dup2(becoming->output, STDERR_FILENO) < 0 ||
		fchdir(becoming->directory) ||
		(becoming->confinement >= 0 &&
			confine_enter(becoming->confinement)))
		return -1;
	closefrom(STDERR_FILENO + 1);
	if (becoming->keylog && setenv("SSLKEYLOGFILE", becoming->keylog, 1))
		return -1;
	return 0;
}

static void free_all(char **arguments)
{
	for (size_t i = 0; arguments && arguments[i]; i++)
		free(arguments[i]);
	free(arguments);
}

/* The folder of a file, for free(3); NULL if it cannot be told. */
static char *folder_of(const char *path)
{
	char *real = realpath(path, NULL),
	     *slash = real ? strrchr(real, '/') : NULL;

	if (slash)
		*slash = '\0';
	return real;
}

/* The words behind `exec`; NULL without memory. */
static char **fill_in(const struct cast *cast, const struct words *words)
{
	char **arguments = calloc(words->count, sizeof(*arguments));
	const char *host = *cast->host ? cast->host : cast->address;
	unsigned port = cast->port ? cast->port : SERVER_PORT;
	char *here = folder_of(cast->experiment->path);

	for (size_t i = 1; arguments && i < words->count; i++) {
		arguments[i - 1] =
			launch_fill_in(words->list[i], host, port, here);
		if (!arguments[i - 1]) {
			free_all(arguments);
			arguments = NULL;
		}
	}
	free(here);
	return arguments;
}

/* Starts it with pipes for its terminal; 0, or -1 with errno. */
static int launch(struct cast *cast, unsigned who, char *const *arguments)
{
	struct cast_member *member = &cast->members[who];
	int input[2], output[2];

	if (pipe2(input, O_CLOEXEC))
		return -1;
	if (pipe2(output, O_CLOEXEC)) {
		close(input[0]);
		close(input[1]);
		return -1;
	}
	struct becoming becoming = { input[0], output[1], cast->scratch,
		cast->confinement, cast->experiment->sigpipe_ignored,
		cast->experiment->tls ? FOREIGN_TLS_KEYLOG : NULL };
	struct launch launch = {
		.arguments = arguments,
		.input = -1,
		.network = cast->networks[actor_side(who)],
		.prepare = prepare,
		.context = &becoming,
	};
	pid_t pid = tracer_start(
		&member->foreign->tracer, &launch, (int)actor_side(who));
	int error = errno;

	close(input[0]);
	close(output[1]);
	fcntl(input[1], F_SETFL, O_NONBLOCK);
	fcntl(output[0], F_SETFL, O_NONBLOCK);
	member->actor.pid = pid > 0 ? pid : 0;
	member->actor.ended = false;
	member->actor.input = input[1];
	member->actor.output = output[0];
	member->actor.events = member->actor.acks = -1;
	errno = error;
	return pid > 0 ? 0 : -1;
}

/* Whether execvp(3) will find it. */
static bool is_there(const char *program)
{
	const char *at = getenv("PATH");

	if (!program)
		return false;
	bool found = strchr(program, '/') && !access(program, X_OK);

	while (!strchr(program, '/') && at && *at && !found) {
		int len = (int)strcspn(at, ":");
		char *path = NULL;

		found = asprintf(&path, "%.*s/%s", len, at, program) >= 0 &&
			!access(path, X_OK);
		free(path);
		at += len + (at[len] == ':');
	}
	return found;
}

const char *foreign_start(
	struct cast *cast, unsigned who, const struct words *words)
{
	char **arguments = fill_in(cast, words);
	const char *message = NULL;
	char why[PROBE_WHY_SIZE];

	if (!arguments)
		return cast_say(cast, "no memory");
	if (!is_there(arguments[0])) {
		cast->lacks = true;
		message = cast_say(cast, "there is no %s here", arguments[0]);
	} else if (!tracer_probe(why, sizeof(why))) {
		cast->lacks = true;
		message = cast_say(cast, "exec cannot be traced here: %s", why);
	} else if (launch(cast, who, arguments)) {
		cast->lacks = true;
		message = cast_say(cast, "cannot start %s under ptrace(2): %s",
			arguments[0], strerror(errno));
	}
	free_all(arguments);
	return message;
}
