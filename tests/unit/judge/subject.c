/* SPDX-License-Identifier: GPL-3.0-or-later */
#include <signal.h>
#include <stdlib.h>
#include <sys/prctl.h>
#include <sys/resource.h>
#include <sys/wait.h>
#include <unistd.h>

#include "gracelab/judge/subject/rest.h"
#include "gracelab/judge/subject/subject.h"
#include "lib/base/duration.h"
#include "lib/base/task.h"
#include "tests/unit/tap.h"

/* More than what is waited for takes: to start hundreds on a busy machine. */
#define WAIT_MS 60000

/* Runs for ever. */
static void spin(void)
{
	for (volatile unsigned i = 0;; i++)
		;
}

/* A process that ends with this one, and does that. */
static pid_t start(void (*act)(void))
{
	pid_t parent = getpid(), pid = fork();

	if (pid == 0) {
		prctl(PR_SET_PDEATHSIG, SIGKILL);
		if (getppid() == parent)
			act();
		_exit(0);
	}
	return pid;
}

static void sleep_on(void)
{
	for (;;)
		pause();
}

static void keep_a_spinner(void)
{
	start(spin);
	sleep_on();
}

/* More than a page of proc(5) has room for, the last of which runs. */
static void keep_many(void)
{
	for (int i = 0; i < 900; i++)
		start(sleep_on);
	keep_a_spinner();
}

/* So many generations that nobody looks for the last. */
static void keep_generations(void)
{
	for (int i = 0; i < 40; i++) {
		pid_t parent = getpid(), pid = fork();

		if (pid)
			sleep_on();
		prctl(PR_SET_PDEATHSIG, SIGKILL);
		if (getppid() != parent)
			_exit(0);
	}
	spin();
}

static void end(pid_t pid)
{
	kill(pid, SIGKILL);
	waitpid(pid, NULL, 0);
}

/* Whether its family comes to rest, or to work, while it sleeps itself. */
static bool comes_to(pid_t keeper, bool rests)
{
	int64_t ran_ms, deadline_ms = duration_deadline_ms(WAIT_MS);

	while (duration_now_ms() < deadline_ms)
		if (task_state(keeper, keeper) == 'S' &&
			rest_of(keeper, &ran_ms) == rests)
			return true;
	return false;
}

/* Whether it is seen to have had a processor for longer than that. */
static bool runs_on(pid_t keeper, int64_t ran_ms)
{
	int64_t later_ms = 0, deadline_ms = duration_deadline_ms(WAIT_MS);

	while (duration_now_ms() < deadline_ms && later_ms <= ran_ms)
		rest_of(keeper, &later_ms);
	return later_ms > ran_ms;
}

/* Whether it rests, as far as so many more descriptors can tell. */
static bool rests_by(pid_t keeper, rlim_t more)
{
	struct rlimit before, few;
	int64_t ran_ms;
	int next = dup(STDIN_FILENO);

	close(next);
	getrlimit(RLIMIT_NOFILE, &before);
	few = before;
	few.rlim_cur = (rlim_t)next + more;
	setrlimit(RLIMIT_NOFILE, &few);
	bool rests = rest_of(keeper, &ran_ms);

	setrlimit(RLIMIT_NOFILE, &before);
	return rests;
}

static void test_rest(void)
{
	pid_t keeper = 0;
	int64_t ran_ms = -1;

	tap_case("not started");
	EXPECT(rest_of(keeper, &ran_ms));
	EXPECT_INT(0, ran_ms);
	tap_case("sleeps");
	keeper = start(sleep_on);
	EXPECT(comes_to(keeper, true));
	end(keeper);
	tap_case("runs");
	keeper = start(spin);
	EXPECT(!rest_of(keeper, &ran_ms));
	EXPECT(runs_on(keeper, ran_ms));
	end(keeper);
	tap_case("what it has started runs");
	keeper = start(keep_a_spinner);
	EXPECT(comes_to(keeper, false));
	end(keeper);
	tap_case("the last of many that it has started runs");
	keeper = start(keep_many);
	EXPECT(comes_to(keeper, false));
	rest_of(keeper, &ran_ms);
	EXPECT(runs_on(keeper, ran_ms + 30));
	end(keeper);
	tap_case("the last of many generations runs");
	keeper = start(keep_generations);
	EXPECT(comes_to(keeper, false));
	for (int i = 0; i < 50; i++)
		EXPECT(!rest_of(keeper, &ran_ms));
	end(keeper);
	tap_case("cannot be looked at");
	keeper = start(sleep_on);
	EXPECT(comes_to(keeper, true));
	EXPECT(!rests_by(keeper, 0));
	EXPECT(!rests_by(keeper, 1));
	EXPECT(rests_by(keeper, 2));
	end(keeper);
	tap_case("is gone");
	EXPECT(rest_of(keeper, &ran_ms));
}

/* How many times the patience who never listens is waited for. */
static int64_t awaited_times(void (*act)(void))
{
	enum { PATIENCE_MS = 20 };
	struct subject subject = {
		.keeper = start(act),
		.output = -1,
		.news = -1,
	};
	const struct subject_ports ports = { .listen_unix = "/nowhere" };
	int64_t begun_ms = duration_now_ms();

	free(subject_await(&subject, NULL, &ports, PATIENCE_MS, NULL));
	end(subject.keeper);
	return (duration_now_ms() - begun_ms) / PATIENCE_MS;
}

static void test_await(void)
{
	EXPECT(awaited_times(sleep_on) >= 1);
	EXPECT(awaited_times(spin) >= 6);
}

const struct tap_test tests_judge_subject[] = {
	{ "a program rests if nobody of its family has anything to do",
		test_rest },
	{ "who is not there yet and works on is waited for", test_await },
	{ 0 },
};
