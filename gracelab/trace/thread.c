/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "thread.h"

#include <stdlib.h>
#include <sys/wait.h>
#include <unistd.h>

#include "lib/base/task.h"
#include "peek.h"

static struct thread **bucket_of(struct threads *threads, pid_t number)
{
	return &threads->buckets[(size_t)number % THREAD_BUCKETS];
}

/* The pointer to it, or to the end of its bucket. */
static struct thread **place_of(struct threads *threads, pid_t number)
{
	struct thread **at = bucket_of(threads, number);

	while (*at && (*at)->number != number)
		at = &(*at)->next;
	return at;
}

struct thread *threads_find(const struct threads *threads, pid_t number)
{
	struct thread *thread =
		threads->buckets[(size_t)number % THREAD_BUCKETS];

	while (thread && thread->number != number)
		thread = thread->next;
	return thread;
}

char thread_state(const struct threads *threads, struct thread *thread)
{
	if (threads->count > THREADS_KEPT)
		return task_state(thread->process, thread->number);
	return task_watch(&thread->state, thread->process, thread->number);
}

int thread_files(const struct threads *threads, struct thread *thread)
{
	if (!thread->files && threads->count <= THREADS_KEPT)
		thread->files = peek_open_files(thread->number);
	return thread->files;
}

/* What the descriptors tell of is no more, or another's. */
static void forget(struct thread *thread)
{
	task_unwatch(&thread->state);
	if (thread->files)
		close(thread->files);
	thread->files = 0;
}

struct thread *threads_add(struct threads *threads, pid_t number)
{
	struct thread *thread = calloc(1, sizeof(*thread));
	struct thread **at = bucket_of(threads, number);

	if (!thread)
		return NULL;
	thread->number = number;
	thread->state = TASK_UNWATCHED;
	thread->next = *at;
	*at = thread;
	threads->count++;
	return thread;
}

void threads_share(const struct threads *threads, pid_t process)
{
	struct thread *first = threads_find(threads, process);

	if (first)
		first->shares = true;
}

void threads_copy(const struct threads *threads, pid_t process)
{
	struct thread *first = threads_find(threads, process);

	if (first)
		first->copies++;
}

void threads_remove(struct threads *threads, pid_t number)
{
	struct thread **at = place_of(threads, number);
	struct thread *thread = *at;

	if (!thread)
		return;
	*at = thread->next;
	threads->count--;
	forget(thread);
	free(thread);
}

void threads_rename(struct threads *threads, pid_t from, pid_t to)
{
	struct thread **at, *thread;

	if (from == to)
		return;
	threads_remove(threads, to);
	at = place_of(threads, from);
	thread = *at;
	if (!thread)
		return;
	*at = thread->next;
	forget(thread);
	thread->number = to;
	at = bucket_of(threads, to);
	thread->next = *at;
	*at = thread;
}

struct thread *threads_each(
	const struct threads *threads, const struct thread *previous)
{
	size_t bucket = 0;

	if (previous) {
		if (previous->next)
			return previous->next;
		bucket = (size_t)previous->number % THREAD_BUCKETS + 1;
	}
	for (; bucket < THREAD_BUCKETS; bucket++)
		if (threads->buckets[bucket])
			return threads->buckets[bucket];
	return NULL;
}

pid_t threads_wait(const struct threads *threads, int *status)
{
	const struct thread *thread = NULL;

	while ((thread = threads_each(threads, thread))) {
		pid_t number =
			waitpid(thread->number, status, __WALL | WNOHANG);

		if (number > 0)
			return number;
	}
	return 0;
}

bool thread_is_ours(pid_t number)
{
	siginfo_t info;

	return !waitid(P_PID, (id_t)number, &info,
		WEXITED | WNOWAIT | WNOHANG | __WALL);
}

void threads_free(struct threads *threads)
{
	for (size_t i = 0; i < THREAD_BUCKETS; i++)
		while (threads->buckets[i])
			threads_remove(threads, threads->buckets[i]->number);
}
