/* SPDX-License-Identifier: GPL-3.0-or-later */
#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "attempt.h"
#include "commands.h"
#include "gracelab/experiment/experiment.h"
#include "gracelab/play/parallel.h"
#include "gracelab/record/golden.h"
#include "lib/base/io.h"
#include "lib/base/names.h"
#include "tell.h"

static bool has_steps(struct session *session, const char *what)
{
	if (session->lesson.done)
		return true;
	tell_refusal(session, "%s: no step was done yet", what);
	return false;
}

/* Whether the session may write there: to what it has written, to what is not
 * there, and to what says just that already. */
static bool may_write(
	const struct session *session, const char *path, const char *text)
{
	size_t bytes;

	if (session->saved && !strcmp(session->path, path))
		return true;
	if (access(path, F_OK))
		return errno == ENOENT;
	char *old = io_read_file(path, EXPERIMENT_BYTES_MAX, &bytes);
	bool same = old && !strcmp(old, text);

	free(old);
	return same;
}

/* Writes the text to a file. False with errno. */
static bool write_text(const char *path, const char *text)
{
	size_t len = strlen(text);
	int fd = io_create(path);

	if (fd < 0)
		return false;
	bool written = io_write(fd, text, len) == len;
	int error = errno;

	if (close(fd) && written)
		return false;
	errno = error;
	return written;
}

/* The lesson is that file's from now on. */
static bool adopt(struct session *session, const char *path)
{
	char *copy = strdup(path);

	if (!copy)
		return false;
	free(session->path);
	session->path = copy;
	session->saved = true;
	session->changed = false;
	return true;
}

/* Writes the lesson; false where it was said why not. */
static bool save(struct session *session, const char *path, bool force)
{
	char *text = lesson_text(&session->lesson, session->lesson.done, NULL);
	char why[NAMES_DESCRIPTION_SIZE];
	bool good = false;

	if (!text)
		tell_failure(session, "save: no memory");
	else if (!force && !may_write(session, path, text))
		tell_failure(session,
			"%s is there, and was not written by this session: "
			"`save --force %s' writes over it",
			path, path);
	/* Either leaves errno. */
	else if (!write_text(path, text) || !adopt(session, path))
		tell_failure(session, "cannot write %s: %s", path,
			names_describe(why, errno));
	else
		good = true;
	free(text);
	return good;
}

/* Takes an option off the front of the arguments. */
static bool take_option(char **arguments, const char *option)
{
	size_t len = strlen(option);

	if (strncmp(*arguments, option, len) != 0 ||
		((*arguments)[len] && (*arguments)[len] != ' '))
		return false;
	*arguments += len;
	*arguments += strspn(*arguments, " ");
	return true;
}

void files_save(struct session *session, char *arguments)
{
	bool force = take_option(&arguments, "--force") ||
		take_option(&arguments, "-f");
	const char *path = *arguments ? arguments : session->path;

	if (!path) {
		tell_refusal(session, "save: expected a FILE");
		return;
	}
	if (has_steps(session, "save") && save(session, path, force))
		tell_note(session, "saved in %s", session->path);
}

/* The experiment as it is saved; NULL where it was said why not. */
static struct experiment *whole(struct session *session, const char *what)
{
	char *why = NULL;
	struct experiment *experiment = has_steps(session, what)
		? attempt_parse(session, session->lesson.done, NULL, &why)
		: NULL;

	if (!experiment && session->lesson.done)
		tell_failure(session, "%s: %s", what, why ? why : "no memory");
	free(why);
	return experiment;
}

/* What others did gives the status. */
static void count_status(struct session *session, int status)
{
	session->status.misused |= status == STATUS_USAGE;
	session->status.failed |= status && status != STATUS_USAGE;
}

void files_record(struct session *session, char *arguments)
{
	const struct live_desk *desk = &session->options->desk;

	if (!has_steps(session, "record"))
		return;
	if (!*arguments && !session->path) {
		tell_refusal(session,
			"record: a golden stands beside its experiment: `save "
			"FILE' first, or `record FILE'");
		return;
	}
	if (!*arguments && session->changed && !session->saved) {
		tell_refusal(session,
			"record: %s has not what was typed here: `save FILE' "
			"first, or `record FILE'",
			session->path);
		return;
	}
	if ((*arguments || session->changed) &&
		!save(session, *arguments ? arguments : session->path, false))
		return;
	struct experiment *experiment = whole(session, "record");

	if (!experiment)
		return;
	int status = desk->record(desk->context, experiment);

	count_status(session, status);
	if (!status)
		tell_note(session, "recorded beside %s", session->path);
	experiment_free(experiment);
}

/* Compares another play with what stands here. */
static void compare(void *context, size_t index, const struct record *record)
{
	struct session *session = context;
	/* What was played is compared: `save' may have named it since. */
	struct record shown = session->view.record;

	shown.name = record->name;
	char *here = golden_text(&shown);
	char *again = golden_text(record);

	(void)index;
	if (record->failed)
		tell_failure(session, "played again, it fails: %s",
			record_why_failed(record));
	else if (!here || !again)
		tell_failure(session, "check: no memory");
	else if (!strcmp(here, again))
		tell_note(session, "played again, it gives the same ladder");
	else {
		char *diff = golden_diff("here", here, "played again", again);

		tell_failure(session,
			"played again, it gives another ladder:\n%s",
			diff ? diff : "(no memory to show how)");
		free(diff);
	}
	free(here);
	free(again);
}

void files_check(struct session *session, char *arguments)
{
	const struct live_desk *desk = &session->options->desk;
	struct experiment *experiment = whole(session, "check");

	(void)arguments;
	if (!experiment)
		return;
	if (session->path && desk->has_golden(desk->context, experiment))
		count_status(session, desk->check(desk->context, experiment));
	else
		parallel_play(&experiment, 1, &session->play, compare, session);
	experiment_free(experiment);
}

void files_show(struct session *session, char *arguments)
{
	const struct live_desk *desk = &session->options->desk;
	size_t len = strcspn(arguments, " \t");
	char *file = arguments + len + strspn(arguments + len, " \t");
	struct experiment *experiment = whole(session, "show");

	arguments[len] = '\0';
	if (!experiment)
		return;
	int status = desk->show(desk->context, experiment,
		*arguments ? arguments : "text", *file ? file : NULL);

	count_status(session, status);
	if (!status && *file)
		tell_note(session, "shown in %s", file);
	experiment_free(experiment);
}
