/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "near.h"

#include <errno.h>
#include <poll.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/prctl.h>
#include <sys/wait.h>
#include <unistd.h>

#include "lib/base/duration.h"
#include "lib/base/signals.h"
#include "lib/net/net.h"
#include "links.h"

enum {
	/* Links that wait: more than one check has connections at one time. */
	WAITING = 48,
	/* How long the far half may take to answer. */
	HELLO_MS = 3000,
};

/* What the process that hands on knows. */
struct handing {
	struct links links;
	struct sockaddr_storage far; /* the far half's */
	socklen_t far_bytes;
	uint16_t through, direct_port;
	pid_t parent;
	bool lost;
};

/* A socket that connects, and does not wait for it; -1. */
static int reach(const struct sockaddr *address, socklen_t bytes)
{
	int fd = socket(address->sa_family,
		SOCK_STREAM | SOCK_NONBLOCK | SOCK_CLOEXEC, 0);

	if (fd < 0)
		return -1;
	splice_keep_little(fd);
	links_notice_silence(fd);
	if (connect(fd, address, bytes) && errno != EINPROGRESS) {
		close(fd);
		return -1;
	}
	return fd;
}

/* A link to the far half; -1. */
static int reach_far(struct handing *handing)
{
	int fd = reach(
		(const struct sockaddr *)&handing->far, handing->far_bytes);

	handing->lost = handing->lost || fd < 0;
	return fd;
}

/* Waits for "ok" of the far half; false where something else stands there. */
static bool hears_ok(int fd)
{
	struct pollfd polled = { .fd = fd, .events = POLLIN };
	int64_t deadline_ms = duration_deadline_ms(HELLO_MS), left_ms;
	char answer[3];
	size_t got = 0;

	while (got < sizeof(answer) &&
		(left_ms = deadline_ms - duration_now_ms()) > 0) {
		int ready = poll(&polled, 1, (int)left_ms);
		ssize_t n = ready > 0
			? recv(fd, answer + got, sizeof(answer) - got, 0)
			: ready;

		/* A signal of another's ends no waiting. */
		if (n < 0 && errno == EINTR)
			continue;
		if (n <= 0)
			return false;
		got += (size_t)n;
	}
	return got == sizeof(answer) && !memcmp(answer, "ok\n", 3);
}

static void make_waiting(struct handing *handing)
{
	int fd = reach_far(handing);

	if (fd >= 0)
		links_watch(&handing->links, fd, LINKS_HELLO " wait\n");
}

/* A connection to a listener of ours; -1. */
static int reach_port(uint16_t port)
{
	const struct sockaddr_in address = {
		.sin_family = AF_INET,
		.sin_port = htons(port),
		.sin_addr.s_addr = htonl(INADDR_LOOPBACK),
	};

	return reach((const struct sockaddr *)&address, sizeof(address));
}

/* Something has arrived at the far half, and follows on this link. */
static void on_line(struct links *links, int fd, const char *line)
{
	struct handing *handing = links->context;
	bool dialled = line && !strcmp(line, "self");
	int server;

	if (!line) {
		handing->lost = true;
		close(fd);
		return;
	}
	server = reach_port(dialled ? handing->direct_port : handing->through);
	if (server < 0)
		splice_abort(fd);
	else
		links_splice(links, fd, server, NULL);
	make_waiting(handing);
}

/* A client of ours, without the proxy. */
static void on_arrival(struct links *links, int which, int fd)
{
	struct handing *handing = links->context;
	int link = reach_far(handing);

	(void)which;
	if (link < 0)
		splice_abort(fd);
	else
		links_splice(links, fd, link, LINKS_HELLO " dial\n");
}

static bool stops(struct links *links)
{
	const struct handing *handing = links->context;

	return handing->lost || getppid() != handing->parent;
}

__attribute__((noreturn)) static void hand_on(struct handing *handing)
{
	prctl(PR_SET_PDEATHSIG, SIGKILL);
	signals_by_default();
	for (int i = 0; i < WAITING && !handing->lost; i++)
		make_waiting(handing);
	links_run(&handing->links);
	_exit(1);
}

/* Finds the far half, and whether it is one; NULL, or why not. */
static char *find(struct handing *handing, const char *other)
{
	char error[NET_ERROR_SIZE], *text = strdup(other), *host, *port;
	char *why = NULL;
	int fd;

	if (!text || !resolve_split(text, &host, &port)) {
		free(text);
		return strdup("--half=client: expected HOST:PORT of the other "
			      "half");
	}
	fd = net_connect(
		&(struct net_connect_options){
			.host = host, .port = port, .timeout_ms = HELLO_MS },
		error);
	free(text);
	if (fd < 0)
		return asprintf(&why, "the other half: %s", error) < 0 ? NULL
								       : why;
	handing->far_bytes = sizeof(handing->far);
	getpeername(fd, (struct sockaddr *)&handing->far, &handing->far_bytes);
	links_say(fd, LINKS_HELLO " begin\n");
	if (!hears_ok(fd) &&
		asprintf(&why, "%s is no other half of this version", other) <
			0)
		why = NULL;
	close(fd);
	return why;
}

char *near_join(struct near *near, const char *other, uint16_t through,
	uint16_t direct_port, struct sockaddr_in *direct)
{
	struct handing *handing = calloc(1, sizeof(*handing));
	socklen_t bytes = sizeof(*direct);
	char error[NET_ERROR_SIZE], *why;
	int listener;

	if (!handing)
		return strdup("out of memory");
	handing->through = through;
	handing->direct_port = direct_port;
	handing->parent = getpid();
	why = find(handing, other);
	listener = why
		? -1
		: net_listen(
			  &(struct net_listen_options){ .host = "127.0.0.1" },
			  error);
	if (!why && listener < 0)
		why = strdup(error);
	if (!why) {
		getsockname(listener, (struct sockaddr *)direct, &bytes);
		splice_keep_little(listener);
		handing->links = (struct links){ .listeners = { listener, -1 },
			.context = handing,
			.on_arrival = on_arrival,
			.on_line = on_line,
			.stops = stops };
		fflush(NULL);
		near->child = fork();
		if (near->child == 0)
			hand_on(handing);
		close(listener);
	}
	free(handing);
	return why;
}

bool near_is_lost(struct near *near)
{
	if (near->child > 0 && waitpid(near->child, NULL, WNOHANG) != 0)
		near->child = -1;
	return near->child < 0;
}

void near_leave(struct near *near)
{
	if (near->child <= 0)
		return;
	kill(near->child, SIGKILL);
	waitpid(near->child, NULL, 0);
	near->child = 0;
}
