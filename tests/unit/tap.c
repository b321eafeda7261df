/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "tap.h"

#include <stdarg.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/wait.h>
#include <unistd.h>

/* How many failed checks of one test are shown. */
#define SHOWN_FAILURES 10

/* How many bytes of a text are shown. */
#define SHOWN_BYTES 160

static struct {
	FILE *notes; /* what stands under `not ok` */
	unsigned failures;
	char about[256];
} tap;

void tap_case(const char *format, ...)
{
	va_list arguments;

	va_start(arguments, format);
	vsnprintf(tap.about, sizeof(tap.about), format, arguments);
	va_end(arguments);
	for (char *p = tap.about; *p; p++)
		if ((unsigned char)*p < ' ' || (unsigned char)*p > '~')
			*p = '?';
}

bool tap_passing(void)
{
	return !tap.failures;
}

/* Counts a failure; true where it is to be shown, and begins its line. */
static bool begin_failure(const char *file, int line)
{
	tap.failures++;
	/* Outside a test, as in a fuzzer. */
	if (!tap.notes)
		tap.notes = stderr;
	if (tap.failures > SHOWN_FAILURES)
		return false;
	fprintf(tap.notes, "# %s:%d: ", file, line);
	if (*tap.about)
		fprintf(tap.notes, "[%s] ", tap.about);
	return true;
}

static void show(const char *before, const void *bytes, size_t len)
{
	const unsigned char *p = bytes;

	fputs(before, tap.notes);
	if (!p) {
		fputs("NULL", tap.notes);
		return;
	}
	fputc('"', tap.notes);
	for (size_t i = 0; i < len && i < SHOWN_BYTES; i++) {
		if (p[i] < ' ' || p[i] > '~' || p[i] == '\\')
			fprintf(tap.notes, "\\x%02x", p[i]);
		else
			fputc(p[i], tap.notes);
	}
	fprintf(tap.notes, "\"%s (%zu bytes)", len > SHOWN_BYTES ? "..." : "",
		len);
}

bool tap_check(const char *file, int line, const char *condition, bool holds)
{
	if (!holds && begin_failure(file, line))
		fprintf(tap.notes, "expected %s, got false\n", condition);
	return holds;
}

bool tap_check_int(
	const char *file, int line, long long expected, long long got)
{
	if (expected == got)
		return true;
	if (begin_failure(file, line))
		fprintf(tap.notes, "expected %lld, got %lld\n", expected, got);
	return false;
}

bool tap_check_bytes(const char *file, int line, const void *expected,
	size_t expected_bytes, const void *got, size_t got_bytes)
{
	bool same = expected_bytes == got_bytes && !expected == !got &&
		(!expected_bytes || !memcmp(expected, got, got_bytes));

	if (same || !begin_failure(file, line))
		return same;
	show("expected ", expected, expected_bytes);
	show(", got ", got, got_bytes);
	fputc('\n', tap.notes);
	return false;
}

bool tap_check_text(
	const char *file, int line, const char *expected, const char *got)
{
	return tap_check_bytes(file, line, expected,
		expected ? strlen(expected) : 0, got, got ? strlen(got) : 0);
}

/* The child: its notes go to the pipe, and behind them a byte that says how
 * many failed. */
static void run_child(void (*run)(void *context), void *context, int fd)
{
	tap.notes = fdopen(fd, "w");
	tap.failures = 0;
	if (!tap.notes)
		_exit(1);
	run(context);
	fputc(tap.failures > UINT8_MAX ? UINT8_MAX : (int)tap.failures,
		tap.notes);
	fclose(tap.notes);
	_exit(0);
}

void tap_in_child(void (*run)(void *context), void *context)
{
	int ends[2];
	char *text = NULL;
	size_t room = 0;
	FILE *notes;

	fflush(NULL);
	if (!EXPECT(!pipe(ends)))
		return;
	pid_t child = fork();

	if (child == 0) {
		close(ends[0]);
		run_child(run, context, ends[1]);
	}
	close(ends[1]);
	notes = fdopen(ends[0], "r");
	/* All of it: no note holds a NUL, and its end none but a count of 0. */
	ssize_t len = notes ? getdelim(&text, &room, EOF, notes) : 0;

	if (EXPECT(child > 0 && len > 0)) {
		fwrite(text, 1, (size_t)len - 1, tap.notes);
		tap.failures += (unsigned char)text[len - 1];
	}
	free(text);
	if (notes)
		fclose(notes);
}

static bool run_one(const struct tap_test *test, unsigned number)
{
	char *notes = NULL;
	size_t notes_bytes = 0;

	tap.notes = open_memstream(&notes, &notes_bytes);
	if (!tap.notes) {
		perror("open_memstream");
		exit(EXIT_FAILURE);
	}
	tap.failures = 0;
	tap.about[0] = '\0';
	test->run();
	while (wait(NULL) > 0)
		;
	fclose(tap.notes);
	printf("%s %u - %s\n%s", tap.failures ? "not ok" : "ok", number,
		test->claim, notes);
	if (tap.failures > SHOWN_FAILURES)
		printf("# and %u more\n", tap.failures - SHOWN_FAILURES);
	fflush(stdout);
	free(notes);
	return !tap.failures;
}

int tap_run(const struct tap_test *const *suites, size_t count)
{
	unsigned planned = 0, number = 0, failed = 0;

	for (size_t i = 0; i < count; i++)
		for (const struct tap_test *t = suites[i]; t->claim; t++)
			planned++;
	printf("1..%u\n", planned);
	for (size_t i = 0; i < count; i++)
		for (const struct tap_test *t = suites[i]; t->claim; t++)
			failed += !run_one(t, ++number);
	return failed ? EXIT_FAILURE : EXIT_SUCCESS;
}
