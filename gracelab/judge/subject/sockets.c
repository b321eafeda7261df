/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "sockets.h"

#include <dirent.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

static const char template[] = "/gracelab-XXXXXX";

bool sockets_open(struct sockets *sockets)
{
	const char *folder = getenv("TMPDIR");

	if (*sockets->folder)
		return true;
	if (!folder || *folder != '/' ||
		strlen(folder) + sizeof(template) > sizeof(sockets->folder))
		folder = "/tmp";
	snprintf(sockets->folder, sizeof(sockets->folder), "%s%s", folder,
		template);
	if (mkdtemp(sockets->folder))
		return true;
	*sockets->folder = '\0';
	return false;
}

struct sockets_path sockets_at(
	const struct sockets *sockets, const char *name, unsigned number)
{
	struct sockets_path path;

	snprintf(path.text, sizeof(path.text), "%s/%.16s-%u", sockets->folder,
		name, number);
	return path;
}

void sockets_close(struct sockets *sockets)
{
	DIR *folder = *sockets->folder ? opendir(sockets->folder) : NULL;
	struct dirent *entry;

	while (folder && (entry = readdir(folder)))
		if (strcmp(entry->d_name, ".") && strcmp(entry->d_name, ".."))
			unlinkat(dirfd(folder), entry->d_name, 0);
	if (folder)
		closedir(folder);
	if (*sockets->folder)
		rmdir(sockets->folder);
	*sockets->folder = '\0';
}
