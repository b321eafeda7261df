/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "lib/base/task.h"

#include <sched.h>
#include <signal.h>
#include <sys/prctl.h>
#include <sys/socket.h>
#include <sys/wait.h>
#include <unistd.h>

#include "lib/base/duration.h"
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

enum { WAIT_MS = 5000 };

/* Where a child of the test spends its time. */
static void accept_for_ever(void)
{
	int listener = socket(AF_INET, SOCK_STREAM, 0);

	listen(listener, 1);
	accept(listener, NULL, NULL);
}

static void sleep_for_ever(void)
{
	pause();
}

static void run_for_ever(void)
{
	for (;;)
		sched_yield();
}

/* Asks until it is that, or it takes too long; then the same of who has opened
 * all that before. */
static void expect_state(char expected, struct task_watch *watch, pid_t child)
{
	int64_t deadline = duration_deadline_ms(WAIT_MS);

	while (task_watch(watch, child, child) != expected &&
		duration_now_ms() < deadline)
		sched_yield();
	EXPECT_INT(expected, task_watch(watch, child, child));
	EXPECT_INT(expected, task_state(child, child));
}

static void who_is_watched_is_in_the_state_that_it_is_in(void)
{
	static void (*const acts[])(
		void) = { accept_for_ever, sleep_for_ever, run_for_ever };
	static const char states[] = { 'S', 'S', 'R' };

	for (size_t i = 0; i < sizeof(states); i++) {
		struct task_watch watch = TASK_UNWATCHED;
		pid_t child = fork();

		if (!child) {
			acts[i]();
			_exit(0);
		}
		expect_state(states[i], &watch, child);
		kill(child, SIGSTOP);
		expect_state('T', &watch, child);
		kill(child, SIGKILL);
		expect_state('Z', &watch, child);
		waitpid(child, NULL, 0);
		EXPECT_INT(0, task_watch(&watch, child, child));
		task_unwatch(&watch);
		EXPECT(watch.stat < 0 && watch.place < 0);
	}
}

const struct tap_test tests_task[] = {
	{ "task: what a process does about a signal is known",
		what_a_process_does_about_a_signal_is_known },
	{ "task: a name is no disposition", a_name_is_no_disposition },
	{ "task: who is watched is in the state that it is in",
		who_is_watched_is_in_the_state_that_it_is_in },
	{ NULL, NULL },
};
