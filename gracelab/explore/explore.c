/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "explore.h"

#include <errno.h>
#include <poll.h>
#include <sched.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "lib/base/names.h"
#include "span.h"
#include "worker.h"

/* More than this would only wait for each other. */
#define WORKERS_MAX 32

/*
 * A task has few orders first, so that all workers soon have one, and more
 * then, so that they need not be asked often.
 */
#define QUOTA_FIRST  16
#define QUOTA_MOST   1000
#define QUOTA_LOSSES 16 /* they take longer */

/* How often somebody who waits is told how far it is, and may stop it. */
#define PROGRESS_MS 100

struct explorer {
	const struct explore_options *options;
	struct explored *explored;
	struct script script;
	struct worker_plan plan;
	struct worker workers[WORKERS_MAX];
	struct span *tasks[WORKERS_MAX]; /* NULL: idle, or not started */
	size_t count;                    /* of workers */
	struct span *spans;
	uint64_t quota;
	bool hurried;
};

static bool fail(struct explorer *explorer, const char *why)
{
	struct explored *explored = explorer->explored;

	if (!explored->why &&
		asprintf(&explored->why, "%s: %s",
			explorer->script.experiment->path, why) < 0)
		explored->why = NULL;
	return false;
}

static size_t processors(void)
{
	cpu_set_t set;

	if (sched_getaffinity(0, sizeof(set), &set))
		return 1;
	return (size_t)CPU_COUNT(&set);
}

/* Gives an idle worker a task, starting it if need be. */
static bool give(
	struct explorer *explorer, size_t i, struct span *span, uint64_t quota)
{
	struct worker *worker = &explorer->workers[i];
	struct message_task task = { .walk = span->walk, .quota = quota };
	char why[NAMES_DESCRIPTION_SIZE];

	if (!worker->pid && !worker_start(worker, &explorer->plan))
		return fail(explorer, names_describe(why, errno));
	if (!message_put_task(worker->tasks, &task))
		return fail(explorer, "a worker takes no task");
	explorer->tasks[i] = span;
	span->state = SPAN_RUNNING;
	return true;
}

/* Takes a worker's result. */
static bool take(struct explorer *explorer, size_t i)
{
	struct worker *worker = &explorer->workers[i];
	struct span *span = explorer->tasks[i];
	struct message_result result;
	bool good = message_get_result(worker->results, &result);
	size_t idle = 0;

	explorer->tasks[i] = NULL;
	for (size_t k = 0; k < explorer->count; k++)
		idle += !explorer->tasks[k];
	if (!good) {
		span->state = SPAN_PENDING;
		/* One that was hurried before it had begun has done nothing. */
		good = explorer->hurried || fail(explorer, "a worker has died");
	} else if (result.failed) {
		explorer->explored->refused |= result.refused;
		good = fail(explorer, result.why);
	} else {
		bool split =
			!spans_have(explorer->spans, SPAN_PENDING, idle - 1);

		good = spans_note(span, &result.table, &result.left, split) ||
			fail(explorer, "no memory");
	}
	if (!good || result.leaving || explorer->hurried)
		worker_end(worker);
	message_free_result(&result);
	return good;
}

/* Waits for results; true also where none has come in a while. */
static bool await(struct explorer *explorer)
{
	struct pollfd polled[WORKERS_MAX];

	for (size_t i = 0; i < explorer->count; i++)
		polled[i] = (struct pollfd){
			.fd = explorer->tasks[i]
				? explorer->workers[i].results_fd
				: -1,
			.events = POLLIN,
		};
	if (poll(polled, explorer->count, PROGRESS_MS) < 0)
		return errno == EINTR || fail(explorer, "poll");
	for (size_t i = 0; i < explorer->count; i++)
		if (polled[i].fd >= 0 && polled[i].revents &&
			!take(explorer, i))
			return false;
	return spans_join(explorer->spans, explorer->options->limit) ||
		fail(explorer, "no memory");
}

/* Whether the first span has all that is wanted. */
static bool is_enough(const struct explorer *explorer)
{
	const struct span *first = explorer->spans;

	return first->state == SPAN_DONE &&
		(!first->next ||
			first->table.orders >= explorer->options->limit ||
			(explorer->options->find && first->table.found.list));
}

/*
 * The next task: the first span, or only a part of one that is done, where the
 * limit lies within. NULL: there is none now.
 */
static struct span *next_task(struct explorer *explorer, uint64_t *quota)
{
	struct span *first = explorer->spans, *next = first->next;
	uint64_t limit = explorer->options->limit;

