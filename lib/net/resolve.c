/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "resolve.h"

#include <errno.h>
#include <fcntl.h>
#include <poll.h>
#include <pthread.h>
#include <signal.h>
#include <stdatomic.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

#include "lib/base/duration.h"
#include "lib/base/names.h"
#include "lib/base/signals.h"
#include "unix.h"

bool resolve_split(char *text, char **host, char **port)
{
	char *colon = strrchr(text, ':');

	if (!colon || colon == text || !colon[1])
		return false;
	if (text[0] == '[' && colon[-1] == ']') {
		text++;
		colon[-1] = '\0';
	} else if (strchr(text, ':') != colon) {
		return false;
	}
	*colon = '\0';
	*host = text;
	*port = colon + 1;
	return true;
}

/* Belongs to the thread and to who waits for it; the last one frees it. */
struct lookup {
	atomic_int owners;
	char *host, *port;
	struct addrinfo hints;
	struct addrinfo *list;
	int failure, error; /* of getaddrinfo(3); errno of EAI_SYSTEM */
	int found[2];       /* a pipe that ends once there is a result */
};

static void leave(struct lookup *lookup)
{
	if (atomic_fetch_sub(&lookup->owners, 1) > 1)
		return;
	if (lookup->list)
		freeaddrinfo(lookup->list);
	free(lookup->host);
	free(lookup->port);
	free(lookup);
}

static void *look_up(void *argument)
{
	struct lookup *lookup = argument;
	int found = lookup->found[1];

	lookup->failure = getaddrinfo(
		lookup->host, lookup->port, &lookup->hints, &lookup->list);
	lookup->error = errno;
	leave(lookup);
	close(found);
	return NULL;
}

static struct lookup *new_lookup(
	const char *host, const char *port, const struct addrinfo *hints)
{
	struct lookup *lookup = calloc(1, sizeof(*lookup));

	if (!lookup)
		return NULL;
	lookup->owners = 1;
	lookup->hints = *hints;
	lookup->host = strdup(host);
	lookup->port = strdup(port);
	if (lookup->host && lookup->port && !pipe2(lookup->found, O_CLOEXEC))
		return lookup;
	leave(lookup);
	return NULL;
}

/* Signals are for the thread that waits for them. */
static bool begin(struct lookup *lookup)
{
	pthread_t thread;
	sigset_t all, before;

	lookup->owners = 2;
	sigfillset(&all);
	pthread_sigmask(SIG_SETMASK, &all, &before);
	int error = pthread_create(&thread, NULL, look_up, lookup);

	pthread_sigmask(SIG_SETMASK, &before, NULL);
	if (!error)
		pthread_detach(thread);
	return !error;
}

/* Waits for the end of the pipe; false where a signal came first. */
static bool await(int found, const char *host, const struct slow *slow)
{
	static const struct timespec slow_after = { SLOW_AFTER_MS / 1000,
		SLOW_AFTER_MS % 1000 * 1000000 };
	const struct timespec *left = &slow_after;
	struct pollfd pollfd = { .fd = found, .events = POLLIN };
	char what[NET_ERROR_SIZE];

	for (;;) {
		int ready = ppoll(&pollfd, 1, left, signals_wait_mask());

		if (ready > 0)
			return true;
		if (signals_ending())
			return false;
		if (ready < 0 || !slow->call)
			continue;
		left = NULL;
		snprintf(what, sizeof(what), "looking up '%.200s'", host);
		slow->call(slow->context, what);
	}
}

/* getaddrinfo(3) in a thread. Returns as it does, with errno; EAI_INTR for a
 * signal. */
static int look_up_in_thread(const char *host, const char *port,
	const struct addrinfo *hints, const struct slow *slow,
	struct addrinfo **list)
{
	struct lookup *lookup = new_lookup(host, port, hints);

	if (!lookup)
		return EAI_MEMORY;
	int found = lookup->found[0];
	int result = EAI_INTR, error = EINTR;

	if (!begin(lookup)) {
		close(lookup->found[1]);
		lookup->owners = 1;
		result = getaddrinfo(host, port, hints, list);
		error = errno;
	} else if (await(found, host, slow)) {
		*list = lookup->list;
		lookup->list = NULL;
		result = lookup->failure;
		error = lookup->error;
	}
	leave(lookup);
	close(found);
	errno = error;
	return result;
}

struct unix_list {
	struct addrinfo info;
	struct sockaddr_un address;
};

/* The address of `unix:PATH`. */
static struct addrinfo *resolve_unix(const char *text, char *error)
{
	struct unix_list *list = calloc(1, sizeof(*list));
	const char *wrong = "no memory";

	if (list)
		wrong = unix_parse(
			text, &list->address, &list->info.ai_addrlen);
	if (list && !wrong) {
		list->info.ai_family = AF_UNIX;
		list->info.ai_socktype = SOCK_STREAM;
		list->info.ai_addr = (struct sockaddr *)&list->address;
		return &list->info;
	}
	free(list);
	snprintf(error, NET_ERROR_SIZE, "'%.200s': %s", text, wrong);
	errno = 0;
	return NULL;
}

void resolve_free(struct addrinfo *list)
{
	int error = errno;

	if (list && list->ai_family == AF_UNIX)
		free(list);
	else if (list)
		freeaddrinfo(list);
	errno = error;
}

struct addrinfo *resolve(const char *host, const char *port, int family,
	int flags, const struct slow *slow, char *error)
{
	static const struct slow nobody;
	struct addrinfo hints = {
		.ai_family = family,
		.ai_socktype = SOCK_STREAM,
		.ai_flags = flags | AI_NUMERICSERV | AI_NUMERICHOST,
	};
	struct addrinfo *list = NULL;
	char why[NAMES_DESCRIPTION_SIZE];

	if (unix_is(host))
		return resolve_unix(host, error);
	int failure = getaddrinfo(host, port, &hints, &list);

	hints.ai_flags &= ~AI_NUMERICHOST;
	if (failure == EAI_NONAME)
		failure = look_up_in_thread(
			host, port, &hints, slow ? slow : &nobody, &list);
	if (!failure)
		return list;
	snprintf(error, NET_ERROR_SIZE, "cannot resolve '%.300s': %s", host,
		failure == EAI_SYSTEM && errno ? names_describe(why, errno)
					       : gai_strerror(failure));
	errno = failure == EAI_INTR ? EINTR : 0;
	return NULL;
}
