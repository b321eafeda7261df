/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "task.h"

#include <errno.h>
#include <fcntl.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/syscall.h>
#include <sys/utsname.h>
#include <unistd.h>

#include "io.h"

/* The numbers of tens of thousands. */
#define CHILDREN_BYTES (256 * 1024)

static int open_of(pid_t process, pid_t thread, const char *name)
{
	char path[64];

	snprintf(path, sizeof(path), "/proc/%d/task/%d/%s", process, thread,
		name);
	return open(path, O_RDONLY | O_CLOEXEC);
}

/* Its `stat` from the state on, terminated, in `stat`; or "". */
static const char *read_stat(int fd, char *stat, size_t size)
{
	ssize_t n = fd < 0 ? -1 : pread(fd, stat, size - 1, 0);

	stat[n < 0 ? 0 : n] = '\0';
	const char *behind_name = strrchr(stat, ')');

	return behind_name && behind_name[1] == ' ' ? behind_name + 2 : "";
}

static struct task_look look_by(int fd)
{
	char stat[256];
	const char *from_state = read_stat(fd, stat, sizeof(stat));
	struct task_look look = { .state = *from_state };
	unsigned long user, system;

	if (look.state &&
		sscanf(from_state + 1, "%*d%*d%*d%*d%*d%*u%*u%*u%*u%*u%lu%lu",
			&user, &system) == 2)
		look.ran_ms =
			(int64_t)(user + system) * 1000 / sysconf(_SC_CLK_TCK);
	return look;
}

struct task_look task_look(pid_t process, pid_t thread)
{
	int fd = open_of(process, thread, "stat");
	struct task_look look = look_by(fd);

	if (fd >= 0)
		close(fd);
	return look;
}

char task_state(pid_t process, pid_t thread)
{
	return task_look(process, thread).state;
}

/* Before 5.16 a kernel tells too where who has just been woken was. */
static bool tells_places(void)
{
	struct utsname system;
	unsigned major, minor;

	return !uname(&system) &&
		sscanf(system.release, "%u.%u", &major, &minor) == 2 &&
		(major > 5 || (major == 5 && minor >= 16));
}

/* Whether it sleeps where the kernel has those sleep that wait for a socket,
 * and never otherwise than so that a signal wakes them; `wchan` says it in half
 * of the time that `stat` takes, where it does. */
static bool waits_for_socket(int fd)
{
	static const char *const places[] = { "wait_woken", "inet_csk_accept" };
	char place[64];
	ssize_t n = pread(fd, place, sizeof(place) - 1, 0);

	place[n < 0 ? 0 : n] = '\0';
	for (size_t i = 0; i < sizeof(places) / sizeof(*places); i++)
		if (!strcmp(place, places[i]))
			return true;
	return false;
}

char task_watch(struct task_watch *watch, pid_t process, pid_t thread)
{
	char stat[256];

	if (watch->stat < 0) {
		watch->stat = open_of(process, thread, "stat");
		watch->place =
			tells_places() ? open_of(process, thread, "wchan") : -1;
	}
	if (watch->place >= 0 && waits_for_socket(watch->place))
		return 'S';
	return *read_stat(watch->stat, stat, sizeof(stat));
}

void task_unwatch(struct task_watch *watch)
{
	if (watch->stat >= 0)
		close(watch->stat);
	if (watch->place >= 0)
		close(watch->place);
	*watch = TASK_UNWATCHED;
}

/* Reads a file of proc(5) whole, terminated. */
static bool read_file(pid_t thread, const char *name, char *out, size_t size)
{
	char path[64];

	snprintf(path, sizeof(path), "/proc/%d/%s", thread, name);
	int fd = open(path, O_RDONLY | O_CLOEXEC);
	ssize_t n = fd < 0 ? -1 : read(fd, out, size - 1);

	if (fd >= 0)
		close(fd);
	out[n < 0 ? 0 : n] = '\0';
	return n > 0;
}

static bool read_status(pid_t thread, char *out, size_t size)
{
	return read_file(thread, "status", out, size);
}

bool task_sleeps(pid_t thread)
{
	char text[256];
	long number = -1;

	if (read_file(thread, "syscall", text, sizeof(text)) &&
		strncmp(text, "running", 7) != 0)
		number = strtol(text, NULL, 10);
#ifdef SYS_nanosleep
	if (number == SYS_nanosleep)
		return true;
#endif
	return number == SYS_clock_nanosleep;
}

static uint64_t status_number(const char *status, const char *key, int base)
{
	const char *at = strstr(status, key);

	return at ? strtoull(at + strlen(key), NULL, base) : 0;
}

enum task_signal task_disposition(pid_t process, int signal)
{
	char status[4096];
	uint64_t bit = UINT64_C(1) << (signal - 1);

	if (!read_status(process, status, sizeof(status)))
		return TASK_DEFAULT;
	if (status_number(status, "\nSigIgn:", 16) & bit)
		return TASK_IGNORED;
	return status_number(status, "\nSigCgt:", 16) & bit ? TASK_CAUGHT
							    : TASK_DEFAULT;
}

bool task_family(pid_t thread, pid_t *process, pid_t *parent)
{
	char status[4096];

	if (!read_status(thread, status, sizeof(status)))
		return false;
	*process = (pid_t)status_number(status, "\nTgid:", 10);
	*parent = (pid_t)status_number(status, "\nPPid:", 10);
	return *process > 0;
}

pid_t *task_children(pid_t process, pid_t thread, size_t *count)
{
	char path[64], *rest;
	size_t bytes;
	long child;

	if (process)
		snprintf(path, sizeof(path), "/proc/%d/task/%d/children",
			process, thread);
	else
		snprintf(path, sizeof(path), "/proc/self/task/%d/children",
			thread);
	*count = 0;
	char *text = io_read_file(path, CHILDREN_BYTES, &bytes);

	if (!text && errno != ENOENT && errno != ESRCH)
		return NULL;
	/* Each is a digit and a space at least. */
	pid_t *children = calloc(bytes / 2 + 1, sizeof(*children));

	rest = text;
	while (text && children && (child = strtol(rest, &rest, 10)) > 0)
		children[(*count)++] = (pid_t)child;
	free(text);
	return children;
}

int task_filters(pid_t process)
{
	static const char key[] = "\nSeccomp_filters:";
	char status[4096];

	if (!read_status(process, status, sizeof(status)) ||
		!strstr(status, key))
		return -1;
	return (int)status_number(status, key, 10);
}
