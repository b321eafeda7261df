/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * Full cycles, some at once: connect, send 5 bytes, SHUT_WR, read to EOF,
 * close. They come from 127.0.0.1 to 127.0.0.8, or what lies in TIME_WAIT slows
 * the kernel's search for a port. Prints `sent` when each of the first round
 * has sent, and `SECONDS LOST SLOWEST` in the end: a reply is lost that does
 * not end with what was sent, and the slowest EOF came so many seconds after
 * its FIN.
 *
 *     load PORT CYCLES AT_ONCE
 */
#include <sys/epoll.h>
#include <sys/resource.h>

#include "bare.h"

#define EVENTS_A_TURN 256
#define HOSTS         8
#define MESSAGE       "data1"
#define MESSAGE_BYTES 5

struct cycle {
	int fd;
	double sent_s;
	size_t got;
	char reply[32]; /* its last bytes are looked at; it is short */
};

struct load {
	const char *port;
	unsigned long cycles, begun, ended, sent, lost;
	double slowest_s;
	int epoll;
};

static void begin(struct load *load, struct cycle *cycle)
{
	static const int on = 1;
	struct sockaddr_in from =
		bare_address((unsigned)(1 + load->begun % HOSTS), "0");
	struct sockaddr_in to = bare_address(1, load->port);
	struct epoll_event event = { .events = EPOLLOUT, .data.ptr = cycle };

	load->begun++;
	cycle->got = 0;
	cycle->fd = socket(AF_INET, SOCK_STREAM | SOCK_NONBLOCK, 0);
	if (cycle->fd < 0)
		err(1, "socket");
	setsockopt(cycle->fd, IPPROTO_IP, IP_BIND_ADDRESS_NO_PORT, &on,
		sizeof(on));
	if (bind(cycle->fd, (struct sockaddr *)&from, sizeof(from)))
		err(1, "bind");
	if (connect(cycle->fd, (struct sockaddr *)&to, sizeof(to)) &&
		errno != EINPROGRESS)
		err(1, "connect");
	if (epoll_ctl(load->epoll, EPOLL_CTL_ADD, cycle->fd, &event))
		err(1, "epoll_ctl");
}

static void on_connected(struct load *load, struct cycle *cycle)
{
	struct epoll_event event = { .events = EPOLLIN, .data.ptr = cycle };

	if (send(cycle->fd, MESSAGE, MESSAGE_BYTES, MSG_NOSIGNAL) < 0 ||
		shutdown(cycle->fd, SHUT_WR))
		err(1, "send");
	epoll_ctl(load->epoll, EPOLL_CTL_MOD, cycle->fd, &event);
	cycle->sent_s = bare_now_s();
	load->sent++;
}

static int is_whole(const struct cycle *cycle)
{
	return cycle->got >= MESSAGE_BYTES &&
		!memcmp(cycle->reply + cycle->got - MESSAGE_BYTES, MESSAGE,
			MESSAGE_BYTES);
}

static void on_reply(struct load *load, struct cycle *cycle)
{
	ssize_t n = recv(cycle->fd, cycle->reply + cycle->got,
		sizeof(cycle->reply) - cycle->got, 0);

	if (n > 0) {
		cycle->got += (size_t)n;
		return;
	}
	double reply_s = bare_now_s() - cycle->sent_s;

	if (reply_s > load->slowest_s)
		load->slowest_s = reply_s;
	load->lost += n < 0 || !is_whole(cycle);
	load->ended++;
	close(cycle->fd);
	if (load->begun < load->cycles)
		begin(load, cycle);
}

static void run(struct load *load, unsigned long at_once)
{
	struct epoll_event events[EVENTS_A_TURN];
	int told = 0;

	while (load->ended < load->cycles) {
		int count = epoll_wait(load->epoll, events, EVENTS_A_TURN, -1);

		for (int i = 0; i < count; i++) {
			if (events[i].events & EPOLLOUT)
				on_connected(load, events[i].data.ptr);
			else
				on_reply(load, events[i].data.ptr);
		}
		if (!told && load->sent >= at_once) {
			told = 1;
			printf("sent\n");
			fflush(stdout);
		}
	}
}

int main(int argc, char **argv)
{
	if (argc < 4)
		errx(2, "PORT CYCLES AT_ONCE");
	struct rlimit limit;
	unsigned long at_once = strtoul(argv[3], NULL, 10);
	struct load load = {
		.port = argv[1],
		.cycles = strtoul(argv[2], NULL, 10),
		.epoll = epoll_create1(0),
	};
	struct cycle *cycles = calloc(at_once, sizeof(*cycles));

	if (!cycles || load.epoll < 0)
		err(1, "cannot start");
	getrlimit(RLIMIT_NOFILE, &limit);
	limit.rlim_cur = limit.rlim_max;
	setrlimit(RLIMIT_NOFILE, &limit);
	double start_s = bare_now_s();

	for (unsigned long i = 0; i < at_once && i < load.cycles; i++)
		begin(&load, &cycles[i]);
	run(&load, at_once);
	free(cycles);
	printf("%.6f %lu %.3f\n", bare_now_s() - start_s, load.lost,
		load.slowest_s);
	return load.lost != 0;
}
