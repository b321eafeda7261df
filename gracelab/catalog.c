/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "catalog.h"

#include <dirent.h>
#include <errno.h>
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

	/* A number is how getauxval(3) gives a text.
	 * NOLINTNEXTLINE(performance-no-int-to-ptr) */
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

static int by_name(const void *a, const void *b)
{
	const struct catalog_entry *one = a, *other = b;
	int order = strcmp(one->name, other->name);

	return order ? order : strcmp(one->theme, other->theme);
}

/* Adds an experiment by its file's name; false without memory. */
static bool add(struct catalog *catalog, const char *folder, const char *theme,
	const char *file)
{
	struct catalog_entry *entries = reallocarray(
		catalog->entries, catalog->count + 1, sizeof(*entries));

	if (!entries)
		return false;
	catalog->entries = entries;
	struct catalog_entry *entry = &entries[catalog->count++];

	*entry = (struct catalog_entry){
		.theme = strdup(theme),
		.name = strndup(file, strlen(file) - strlen(suffix)),
		.path = join(folder, file, ""),
	};
	return entry->theme && entry->name && entry->path;
}

/* Adds a folder's experiments, and those of its folders if it has no theme. */
static int add_folder(
	struct catalog *catalog, const char *folder, const char *theme)
{
	DIR *stream = opendir(folder);
	struct dirent *entry;
	int failed = 0;

	if (!stream)
		return -1;
	while (!failed && (entry = readdir(stream))) {
		const char *name = entry->d_name;

		if (is_experiment(name)) {
			failed = add(catalog, folder, theme, name) ? 0 : -1;
		} else if (!*theme && name[0] != '.') {
			char *inner = join(folder, name, "");

			failed = inner ? 0 : -1;
			/* A file, or a folder that is not ours to read. */
			if (inner && add_folder(catalog, inner, name) &&
				errno == ENOMEM)
				failed = -1;
			free(inner);
		}
	}
	int error = errno;

	closedir(stream);
	errno = error;
	return failed;
}

int catalog_read(struct catalog *catalog, const char *transcripts)
{
	*catalog = (struct catalog){ 0 };
	if (add_folder(catalog, transcripts, "")) {
		int error = errno;

		catalog_free(catalog);
		errno = error;
		return -1;
	}
	if (catalog->count)
		qsort(catalog->entries, catalog->count,
			sizeof(*catalog->entries), by_name);
	return 0;
}

void catalog_free(struct catalog *catalog)
{
	for (size_t i = 0; i < catalog->count; i++) {
		free(catalog->entries[i].theme);
		free(catalog->entries[i].name);
		free(catalog->entries[i].path);
	}
	free(catalog->entries);
	*catalog = (struct catalog){ 0 };
}

bool catalog_is_path(const char *experiment)
{
	return strchr(experiment, '/') || is_experiment(experiment);
}

char *catalog_path(const char *transcripts, const char *experiment)
{
	struct catalog catalog = { 0 };
	char *path = NULL;

	if (catalog_is_path(experiment) || !transcripts)
		return strdup(experiment);
	catalog_read(&catalog, transcripts);
	for (size_t i = 0; i < catalog.count && !path; i++)
		if (!strcmp(catalog.entries[i].name, experiment))
			path = strdup(catalog.entries[i].path);
	catalog_free(&catalog);
	return path ? path : join(transcripts, experiment, suffix);
}
