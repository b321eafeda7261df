/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * Programs that tests/watch*.bats watch, one for each pitfall:
 *
 *     watched MODE PORT
 *
 * A server listens on the port of the loopback and serves one connection,
 * `serve` serves all who come; a client connects to it, `many` PORT COUNT
 * again and again, which says every thousand times what its tracer has taken.
 */
#include <errno.h>
#include <fcntl.h>
#include <linux/audit.h>
#include <linux/filter.h>
#include <linux/seccomp.h>
#include <linux/sockios.h>
#include <netinet/in.h>
#include <netinet/tcp.h>
#include <poll.h>
#include <pthread.h>
#include <sched.h>
#include <setjmp.h>
#include <signal.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/ioctl.h>
#include <sys/mman.h>
#include <sys/prctl.h>
#include <sys/resource.h>
#include <sys/sendfile.h>
#include <sys/socket.h>
#include <sys/syscall.h>
#include <sys/uio.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

#define BULK_BYTES (UINT64_C(1) << 30)

static int port;
static int shared; /* a connection that threads have in common */

static void die(const char *what)
{
	perror(what);
	exit(9);
}

static struct sockaddr_in address(void)
{
	return (struct sockaddr_in){ .sin_family = AF_INET,
		.sin_port = htons((in_port_t)port),
		.sin_addr = { htonl(INADDR_LOOPBACK) } };
}

static int listening(void)
{
	struct sockaddr_in where = address();
	int fd = socket(AF_INET, SOCK_STREAM, 0), on = 1;

	setsockopt(fd, SOL_SOCKET, SO_REUSEADDR, &on, sizeof(on));
	if (bind(fd, (struct sockaddr *)&where, sizeof(where)) ||
		listen(fd, 128))
		die("listen");
	return fd;
}

/* Accepts who may send so much before it is received; or 0: as much as ever. */
static int accepted_with(int bytes)
{
	int listener = listening();

	if (bytes)
		setsockopt(
			listener, SOL_SOCKET, SO_RCVBUF, &bytes, sizeof(bytes));
	int fd = accept(listener, NULL, NULL);

	if (fd < 0)
		die("accept");
	return fd;
}

static int accepted(void)
{
	return accepted_with(0);
}

static int connected(void)
{
	struct sockaddr_in where = address();
	int fd = socket(AF_INET, SOCK_STREAM, 0);

	if (connect(fd, (struct sockaddr *)&where, sizeof(where)))
		die("connect");
	return fd;
}

static void say(int fd, const char *text)
{
	if (send(fd, text, strlen(text), 0) != (ssize_t)strlen(text))
		die("send");
}

/* Reads to the end; returns how much. */
static uint64_t drain(int fd, size_t room)
{
	char *buffer = malloc(room);
	uint64_t total = 0;
	ssize_t n;

	while ((n = recv(fd, buffer, room, 0)) > 0)
		total += (uint64_t)n;
	free(buffer);
	return total;
}

static void *read_in_thread(void *unused)
{
	(void)unused;
	drain(shared, 100);
	return NULL;
}

/* One thread reads, the other writes. */
static void threads(void)
{
	pthread_t reader;

	shared = connected();
	pthread_create(&reader, NULL, read_in_thread, NULL);
	say(shared, "written");
	shutdown(shared, SHUT_WR);
	pthread_join(reader, NULL);
}

static void *exec_in_thread(void *program)
{
	execl(program, program, "client", getenv("PORT"), (char *)NULL);
	return NULL;
}

static sigjmp_buf away;
enum { HANDLED = 1, RETURNED };
static volatile sig_atomic_t *handled; /* in memory of parent and child */

static void ignore(int signal)
{
	(void)signal;
}

static void nothing(int signal)
{
	(void)signal;
	*handled = HANDLED;
}

static int handlers; /* what a handler writes to */

static void writes(int signal)
{
	(void)signal;
	if (write(handlers, "hi", 2) == 2)
		*handled = HANDLED;
}

