/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * Programs that move much over one connection, for tests/watch_bulk.bats, and
 * count by themselves what they call:
 *
 *     flood send|long|fork|filter|take|peek|guard|leave PORT
 *
 * `send` serves 8 MiB under a timer's signals, `long` 64 MiB without and says
 * how often it had to wait, `fork` lets a child send the
 * second half, `filter` installs a filter in the midst that kills for calls
 * which do not exist; `take` connects and reads all with a thread, `peek`
 * without blocking, `guard` with such a filter from the midst on, `leave`
 * closes after 2 MiB.
 */
#include <errno.h>
#include <linux/filter.h>
#include <linux/seccomp.h>
#include <netinet/in.h>
#include <poll.h>
#include <pthread.h>
#include <signal.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/prctl.h>
#include <sys/resource.h>
#include <sys/socket.h>
#include <sys/syscall.h>
#include <sys/time.h>
#include <sys/wait.h>
#include <unistd.h>

enum { PIECE = 16384, HALF = 4 << 20 };

static struct {
	unsigned long calls, bytes;
} moved;

static void nothing(int signal)
{
	(void)signal;
}

static void tick(void)
{
	const struct sigaction action = { .sa_handler = nothing,
		.sa_flags = SA_RESTART };
	const struct itimerval often = { { 0, 500 }, { 0, 500 } };

	sigaction(SIGALRM, &action, NULL);
	setitimer(ITIMER_REAL, &often, NULL);
}

static void send_half(int fd)
{
	static char piece[PIECE];

	for (long left = HALF; left > 0;) {
		ssize_t n = send(fd, piece, sizeof(piece), 0);

		if (n < 0 && errno == ECONNRESET)
			continue;
		if (n < 0)
			exit(3);
		moved.calls++;
		moved.bytes += (unsigned long)n;
		left -= n;
	}
}

static void install_filter(void)
{
	struct sock_filter filter[] = {
		BPF_STMT(BPF_LD | BPF_W | BPF_ABS,
			offsetof(struct seccomp_data, nr)),
		BPF_JUMP(BPF_JMP | BPF_JGE | BPF_K, 0x80000000, 0, 1),
		BPF_STMT(BPF_RET | BPF_K, SECCOMP_RET_KILL_PROCESS),
		BPF_STMT(BPF_RET | BPF_K, SECCOMP_RET_ALLOW),
	};
	struct sock_fprog program = { 4, filter };

	if (prctl(PR_SET_SECCOMP, SECCOMP_MODE_FILTER, &program, 0, 0))
		exit(4);
}

static void print_moved(const char *verb)
{
	struct rusage usage;

	getrusage(RUSAGE_SELF, &usage);
	printf("%s %lu %lu %ld\n", verb, moved.calls, moved.bytes,
		usage.ru_nvcsw);
	fflush(stdout);
}

static void serve(int listening, const char *mode)
{
	int fd = accept(listening, NULL, NULL), status;

	if (!strcmp(mode, "send") || !strcmp(mode, "fork"))
		tick();
	for (int i = 0; !strcmp(mode, "long") && i < 14; i++)
		send_half(fd);
	send_half(fd);
	if (!strcmp(mode, "filter"))
		install_filter();
	if (!strcmp(mode, "fork") && fork() == 0) {
		tick();
		send_half(fd);
		print_moved("sent");
		_exit(0);
	}
	if (!strcmp(mode, "fork"))
		while (wait(&status) < 0)
			;
	else
		send_half(fd);
	if (send(fd, "end", 3, 0) == 3)
		moved.calls++, moved.bytes += 3;
	if (strcmp(mode, "fork") != 0)
		print_moved("sent");
	close(fd);
}

static void *take(void *context)
{
	int fd = *(int *)context;
	static char piece[4 * PIECE];
	ssize_t n;

	while ((n = recv(fd, piece, sizeof(piece), 0)) > 0) {
		moved.calls++;
		moved.bytes += (unsigned long)n;
	}
	return NULL;
}

static void peek(int fd)
{
	static char piece[4 * PIECE];
	struct pollfd polled = { .fd = fd, .events = POLLIN };
	ssize_t n;

	while ((n = recv(fd, piece, sizeof(piece), MSG_DONTWAIT))) {
		if (n < 0)
			poll(&polled, 1, -1);
		else
			moved.calls++, moved.bytes += (unsigned long)n;
	}
}

static void guard(int fd)
{
	static char piece[4 * PIECE];
	bool guarded = false;
	ssize_t n;

	while ((n = recv(fd, piece, sizeof(piece), 0)) > 0) {
		moved.calls++;
		moved.bytes += (unsigned long)n;
		if (moved.bytes >= HALF && !guarded)
			install_filter();
		guarded = moved.bytes >= HALF;
	}
}

static void leave(int fd)
{
	static char piece[PIECE];

	while (moved.bytes < HALF / 2)
		moved.bytes += (unsigned long)recv(fd, piece, sizeof(piece), 0);
}

int main(int argc, char **argv)
{
	struct sockaddr_in where = { .sin_family = AF_INET,
		.sin_addr = { htonl(INADDR_LOOPBACK) } };
	const char *mode = argc == 3 ? argv[1] : "";
	int fd = socket(AF_INET, SOCK_STREAM, 0), on = 1;
	pthread_t thread;

	where.sin_port = htons((in_port_t)atoi(argv[2]));
	setsockopt(fd, SOL_SOCKET, SO_REUSEADDR, &on, sizeof(on));
	if (strchr("slf", *mode) && strcmp(mode, "leave") != 0) {
		if (bind(fd, (struct sockaddr *)&where, sizeof(where)) ||
			listen(fd, 1))
			return 5;
		serve(fd, mode);
		return 0;
	}
	if (connect(fd, (struct sockaddr *)&where, sizeof(where)))
		return 6;
	if (!strcmp(mode, "take")) {
		pthread_create(&thread, NULL, take, &fd);
		pthread_join(thread, NULL);
	} else if (!strcmp(mode, "peek")) {
		peek(fd);
	} else if (!strcmp(mode, "guard")) {
		guard(fd);
	} else {
		leave(fd);
	}
	print_moved("got");
	return 0;
}
