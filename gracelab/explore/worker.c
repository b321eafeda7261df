/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "worker.h"

#include <errno.h>
#include <fcntl.h>
#include <signal.h>
#include <stdlib.h>
#include <string.h>
#include <sys/prctl.h>
#include <sys/wait.h>
#include <unistd.h>

#include "lib/base/signals.h"

/*
 * After so many orders a worker leaves its network, and with it all that TIME_
 * WAIT still holds there: ports and memory do not run out.
 */
#define ORDERS_A_NETWORK 4000

/* A worker's own view of itself. */
struct work {
	const struct worker_plan *plan;
	struct site site;
	struct table *table; /* of the task under way */
	uint64_t played;
	bool found; /* in the order under way, what is looked for */
};

static bool count_order(
	void *context, const struct order *order, const struct moves *moves)
{
	struct work *work = context;
	struct table *table = work->table;

	work->played++;
	if (work->found && !table->found.list) {
		table->found = moves_copy(moves->list, moves->count);
		if (!table->found.list)
			return false;
	}
	return table_add(table, order_ending(order), 1, moves);
}

static bool hurries(void)
{
	signals_deliver();
	return signals_pending(SIGTERM);
}

/* Does a task, as far as it goes; the walk moves on to the result. */
static void do_task(struct work *work, struct message_task *task,
	struct message_result *result)
{
	struct walk *walk = &task->walk;
	uint64_t end = work->played + task->quota;

	*result = (struct message_result){ 0 };
	work->table = &result->table;
	while (!walk->over && work->played < end && !result->failed &&
		!hurries()) {
		work->found = false;
		result->failed = walk_on(walk, &work->site.order, count_order,
					 work) == WALK_FAILED;
		if (work->played >= ORDERS_A_NETWORK)
			break;
	}
	if (result->failed)
		memcpy(result->why, work->site.ground->why,
			sizeof(result->why));
	result->leaving = work->played >= ORDERS_A_NETWORK;
	result->left = *walk;
}

static void look_for(void *context, enum side side, const struct event *event)
{
	struct work *work = context;

	(void)side;
	work->found |= find_is(work->plan->find, event);
}

static bool begin(struct work *work, char *why)
{
	const struct worker_plan *plan = work->plan;

	if (!site_enter(&work->site, &plan->site, why))
		return false;
	if (plan->find) {
		work->site.order.on_event = look_for;
		work->site.order.context = work;
	}
	return true;
}

static int work_on(const struct worker_plan *plan, FILE *tasks, FILE *results)
{
	struct work work = { .plan = plan };
	struct message_result result = { 0 };
	struct message_task task;
	bool going = true;

	signals_catch(SIGTERM);
	result.failed = !begin(&work, result.why);
	result.refused = !work.site.ground;
	while (going && message_get_task(tasks, &task)) {
		if (!result.failed)
			do_task(&work, &task, &result);
		going = message_put_result(results, &result) &&
			!result.leaving && !result.failed;
		message_free_result(&result);
	}
	site_leave(&work.site);
	return 0;
}

__attribute__((noreturn)) static void be_worker(const struct worker_plan *plan,
	int tasks_fd, int results_fd, pid_t parent)
{
	const struct sigaction ignore = { .sa_handler = SIG_IGN };
	FILE *tasks = fdopen(tasks_fd, "r"), *results = fdopen(results_fd, "w");

	/* The explorer heeds the keys, and says what is to be done. */
	sigaction(SIGINT, &ignore, NULL);
	sigaction(SIGQUIT, &ignore, NULL);
	prctl(PR_SET_PDEATHSIG, SIGKILL);
	if (getppid() != parent || !tasks || !results)
		_exit(1);
	_exit(work_on(plan, tasks, results));
}

bool worker_start(struct worker *worker, const struct worker_plan *plan)
{
	int tasks[2] = { -1, -1 }, results[2] = { -1, -1 };
	pid_t parent = getpid();

	*worker = (struct worker){ 0 };
	if (!pipe2(tasks, O_CLOEXEC) && !pipe2(results, O_CLOEXEC)) {
		fflush(NULL);
		worker->pid = fork();
		if (worker->pid == 0)
			be_worker(plan, tasks[0], results[1], parent);
	}
	int error = errno;

	if (worker->pid > 0) {
		worker->tasks = fdopen(tasks[1], "w");
		worker->results = fdopen(results[0], "r");
		worker->results_fd = results[0];
		close(tasks[0]);
		close(results[1]);
		return worker->tasks && worker->results;
	}
	for (int i = 0; i < 2; i++) {
		if (tasks[i] >= 0)
			close(tasks[i]);
		if (results[i] >= 0)
			close(results[i]);
	}
	worker->pid = 0;
	errno = error;
	return false;
}

void worker_hurry(const struct worker *worker)
{
	kill(worker->pid, SIGTERM);
}

void worker_end(struct worker *worker)
{
	if (!worker->pid)
		return;
	kill(worker->pid, SIGKILL);
	while (waitpid(worker->pid, NULL, 0) < 0 && errno == EINTR)
		;
	if (worker->tasks)
		fclose(worker->tasks);
	if (worker->results)
		fclose(worker->results);
	*worker = (struct worker){ 0 };
}
