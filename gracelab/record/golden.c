/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "golden.h"

#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/wait.h>
#include <unistd.h>

#include "ladder.h"
#include "lib/base/io.h"
#include "mask.h"

/* A file longer than this is no golden. */
#define GOLDEN_BYTES_MAX (16 * 1024 * 1024)

char *golden_text(const struct record *record)
{
	char *text = NULL;
	size_t size;
	FILE *out = open_memstream(&text, &size);

	if (!out)
		return NULL;
	ladder_write(out, record);
	if (fclose(out)) {
		free(text);
		return NULL;
	}
	return text;
}

static const char CONFIRMED[] = ", confirmed on ";

/*
 * Cuts the foot, the last line, off a transcript; returns it: the name of the
 * system it was recorded on, and of those that have confirmed it.
 */
static char *cut_foot(char *text)
{
	size_t len = strlen(text);

	if (len && text[len - 1] == '\n')
		text[--len] = '\0';
	char *line = strrchr(text, '\n');

	if (!line)
		return text + len;
	*line = '\0';
	return line + 1 + strspn(line + 1, " ");
}

/* The system as a foot confirms it: "6.1" of "Linux 6.1" below "Linux 6.18". */
static const char *series(const char *foot, const char *system)
{
	const char *space = strchr(system, ' ');
	size_t len = space ? (size_t)(space - system) + 1 : 0;

	return strncmp(foot, system, len) ? system : system + len;
}

static bool was_recorded_on(const char *foot, const char *system)
{
	size_t len = strlen(system);

	return !strncmp(foot, system, len) && (!foot[len] || foot[len] == ',');
}

/* Whether the foot says that it was recorded or confirmed on the system. */
static bool is_known_on(const char *foot, const char *system)
{
	const char *wanted = series(foot, system);
	const char *list = strstr(foot, CONFIRMED);
	size_t len = strlen(wanted);

	if (was_recorded_on(foot, system))
		return true;
	for (list += list ? strlen(CONFIRMED) : 0; list;) {
		const char *comma = strchr(list, ',');
		size_t one = comma ? (size_t)(comma - list) : strlen(list);

		if (one == len && !strncmp(list, wanted, len))
			return true;
		list = comma ? comma + strspn(comma, ", ") : NULL;
	}
	return false;
}

/* A descriptor to read the text from. */
static int text_fd(const char *text)
{
	int fd = memfd_create("transcript", 0);

	if (fd >= 0)
		io_write(fd, text, strlen(text));
	return fd;
}

char *golden_diff(const char *old_label, const char *old, const char *new_label,
	const char *played)
{
	char command[128];
	char *diff = NULL;
	size_t room = 0;
	int old_fd = text_fd(old), new_fd = text_fd(played);

	snprintf(command, sizeof(command),
		"diff -u --label \"$GRACE_OLD\" --label \"$GRACE_NEW\" "
		"/dev/fd/%d /dev/fd/%d",
		old_fd, new_fd);
	setenv("GRACE_OLD", old_label, 1);
	setenv("GRACE_NEW", new_label, 1);
	/* Nothing in the command comes from outside. */
	FILE *in = popen(command, "re"); /* NOLINT(cert-env33-c) */

	if (in && getdelim(&diff, &room, '\0', in) < 0) {
		free(diff);
		diff = NULL;
	}
	if (in)
		pclose(in);
	close(old_fd);
	close(new_fd);
	return diff ? diff : strdup("(diff(1) did not run)\n");
}

/* Takes out of a transcript what was not observed; takes the text over. */
static char *mask(char *text, const struct record *record)
{
	bool wire = !record_lacks_wire(record);

	if (wire && record->states)
		return text;
	char *masked = mask_transcript(text, wire, record->states);

	free(text);
	return masked;
}

enum golden_result golden_compare(const char *path, const struct record *record,
	char **diff, char **other_system)
{
	size_t bytes;
	char *golden = io_read_file(path, GOLDEN_BYTES_MAX, &bytes);
	char *played = golden ? golden_text(record) : NULL;
	enum golden_result result = GOLDEN_SAME;

	*diff = *other_system = NULL;
	if (!golden || !played) {
		free(golden);
		return GOLDEN_MISSING;
	}
	const char *foot = cut_foot(golden);

	cut_foot(played);
	if (!is_known_on(foot, record->system))
		*other_system = strdup(foot);
	golden = mask(golden, record);
	played = mask(played, record);
	if (!golden || !played) {
		result = GOLDEN_DIFFERS;
		*diff = strdup("no memory\n");
	} else if (strcmp(golden, played) != 0) {
		result = GOLDEN_DIFFERS;
		*diff = golden_diff(path, golden, "played", played);
	}
	free(golden);
	free(played);
	return result;
}

/* Writes the file whole or not at all. Returns 0, or -1 with errno. */
static int replace_file(const char *path, const char *text)
{
	char *temporary = NULL;
	int failed = -1;

	if (asprintf(&temporary, "%s.new", path) < 0)
		return -1;
	int fd =
		open(temporary, O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC, 0666);

	if (fd >= 0) {
		bool written = io_write(fd, text, strlen(text)) == strlen(text);

		failed = close(fd) || !written || rename(temporary, path);
		if (failed) {
			int error = errno;

			unlink(temporary);
			errno = error;
		}
	}
	int error = errno;

	free(temporary);
	errno = error;
	return failed ? -1 : 0;
}

/* Whether `old` is the transcript `text`, confirmed elsewhere or not. */
static bool is_same_but_for_foot(const char *old, const char *text)
{
	char *a = strdup(old), *b = strdup(text);
	bool same = false;

	if (a && b) {
		const char *foot = cut_foot(a), *system = cut_foot(b);

		same = !strcmp(a, b) && was_recorded_on(foot, system);
	}
	free(a);
	free(b);
	return same;
}

int golden_write(const char *path, const char *text)
{
	size_t bytes;
	char *old = io_read_file(path, GOLDEN_BYTES_MAX, &bytes);
	int failed = replace_file(
		path, old && is_same_but_for_foot(old, text) ? old : text);
	int error = errno;

	free(old);
	errno = error;
	return failed;
}

int golden_confirm(const char *path, const char *system)
{
	size_t bytes;
	char *text = io_read_file(path, GOLDEN_BYTES_MAX, &bytes);
	char *confirmed = NULL;
	int result = -1;

	if (!text)
		return -1;
	const char *foot = cut_foot(text);

	if (is_known_on(foot, system))
		result = 0;
	else if (asprintf(&confirmed, "%s\n  %s%s%s\n", text, foot,
			 strstr(foot, CONFIRMED) ? ", " : CONFIRMED,
			 series(foot, system)) < 0)
		confirmed = NULL;
	else if (!replace_file(path, confirmed))
		result = 1;
	int error = errno;

	free(confirmed);
	free(text);
	errno = error;
	return result;
}
