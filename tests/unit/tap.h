/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * Unit tests that print TAP, the Test Anything Protocol. A file of tests gives
 * one array of claims, each with a function that shows it; main.c lists them.
 */
#ifndef GRACE_TESTS_TAP_H
#define GRACE_TESTS_TAP_H

#include <stdbool.h>
#include <stddef.h>
#include <string.h>

struct tap_test {
	const char *claim;
	void (*run)(void);
};

/* Each ends with an entry without a claim. */
extern const struct tap_test tests_command[];
extern const struct tap_test tests_duration[];
extern const struct tap_test tests_escape[];
extern const struct tap_test tests_event[];
extern const struct tap_test tests_folder[];
extern const struct tap_test tests_fuzz[];
extern const struct tap_test tests_heard[];
extern const struct tap_test tests_lines[];
extern const struct tap_test tests_names[];
extern const struct tap_test tests_near[];
extern const struct tap_test tests_net[];
extern const struct tap_test tests_outlet[];
extern const struct tap_test tests_parse[];
extern const struct tap_test tests_queue[];
extern const struct tap_test tests_save[];
extern const struct tap_test tests_sockopt[];
extern const struct tap_test tests_status[];
extern const struct tap_test tests_task[];
extern const struct tap_test tests_texts[];
extern const struct tap_test tests_timers[];
extern const struct tap_test tests_wording[];
extern const struct tap_test tests_wrap[];

/* Names the case that the next checks are about; "" for none. */
void tap_case(const char *format, ...) __attribute__((format(printf, 1, 2)));

/* True where no check of the running test has failed. */
bool tap_passing(void);

/*
 * Runs checks in a child process, for what changes the process for good; they
 * count as this test's. A child that dies is a failure. The test ends when its
 * children have.
 */
void tap_in_child(void (*run)(void *context), void *context);

/*
 * Each checks once; a failure gives `# FILE:LINE: expected ..., got ...` under
 * the test's `not ok`, and the test goes on. They return whether it holds.
 */
bool tap_check(const char *file, int line, const char *condition, bool holds);
bool tap_check_int(
	const char *file, int line, long long expected, long long got);
bool tap_check_bytes(const char *file, int line, const void *expected,
	size_t expected_bytes, const void *got, size_t got_bytes);
bool tap_check_text(
	const char *file, int line, const char *expected, const char *got);

#define EXPECT(condition) tap_check(__FILE__, __LINE__, #condition, (condition))
#define EXPECT_INT(expected, got) \
	tap_check_int(            \
		__FILE__, __LINE__, (long long)(expected), (long long)(got))
#define EXPECT_TEXT(expected, got) \
	tap_check_text(__FILE__, __LINE__, (expected), (got))
#define EXPECT_BYTES(expected, expected_bytes, got, got_bytes)            \
	tap_check_bytes(__FILE__, __LINE__, (expected), (expected_bytes), \
		(got), (got_bytes))

/* Runs the tests of every array; the exit status. */
int tap_run(const struct tap_test *const *suites, size_t count);

#endif