/* A call within it gives EINTR, by another signal. */
static void suspends(int signal)
{
	sigset_t none;

	(void)signal;
	sigemptyset(&none);
	raise(SIGUSR2);
	sigsuspend(&none);
	*handled = HANDLED;
}

/* For the same call once more. */
static void leap(int signal)
{
	(void)signal;
	*handled = HANDLED;
	siglongjmp(away, 1);
}

static void jump(int signal)
{
	(void)signal;
	siglongjmp(away, 1);
}

/* Interrupts the parent, but not before it sleeps in its call. */
static void interrupt(void)
{
	char path[64], line[512], *state;

	snprintf(path, sizeof(path), "/proc/%d/stat", getppid());
	do {
		FILE *file = fopen(path, "r");

		state = file && fgets(line, sizeof(line), file)
			? strrchr(line, ')')
			: NULL;
		if (file)
			fclose(file);
	} while (state && state[2] != 'S');
	kill(getppid(), SIGUSR1);
}

/* recv(2) is interrupted: restarted, or gives EINTR and is called again just
 * so, or is left for the same call for something else. */
static void interrupted(void (*handler)(int signal), int flags)
{
	struct sigaction action = { .sa_handler = handler, .sa_flags = flags };
	const struct sigaction other = { .sa_handler = ignore };
	char byte;
	int fd = connected();

	sigaddset(&action.sa_mask, SIGUSR2);
	sigaction(SIGUSR2, &other, NULL);
	if (!handlers)
		handlers = fd;
	handled = mmap(NULL, sizeof(*handled), PROT_READ | PROT_WRITE,
		MAP_SHARED | MAP_ANONYMOUS, -1, 0);
	sigaction(SIGUSR1, &action, NULL);
	if (fork() == 0) {
		interrupt();
		if (handler == leap) {
			while (*handled < HANDLED)
				;
			*handled = 0;
			interrupt();
		}
		while (handler != jump &&
			*handled < (flags & SA_RESTART ? HANDLED : RETURNED))
			;
		if (handler != jump)
			say(fd, "go");
		_exit(0);
	}
	if (sigsetjmp(away, 1)) {
		action.sa_handler = nothing;
		sigaction(SIGUSR1, &action, NULL);
		recv(fd, &byte, 1, handler == jump ? MSG_DONTWAIT : 0);
	} else {
		while (recv(fd, &byte, 1, 0) < 0) {
			if (errno != EINTR)
				die("recv");
			*handled = RETURNED;
		}
	}
	wait(NULL);
}

/* A connection goes to another process, SCM_RIGHTS, which writes there. */
static void pass(void)
{
	union {
		struct cmsghdr header;
		char room[CMSG_SPACE(sizeof(int))];
	} control = { .header = { .cmsg_level = SOL_SOCKET,
			      .cmsg_type = SCM_RIGHTS,
			      .cmsg_len = CMSG_LEN(sizeof(int)) } };
	char byte = 'x';
	struct iovec part = { &byte, 1 };
	struct msghdr message = { .msg_iov = &part,
		.msg_iovlen = 1,
		.msg_control = control.room,
		.msg_controllen = sizeof(control.room) };
	int ends[2], fd;

	socketpair(AF_UNIX, SOCK_STREAM, 0, ends);
	if (fork() == 0) {
		if (recvmsg(ends[1], &message, 0) != 1)
			die("recvmsg");
		memcpy(&fd, CMSG_DATA(CMSG_FIRSTHDR(&message)), sizeof(fd));
		say(fd, "passed on");
		_exit(0);
	}
	fd = connected();
	memcpy(CMSG_DATA(CMSG_FIRSTHDR(&message)), &fd, sizeof(fd));
	if (sendmsg(ends[0], &message, 0) != 1)
		die("sendmsg");
	wait(NULL);
}

