/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "lib/base/duration.h"

#include "tests/unit/tap.h"

struct good {
	const char *text;
	int64_t expected_ms;
};

static void expect_good(const struct good *list, size_t count)
{
	for (size_t i = 0; i < count; i++) {
		int64_t ms = -1;

		tap_case("%s", list[i].text);
		EXPECT(duration_parse(list[i].text, &ms));
		EXPECT_INT(list[i].expected_ms, ms);
	}
}

#define EXPECT_GOOD(list) expect_good(list, sizeof(list) / sizeof(*(list)))

static void expect_bad(const char *const *list, size_t count)
{
	for (size_t i = 0; i < count; i++) {
		int64_t ms = -77;

		tap_case("'%s'", list[i]);
		EXPECT(!duration_parse(list[i], &ms));
		EXPECT_INT(-77, ms);
	}
}

#define EXPECT_BAD(list) expect_bad(list, sizeof(list) / sizeof(*(list)))

static void units_are_known(void)
{
	static const struct good list[] = { { "5s", 5000 }, { "200ms", 200 },
		{ "1.5s", 1500 }, { "2m", 120000 }, { "0.5m", 30000 },
		{ "0s", 0 }, { "0ms", 0 }, { "007s", 7000 }, { "1.250s", 1250 },
		{ "0.001s", 1 }, { "1.000ms", 1 } };

	EXPECT_GOOD(list);
}

static void bare_numbers_are_seconds(void)
{
	static const struct good list[] = { { "0", 0 }, { "1", 1000 },
		{ "5", 5000 }, { "0.2", 200 }, { "86400", 86400000 } };

	EXPECT_GOOD(list);
}

static void fractions_round_up(void)
{
	static const struct good list[] = { { "0.0001s", 1 }, { "0.5ms", 1 },
		{ "1.0001ms", 2 }, { "1.999ms", 2 }, { "0.00001m", 1 },
		{ "0.000000001s", 1 }, { "0.000000000s", 0 },
		{ "0.000000000001s", 1 }, { "1.500000000000s", 1500 },
		{ "0.0010000000001s", 2 }, { "0.9999999999999999s", 1000 },
		{ "0.00000000000000000000000000000s", 0 } };

	EXPECT_GOOD(list);
}

static void anything_else_is_refused(void)
{
	static const char *const list[] = { "", " ", ".", "s", "ms", "m", ".s",
		"-1", "-1s", "+1s", "1h", "1S", "1MS", "1sec", "1 s", " 1s",
		"1s ", "1,5s", "1.5.5s", "1e3", "0x10", "1ss", "1sm", "1m30s",
		"five", "1\n", "inf", "nan", "1.-5s", "1..5s" };

	EXPECT_BAD(list);
}

static void a_year_is_the_longest(void)
{
	static const struct good longest[] = { { "31536000s", DURATION_MAX_MS },
		{ "31536000", DURATION_MAX_MS },
		{ "31536000000ms", DURATION_MAX_MS },
		{ "525600m", DURATION_MAX_MS } };
	static const char *const longer[] = { "31536001s", "31536000.001s",
		"31536000001ms", "525601m", "9223372036854775807",
		"9223372036854775808s", "18446744073709551617s",
		"99999999999999999999999999999999999999", "525600.00001m",
		"9223372036854775807.999999999999999999999m" };

	EXPECT_GOOD(longest);
	EXPECT_BAD(longer);
}

static void a_deadline_has_passed_for_sure(void)
{
	int64_t before_ms = duration_now_ms();
	int64_t due_ms = duration_deadline_ms(250);
	int64_t after_ms = duration_now_ms();

	EXPECT(before_ms > 0);
	EXPECT(due_ms > before_ms + 250);
	EXPECT(due_ms <= after_ms + 251);
}

static void what_never_comes_is_not_the_earlier(void)
{
	EXPECT_INT(3, duration_earlier_ms(3, 5));
	EXPECT_INT(3, duration_earlier_ms(5, 3));
	EXPECT_INT(5, duration_earlier_ms(-1, 5));
	EXPECT_INT(5, duration_earlier_ms(5, -1));
	EXPECT_INT(-1, duration_earlier_ms(-1, -1));
}

static void both_clocks_agree(void)
{
	int64_t before_ms = duration_now_ms();
	double between_s = duration_now_s();
	int64_t after_ms = duration_now_ms();

	EXPECT(between_s * 1000 >= (double)before_ms - 0.001);
	EXPECT(between_s * 1000 <= (double)(after_ms + 1) + 0.001);
}

const struct tap_test tests_duration[] = {
	{ "duration: ms, s and m are known", units_are_known },
	{ "duration: a bare number is seconds", bare_numbers_are_seconds },
	{ "duration: what is less than a millisecond rounds up",
		fractions_round_up },
	{ "duration: anything else is refused and nothing is written",
		anything_else_is_refused },
	{ "duration: a year is the longest, and nothing overflows",
		a_year_is_the_longest },
	{ "duration: at a deadline the whole time has passed",
		a_deadline_has_passed_for_sure },
	{ "duration: what never comes is not the earlier of two",
		what_never_comes_is_not_the_earlier },
	{ "duration: milliseconds and seconds are of one clock",
		both_clocks_agree },
	{ NULL, NULL },
};
