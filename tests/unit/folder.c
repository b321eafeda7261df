/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "lib/base/folder.h"

#include <fcntl.h>
#include <stdlib.h>
#include <sys/stat.h>
#include <unistd.h>

#include "tests/unit/tap.h"

static void touch(int folder, const char *name)
{
	int fd = openat(folder, name, O_WRONLY | O_CREAT | O_CLOEXEC, 0600);

	EXPECT(fd >= 0);
	close(fd);
}

static void what_programs_left_in_a_folder_goes_with_it(void)
{
	char path[] = "/tmp/grace-unit-XXXXXX",
	     other[] = "/tmp/grace-unit-XXXXXX";
	struct stat facts;

	EXPECT(mkdtemp(path) && mkdtemp(other));
	int fd = open(path, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
	int other_fd = open(other, O_RDONLY | O_DIRECTORY | O_CLOEXEC);

	EXPECT(fd >= 0 && other_fd >= 0);
	touch(other_fd, "kept");
	touch(fd, "file");
	EXPECT(!mkdirat(fd, "below", 0700) && !mkdirat(fd, "below/it", 0700));
	touch(fd, "below/it/file");
	EXPECT(!symlinkat(other, fd, "below/link"));
	folder_remove(path);
	EXPECT(stat(path, &facts) < 0);
	/* Where a link leads to nothing is touched. */
	EXPECT(!fstatat(other_fd, "kept", &facts, 0));
	folder_remove(other);
	EXPECT(stat(other, &facts) < 0);
	close(fd);
	close(other_fd);
}

const struct tap_test tests_folder[] = {
	{ "folder: what programs left in it goes with it",
		what_programs_left_in_a_folder_goes_with_it },
	{ NULL, NULL },
};