/* A filter of its own, that refuses getppid(2) and nothing else. */
static void filter(void)
{
	struct sock_filter code[] = {
		BPF_STMT(BPF_LD | BPF_W | BPF_ABS,
			offsetof(struct seccomp_data, nr)),
		BPF_JUMP(BPF_JMP | BPF_JEQ | BPF_K, SYS_getppid, 0, 1),
		BPF_STMT(BPF_RET | BPF_K, SECCOMP_RET_ERRNO | EPERM),
		BPF_STMT(BPF_RET | BPF_K, SECCOMP_RET_ALLOW),
	};
	struct sock_fprog program = { 4, code };

	prctl(PR_SET_NO_NEW_PRIVS, 1, 0, 0, 0);
	if (prctl(PR_SET_SECCOMP, SECCOMP_MODE_FILTER, &program))
		die("seccomp");
	if (syscall(SYS_getppid) != -1 || errno != EPERM)
		die("getppid");
	say(connected(), "filtered");
}

/*
 * A filter of its own that has calls of the other ABI traced, and one of them:
 * getpid(2) there has the number of writev(2) here.
 */
static void foreign(void)
{
	struct sock_filter code[] = {
		BPF_STMT(BPF_LD | BPF_W | BPF_ABS,
			offsetof(struct seccomp_data, arch)),
		BPF_JUMP(BPF_JMP | BPF_JEQ | BPF_K, AUDIT_ARCH_I386, 0, 1),
		BPF_STMT(BPF_RET | BPF_K, SECCOMP_RET_TRACE),
		BPF_STMT(BPF_RET | BPF_K, SECCOMP_RET_ALLOW),
	};
	struct sock_fprog program = { 4, code };
	long got = 20;
	int fd = connected();

	prctl(PR_SET_NO_NEW_PRIVS, 1, 0, 0, 0);
	if (prctl(PR_SET_SECCOMP, SECCOMP_MODE_FILTER, &program))
		die("seccomp");
#ifdef __x86_64__
	__asm__ volatile("int $0x80"
			 : "+a"(got)
			 : "b"((long)fd), "c"(0L), "d"(0L)
			 : "memory");
#endif
	if (got < 0)
		die("getpid");
	say(fd, "hello");
}

static void uring(void)
{
	char parameters[256] = { 0 };

	if (syscall(SYS_io_uring_setup, 4, parameters) >= 0 || errno != ENOSYS)
		die("io_uring_setup");
	say(connected(), "without");
}

/* Writes until SIGPIPE ends it, or EPIPE. */
static void pipes(int ignored)
{
	int fd = connected();

	if (ignored)
		signal(SIGPIPE, SIG_IGN);
	drain(fd, 100);
	while (send(fd, "more", 4, 0) > 0)
		poll(NULL, 0, 1);
	if (errno != EPIPE && errno != ECONNRESET)
		die("send");
	if (ignored && send(fd, "more", 4, 0) < 0 && errno != EPIPE)
		die("send");
}

static void vectors(void)
{
	struct iovec parts[] = { { "ab", 2 }, { "cd", 2 } };
	int fd = connected(), copy = dup(fd);

	if (writev(fd, parts, 2) != 4)
		die("writev");
	close(fd);
	say(copy, "by the duplicate");
	close(copy);
}

/* By every way there is, of which the last closes the connection. */
static void copies(void)
{
	int fd = connected(), null = open("/dev/null", O_RDWR);
	int one = fcntl(fd, F_DUPFD, 50);
	int two = fcntl(fd, F_DUPFD_CLOEXEC, 60);

	/* What is no copy stops at nothing. */
	fcntl(fd, F_SETFD, fcntl(fd, F_GETFD));
	if (one != 50 || two != 60 || dup3(fd, 70, O_CLOEXEC) != 70)
		die("dup3");
	if (dup2(null, fd) != fd || dup3(null, two, 0) != two)
		die("dup2");
	say(one, "one");
	if (close_range(one, 55, 0))
		die("close_range");
	say(70, "two");
	if (close_range(70, 75, 0))
		die("close_range");
}

