/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "duration.h"

#include <string.h>
#include <time.h>

/* Reads decimal digits into *value, bounded; returns the first non-digit. */
static const char *digits(const char *p, int64_t *value, int64_t *scale)
{
	for (; *p >= '0' && *p <= '9'; p++) {
		if (*scale > DURATION_MAX_MS || *value > DURATION_MAX_MS)
			return p;
		*value = *value * 10 + (*p - '0');
		*scale *= 10;
	}
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
	int64_t whole = 0, fraction = 0, scale = 1, ignored = 1;
	const char *p = digits(text, &whole, &ignored);
	bool any = p > text;

	if (*p == '.') {
		const char *start = ++p;

		p = digits(p, &fraction, &scale);
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
