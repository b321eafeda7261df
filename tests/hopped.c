/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * A proxy for the tests of what `gracelab proxy` shows of a proxy's own calls:
 *
 *     hopped LISTEN BACKEND [WORD...]      ports of 127.0.0.1
 *
 * Each connection is served by a process of its own, which begins when it alone
 * has it: as it should be, or by these words:
 *
 *     full         ends both directions at the first EOF
 *     exit         the same, and leaves the closing to exit(3)
 *     keeps        the same, and ends nothing: shutdown(2) is missing
 *     spliced      moves bytes by splice(2)
 *     daemon       goes to the background first
 *     undumpable   nobody may look at it
 *     filter       has a seccomp(2) filter of its own, which kills
 *     uring        asks for io_uring(7), and ends if it is told ENOSYS
 *     self-traced  is its parent's tracee, or ends with status 1
 *     privileged   ends with status 1 unless it is set-user-ID
 */
#include <errno.h>
#include <fcntl.h>
#include <linux/filter.h>
#include <linux/seccomp.h>
#include <netinet/in.h>
#include <poll.h>
#include <signal.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/prctl.h>
#include <sys/ptrace.h>
#include <sys/socket.h>
#include <sys/syscall.h>
#include <unistd.h>

/* A call that nobody makes, and of which one dies. */
#define NUMBER_FATAL 777

static char **words;

static bool has(const char *word)
{
	for (char **one = words; *one; one++)
		if (!strcmp(*one, word))
			return true;
	return false;
}

__attribute__((noreturn)) static void fail(const char *what)
{
	perror(what);
	exit(1);
}

static struct sockaddr_in at(const char *port)
{
	return (struct sockaddr_in){
		.sin_family = AF_INET,
		.sin_port = htons((uint16_t)strtoul(port, NULL, 10)),
		.sin_addr.s_addr = htonl(INADDR_LOOPBACK),
	};
}

static int listen_at(const char *port)
{
	struct sockaddr_in address = at(port);
	int fd = socket(AF_INET, SOCK_STREAM, 0), yes = 1;

	setsockopt(fd, SOL_SOCKET, SO_REUSEADDR, &yes, sizeof(yes));
	if (bind(fd, (struct sockaddr *)&address, sizeof(address)) ||
		listen(fd, 64))
		fail("listen");
	return fd;
}

static ssize_t move_spliced(int from, int to)
{
	int ends[2];

	if (pipe(ends))
		fail("pipe");
	ssize_t n = splice(from, NULL, ends[1], NULL, 65536, 0);

	for (ssize_t left = n; left > 0;)
		left -= splice(ends[0], NULL, to, NULL, (size_t)left, 0);
	close(ends[0]);
	close(ends[1]);
	return n;
}

static ssize_t move(int from, int to)
{
	static char bytes[65536];

	if (has("spliced"))
		return move_spliced(from, to);
	ssize_t n = read(from, bytes, sizeof(bytes));

	for (ssize_t done = 0; done < n;) {
		ssize_t sent = write(to, bytes + done, (size_t)(n - done));

		if (sent < 0)
			return -1;
		done += sent;
	}
	return n;
}

/* Until both directions have ended. */
__attribute__((noreturn)) static void serve(int front, int back)
{
	const int ends[] = { front, back };
	struct pollfd fds[] = { { front, POLLIN, 0 }, { back, POLLIN, 0 } };

	while (fds[0].fd >= 0 || fds[1].fd >= 0) {
		if (poll(fds, 2, -1) < 0)
			fail("poll");
		for (int i = 0; i < 2; i++) {
			if (!fds[i].revents || move(ends[i], ends[!i]) > 0)
				continue;
			if (has("exit"))
				_exit(3);
			if (has("full"))
				goto out;
			if (!has("keeps"))
				shutdown(ends[!i], SHUT_WR);
			fds[i].fd = -1;
		}
	}
out:
	close(front);
	close(back);
	_exit(0);
}

/* Until the parent has closed its end of the gate too. */
static void await_end(const int gate[2])
{
	char byte;

	close(gate[1]);
	if (read(gate[0], &byte, sizeof(byte)))
		fail("gate");
	close(gate[0]);
}

static void install_filter(void)
{
	struct sock_filter filter[] = {
		BPF_STMT(BPF_LD | BPF_W | BPF_ABS,
			(unsigned)offsetof(struct seccomp_data, nr)),
		BPF_JUMP(BPF_JMP | BPF_JEQ | BPF_K, NUMBER_FATAL, 0, 1),
		BPF_STMT(BPF_RET | BPF_K, SECCOMP_RET_KILL_PROCESS),
		BPF_STMT(BPF_RET | BPF_K, SECCOMP_RET_ALLOW),
	};
	struct sock_fprog program = { 4, filter };

	if (prctl(PR_SET_NO_NEW_PRIVS, 1, 0, 0, 0) ||
		prctl(PR_SET_SECCOMP, SECCOMP_MODE_FILTER, &program))
		fail("seccomp");
}

static void be_what_is_asked(void)
{
	char parameters[120] = "";

	if (has("privileged") && geteuid() == getuid()) {
		errno = EPERM;
		fail("privilege");
	}
	if (has("self-traced") && ptrace(PTRACE_TRACEME, 0, NULL, NULL))
		fail("ptrace");
	if (has("undumpable") && prctl(PR_SET_DUMPABLE, 0, 0, 0, 0))
		fail("prctl");
	if (has("filter"))
		install_filter();
	if (has("uring") && syscall(SYS_io_uring_setup, 1, parameters) < 0 &&
		errno == ENOSYS)
		fail("io_uring_setup");
	if (has("daemon") && daemon(1, 1))
		fail("daemon");
}

int main(int argc, char **argv)
{
	if (argc < 3)
		return 2;
	words = argv + 3;
	signal(SIGCHLD, SIG_IGN);
	be_what_is_asked();

	struct sockaddr_in backend = at(argv[2]);
	int listener = listen_at(argv[1]), gate[2];

	for (;;) {
		int front = accept(listener, NULL, NULL);

		if (front < 0)
			continue;
		if (pipe(gate))
			fail("pipe");
		if (fork() == 0) {
			int back = socket(AF_INET, SOCK_STREAM, 0);

			close(listener);
			await_end(gate);
			if (connect(back, (struct sockaddr *)&backend,
				    sizeof(backend)))
				fail("connect");
			serve(front, back);
		}
		close(front);
		close(gate[0]);
		close(gate[1]);
	}
}
