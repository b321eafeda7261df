/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * Programs that move much over one connection, for tests/watch_bulk.bats, and
 * count by themselves what they call:
 *
 *     flood send|long|fork|filter|spawn|lines|sink|
 *           take|peek|guard|jail|swap|copy|handle|leave|amid PORT
 *
 * `send` serves 8 MiB under a timer's signals, `long` 64 MiB without and says
 * how often it had to wait, `fork` lets a child send the second half, `filter`
 * installs a filter in the midst that kills for calls which do not exist,
 * `spawn` starts a program in the midst, by vfork(2), `lines` sends by
 * writev(2). `take` connects and reads all with a thread, `peek` without
 * blocking, `guard` with such a filter from the midst on, `jail` with one from
 * the beginning that kills for memory, too; `swap` reads something else from
 * the same descriptor in the midst, `copy` copies a file meanwhile, and says
 * how often it had to wait, `handle` takes all in a handler whose signal has
 * ended such a call; `leave` closes after 2 MiB. `sink` takes all of the first
 * client, and waits for a second; `amid` sends 4 MiB and half-closes, and sends
 * in vain in a handler, amid a recv(2) that goes on behind it.
 */
#include <errno.h>
#include <fcntl.h>
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
#include <sys/mman.h>
#include <sys/prctl.h>
#include <sys/resource.h>
#include <sys/socket.h>
#include <sys/syscall.h>
#include <sys/time.h>
#include <sys/uio.h>
#include <sys/wait.h>
#include <unistd.h>

enum { PIECE = 16384, HALF = 4 << 20, COPIES = 2000 };

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

static void send_half(int fd, bool by_vector)
{
	static char piece[PIECE];
	const struct iovec part = { piece, sizeof(piece) };

	for (long left = HALF; left > 0;) {
		ssize_t n = by_vector ? writev(fd, &part, 1)
				      : send(fd, piece, sizeof(piece), 0);

		if (n < 0 && errno == ECONNRESET)
			continue;
		if (n < 0)
			exit(3);
		moved.calls++;
		moved.bytes += (unsigned long)n;
		left -= n;
	}
}

/* Kills for calls that do not exist, and for more memory if it has enough. */
static void install_filter(bool has_enough)
{
	struct sock_filter filter[] = {
		BPF_STMT(BPF_LD | BPF_W | BPF_ABS,
			offsetof(struct seccomp_data, nr)),
		BPF_JUMP(BPF_JMP | BPF_JGE | BPF_K, 0x80000000, 2, 0),
		BPF_JUMP(BPF_JMP | BPF_JEQ | BPF_K,
			has_enough ? SYS_mmap : 0x7fffffff, 1, 0),
		BPF_STMT(BPF_RET | BPF_K, SECCOMP_RET_ALLOW),
		BPF_STMT(BPF_RET | BPF_K, SECCOMP_RET_KILL_PROCESS),
	};
	struct sock_fprog program = { 5, filter };

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
	const struct iovec last = { "end", 3 };
	int fd = accept(listening, NULL, NULL), status;
	bool lines = !strcmp(mode, "lines");

	if (!strcmp(mode, "send") || !strcmp(mode, "fork"))
		tick();
	for (int i = 0; !strcmp(mode, "long") && i < 14; i++)
		send_half(fd, false);
	send_half(fd, lines);
	if (!strcmp(mode, "filter"))
		install_filter(false);
	if (!strcmp(mode, "spawn") && vfork() == 0) {
		execl("/bin/true", "true", (char *)NULL);
		_exit(1);
	}
	if (!strcmp(mode, "fork") && fork() == 0) {
		tick();
		send_half(fd, false);
		print_moved("sent");
		_exit(0);
	}
	if (!strcmp(mode, "fork"))
		while (wait(&status) < 0)
			;
	else
		send_half(fd, lines);
	if ((lines ? writev(fd, &last, 1) : send(fd, "end", 3, 0)) == 3)
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
			install_filter(false);
		guarded = moved.bytes >= HALF;
	}
}

/* What is read from a pair of its own by that descriptor counts for nothing. */
static void swap(int fd)
{
	static char piece[PIECE];
	int pair[2], kept = dup(fd);
	ssize_t n = 1;

	socketpair(AF_UNIX, SOCK_STREAM, 0, pair);
	for (int i = 0; n > 0; i++) {
		if (i == 100)
			dup2(pair[0], fd);
		for (int k = 0; i == 100 && k < 100; k++)
			if (write(pair[1], piece, sizeof(piece)) < 0 ||
				recv(fd, piece, sizeof(piece), 0) < 0)
				exit(7);
		if (i == 100)
			dup2(kept, fd);
		n = recv(fd, piece, sizeof(piece), 0);
		moved.calls += n > 0;
		moved.bytes += n > 0 ? (unsigned long)n : 0;
	}
}

