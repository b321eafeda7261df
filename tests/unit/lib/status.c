/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "lib/base/status.h"

#include "tests/unit/tap.h"

static int exit_of(bool failed, bool misused, bool timed_out, bool broken)
{
	const struct status status = { .failed = failed,
		.misused = misused,
		.timed_out = timed_out,
		.broken = broken };

	return status_exit(&status);
}

static void each_trouble_has_its_status(void)
{
	EXPECT_INT(0, exit_of(false, false, false, false));
	EXPECT_INT(1, exit_of(true, false, false, false));
	EXPECT_INT(2, exit_of(false, true, false, false));
	EXPECT_INT(3, exit_of(false, false, false, true));
	EXPECT_INT(4, exit_of(false, false, true, false));
}

static void the_worst_trouble_wins(void)
{
	EXPECT_INT(1, exit_of(true, true, true, true));
	EXPECT_INT(1, exit_of(true, false, false, true));
	EXPECT_INT(2, exit_of(false, true, true, true));
	EXPECT_INT(2, exit_of(false, true, false, true));
	EXPECT_INT(4, exit_of(false, false, true, true));
}

const struct tap_test tests_status[] = {
	{ "status: each trouble has the exit status of the design",
		each_trouble_has_its_status },
	{ "status: of several, failure, misuse, time and reset in this order",
		the_worst_trouble_wins },
	{ NULL, NULL },
};
