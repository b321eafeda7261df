/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "network.h"

#include <errno.h>
#include <fcntl.h>
#include <sched.h>
#include <stdio.h>
#include <string.h>
#include <sys/types.h>
#include <unistd.h>

#include "lib/base/io.h"
#include "lib/base/names.h"
#include "lib/text/utf8.h"

void network_explain(char *text, size_t size, const char *step, int error)
{
	char why[NAMES_DESCRIPTION_SIZE];

	utf8_print(text, size, "%s: %s", step, names_describe(why, error));
}

static int write_file(const char *path, const char *text)
{
	size_t len = strlen(text);
	int fd = open(path, O_WRONLY | O_CLOEXEC);
	int error = 0;

	if (fd < 0)
		return errno;
	if (io_write(fd, text, len) != len)
		error = errno;
	close(fd);
	return error;
}

/* Maps user and group, as they were outside, to themselves. */
static int map_self(uid_t uid, gid_t gid, const char **step)
{
	char map[64];
	int error;

	*step = "write /proc/self/setgroups";
	error = write_file("/proc/self/setgroups", "deny");
	if (error)
		return error;
	*step = "write /proc/self/uid_map";
	snprintf(map, sizeof(map), "%u %u 1", uid, uid);
	error = write_file("/proc/self/uid_map", map);
	if (error)
		return error;
	*step = "write /proc/self/gid_map";
	snprintf(map, sizeof(map), "%u %u 1", gid, gid);
	return write_file("/proc/self/gid_map", map);
}

enum network_result network_leave_host(char *why, size_t why_size)
{
	const char *step = "unshare(CLONE_NEWUSER|CLONE_NEWNET)";
	uid_t uid = geteuid();
	gid_t gid = getegid();
	int error;

	if (uid == 0 && unshare(CLONE_NEWNET) == 0)
		return NETWORK_PRIVATE;
	if (unshare(CLONE_NEWUSER | CLONE_NEWNET) < 0) {
		network_explain(why, why_size, step, errno);
		return NETWORK_REFUSED;
	}
	error = map_self(uid, gid, &step);
	if (!error)
		return NETWORK_PRIVATE;
	network_explain(why, why_size, step, error);
	return NETWORK_SPOILT;
}

/* Writes NAME=VALUE; returns 0 or an errno value. */
static int set_sysctl(const char *text)
{
	const char *equals = strchr(text, '=');
	char path[256];
	int len = snprintf(path, sizeof(path), "/proc/sys/%.*s",
		(int)(equals - text), text);

	if (len < 0 || (size_t)len >= sizeof(path))
		return ENAMETOOLONG;
	for (char *p = path + strlen("/proc/sys/"); *p; p++)
		if (*p == '.')
			*p = '/';
	return write_file(path, equals + 1);
}

bool network_sysctls(
	const char *const sysctls[], size_t n, char *why, size_t why_size)
{
	for (size_t i = 0; i < n; i++) {
		int error = set_sysctl(sysctls[i]);
		char step[200];

		if (!error)
			continue;
		utf8_print(step, sizeof(step), "sysctl %s", sysctls[i]);
		network_explain(why, why_size, step, error);
		return false;
	}
	return true;
}

void network_try_sysctls(
	const char *const sysctls[], size_t n, char *note, size_t note_size)
{
	for (size_t i = 0; i < n; i++) {
		int error = set_sysctl(sysctls[i]);

		if (error && !*note)
			network_explain(note, note_size, sysctls[i], error);
	}
}
