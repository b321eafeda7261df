/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "confine.h"

#include <errno.h>
#include <fcntl.h>
#include <linux/landlock.h>
#include <stdint.h>
#include <sys/prctl.h>
#include <sys/syscall.h>
#include <unistd.h>

/* Later than some headers. */
#ifndef LANDLOCK_ACCESS_FS_REFER
#define LANDLOCK_ACCESS_FS_REFER (1ULL << 13)
#endif
#ifndef LANDLOCK_ACCESS_FS_TRUNCATE
#define LANDLOCK_ACCESS_FS_TRUNCATE (1ULL << 14)
#endif

/* All that changes what is on a disk; glibc has no functions for Landlock. */
#define CHANGES                                                                \
	(LANDLOCK_ACCESS_FS_WRITE_FILE | LANDLOCK_ACCESS_FS_REMOVE_DIR |       \
		LANDLOCK_ACCESS_FS_REMOVE_FILE |                               \
		LANDLOCK_ACCESS_FS_MAKE_CHAR | LANDLOCK_ACCESS_FS_MAKE_DIR |   \
		LANDLOCK_ACCESS_FS_MAKE_REG | LANDLOCK_ACCESS_FS_MAKE_SOCK |   \
		LANDLOCK_ACCESS_FS_MAKE_FIFO | LANDLOCK_ACCESS_FS_MAKE_BLOCK | \
		LANDLOCK_ACCESS_FS_MAKE_SYM)

/* The changes that this kernel can forbid, or 0 with errno. */
static uint64_t changes(void)
{
	long version = syscall(SYS_landlock_create_ruleset, NULL, 0,
		LANDLOCK_CREATE_RULESET_VERSION);

	if (version < 1)
		return 0;
	return CHANGES | (version >= 2 ? LANDLOCK_ACCESS_FS_REFER : 0) |
		(version >= 3 ? LANDLOCK_ACCESS_FS_TRUNCATE : 0);
}

/* What is written to /dev/null is nowhere, and many programs need it. */
static void allow_nothing(int ruleset)
{
	const struct landlock_path_beneath_attr nothing = {
		.allowed_access = LANDLOCK_ACCESS_FS_WRITE_FILE,
		.parent_fd = open("/dev/null", O_PATH | O_CLOEXEC),
	};

	if (nothing.parent_fd < 0)
		return;
	syscall(SYS_landlock_add_rule, ruleset, LANDLOCK_RULE_PATH_BENEATH,
		&nothing, 0);
	close(nothing.parent_fd);
}

int confine_open(int folder)
{
	uint64_t forbidden = changes();
	const struct landlock_ruleset_attr ruleset = {
		.handled_access_fs = forbidden,
	};
	const struct landlock_path_beneath_attr beneath = {
		.allowed_access = forbidden,
		.parent_fd = folder,
	};

	if (!forbidden)
		return -1;
	int fd = (int)syscall(
		SYS_landlock_create_ruleset, &ruleset, sizeof(ruleset), 0);

	if (fd < 0)
		return fd;
	allow_nothing(fd);
	if (!syscall(SYS_landlock_add_rule, fd, LANDLOCK_RULE_PATH_BENEATH,
		    &beneath, 0))
		return fd;
	int error = errno;

	close(fd);
	errno = error;
	return -1;
}

int confine_enter(int confinement)
{
	if (prctl(PR_SET_NO_NEW_PRIVS, 1, 0, 0, 0))
		return -1;
	return (int)syscall(SYS_landlock_restrict_self, confinement, 0);
}
