/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "outlet.h"

#include <errno.h>
#include <limits.h>
#include <poll.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "duration.h"
#include "signals.h"

/* A reader that is only slow takes the next piece within this time. */
#define SLOW_MS 5

static bool makes_nobody_wait(int fd)
{
	struct stat facts;

	return !fstat(fd, &facts) &&
		(S_ISREG(facts.st_mode) ||
			(S_ISCHR(facts.st_mode) && !isatty(fd)));
}

void outlet_open(struct outlet *outlet, int fd)
{
	*outlet = (struct outlet){ .fd = fd };
	outlet->always_ready = fd >= 0 && makes_nobody_wait(fd);
}

bool outlet_is_behind(const struct outlet *outlet)
{
	return outlet->end > outlet->start;
}

/* Nothing more is written: what would come would lack what came before. */
static bool give_up(struct outlet *outlet, int error)
{
	free(outlet->waiting);
	outlet->waiting = NULL;
	outlet->start = outlet->end = outlet->capacity = 0;
	outlet->given_up = errno = error;
	return false;
}

/*
 * Waits until a piece can be written. False, with errno, where it cannot within
 * the time: EAGAIN, or EINTR where the process was asked to end.
 */
static bool await_ready(const struct outlet *outlet, int64_t patience_ms)
{
	struct pollfd pollfd = { .fd = outlet->fd, .events = POLLOUT };
	int64_t deadline_ms = duration_deadline_ms(patience_ms);

	for (;;) {
		int64_t left_ms =
			patience_ms <= 0 ? 0 : deadline_ms - duration_now_ms();
		bool ending = signals_ending();

		if (left_ms < 0 || ending)
			left_ms = 0;
		struct timespec left = { left_ms / 1000,
			left_ms % 1000 * 1000000 };
		int ready = ppoll(&pollfd, 1,
			patience_ms < 0 && !ending ? NULL : &left,
			signals_wait_mask());

		if (ready > 0)
			return true;
		if (ready < 0 && errno != EINTR)
			return false;
		if (ready == 0 && (ending || !left_ms)) {
			errno = ending ? EINTR : EAGAIN;
			return false;
		}
	}
}

/*
 * Writes as much as the reader takes within the time, piece by piece. Returns
 * how much; less than `len` with errno.
 */
static size_t put(struct outlet *outlet, const char *data, size_t len,
	int64_t patience_ms)
{
	size_t done = 0;

	while (done < len) {
		size_t piece = len - done;

		if (!outlet->always_ready) {
			/* A pipe that is ready takes so much whole, pipe(7). */
			piece = piece < PIPE_BUF ? piece : PIPE_BUF;
			if (!await_ready(outlet, patience_ms))
				break;
		}
		ssize_t n = write(outlet->fd, data + done, piece);

		if (n >= 0)
			done += (size_t)n;
		else if (errno != EINTR && errno != EAGAIN)
			break;
	}
	outlet->written += done;
	return done;
}

static bool keep(struct outlet *outlet, const char *data, size_t len)
{
	size_t held = outlet->end - outlet->start;

	if (outlet->start) {
		memmove(outlet->waiting, outlet->waiting + outlet->start, held);
		outlet->start = 0;
		outlet->end = held;
	}
	if (held + len > outlet->capacity) {
		size_t capacity = held + len + outlet->capacity;
		char *waiting = realloc(outlet->waiting, capacity);

		if (!waiting)
			return give_up(outlet, ENOMEM);
		outlet->waiting = waiting;
		outlet->capacity = capacity;
	}
	memcpy(outlet->waiting + held, data, len);
	outlet->end = held + len;
	return true;
}

/* Writes what waits, within the time; false where it cannot be written. */
static bool put_waiting(struct outlet *outlet, int64_t patience_ms)
{
	size_t len = outlet->end - outlet->start;

	if (!len)
		return true;
	size_t done =
		put(outlet, outlet->waiting + outlet->start, len, patience_ms);

	outlet->start += done;
	if (done == len) {
		outlet->start = outlet->end = 0;
		return true;
	}
	return errno == EAGAIN || errno == EINTR || give_up(outlet, errno);
}

bool outlet_write(struct outlet *outlet, const void *data, size_t len)
{
	const char *from = data;

	if (outlet->given_up) {
		errno = outlet->given_up;
		return false;
	}
	if (!put_waiting(outlet, 0))
		return false;
	size_t done = 0;

	if (!outlet_is_behind(outlet))
		done = put(outlet, from, len, SLOW_MS);
	if (done == len)
		return true;
	if (!outlet_is_behind(outlet) && errno != EAGAIN && errno != EINTR)
		return give_up(outlet, errno);
	if (!keep(outlet, from + done, len - done))
		return false;
	return outlet->end - outlet->start <= OUTLET_WAITING_BYTES ||
		outlet_drain(outlet, -1);
}

bool outlet_retry(struct outlet *outlet)
{
	return put_waiting(outlet, 0);
}

bool outlet_drain(struct outlet *outlet, int64_t patience_ms)
{
	if (outlet->given_up) {
		errno = outlet->given_up;
		return false;
	}
	if (!put_waiting(outlet, patience_ms))
		return false;
	if (!outlet_is_behind(outlet))
		return true;
	return give_up(outlet, signals_ending() ? EINTR : EAGAIN);
}

int outlet_close(struct outlet *outlet)
{
	int fd = outlet->fd;

	free(outlet->waiting);
	*outlet = (struct outlet){ .fd = -1, .written = outlet->written };
	return fd < 0 ? 0 : close(fd);
}
