/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "near.h"

#include <stddef.h>
#include <string.h>

/* A beginning that is shorter says too little. */
#define BEGINNING_BYTES 3

#define LONG_NAME_BYTES 8

/* Whether at most `edits` single edits make `a` of `b`. */
static bool within(const char *a, const char *b, int edits)
{
	while (*a && *a == *b) {
		a++;
		b++;
	}
	if (!*a && !*b)
		return true;
	if (!edits)
		return false;
	return (*a && within(a + 1, b, edits - 1)) ||
		(*b && within(a, b + 1, edits - 1)) ||
		(*a && *b && within(a + 1, b + 1, edits - 1)) ||
		(*a && *b && a[0] == b[1] && a[1] == b[0] &&
			within(a + 2, b + 2, edits - 1));
}

bool near_is(const char *typed, const char *name)
{
	size_t len = strlen(typed);

	if (len >= BEGINNING_BYTES && !strncmp(typed, name, len))
		return true;
	return within(typed, name, strlen(name) > LONG_NAME_BYTES ? 2 : 1);
}
