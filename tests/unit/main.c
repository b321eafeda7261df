/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "tests/unit/tap.h"

int main(void)
{
	static const struct tap_test *const suites[] = {
		tests_command,
		tests_duration,
		tests_escape,
		tests_event,
		tests_lines,
		tests_names,
		tests_net,
		tests_parse,
		tests_queue,
		tests_save,
		tests_status,
		tests_timers,
		tests_fuzz,
	};

	return tap_run(suites, sizeof(suites) / sizeof(*suites));
}
