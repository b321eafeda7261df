/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "graceserver/timers.h"

#include "lib/base/duration.h"
#include "tap.h"

/* Later than anything that a test sets. */
#define LATER_MS (duration_now_ms() + 1000000)

static void none_is_due_in_an_empty_list(void)
{
	struct timers timers = { .duration_ms = 5 };

	EXPECT_INT(-1, timers_due_ms(&timers));
	EXPECT(!timers_expire(&timers, LATER_MS));
}

static void none_expires_early(void)
{
	struct timers timers = { .duration_ms = 60000 };
	struct timer timer = { 0 };
	int64_t before_ms = duration_now_ms();

	timers_set(&timers, &timer);
	int64_t due_ms = timers_due_ms(&timers);

	EXPECT(due_ms > before_ms + 60000);
	EXPECT(due_ms <= duration_now_ms() + 60001);
	EXPECT(!timers_expire(&timers, due_ms - 1));
	EXPECT(timers_is_set(&timer));
	EXPECT(timers_expire(&timers, due_ms) == &timer);
	EXPECT(!timers_is_set(&timer));
	EXPECT(!timers_expire(&timers, LATER_MS));
}

static void they_expire_in_the_order_of_setting(void)
{
	struct timers timers = { .duration_ms = 1 };
	struct timer timer[5] = { 0 };

	for (size_t i = 0; i < 5; i++)
		timers_set(&timers, &timer[i]);
	for (size_t i = 0; i < 5; i++)
		EXPECT(timers_expire(&timers, LATER_MS) == &timer[i]);
	EXPECT_INT(-1, timers_due_ms(&timers));
}

static void any_can_be_cleared(void)
{
	for (size_t cleared = 0; cleared < 3; cleared++) {
		struct timers timers = { .duration_ms = 1 };
		struct timer timer[3] = { 0 };

		tap_case("number %zu of 3", cleared);
		for (size_t i = 0; i < 3; i++)
			timers_set(&timers, &timer[i]);
		timers_clear(&timers, &timer[cleared]);
		EXPECT(!timers_is_set(&timer[cleared]));
		for (size_t i = 0; i < 3; i++)
			if (i != cleared)
				EXPECT(timers_expire(&timers, LATER_MS) ==
					&timer[i]);
		EXPECT(!timers_expire(&timers, LATER_MS));
	}
}

static void clearing_what_is_not_set_does_nothing(void)
{
	struct timers timers = { .duration_ms = 1 };
	struct timer set = { 0 }, unset = { 0 };

	timers_set(&timers, &set);
	timers_clear(&timers, &unset);
	timers_clear(&timers, &unset);
	EXPECT(timers_is_set(&set));
	EXPECT(timers_expire(&timers, LATER_MS) == &set);
}

static void one_can_be_set_again_and_goes_last(void)
{
	struct timers timers = { .duration_ms = 1 };
	struct timer a = { 0 }, b = { 0 };

	timers_set(&timers, &a);
	timers_set(&timers, &b);
	timers_clear(&timers, &a);
	timers_set(&timers, &a);
	EXPECT(timers_expire(&timers, LATER_MS) == &b);
	EXPECT(timers_expire(&timers, LATER_MS) == &a);
	timers_set(&timers, &b);
	EXPECT(timers_expire(&timers, LATER_MS) == &b);
}

const struct tap_test tests_timers[] = {
	{ "timers: in an empty list none is due",
		none_is_due_in_an_empty_list },
	{ "timers: none expires before its whole time", none_expires_early },
	{ "timers: they expire in the order of setting",
		they_expire_in_the_order_of_setting },
	{ "timers: the first, a middle one and the last can be cleared",
		any_can_be_cleared },
	{ "timers: clearing one that is not set does nothing",
		clearing_what_is_not_set_does_nothing },
	{ "timers: one that is set again goes last",
		one_can_be_set_again_and_goes_last },
	{ NULL, NULL },
};
