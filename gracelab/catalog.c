/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "catalog.h"

#include <dirent.h>
#include <limits.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/auxv.h>
#include <unistd.h>

static const char suffix[] = ".lab";

static bool is_experiment(const char *file)
{
	size_t len = strlen(file);

	return len > strlen(suffix) && file[0] != '.' &&
		!strcmp(file + len - strlen(suffix), suffix);
}

static char *join(const char *folder, const char *name, const char *end)
{
	char *path;

	return asprintf(&path, "%s/%s%s", folder, name, end) < 0 ? NULL : path;
}

char *catalog_programs(void)
{
	char path[PATH_MAX];
	ssize_t n = readlink("/proc/self/exe", path, sizeof(path) - 1);

	/* A number is how getauxval(3) gives a text. NOLINTNEXTLINE */
	const char *executed = (const char *)getauxval(AT_EXECFN);

	/* Without /proc, the path that was given to execve(2). */
	if (n < 0 && !realpath(executed, path))
		return NULL;
	if (n >= 0)
		path[n] = '\0';
	*strrchr(path, '/') = '\0';
	return strdup(path);
}

char *catalog_transcripts(const char *programs)
{
	static const char *const places[] = {
		"../share/grace/transcripts",
		"../transcripts",    /* from build/ */
		"../../transcripts", /* from a variant's folder in build/ */
	};

	for (size_t i = 0; i < sizeof(places) / sizeof(*places); i++) {
		char *path = join(programs, places[i], "");
		char *real = path ? realpath(path, NULL) : NULL;

		free(path);
		if (real)
			return real;
	}
	return NULL;
}

char *catalog_path(const char *transcripts, const char *experiment)
{
	if (strchr(experiment, '/') || is_experiment(experiment) ||
		!transcripts)
		return strdup(experiment);
	return join(transcripts, experiment, suffix);
}

char *catalog_golden(const char *experiment_path)
{
	const char *slash = strrchr(experiment_path, '/');
	size_t len = strlen(experiment_path);
	char *path;

	if (is_experiment(slash ? slash + 1 : experiment_path))
		len -= strlen(suffix);
	return asprintf(&path, "%.*s.txt", (int)len, experiment_path) < 0
		? NULL
		: path;
}

static int filter(const struct dirent *entry)
{
	return is_experiment(entry->d_name);
}

static int by_name(const void *a, const void *b)
{
	return strcmp(*(char *const *)a, *(char *const *)b);
}

char **catalog_names(const char *transcripts)
{
	struct dirent **entries;
	int count = scandir(transcripts, &entries, filter, NULL);

	if (count < 0)
		return NULL;
	char **names = calloc((size_t)count + 1, sizeof(*names));

	for (int i = 0; i < count; i++) {
		if (names)
			names[i] = strndup(entries[i]->d_name,
				strlen(entries[i]->d_name) - strlen(suffix));
		free(entries[i]);
	}
	free(entries);
	if (names)
		qsort(names, (size_t)count, sizeof(*names), by_name);
	return names;
}
