/* SPDX-License-Identifier: GPL-3.0-or-later */
#include <signal.h>
#include <sys/prctl.h>
#include <sys/wait.h>
#include <unistd.h>

#include "gracelab/judge/subject/rest.h"
#include "tests/unit/tap.h"

/* Runs for ever. */
static void spin(void)
{
	for (volatile unsigned i = 0;; i++)
		;
}

/* A process that ends with this one, and does that. */
static pid_t start(void (*act)(void))
{
	pid_t pid = fork();

	if (pid == 0) {
		prctl(PR_SET_PDEATHSIG, SIGKILL);
		act();
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

static void end(pid_t pid)
{
	kill(pid, SIGKILL);
	waitpid(pid, NULL, 0);
}

/* Whether it comes to rest, or, for false, to work. */
static bool comes_to(const struct subject *subject, bool rests)
{
	int64_t ran_ms;

	for (int i = 0; i < 20000; i++)
		if (rest_of(subject, &ran_ms) == rests)
			return true;
	return false;
}

static void test_rest(void)
{
	struct subject subject = { .keeper = 0 };
	int64_t ran_ms = -1, later_ms;

	tap_case("not started");
	EXPECT(rest_of(&subject, &ran_ms));
	EXPECT_INT(0, ran_ms);
	tap_case("sleeps");
	subject.keeper = start(sleep_on);
	EXPECT(comes_to(&subject, true));
	end(subject.keeper);
	tap_case("runs");
	subject.keeper = start(spin);
	EXPECT(!rest_of(&subject, &ran_ms));
	do
		rest_of(&subject, &later_ms);
	while (later_ms <= ran_ms);
	end(subject.keeper);
	tap_case("what it has started runs");
	subject.keeper = start(keep_a_spinner);
	EXPECT(comes_to(&subject, false));
	end(subject.keeper);
	tap_case("is gone");
	EXPECT(rest_of(&subject, &ran_ms));
}

const struct tap_test tests_judge_subject[] = {
	{ "a program rests if nobody of its family has anything to do",
		test_rest },
	{ 0 },
};
