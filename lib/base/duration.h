/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Durations as people write them, and the clock that they are measured by. */
#ifndef GRACE_DURATION_H
#define GRACE_DURATION_H

#include <stdbool.h>
#include <stdint.h>

/*
 * Reads a duration: a decimal number and `ms`, `s` or `m`; a bare number is
 * seconds. `text` is terminated. The result, rounded up to whole milliseconds,
 * goes to `*duration_ms`. False, and nothing written, where the text is
 * anything else or longer than DURATION_MAX_MS.
 */
bool duration_parse(const char *text, int64_t *duration_ms);

/* The longest duration: a year. */
#define DURATION_MAX_MS (INT64_C(365) * 24 * 3600 * 1000)

/* Milliseconds of CLOCK_MONOTONIC, clock_gettime(2). */
int64_t duration_now_ms(void);

/* The first duration_now_ms() at which `duration_ms` have passed for sure. */
int64_t duration_deadline_ms(int64_t duration_ms);

/* The earlier of two times, of which -1 is never. */
int64_t duration_earlier_ms(int64_t a_ms, int64_t b_ms);

/* Seconds of CLOCK_MONOTONIC with the clock's full resolution. */
double duration_now_s(void);

/* Nanoseconds of CLOCK_REALTIME, as the kernel stamps segments. */
uint64_t duration_wall_ns(void);

#endif