	*quota = explorer->quota < limit ? explorer->quota : limit;
	if (explorer->quota <
		(explorer->options->losses ? QUOTA_LOSSES : QUOTA_MOST))
		explorer->quota += explorer->quota / 8 + 1;
	if (first->state != SPAN_DONE || next->state != SPAN_DONE)
		return spans_first(first, SPAN_PENDING);
	/* Both together have too many; the second is done again, in part. */
	spans_redo(next);
	*quota = limit - first->table.orders;
	return next;
}

static void hurry(struct explorer *explorer)
{
	for (size_t i = 0; i < explorer->count; i++)
		if (explorer->tasks[i])
			worker_hurry(&explorer->workers[i]);
	explorer->hurried = true;
}

/* What is done so far, as far as its orders stand side by side or not. */
static bool sum_up(struct explorer *explorer, struct table *table, bool all)
{
	bool good = true;

	for (struct span *span = explorer->spans; span; span = span->next)
		if (span->state == SPAN_DONE &&
			(all || span == explorer->spans))
			good = table_merge(table, &span->table) && good;
	return good || fail(explorer, "no memory");
}

static void progress(struct explorer *explorer)
{
	const struct explore_options *options = explorer->options;
	struct table table = { 0 };

	if (options->on_progress && sum_up(explorer, &table, true))
		options->on_progress(
			options->context, table.orders, table.count);
	table_free(&table);
	if (options->stops && options->stops(options->context) &&
		!explorer->hurried)
		hurry(explorer);
}

static bool has_running(const struct explorer *explorer)
{
	for (size_t i = 0; i < explorer->count; i++)
		if (explorer->tasks[i])
			return true;
	return false;
}

static bool share_out(struct explorer *explorer)
{
	for (size_t i = 0; i < explorer->count && !explorer->hurried; i++) {
		uint64_t quota;
		struct span *span =
			explorer->tasks[i] ? NULL : next_task(explorer, &quota);

		if (span && !give(explorer, i, span, quota))
			return false;
	}
	return true;
}

static bool run(struct explorer *explorer)
{
	while (!is_enough(explorer)) {
		if (!share_out(explorer))
			return false;
		if (!has_running(explorer))
			break;
		if (!await(explorer))
			return false;
		progress(explorer);
	}
	return true;
}

/* Writes down what came of it. */
static bool conclude(struct explorer *explorer)
{
	struct explored *explored = explorer->explored;
	struct span *first = explorer->spans;
	bool all = explorer->hurried && !is_enough(explorer);

	if (!sum_up(explorer, &explored->table, all))
		return false;
	table_sort(&explored->table);
	explored->complete = first->state == SPAN_DONE && !first->next;
	explored->stopped = all;
	explored->covered = explored->complete ? 1
		: all                          ? 1 - spans_left(first)
					       : spans_place(first->next);
	return true;
}

static bool begin(struct explorer *explorer)
{
	const struct explore_options *options = explorer->options;
	size_t count = options->workers ? options->workers : processors();

	/* Who awaits what a kernel sends again needs no processor for it. */
	if (!options->workers && options->losses)
		count *= 8;
	explorer->count = count < WORKERS_MAX ? count : WORKERS_MAX;
	explorer->quota = QUOTA_FIRST;
	explorer->spans = spans_begin();
	explorer->plan = (struct worker_plan){
		.site = { .script = &explorer->script,
			.wired = options->wired,
			.losses = options->losses },
		.find = options->find,
	};
	if (explorer->spans &&
		(!options->from ||
			walk_begin_with(&explorer->spans->walk, options->from)))
		return true;
	return fail(explorer, "no memory");
}

bool explore_run(const struct experiment *experiment,
	const struct explore_options *options, struct explored *explored)
{
	const struct sigaction ignore = { .sa_handler = SIG_IGN };
	struct explorer explorer = { .options = options, .explored = explored };
	struct sigaction before;

	*explored = (struct explored){ 0 };
	if (!script_read(&explorer.script, experiment, options->wired,
		    &explored->why))
		return false;
	/* A worker that has died is noticed by its result. */
	sigaction(SIGPIPE, &ignore, &before);
	bool good = begin(&explorer) && run(&explorer) && conclude(&explorer);

	for (size_t i = 0; i < explorer.count; i++)
		worker_end(&explorer.workers[i]);
	sigaction(SIGPIPE, &before, NULL);
	spans_free(explorer.spans);
	script_free(&explorer.script);
	return good;
}

void explored_free(struct explored *explored)
{
	table_free(&explored->table);
	free(explored->why);
}