/* Bytes that the program has not in its own hands. */
static void files(void)
{
	char path[] = "/tmp/watched-XXXXXX", got[9];
	int fd = connected(), file = mkstemp(path), ends[2];
	struct iovec part = { got, sizeof(got) };
	struct mmsghdr messages = { .msg_hdr = { .msg_iov = &part,
					    .msg_iovlen = 1 } };
	off_t at = 0;

	unlink(path);
	if (write(file, "from a file", 11) != 11 || pipe(ends))
		die("file");
	if (sendfile(fd, file, &at, 6) != 6)
		die("sendfile");
	if (recvmmsg(fd, &messages, 1, 0, NULL) != 1)
		die("recvmmsg");
	if (splice(file, &(off_t){ 5 }, ends[1], NULL, 6, 0) != 6 ||
		splice(ends[0], NULL, fd, NULL, 6, 0) != 6)
		die("splice");
	part.iov_len = messages.msg_len;
	if (sendmmsg(fd, &messages, 1, 0) != 1)
		die("sendmmsg");
}

/* Sends to who has closed, and again when that has long been reset; -1:
 * never. */
static void send_later(int ms)
{
	int fd = accepted();

	drain(fd, 100);
	say(fd, "late");
	poll(NULL, 0, ms);
	send(fd, "again", 5, MSG_NOSIGNAL);
}

static void bulk(void)
{
	static char block[1 << 16];
	int fd = connected();

	for (uint64_t done = 0; done < BULK_BYTES; done += sizeof(block))
		if (send(fd, block, sizeof(block), MSG_WAITALL) < 0)
			die("send");
}

/* What who traces us has taken: nanoseconds of processor time, and how much
 * of its memory is there, in KiB; proc(5). */
static void tell_of_tracer(void)
{
	char path[64], text[4096];
	long tracer = 0, pages = 0;
	unsigned long long ns = 0;
	FILE *file = fopen("/proc/self/status", "r");

	while (file && fgets(text, sizeof(text), file))
		sscanf(text, "TracerPid: %ld", &tracer);
	fclose(file);
	snprintf(path, sizeof(path), "/proc/%ld/schedstat", tracer);
	file = fopen(path, "r");
	if (!file || fscanf(file, "%llu", &ns) != 1)
		die("schedstat");
	fclose(file);
	snprintf(path, sizeof(path), "/proc/%ld/statm", tracer);
	file = fopen(path, "r");
	if (!file || fscanf(file, "%*d %ld", &pages) != 1)
		die("statm");
	fclose(file);
	printf("%llu %ld\n", ns, pages * sysconf(_SC_PAGESIZE) / 1024);
}

static void many(int count)
{
	struct sockaddr_in where = address();
	char byte;

	for (int i = 0; i < count; i++) {
		if (i % 1000 == 0 && count >= 1000)
			tell_of_tracer();
		int fd = socket(AF_INET, SOCK_STREAM, 0);

		if (connect(fd, (struct sockaddr *)&where, sizeof(where)))
			die("connect");
		say(fd, "x");
		recv(fd, &byte, 1, 0);
		close(fd);
	}
	if (count >= 1000)
		tell_of_tracer();
}

static void serve_many(void)
{
	int listener = listening();

	for (;;) {
		char byte;
		int fd = accept(listener, NULL, NULL);

		if (fd < 0)
			die("accept");
		if (recv(fd, &byte, 1, 0) == 1)
			send(fd, &byte, 1, MSG_NOSIGNAL);
		close(fd);
	}
}

/* The number is /dev/null now, which is no connection. */
static void take_number(int number)
{
	if (open("/dev/null", O_WRONLY) != number)
		die("another number");
	if (write(number, "none", 4) != 4)
		die("write");
}

/* A descriptor's number is a connection, and then another file. */
static void numbers(void)
{
	int fd = connected(), other;

	say(fd, "a");
	close(fd);
	take_number(fd);
	other = connected();
	dup2(other, fd);
	close(other);
	say(fd, "b");
	if (syscall(SYS_close_range, fd, fd, 0))
		die("close_range");
	take_number(fd);
	close(fd);
	fd = connected();
	say(fd, "c");
	/* A process that has the same descriptors. */
	if (syscall(SYS_clone, CLONE_FILES | SIGCHLD, 0, 0, 0, 0) == 0) {
		close(fd);
		_exit(0);
	}
	wait(NULL);
	take_number(fd);
}

static int exists(const char *name)
{
	return !access(name, F_OK);
}

