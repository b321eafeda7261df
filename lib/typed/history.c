/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "history.h"

#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include <readline/history.h>

/* readline keeps the lines themselves in one place for the process too. */
static char file[PATH_MAX];

/* Where the state of programs is kept; false where nobody says. */
static bool state_folder(char *out, size_t size)
{
	const char *state = getenv("XDG_STATE_HOME"), *home = getenv("HOME");
	int len = -1;

	/* A relative path is to be ignored, says the specification. */
	if (state && *state == '/')
		len = snprintf(out, size, "%s", state);
	else if (home && *home == '/')
		len = snprintf(out, size, "%s/.local/state", home);
	return len > 0 && (size_t)len < size;
}

/* Makes what is missing of a path's folders, for the user alone. */
static bool make_folders(char *path)
{
	for (char *p = strchr(path + 1, '/'); p; p = strchr(p + 1, '/')) {
		*p = '\0';
		bool made = !mkdir(path, 0700) || errno == EEXIST;

		*p = '/';
		if (!made)
			return false;
	}
	return true;
}

/* False, and no file, where there can be none of the user's own. */
static bool open_file(const char *name)
{
	char folder[PATH_MAX];

	if (!state_folder(folder, sizeof(folder)))
		return false;
	int len = snprintf(
		file, sizeof(file), "%s/grace/%s-history", folder, name);

	if (len < 0 || (size_t)len >= sizeof(file) || !make_folders(file))
		return false;
	int fd = open(file, O_RDWR | O_CREAT | O_CLOEXEC | O_NOFOLLOW, 0600);

	if (fd < 0)
		return false;
	struct stat facts;
	bool ours = !fstat(fd, &facts) && S_ISREG(facts.st_mode) &&
		facts.st_uid == geteuid() && !fchmod(fd, 0600);

	close(fd);
	return ours;
}

void history_begin(const char *name)
{
	stifle_history(HISTORY_LINES);
	if (!open_file(name)) {
		*file = '\0';
		return;
	}
	history_truncate_file(file, HISTORY_LINES);
	read_history(file);
}

void history_note(const char *line)
{
	const HIST_ENTRY *last = history_length
		? history_get(history_base + history_length - 1)
		: NULL;

	if (!*line || (last && !strcmp(last->line, line)))
		return;
	add_history(line);
	/* At once, so that a session that is killed has its lines too. */
	if (*file)
		append_history(1, file);
}
