/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "far.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "lib/base/signals.h"
#include "lib/base/status.h"
#include "lib/net/net.h"
#include "lib/net/port.h"
#include "links.h"

#define DEFAULT_AT "127.0.0.1:43212"

enum { BACK, CONTROL };

/* Connections that have arrived and found no link. */
struct queue {
	int fds[LINKS_MOST];
	size_t count;
};

struct far {
	struct links links;
	/* Links that wait for something to arrive; what was dialled, by port.
	 */
	struct queue waiting, arrived;
	uint16_t dialled[LINKS_MOST];
	size_t dialled_count;
};

static void put(struct queue *queue, int fd)
{
	if (queue->count == LINKS_MOST)
		splice_abort(fd);
	else
		queue->fds[queue->count++] = fd;
}

static int take(struct queue *queue)
{
	int fd = queue->fds[0];

	memmove(queue->fds, queue->fds + 1,
		--queue->count * sizeof(*queue->fds));
	return fd;
}

/* Whether it comes from ourselves; once. */
static bool was_dialled(struct far *far, int fd)
{
	uint16_t port = port_of(fd, true);

	for (size_t i = 0; i < far->dialled_count; i++)
		if (far->dialled[i] == port) {
			far->dialled[i] = far->dialled[--far->dialled_count];
			return true;
		}
	return false;
}

/* A link that has ended is none; its other end may be gone for long. */
static bool is_alive(int fd)
{
	char byte;

	return recv(fd, &byte, 1, MSG_PEEK | MSG_DONTWAIT) < 0 &&
		errno == EAGAIN;
}

/* Gives what has arrived the links that wait. */
static void match(struct far *far)
{
	while (far->waiting.count && far->arrived.count) {
		int link = take(&far->waiting), fd;

		if (!is_alive(link)) {
			close(link);
			continue;
		}
		fd = take(&far->arrived);
		links_say(link, was_dialled(far, fd) ? "self\n" : "proxy\n");
		links_splice(&far->links, fd, link, NULL);
	}
}

/* Another near half begins. */
static void begin(struct far *far)
{
	while (far->waiting.count)
		close(take(&far->waiting));
	links_unsplice(&far->links);
	far->dialled_count = 0;
}

static void on_arrival(struct links *links, int which, int fd)
{
	struct far *far = links->context;

	if (which == CONTROL) {
		links_watch(links, fd, NULL);
		return;
	}
	put(&far->arrived, fd);
	match(far);
}

/* Connects to where the proxy does. */
static void dial(struct far *far, int link)
{
	struct sockaddr_storage back = { 0 };
	socklen_t bytes = sizeof(back);
	int fd;

	getsockname(
		far->links.listeners[BACK], (struct sockaddr *)&back, &bytes);
	fd = socket(
		back.ss_family, SOCK_STREAM | SOCK_NONBLOCK | SOCK_CLOEXEC, 0);
	if (fd >= 0)
		splice_keep_little(fd);
	/* The listener is ours, but a firewall may stand before it. */
	if (fd < 0 || far->dialled_count == LINKS_MOST ||
		(connect(fd, (struct sockaddr *)&back, bytes) &&
			errno != EINPROGRESS)) {
		if (fd >= 0)
			close(fd);
		splice_abort(link);
		return;
	}
	far->dialled[far->dialled_count++] = port_of(fd, false);
	links_splice(&far->links, link, fd, NULL);
}

static void on_line(struct links *links, int fd, const char *line)
{
	struct far *far = links->context;

	if (line && !strcmp(line, LINKS_HELLO " wait")) {
		put(&far->waiting, fd);
		match(far);
	} else if (line && !strcmp(line, LINKS_HELLO " dial")) {
		dial(far, fd);
	} else if (line && !strcmp(line, LINKS_HELLO " begin")) {
		begin(far);
		links_say(fd, "ok\n");
		close(fd);
	} else {
		/* Nobody whom we know. */
		close(fd);
	}
}

static bool stops(struct links *links)
{
	(void)links;
	return signals_ending();
}

static int listen_at(const char *host, uint16_t port, const char *what)
{
	char error[NET_ERROR_SIZE], where[NET_ADDRESS_SIZE];
	int fd = net_listen(
		&(struct net_listen_options){
			.host = host, .port = port, .reuseaddr = true },
		error);

	if (fd < 0) {
		fprintf(stderr, "gracelab: proxy: %s\n", error);
		return -1;
	}
	splice_keep_little(fd);
	net_format_end(fd, false, where);
	printf("%s %s\n", what, where);
	return fd;
}

/* Listens at both; false where that fails, which is said. */
static bool open_listeners(
	struct far *far, const char *at, const char *host, uint16_t port)
{
	char *text = strdup(at ? at : DEFAULT_AT), *at_host, *at_port;
	int *listeners = far->links.listeners;
	uint16_t number;

	if (!text || !resolve_split(text, &at_host, &at_port) ||
		!net_parse_port(at_port, &number)) {
		fprintf(stderr,
			"gracelab: proxy: --at: expected ADDR:PORT, not "
			"'%s'\n",
			at);
		free(text);
		return false;
	}
	listeners[BACK] = listen_at(
		host ? host : "127.0.0.1", port, "the proxy connects to");
	listeners[CONTROL] = listeners[BACK] < 0
		? -1
		: listen_at(at_host, number, "the other half connects to");
	if (listeners[CONTROL] >= 0)
		links_notice_silence(listeners[CONTROL]);
	fflush(stdout);
	free(text);
	return listeners[CONTROL] >= 0;
}

int far_serve(const char *at, const char *host, uint16_t port)
{
	struct far *far = calloc(1, sizeof(*far));
	int status = STATUS_USAGE;

	if (!far)
		return STATUS_FAILURE;
	far->links = (struct links){ .listeners = { -1, -1 },
		.context = far,
		.on_arrival = on_arrival,
		.on_line = on_line,
		.stops = stops };
	signals_catch(SIGINT);
	signals_catch(SIGTERM);
	if (open_listeners(far, at, host, port)) {
		links_run(&far->links);
		status = STATUS_ORDER;
	}
	links_end(&far->links);
	while (far->waiting.count)
		close(take(&far->waiting));
	while (far->arrived.count)
		close(take(&far->arrived));
	free(far);
	return status;
}