static void copy(void)
{
	static char piece[PIECE];
	int from = open("/dev/zero", O_RDONLY),
	    to = open("/dev/null", O_WRONLY);

	for (int i = 0; i < COPIES; i++)
		if (read(from, piece, sizeof(piece)) != PIECE ||
			write(to, piece, sizeof(piece)) != PIECE)
			exit(8);
	print_moved("copied");
}

static int handled;

static void take_all(int signal)
{
	static char piece[PIECE];
	ssize_t n;

	(void)signal;
	while ((n = recv(handled, piece, sizeof(piece), 0)) > 0)
		moved.calls++, moved.bytes += (unsigned long)n;
}

/* Behind the call that was ended the program has to go on as ever. */
static void handle(int fd)
{
	const struct sigaction action = { .sa_handler = take_all };
	const struct itimerval often = { { 0, 20000 }, { 0, 20000 } };
	char piece[PIECE];
	int ends[2];

	handled = fd;
	if (socketpair(AF_UNIX, SOCK_STREAM, 0, ends))
		exit(7);
	sigaction(SIGALRM, &action, NULL);
	setitimer(ITIMER_REAL, &often, NULL);
	if (recv(ends[0], piece, sizeof(piece), 0) >= 0 || errno != EINTR)
		exit(8);
}

/* Until the process sleeps in that call. */
static void await_sleep(pid_t process, long call)
{
	char path[64], state = 0;
	long number = -1;

	while (state != 'S' || number != call) {
		FILE *file;

		snprintf(path, sizeof(path), "/proc/%d/stat", process);
		file = fopen(path, "r");
		if (!file || fscanf(file, "%*d (%*[^)]) %c", &state) != 1)
			exit(9);
		fclose(file);
		snprintf(path, sizeof(path), "/proc/%d/syscall", process);
		file = fopen(path, "r");
		if (!file || fscanf(file, "%ld", &number) != 1)
			number = -1;
		fclose(file);
	}
}

static volatile bool *sent_in_vain; /* shared */

static void send_in_vain(int signal)
{
	static char piece[PIECE];

	(void)signal;
	*sent_in_vain = send(handled, piece, sizeof(piece), MSG_NOSIGNAL) < 0 &&
		errno == EPIPE;
}

static void disturb(pid_t process)
{
	await_sleep(process, SYS_recvfrom);
	kill(process, SIGUSR1);
	while (!*sent_in_vain)
		poll(NULL, 0, 1);
	shutdown(handled, SHUT_RD);
	_exit(0);
}

static void amid(int fd)
{
	const struct sigaction action = { .sa_handler = send_in_vain,
		.sa_flags = SA_RESTART };
	pid_t self = getpid();
	char byte;

	handled = fd;
	sent_in_vain = mmap(NULL, 1, PROT_READ | PROT_WRITE,
		MAP_SHARED | MAP_ANONYMOUS, -1, 0);
	sigaction(SIGUSR1, &action, NULL);
	send_half(fd, false);
	shutdown(fd, SHUT_WR);
	if (fork() == 0)
		disturb(self);
	if (recv(fd, &byte, 1, 0) != 0)
		exit(10);
	wait(NULL);
}

static void sink(int listening)
{
	static char piece[PIECE];
	int fd = accept(listening, NULL, NULL);

	while (recv(fd, piece, sizeof(piece), 0) > 0)
		;
	accept(listening, NULL, NULL);
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
	const char *mode = argc == 3 ? argv[1] : "none";
	int fd = socket(AF_INET, SOCK_STREAM, 0), on = 1;
	pthread_t thread;

	where.sin_port = htons((in_port_t)atoi(argv[2]));
	setsockopt(fd, SOL_SOCKET, SO_REUSEADDR, &on, sizeof(on));
	if (strstr("send long fork filter spawn lines sink", mode)) {
		if (bind(fd, (struct sockaddr *)&where, sizeof(where)) ||
			listen(fd, 1))
			return 5;
		if (!strcmp(mode, "sink"))
			sink(fd);
		else
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
	} else if (!strcmp(mode, "guard") || !strcmp(mode, "jail")) {
		if (!strcmp(mode, "jail"))
			install_filter(true);
		guard(fd);
	} else if (!strcmp(mode, "swap")) {
		swap(fd);
	} else if (!strcmp(mode, "handle")) {
		handle(fd);
	} else if (!strcmp(mode, "amid")) {
		amid(fd);
		connect(socket(AF_INET, SOCK_STREAM, 0),
			(struct sockaddr *)&where, sizeof(where));
	} else if (!strcmp(mode, "copy")) {
		copy();
		guard(fd);
	} else {
		leave(fd);
	}
	print_moved("got");
	return 0;
}