static void make(const char *name)
{
	close(open(name, O_WRONLY | O_CREAT, 0600));
}

static long long now_ms(void)
{
	struct timespec now;

	clock_gettime(CLOCK_MONOTONIC, &now);
	return now.tv_sec * 1000LL + now.tv_nsec / 1000000;
}

/* Closes, and calls nothing more that is looked at until the server, who calls
 * until the end, has made its mark; says whether that was soon. */
static void spin(void)
{
	int fd = connected();
	long long began_ms;

	say(fd, "x");
	close(fd);
	began_ms = now_ms();
	while (!exists("mark") && now_ms() - began_ms < 5000)
		;
	puts(now_ms() - began_ms < 700 ? "soon" : "late");
}

/* Calls nothing that is looked at, until it is let go. */
static void rest(void)
{
	long long began_ms = now_ms();

	while (!exists("go") && now_ms() - began_ms < 9000)
		poll(NULL, 0, 1);
}

/* Whether it sleeps, by proc(5). */
static int sleeps(const char *process)
{
	char path[64], state = 0;
	FILE *file;

	snprintf(path, sizeof(path), "/proc/%s/stat", process);
	file = fopen(path, "r");
	if (file && fscanf(file, "%*d (%*[^)]) %c", &state) != 1)
		state = 0;
	if (file)
		fclose(file);
	return state == 'S';
}

/* Sends until nothing more is taken. */
static void fill(int fd)
{
	static char zeros[1 << 16];

	while (send(fd, zeros, sizeof(zeros), MSG_DONTWAIT) > 0)
		;
}

/* Is killed behind a close(2) that could send nothing. */
static void fatal(void)
{
	int fd = connected();

	fill(fd);
	close(fd);
	raise(SIGKILL);
}

/* Has a close(2) that waits for a peer who reads nothing yet. */
static void linger(void)
{
	const struct linger half_a_minute = { 1, 30 };
	int fd = connected();
	char own[32];

	setsockopt(fd, SOL_SOCKET, SO_LINGER, &half_a_minute,
		sizeof(half_a_minute));
	fill(fd);
	snprintf(own, sizeof(own), "%d", (int)getpid());
	symlink(own, "closing");
	close(fd);
}

/* Reads only once who lingers does so. */
static void awaited(void)
{
	int fd = accepted();
	char who[32] = "";

	while (readlink("closing", who, sizeof(who) - 1) < 0 || !sleeps(who))
		poll(NULL, 0, 1);
	drain(fd, 1 << 16);
}

/* Sends a hundred times to an echo; says how often it has stopped in that. */
static void once(void)
{
	struct rusage before, after;
	int fd = connected();
	long stops = 0;
	char byte;

	for (int i = 0; i < 100; i++) {
		getrusage(RUSAGE_SELF, &before);
		say(fd, "x");
		getrusage(RUSAGE_SELF, &after);
		stops += after.ru_nvcsw - before.ru_nvcsw;
		recv(fd, &byte, 1, 0);
	}
	printf("%ld\n", stops);
}

/* Sends what it writes over at once, to an echo. */
static void overwrite(void)
{
	int fd = connected();
	char text[10], got[10];

	for (int i = 0; i < 3; i++) {
		memcpy(text, "as it was", 10);
		if (send(fd, text, 9, 0) != 9)
			die("send");
		memset(text, '!', 9);
		recv(fd, got, 9, MSG_WAITALL);
	}
}

/* What an option holds back. */
static void held(void)
{
	int fd = connected(), on = 1, off = 0;
	char got[10];

	setsockopt(fd, IPPROTO_TCP, TCP_CORK, &on, sizeof(on));
	say(fd, "cork");
	poll(NULL, 0, 1);
	setsockopt(fd, IPPROTO_TCP, TCP_CORK, &off, sizeof(off));
	recv(fd, got, 4, MSG_WAITALL);
}

