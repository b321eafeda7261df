/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "threads.h"

#include <errno.h>
#include <fcntl.h>
#include <pthread.h>
#include <sched.h>
#include <signal.h>
#include <stdatomic.h>
#include <stdlib.h>
#include <unistd.h>

#include "lib/base/duration.h"
#include "lib/base/task.h"

/* What one recv(2) may take. */
#define RECV_BYTES (64 * 1024)

/* A thread makes one call; sanitizers want more than that needs. */
#define STACK_BYTES (256 * 1024)

/* How long a thread may take to sleep or return, where /proc is of no help. */
#define SETTLE_MS 500

struct thread {
	struct thread_result result; /* first: what others know of it */
	struct thread *next;
	int fd;
	int finished; /* where a byte is written to */
	atomic_int id;
	atomic_bool returned;
};

static ssize_t make(struct thread_result *result, int fd)
{
	switch (result->call) {
	case THREAD_RECV:
		return recv(fd, result->data, RECV_BYTES, 0);
	case THREAD_CLOSE:
		return close(fd);
	case THREAD_ACCEPT:
		result->address_bytes = sizeof(result->address);
		return accept4(fd, (struct sockaddr *)&result->address,
			&result->address_bytes, SOCK_NONBLOCK | SOCK_CLOEXEC);
	}
	return -1;
}

static void *run(void *argument)
{
	struct thread *thread = argument;
	struct thread_result *result = &thread->result;
	int finished = thread->finished;
	double start_s = duration_now_s();

	atomic_store(&thread->id, gettid());
	result->value = make(result, thread->fd);
	result->error = result->value < 0 ? errno : 0;
	result->took_s = duration_now_s() - start_s;
	/* From here on the thread is others' to free. */
	atomic_store(&thread->returned, true);
	while (write(finished, "", 1) < 0 && errno == EINTR)
		;
	return NULL;
}

/* Signals are for the thread that waits for them. */
static int create(struct thread *thread)
{
	pthread_attr_t attributes;
	sigset_t all, before;
	pthread_t id;

	sigfillset(&all);
	pthread_attr_init(&attributes);
	pthread_attr_setdetachstate(&attributes, PTHREAD_CREATE_DETACHED);
	pthread_attr_setstacksize(&attributes, STACK_BYTES);
	pthread_sigmask(SIG_SETMASK, &all, &before);
	int error = pthread_create(&id, &attributes, run, thread);

	pthread_sigmask(SIG_SETMASK, &before, NULL);
	pthread_attr_destroy(&attributes);
	return error;
}

/* Waits until the call blocks or has returned. */
static void settle(const struct thread *thread)
{
	int64_t deadline_ms = duration_deadline_ms(SETTLE_MS);

	while (!atomic_load(&thread->returned) &&
		duration_now_ms() < deadline_ms) {
		int id = atomic_load(&thread->id);

		if (id && task_state(getpid(), id) == 'S')
			return;
		sched_yield();
	}
}

static struct thread *new_thread(enum thread_call call, unsigned conn)
{
	struct thread *thread = calloc(1, sizeof(*thread));

	if (!thread)
		return NULL;
	thread->result.call = call;
	thread->result.conn = conn;
	if (call != THREAD_RECV)
		return thread;
	thread->result.data = malloc(RECV_BYTES);
	if (thread->result.data)
		return thread;
	free(thread);
	errno = ENOMEM;
	return NULL;
}

bool threads_start(
	struct threads *threads, enum thread_call call, int fd, unsigned conn)
{
	if (!threads->opened && pipe2(threads->finished, O_CLOEXEC))
		return false;
	threads->opened = true;
	struct thread *thread = new_thread(call, conn);

	if (!thread)
		return false;
	thread->fd = fd;
	thread->finished = threads->finished[1];
	int error = create(thread);

	if (error) {
		thread_result_free(&thread->result);
		errno = error;
		return false;
	}
	thread->next = threads->first;
	threads->first = thread;
	/* What is done next is done to a thread that sits in its call. */
	settle(thread);
	return true;
}

void threads_settle(const struct threads *threads)
{
	for (struct thread *thread = threads->first; thread;
		thread = thread->next)
		settle(thread);
}

int threads_fd(const struct threads *threads)
{
	return threads->first ? threads->finished[0] : -1;
}

struct thread_result *threads_take(struct threads *threads)
{
	struct thread **link = &threads->first;
	char byte;

	while (*link && !atomic_load(&(*link)->returned))
		link = &(*link)->next;
	struct thread *thread = *link;

	if (!thread)
		return NULL;
	/* A byte for each; the thread is about to write it, if it has not. */
	while (read(threads->finished[0], &byte, 1) < 0 && errno == EINTR)
		;
	*link = thread->next;
	return &thread->result;
}

void thread_result_free(struct thread_result *result)
{
	if (!result)
		return;
	free(result->data);
	free(result);
}
