/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "living.h"

#include <errno.h>
#include <fcntl.h>
#include <poll.h>
#include <signal.h>
#include <stdlib.h>
#include <string.h>
#include <sys/prctl.h>
#include <sys/wait.h>
#include <unistd.h>

#include "lib/base/io.h"
#include "lib/base/signals.h"

/* How much is read of a view at a time. */
#define READ_BYTES 65536

__attribute__((noreturn)) static void live(
	const struct person_plan *plan, pid_t parent)
{
	const struct sigaction ignore = { .sa_handler = SIG_IGN };
	const sigset_t *mask = signals_wait_mask();

	prctl(PR_SET_PDEATHSIG, SIGKILL);
	if (getppid() != parent)
		_exit(1);
	/* The person's keys are for the person's process to understand. */
	setpgid(0, 0);
	signals_by_default();
	if (mask)
		sigprocmask(SIG_SETMASK, mask, NULL);
	sigaction(SIGPIPE, &ignore, NULL);
	_exit(person_play(plan));
}

bool living_begin(struct living *living, const struct person_plan *plan)
{
	int steps[2] = { -1, -1 }, views[2] = { -1, -1 };
	struct person_plan child = *plan;
	pid_t parent = getpid();

	*living = (struct living){ .steps_fd = -1, .views_fd = -1 };
	if (!pipe2(steps, O_CLOEXEC) && !pipe2(views, O_CLOEXEC)) {
		child.steps_fd = steps[0];
		child.views_fd = views[1];
		fflush(NULL);
		living->pid = fork();
		if (living->pid == 0) {
			/* Else the end of the steps would never come. */
			close(steps[1]);
			live(&child, parent);
		}
	}
	int error = errno;

	for (int i = 0; i < 2; i++) {
		if (living->pid <= 0 && steps[1 - i] >= 0)
			close(steps[1 - i]);
		if (living->pid <= 0 && views[i] >= 0)
			close(views[i]);
	}
	errno = error;
	if (living->pid <= 0) {
		living->pid = 0;
		return false;
	}
	close(steps[0]);
	close(views[1]);
	living->steps_fd = steps[1];
	living->views_fd = views[0];
	return true;
}

bool living_send(const struct living *living, const char *step)
{
	size_t len = strlen(step);

	return living->pid && io_write(living->steps_fd, step, len) == len &&
		io_write(living->steps_fd, "\n", 1) == 1;
}

/* Reads once; false at the end. */
static bool read_more(struct living *living)
{
	if (living->capacity - living->bytes < READ_BYTES) {
		size_t capacity = 2 * living->capacity + READ_BYTES;
		char *text = realloc(living->text, capacity);

		if (!text)
			return false;
		living->text = text;
		living->capacity = capacity;
	}
	ssize_t n = read(
		living->views_fd, living->text + living->bytes, READ_BYTES);

	if (n > 0)
		living->bytes += (size_t)n;
	return n > 0 || (n < 0 && errno == EINTR);
}

/* Takes a whole line, if there is one. */
static enum living_result take_line(struct living *living, struct view *view)
{
	char *end = living->bytes ? memchr(living->text, '\n', living->bytes)
				  : NULL;

	if (!end)
		return LIVING_NOTHING;
	size_t len = (size_t)(end - living->text);
	bool good = view_read(view, living->text, len);

	living->bytes -= len + 1;
	memmove(living->text, end + 1, living->bytes);
	return good ? LIVING_VIEW : LIVING_ENDED;
}

static bool is_interrupted(void)
{
	signals_deliver();
	return signals_take(SIGINT);
}

enum living_result living_await(struct living *living, struct view *view)
{
	enum living_result result;

	while (living->pid &&
		(result = take_line(living, view)) == LIVING_NOTHING) {
		struct pollfd polled = { .fd = living->views_fd,
			.events = POLLIN };

		if (is_interrupted())
			return LIVING_INTERRUPTED;
		if (ppoll(&polled, 1, NULL, signals_wait_mask()) > 0 &&
			!read_more(living))
			return LIVING_ENDED;
	}
	return living->pid ? result : LIVING_ENDED;
}

enum living_result living_take(struct living *living, struct view *view)
{
	struct pollfd polled = { .fd = living->views_fd, .events = POLLIN };
	enum living_result result = take_line(living, view);

	while (result == LIVING_NOTHING && poll(&polled, 1, 0) > 0) {
		if (!read_more(living))
			return LIVING_ENDED;
		result = take_line(living, view);
	}
	return result;
}

void living_end(struct living *living)
{
	if (!living->pid)
		return;
	kill(living->pid, SIGKILL);
	while (waitpid(living->pid, NULL, 0) < 0 && errno == EINTR)
		;
	close(living->steps_fd);
	close(living->views_fd);
	free(living->text);
	*living = (struct living){ .steps_fd = -1, .views_fd = -1 };
}
