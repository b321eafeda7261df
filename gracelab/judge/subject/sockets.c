/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "sockets.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "lib/base/folder.h"

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
	if (*sockets->folder)
		folder_remove(sockets->folder);
	*sockets->folder = '\0';
}
