/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "lib/base/task.h"

#include <signal.h>
#include <sys/prctl.h>
#include <unistd.h>

#include "tests/unit/tap.h"

static void expect_disposition(enum task_signal expected)
{
	EXPECT_INT(expected, task_disposition(getpid(), SIGUSR2));
}

static void on_signal(int signal)
{
	(void)signal;
}

static void what_a_process_does_about_a_signal_is_known(void)
{
	const struct sigaction by_default = { .sa_handler = SIG_DFL };
	const struct sigaction ignore = { .sa_handler = SIG_IGN };
	const struct sigaction handle = { .sa_handler = on_signal };

	sigaction(SIGUSR2, &ignore, NULL);
	expect_disposition(TASK_IGNORED);
	sigaction(SIGUSR2, &handle, NULL);
	expect_disposition(TASK_CAUGHT);
	sigaction(SIGUSR2, &by_default, NULL);
	expect_disposition(TASK_DEFAULT);
}

/* Its name stands in the same file. */
static void a_name_is_no_disposition(void)
{
	char before[16];

	prctl(PR_GET_NAME, before, 0, 0, 0);
	prctl(PR_SET_NAME, "SigIgn:ffffffff", 0, 0, 0);
	expect_disposition(TASK_DEFAULT);
	prctl(PR_SET_NAME, "SigCgt:ffffffff", 0, 0, 0);
	expect_disposition(TASK_DEFAULT);
	prctl(PR_SET_NAME, before, 0, 0, 0);
}

const struct tap_test tests_task[] = {
	{ "task: what a process does about a signal is known",
		what_a_process_does_about_a_signal_is_known },
	{ "task: a name is no disposition", a_name_is_no_disposition },
	{ NULL, NULL },
};
