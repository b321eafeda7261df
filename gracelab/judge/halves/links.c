/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "links.h"

#include <errno.h>
#include <netinet/in.h>
#include <netinet/tcp.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

#include "lib/base/signals.h"

/* How long until `stops` is asked again. */
#define LOOK_MS 200

/* After a second of silence four questions, a second each; a connection is
 * tried three times, which takes 7 s: tcp(7). */
enum { SILENT_S = 1, ASK_S = 1, ASK_TIMES = 4, SYN_AGAIN = 2 };

void links_notice_silence(int fd)
{
	const int values[][3] = { { SOL_SOCKET, SO_KEEPALIVE, 1 },
		{ IPPROTO_TCP, TCP_KEEPIDLE, SILENT_S },
		{ IPPROTO_TCP, TCP_KEEPINTVL, ASK_S },
		{ IPPROTO_TCP, TCP_KEEPCNT, ASK_TIMES },
		{ IPPROTO_TCP, TCP_SYNCNT, SYN_AGAIN } };

	for (size_t i = 0; i < sizeof(values) / sizeof(*values); i++)
		setsockopt(fd, values[i][0], values[i][1], &values[i][2],
			sizeof(values[i][2]));
}

void links_watch(struct links *links, int fd, const char *hello)
{
	if (links->count == LINKS_MOST) {
		close(fd);
		return;
	}
	links->links[links->count++] =
		(struct link){ .fd = fd, .hello = hello };
}

void links_splice(struct links *links, int one, int other, const char *hello)
{
	struct splice *splice = splice_new(one, other);

	if (splice && hello)
		splice_say(splice, hello);
	if (splice && links->spliced == LINKS_MOST) {
		splice_end(splice);
		free(splice);
	} else if (splice) {
		links->splices[links->spliced++] = splice;
	}
}

void links_say(int fd, const char *line)
{
	/* If that fails, the connection has ended, and is seen to. */
	ssize_t ignored = send(fd, line, strlen(line), MSG_NOSIGNAL);

	(void)ignored;
}

void links_unsplice(struct links *links)
{
	while (links->spliced) {
		struct splice *splice = links->splices[--links->spliced];

		splice_end(splice);
		free(splice);
	}
}

static void forget(struct links *links, size_t i)
{
	links->links[i] = links->links[--links->count];
}

/* Reads no more than the line: what is behind it belongs to the check. */
static void listen_to(struct links *links, size_t i)
{
	struct link *link = &links->links[i];
	int fd = link->fd;
	ssize_t got;
	char line[LINKS_LINE_BYTES];

	if (link->hello)
		links_say(fd, link->hello);
	link->hello = NULL;
	got = recv(fd, link->line + link->bytes, 1, 0);
	while (got == 1 && link->line[link->bytes] != '\n' &&
		++link->bytes < sizeof(link->line))
		got = recv(fd, link->line + link->bytes, 1, 0);
	if (got < 0 && errno == EAGAIN)
		return;
	if (got != 1 || link->bytes == sizeof(link->line)) {
		forget(links, i);
		links->on_line(links, fd, NULL);
		return;
	}
	memcpy(line, link->line, link->bytes);
	line[link->bytes] = '\0';
	forget(links, i);
	links->on_line(links, fd, line);
}

static void accept_all(struct links *links, int which)
{
	int fd;

	while ((fd = accept4(links->listeners[which], NULL, NULL,
			SOCK_NONBLOCK | SOCK_CLOEXEC)) >= 0)
		links->on_arrival(links, which, fd);
}

/* Waits once; what was added meanwhile is looked at the next time. */
static void step(struct links *links)
{
	static const size_t room = 2 + LINKS_MOST * 3;
	struct pollfd polled[2 + LINKS_MOST * 3];
	const struct timespec look = { .tv_nsec = LOOK_MS * 1000000L };
	size_t count = 2, watched = links->count, spliced = links->spliced;

	for (size_t i = 0; i < 2; i++)
		polled[i] = (struct pollfd){ links->listeners[i], POLLIN, 0 };
	for (size_t i = 0; i < watched && count < room; i++)
		polled[count++] = (struct pollfd){ links->links[i].fd,
			links->links[i].hello ? POLLOUT : POLLIN, 0 };
	for (size_t i = 0; i < spliced; i++, count += 2)
		splice_wants(links->splices[i], &polled[count]);
	signals_deliver();
	if (ppoll(polled, count, &look, signals_wait_mask()) <= 0)
		return;
	/* From behind, since what has ended is replaced by the last. */
	for (size_t i = spliced; i-- > 0;) {
		const struct pollfd *two = &polled[2 + watched + 2 * i];

		if (!(two[0].revents || two[1].revents) ||
			splice_go_on(links->splices[i], two))
			continue;
		free(links->splices[i]);
		links->splices[i] = links->splices[--links->spliced];
	}
	for (size_t i = watched; i-- > 0;)
		if (polled[2 + i].revents)
			listen_to(links, i);
	for (int which = 0; which < 2; which++)
		if (polled[which].revents)
			accept_all(links, which);
}

void links_run(struct links *links)
{
	while (!links->stops(links))
		step(links);
}

void links_end(struct links *links)
{
	for (size_t i = 0; i < links->count; i++)
		close(links->links[i].fd);
	links_unsplice(links);
	for (int which = 0; which < 2; which++)
		if (links->listeners[which] >= 0)
			close(links->listeners[which]);
	links->count = 0;
}