/* What a flag holds back; and what is not to be read. */
static void more(void)
{
	int fd = connected();
	char got[10];

	if (send(fd, "mo", 2, MSG_MORE) != 2)
		die("send");
	say(fd, "re");
	recv(fd, got, 4, MSG_WAITALL);
	if (send(fd, (char *)NULL + 8, 8, 0) >= 0 || errno != EFAULT)
		die("no EFAULT");
	say(fd, "good");
}

/* Sends to an echo, the second time with nothing in its way; behind that it is
 * killed, or calls nothing that is looked at. */
static void last(int killed)
{
	int fd = connected();
	char got[10];

	say(fd, "first");
	recv(fd, got, 5, MSG_WAITALL);
	say(fd, "last");
	if (killed)
		raise(SIGKILL);
	rest();
}

/* Two processes write to an echo by one connection. */
static void writers(void)
{
	int fd = connected();
	pid_t child = fork();
	char byte;

	for (int i = 0; i < 30; i++) {
		say(fd, child ? "o" : "x");
		recv(fd, &byte, 1, 0);
	}
	if (!child)
		_exit(0);
	wait(NULL);
}

static void *send_in_thread(void *unused)
{
	static char zeros[1 << 16];

	(void)unused;
	send(shared, zeros, sizeof(zeros), 0);
	return NULL;
}

/* One thread sleeps in a send, as another one sends without waiting. */
static void crowd(void)
{
	pthread_t other;
	int bytes = 1, before = 0, now;

	shared = connected();
	setsockopt(shared, SOL_SOCKET, SO_SNDBUF, &bytes, sizeof(bytes));
	pthread_create(&other, NULL, send_in_thread, NULL);
	/* Until nothing more is taken. */
	for (int same = 0; same < 20;
		same = now && now == before ? same + 1 : 0) {
		before = now;
		poll(NULL, 0, 1);
		ioctl(shared, SIOCOUTQ, &now);
	}
	if (send(shared, "more", 4, MSG_DONTWAIT) >= 0 || errno != EAGAIN)
		die("no EAGAIN");
	make("go");
	pthread_join(other, NULL);
}

/* Answers what is there and not yet received, until no more comes; says whether
 * it has received that soon then. */
static void narrow(void)
{
	int fd = accepted_with(4096), before = 0, now = 0;
	long long began_ms;
	char got[500];

	for (int ms = 0; ms < 150; ms++) {
		ioctl(fd, FIONREAD, &now);
		if (now != before) {
			say(fd, "!");
			ms = 0;
		}
		before = now;
		poll(NULL, 0, 1);
	}
	began_ms = now_ms();
	recv(fd, got, sizeof(got), 0);
	puts(now_ms() - began_ms < 500 ? "soon" : "late");
	fflush(stdout);
	make("mark");
	say(fd, "!");
	drain(fd, 1000);
}

/* Sends pieces, each of them once the one before was acknowledged, until one
 * is not; calls nothing that is looked at before the other has received. */
static void press(void)
{
	static char piece[500];
	int fd = connected(), left;
	char byte;

	memset(piece, '.', sizeof(piece));
	do {
		if (send(fd, piece, sizeof(piece), 0) != sizeof(piece))
			die("send");
		do {
			ioctl(fd, SIOCOUTQ, &left);
		} while (left && !exists("mark"));
		recv(fd, &byte, 1, 0);
	} while (!exists("mark"));
}

