/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "lib/text/near.h"

#include "tests/unit/tap.h"

static void what_was_meant_is_near(void)
{
	static const struct {
		const char *typed, *name;
		bool near;
	} cases[] = {
		{ "check", "check", true },
		{ "chekc", "check", true },
		{ "chck", "check", true },
		{ "checkk", "check", true },
		{ "cheek", "check", true },
		{ "che", "check", true },
		{ "ch", "check", false },
		{ "hc", "check", false },
		{ "chkec", "check", false },
		{ "play", "list", false },
		{ "", "a", true },
		{ "", "ab", false },
		/* Longer names bear more. */
		{ "close-eraly", "close-early", true },
		{ "clos-eraly", "close-early", true },
		{ "clo-eraly", "close-early", false },
		{ "close-late", "close-early", false },
		/* Every edit at either end. */
		{ "hutdown", "shutdown", true },
		{ "shutdow", "shutdown", true },
		{ "xshutdown", "shutdown", true },
		{ "shutdownx", "shutdown", true },
		{ "hsutdown", "shutdown", true },
		{ "shutdonw", "shutdown", true },
	};

	for (size_t i = 0; i < sizeof(cases) / sizeof(*cases); i++) {
		tap_case("'%s' for '%s'", cases[i].typed, cases[i].name);
		EXPECT(near_is(cases[i].typed, cases[i].name) == cases[i].near);
	}
}

const struct tap_test tests_near[] = {
	{ "near: what was meant is near, and nothing else",
		what_was_meant_is_near },
	{ NULL, NULL },
};
