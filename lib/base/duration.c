/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "duration.h"

#include <string.h>
#include <time.h>

/* A number of at most this many digits can be multiplied by any unit. */
#define FRACTION_DIGITS 9

static bool is_digit(char c)
{
	return c >= '0' && c <= '9';
}

/* Reads digits into *value; what is too large stays so. Returns their end. */
static const char *read_whole(const char *p, int64_t *value)
{
	for (*value = 0; is_digit(*p); p++)
		if (*value <= DURATION_MAX_MS)
			*value = *value * 10 + (*p - '0');
	return p;
}

/*
 * Reads the digits behind the point: *value of *scale, rounded up, however many
 * they are. Returns their end.
 */
static const char *read_fraction(const char *p, int64_t *value, int64_t *scale)
{
	bool more = false;
	int taken = 0;

	for (*value = 0, *scale = 1; is_digit(*p); p++) {
		if (taken++ < FRACTION_DIGITS) {
			*value = *value * 10 + (*p - '0');
			*scale *= 10;
		} else {
			more = more || *p != '0';
		}
	}
	*value += more;
	return p;
}

static int64_t unit_ms(const char *unit)
{
	if (!*unit || !strcmp(unit, "s"))
		return 1000;
	if (!strcmp(unit, "ms"))
		return 1;
	if (!strcmp(unit, "m"))
		return 60 * 1000;
	return 0;
}

bool duration_parse(const char *text, int64_t *duration_ms)
{
	int64_t whole, fraction = 0, scale = 1;
	const char *p = read_whole(text, &whole);
	bool any = p > text;

	if (*p == '.') {
		const char *start = ++p;

		p = read_fraction(p, &fraction, &scale);
		any = any || p > start;
	}
	int64_t unit = unit_ms(p);

	if (!any || !unit || whole > DURATION_MAX_MS / unit)
		return false;
	int64_t ms = whole * unit + (fraction * unit + scale - 1) / scale;

	if (ms > DURATION_MAX_MS)
		return false;
	*duration_ms = ms;
	return true;
}

int64_t duration_now_ms(void)
{
	struct timespec now;

	clock_gettime(CLOCK_MONOTONIC, &now);
	return (int64_t)now.tv_sec * 1000 + now.tv_nsec / 1000000;
}

int64_t duration_deadline_ms(int64_t duration_ms)
{
	/* The clock's milliseconds are cut off, not rounded. */
	return duration_now_ms() + duration_ms + 1;
}

int64_t duration_earlier_ms(int64_t a_ms, int64_t b_ms)
{
	return a_ms < 0 ? b_ms : b_ms < 0 || a_ms < b_ms ? a_ms : b_ms;
}

double duration_now_s(void)
{
	struct timespec now;

	clock_gettime(CLOCK_MONOTONIC, &now);
	return (double)now.tv_sec + (double)now.tv_nsec / 1e9;
}

uint64_t duration_wall_ns(void)
{
	struct timespec now;

	clock_gettime(CLOCK_REALTIME, &now);
	return (uint64_t)now.tv_sec * 1000000000 + (uint64_t)now.tv_nsec;
}
