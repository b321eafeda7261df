/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "lib/base/outlet.h"

#include <errno.h>
#include <fcntl.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <unistd.h>

#include "lib/base/duration.h"
#include "lib/base/signals.h"
#include "tests/unit/tap.h"

/* The most that a pipe takes. */
#define PIPE_BYTES 65536

static struct {
	struct outlet outlet;
	int reader;
} pair;

static char *some(size_t len)
{
	char *bytes = malloc(len);

	for (size_t i = 0; bytes && i < len; i++)
		bytes[i] = (char)(i % 251);
	return bytes;
}

static bool begin(void)
{
	int ends[2];

	if (!EXPECT(!pipe2(ends, O_CLOEXEC)))
		return false;
	fcntl(ends[0], F_SETPIPE_SZ, PIPE_BYTES);
	pair.reader = ends[0];
	outlet_open(&pair.outlet, ends[1]);
	return true;
}

static void end(void)
{
	outlet_close(&pair.outlet);
	close(pair.reader);
}

/* Reads `len` bytes and expects them to go on with some(). */
static size_t read_on(size_t from, size_t len)
{
	char buffer[4096];
	size_t done = 0;

	while (done < len) {
		size_t wanted = len - done < sizeof(buffer) ? len - done
							    : sizeof(buffer);
		ssize_t n = read(pair.reader, buffer, wanted);

		if (n <= 0)
			break;
		for (ssize_t i = 0; i < n; i++)
			if (!EXPECT((unsigned char)buffer[i] ==
				    (from + done + (size_t)i) % 251))
				return done;
		done += (size_t)n;
	}
	return done;
}

static void what_a_reader_takes_is_written_at_once(void)
{
	char *bytes = some(PIPE_BYTES);

	if (!bytes || !begin())
		return;
	EXPECT(outlet_write(&pair.outlet, bytes, 10));
	EXPECT_INT(10, pair.outlet.written);
	EXPECT(!outlet_is_behind(&pair.outlet));
	EXPECT_INT(10, read_on(0, 10));
	free(bytes);
	end();
}

static void what_it_does_not_take_waits_in_order(void)
{
	size_t len = (size_t)3 * PIPE_BYTES;
	char *bytes = some(len);

	if (!bytes || !begin())
		return;
	for (size_t done = 0; done < len; done += 4096)
		EXPECT(outlet_write(&pair.outlet, bytes + done, 4096));
	EXPECT(outlet_is_behind(&pair.outlet));
	EXPECT_INT(PIPE_BYTES, pair.outlet.written);
	EXPECT_INT(4096, read_on(0, 4096));
	EXPECT(outlet_retry(&pair.outlet));
	EXPECT_INT(PIPE_BYTES + 4096, pair.outlet.written);
	size_t got = 4096;

	while (outlet_is_behind(&pair.outlet) && tap_passing()) {
		got += read_on(got, PIPE_BYTES);
		EXPECT(outlet_retry(&pair.outlet));
	}
	got += read_on(got, len - got);
	EXPECT_INT(len, got);
	EXPECT_INT(len, pair.outlet.written);
	free(bytes);
	end();
}

static void a_stalled_reader_is_waited_for_once(void)
{
	char *bytes = some(PIPE_BYTES + 1);

	if (!bytes || !begin())
		return;
	EXPECT(outlet_write(&pair.outlet, bytes, PIPE_BYTES + 1));
	int64_t start_ms = duration_now_ms();

	for (int i = 0; i < 1000; i++)
		outlet_write(&pair.outlet, bytes, 1);
	EXPECT(duration_now_ms() - start_ms < 1000);
	free(bytes);
	end();
}

static void patience_has_an_end(void)
{
	char *bytes = some(PIPE_BYTES + 1);

	if (!bytes || !begin())
		return;
	EXPECT(outlet_write(&pair.outlet, bytes, PIPE_BYTES + 1));
	EXPECT(!outlet_drain(&pair.outlet, 20));
	EXPECT_INT(EAGAIN, errno);
	/* What comes later would lack what was dropped. */
	EXPECT(!outlet_write(&pair.outlet, bytes, 1));
	EXPECT_INT(EAGAIN, errno);
	EXPECT_INT(PIPE_BYTES, read_on(0, PIPE_BYTES));
	EXPECT(!outlet_write(&pair.outlet, bytes, 1));
	free(bytes);
	end();
}

static void drain_with_a_signal(void *bytes)
{
	signals_catch(SIGTERM);
	raise(SIGTERM);
	/* Beyond the bound it waits, and there the signal is delivered. */
	EXPECT(!outlet_write(
		&pair.outlet, bytes, PIPE_BYTES + OUTLET_WAITING_BYTES + 1));
	EXPECT_INT(EINTR, errno);
	EXPECT(signals_take(SIGTERM));
}

static void a_signal_ends_the_wait_beyond_the_bound(void)
{
	char *bytes = some(PIPE_BYTES + OUTLET_WAITING_BYTES + 1);

	if (!bytes || !begin())
		return;
	tap_in_child(drain_with_a_signal, bytes);
	free(bytes);
	end();
}

static void a_reader_that_is_gone_is_told_once_and_for_all(void)
{
	const struct sigaction ignore = { .sa_handler = SIG_IGN };
	struct sigaction before;

	if (!begin())
		return;
	sigaction(SIGPIPE, &ignore, &before);
	close(pair.reader);
	EXPECT(!outlet_write(&pair.outlet, "x", 1));
	EXPECT_INT(EPIPE, errno);
	EXPECT(!outlet_write(&pair.outlet, "x", 1));
	EXPECT_INT(EPIPE, errno);
	EXPECT(!outlet_drain(&pair.outlet, -1));
	outlet_close(&pair.outlet);
	sigaction(SIGPIPE, &before, NULL);
}

static void a_file_makes_nobody_wait(void)
{
	struct outlet outlet;
	int fd = open("/dev/full", O_WRONLY | O_CLOEXEC);

	if (!EXPECT(fd >= 0))
		return;
	outlet_open(&outlet, fd);
	EXPECT(outlet.always_ready);
	EXPECT(!outlet_write(&outlet, "x", 1));
	EXPECT_INT(ENOSPC, errno);
	EXPECT_INT(0, outlet_close(&outlet));
	outlet_open(&outlet, -1);
	EXPECT(!outlet_is_behind(&outlet));
	EXPECT_INT(0, outlet_close(&outlet));
}

const struct tap_test tests_outlet[] = {
	{ "outlet: what a reader takes is written at once",
		what_a_reader_takes_is_written_at_once },
	{ "outlet: what it does not take waits, and comes in order",
		what_it_does_not_take_waits_in_order },
	{ "outlet: a stalled reader is waited for once, not for each line",
		a_stalled_reader_is_waited_for_once },
	{ "outlet: patience has an end, and nothing is written behind a gap",
		patience_has_an_end },
	{ "outlet: a signal ends the wait beyond the bound",
		a_signal_ends_the_wait_beyond_the_bound },
	{ "outlet: that a reader is gone is told once and for all",
		a_reader_that_is_gone_is_told_once_and_for_all },
	{ "outlet: a file makes nobody wait", a_file_makes_nobody_wait },
	{ NULL, NULL },
};