int main(int argc, char **argv)
{
	const char *mode = argc > 2 ? argv[1] : "";

	port = argc > 2 ? atoi(argv[2]) : 0;
	if (argc > 2)
		setenv("PORT", argv[2], 1);
	if (!strcmp(mode, "server")) {
		drain(accepted(), 100);
	} else if (!strcmp(mode, "echo")) {
		int fd = accepted();
		char text[100];
		ssize_t n;

		while ((n = recv(fd, text, sizeof(text), 0)) > 0)
			send(fd, text, (size_t)n, MSG_NOSIGNAL);
	} else if (!strcmp(mode, "sink")) {
		printf("%llu\n",
			(unsigned long long)drain(accepted(), 1 << 16));
	} else if (!strcmp(mode, "close")) {
		int fd = accepted();

		say(fd, "!");
		close(fd);
		poll(NULL, 0, 200);
	} else if (!strcmp(mode, "mark")) {
		drain(accepted(), 100);
		make("mark");
	} else if (!strcmp(mode, "spin")) {
		spin();
	} else if (!strcmp(mode, "rest")) {
		close(connected());
		rest();
	} else if (!strcmp(mode, "hold")) {
		accepted();
		rest();
	} else if (!strcmp(mode, "await")) {
		int fd = accepted_with(4096);

		rest();
		drain(fd, 1 << 16);
	} else if (!strcmp(mode, "once")) {
		once();
	} else if (!strcmp(mode, "overwrite")) {
		overwrite();
	} else if (!strcmp(mode, "held")) {
		held();
	} else if (!strcmp(mode, "more")) {
		more();
	} else if (!strcmp(mode, "last")) {
		last(1);
	} else if (!strcmp(mode, "stay")) {
		last(0);
	} else if (!strcmp(mode, "writers")) {
		writers();
	} else if (!strcmp(mode, "crowd")) {
		crowd();
	} else if (!strcmp(mode, "narrow")) {
		narrow();
	} else if (!strcmp(mode, "press")) {
		press();
	} else if (!strcmp(mode, "fatal")) {
		fatal();
	} else if (!strcmp(mode, "linger")) {
		linger();
	} else if (!strcmp(mode, "awaited")) {
		awaited();
	} else if (!strcmp(mode, "later")) {
		send_later(200);
	} else if (!strcmp(mode, "keep")) {
		send_later(-1);
	} else if (!strcmp(mode, "client")) {
		say(connected(), "hello");
	} else if (!strcmp(mode, "threads")) {
		threads();
	} else if (!strcmp(mode, "exec")) {
		pthread_t thread;

		pthread_create(&thread, NULL, exec_in_thread, argv[0]);
		pause();
	} else if (!strcmp(mode, "leave")) {
		fcntl(connected(), F_SETFD, FD_CLOEXEC);
		execl("/bin/true", "true", (char *)NULL);
	} else if (!strcmp(mode, "vfork")) {
		if (vfork() == 0) {
			execl(argv[0], argv[0], "client", argv[2],
				(char *)NULL);
			_exit(9);
		}
		wait(NULL);
	} else if (!strcmp(mode, "restart")) {
		interrupted(nothing, SA_RESTART);
	} else if (!strcmp(mode, "eintr")) {
		interrupted(nothing, 0);
	} else if (!strcmp(mode, "aside")) {
		handlers = open("/dev/null", O_WRONLY);
		interrupted(writes, SA_RESTART);
	} else if (!strcmp(mode, "amid")) {
		interrupted(writes, SA_RESTART);
	} else if (!strcmp(mode, "cut")) {
		interrupted(writes, 0);
	} else if (!strcmp(mode, "nest")) {
		interrupted(suspends, SA_RESTART);
	} else if (!strcmp(mode, "leap")) {
		interrupted(leap, SA_RESTART);
	} else if (!strcmp(mode, "jump")) {
		interrupted(jump, 0);
	} else if (!strcmp(mode, "pass")) {
		pass();
	} else if (!strcmp(mode, "filter")) {
		filter();
	} else if (!strcmp(mode, "foreign")) {
		foreign();
	} else if (!strcmp(mode, "copies")) {
		copies();
	} else if (!strcmp(mode, "files")) {
		files();
	} else if (!strcmp(mode, "uring")) {
		uring();
	} else if (!strcmp(mode, "sigpipe")) {
		pipes(0);
	} else if (!strcmp(mode, "epipe")) {
		pipes(1);
	} else if (!strcmp(mode, "vectors")) {
		vectors();
	} else if (!strcmp(mode, "numbers")) {
		numbers();
	} else if (!strcmp(mode, "bulk")) {
		bulk();
	} else if (!strcmp(mode, "many")) {
		many(argc > 3 ? atoi(argv[3]) : 1);
	} else if (!strcmp(mode, "serve")) {
		serve_many();
	} else {
		fprintf(stderr, "watched: no such mode: %s\n", mode);
		return 2;
	}
	return 0;
}
