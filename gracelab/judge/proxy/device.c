/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "device.h"

#include <errno.h>
#include <fcntl.h>
#include <poll.h>
#include <sched.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/prctl.h>
#include <sys/wait.h>
#include <unistd.h>

#include "lib/base/duration.h"

#define LOOK_MS 5

/* How much is shown of what a device that did not start has said. */
#define SAID_BYTES 600

/* A copy of `text` with `name` replaced by `value`; the caller frees it. */
static char *replace(const char *text, const char *name, const char *value)
{
	char *result = NULL;
	size_t size;
	FILE *out = open_memstream(&result, &size);
	const char *found;

	if (!out)
		return NULL;
	while ((found = strstr(text, name))) {
		fprintf(out, "%.*s%s", (int)(found - text), text, value);
		text = found + strlen(name);
	}
	fputs(text, out);
	fclose(out);
	return result;
}

static char *fill_in(const char *word, const struct device_ports *ports)
{
	char listen[8], backend[32], backend_port[8];

	snprintf(listen, sizeof(listen), "%u", ports->listen);
	snprintf(backend, sizeof(backend), "127.0.0.1:%u", ports->backend);
	snprintf(backend_port, sizeof(backend_port), "%u", ports->backend);
	char *one = replace(word, "{listen}", listen);
	char *two = one ? replace(one, "{backend}", backend) : NULL;
	char *three = two ? replace(two, "{backend_port}", backend_port) : NULL;

	free(one);
	free(two);
	return three;
}

/* Has this process die with its parent, also where that died just now. */
static void die_with(pid_t parent)
{
	prctl(PR_SET_PDEATHSIG, SIGKILL);
	if (getppid() != parent)
		_exit(127);
}

/*
 * The same where the parent is outside of the PID namespace and so has no
 * number: it holds the other end of this pipe as long as it lives.
 */
static void die_with_holder(int leash)
{
	struct pollfd pollfd = { .fd = leash, .events = POLLIN };

	prctl(PR_SET_PDEATHSIG, SIGKILL);
	if (poll(&pollfd, 1, 0) > 0)
		_exit(127);
}

/* The command itself. */
__attribute__((noreturn)) static void become(char *const *command,
	const struct device_ports *ports, int output, pid_t parent)
{
	size_t count = 0;
	int nothing = open("/dev/null", O_RDONLY);

	while (command[count])
		count++;
	char **words = calloc(count + 1, sizeof(*words));

	for (size_t i = 0; words && i < count; i++)
		words[i] = fill_in(command[i], ports);
	die_with(parent);
	dup2(nothing, STDIN_FILENO);
	dup2(output, STDOUT_FILENO);
	dup2(output, STDERR_FILENO);
	closefrom(3);
	if (words && words[0])
		execvp(words[0], words);
	dprintf(STDERR_FILENO, "cannot start %s: %s\n", command[0],
		strerror(errno));
	_exit(127);
}

/*
 * Looks after the command: the first process of its PID namespace, so that its
 * end is the end of all. Ends with the command's status where nothing is left.
 */
__attribute__((noreturn)) static void look_after(
	char *const *command, const struct device_ports *ports, int output)
{
	int status = 0, last = 0;
	pid_t pid, self = getpid();

	prctl(PR_SET_CHILD_SUBREAPER, 1);
	pid_t main = fork();

	if (main == 0)
		become(command, ports, output, self);
	while ((pid = waitpid(-1, &status, 0)) > 0 || errno == EINTR)
		if (pid == main)
			last = WIFEXITED(status) ? WEXITSTATUS(status)
						 : 128 + WTERMSIG(status);
	_exit(last);
}

/*
 * Enters a PID namespace, which counts for children only: the first of them
 * looks after the command, and this process after it.
 */
__attribute__((noreturn)) static void keep(char *const *command,
	const struct device_ports *ports, int output, pid_t parent)
{
	int status = 0, leash[2];

	die_with(parent);
	setpgid(0, 0);
	/* Refused, it is looked after as well, but for what hides from us. */
	if (pipe2(leash, O_CLOEXEC) || unshare(CLONE_NEWPID))
		look_after(command, ports, output);
	pid_t first = fork();

	if (first == 0) {
		close(leash[1]);
		die_with_holder(leash[0]);
		look_after(command, ports, output);
	}
	while (waitpid(first, &status, 0) < 0 && errno == EINTR)
		;
	_exit(WIFEXITED(status) ? WEXITSTATUS(status) : 128 + WTERMSIG(status));
}

int device_start(struct device *device, char *const *command,
	const struct device_ports *ports)
{
	device->output = memfd_create("device", 0);
	fflush(NULL);
	pid_t parent = getpid();

	device->pid = fork();
	if (device->pid == 0)
		keep(command, ports, device->output, parent);
	return device->pid < 0 ? -1 : 0;
}

/* `why` and what the device has said, for the caller to free. */
static char *complain(struct device *device, const char *why)
{
	char said[SAID_BYTES + 1] = "", *both = NULL;
	ssize_t n = pread(device->output, said, SAID_BYTES, 0);

	said[n > 0 ? n : 0] = '\0';
	while (n > 0 && said[n - 1] == '\n')
		said[--n] = '\0';
	if (asprintf(&both, "%s%s%s", why, *said ? ": " : "", said) < 0)
		return NULL;
	return both;
}

char *device_await(struct device *device, struct kernel *kernel, uint16_t port,
	int64_t patience_ms)
{
	int64_t deadline_ms = duration_deadline_ms(patience_ms);
	char why[96];
	int status;

	while (kernel_is_listening(kernel, port) != 1) {
		if (waitpid(device->pid, &status, WNOHANG) == device->pid) {
			device->pid = 0;
			snprintf(why, sizeof(why),
				"the proxy ended with status %d before it "
				"listened",
				WIFEXITED(status) ? WEXITSTATUS(status)
						  : 128 + WTERMSIG(status));
			return complain(device, why);
		}
		if (duration_now_ms() >= deadline_ms) {
			snprintf(why, sizeof(why),
				"nobody listens on the proxy's port %u", port);
			return complain(device, why);
		}
		poll(NULL, 0, LOOK_MS);
	}
	return NULL;
}

void device_end(struct device *device)
{
	if (device->pid > 0) {
		/* Without a namespace of its own, its group is what is known.
		 */
		kill(-device->pid, SIGKILL);
		kill(device->pid, SIGKILL);
		waitpid(device->pid, NULL, 0);
	}
	if (device->output >= 0)
		close(device->output);
	*device = (struct device){ .output = -1 };
}
