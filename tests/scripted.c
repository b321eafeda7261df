/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * Programs that tests/witness.bats watches, each a list of the calls it makes:
 *
 *     scripted 'OPERATION...' 'OPERATION...'
 *
 * The first is a server, which has begun to listen on a port of the loopback
 * that is free, the second its client, each a process. The status is the
 * client's. An operation is NAME or NAME:ARGUMENT; see the table. Those of
 * `fork` and `thread` stand behind it with commas between.
 */
#include <errno.h>
#include <fcntl.h>
#include <netinet/in.h>
#include <netinet/tcp.h>
#include <pthread.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/sendfile.h>
#include <sys/socket.h>
#include <sys/syscall.h>
#include <sys/uio.h>
#include <sys/wait.h>
#include <unistd.h>

#define ROOM 4096

static struct sockaddr_in where;
static int listener;
static int fd = -1;  /* what operations act on */
static int kept;     /* a duplicate of it */
static pid_t newest; /* the thread or process that was started last */
static pthread_t thread;

static char room[ROOM];
static struct iovec parts[] = { { room, 2 }, { room + 2, ROOM - 2 } };
static struct iovec halves[] = { { room, 2 }, { room + 2, 3 } };

static void run(char *operations, const char *between);

static int number(const char *argument)
{
	return argument ? atoi(argument) : ROOM;
}

static size_t length(const char *text)
{
	return strlen(text);
}

static void op_connect(const char *flags)
{
	fd = socket(AF_INET, SOCK_STREAM | (flags ? SOCK_NONBLOCK : 0), 0);
	connect(fd, (struct sockaddr *)&where, sizeof(where));
}

static void op_again(const char *unused)
{
	(void)unused;
	connect(fd, (struct sockaddr *)&where, sizeof(where));
}

static void op_unconnect(const char *unused)
{
	struct sockaddr none = { .sa_family = AF_UNSPEC };

	(void)unused;
	connect(fd, &none, sizeof(none));
}

static void op_fast_open(const char *text)
{
	fd = socket(AF_INET, SOCK_STREAM, 0);
	sendto(fd, text, length(text), MSG_FASTOPEN, (struct sockaddr *)&where,
		sizeof(where));
}

static void op_accept(const char *unused)
{
	(void)unused;
	fd = accept(listener, NULL, NULL);
}

static void op_send(const char *text)
{
	send(fd, text, length(text), 0);
}

static void op_write(const char *text)
{
	if (write(fd, text, length(text)) < 0)
		return;
}

static void op_writev(const char *unused)
{
	(void)unused;
	memcpy(room, "parts", 5);
	if (writev(fd, halves, 2) < 0 || pwritev2(fd, halves, 2, -1, 0) < 0)
		return;
}

static void op_sendmsg(const char *unused)
{
	struct msghdr message = { .msg_iov = halves, .msg_iovlen = 2 };
	struct mmsghdr messages[] = { { .msg_hdr = message } };

	(void)unused;
	memcpy(room, "parts", 5);
	sendmsg(fd, &message, 0);
	sendmmsg(fd, messages, 1, 0);
}

static void op_sendfile(const char *bytes)
{
	int file = open("/proc/self/exe", O_RDONLY);

	sendfile(fd, file, NULL, (size_t)number(bytes));
	close(file);
}

static void op_splice(const char *text)
{
	int ends[2];

	if (pipe(ends) || write(ends[1], text, length(text)) < 0)
		return;
	splice(ends[0], NULL, fd, NULL, length(text), 0);
	close(ends[0]);
	close(ends[1]);
}

static void op_recv(const char *bytes)
{
	recv(fd, room, (size_t)number(bytes), 0);
}

static void op_all(const char *bytes)
{
	recv(fd, room, (size_t)number(bytes), MSG_WAITALL);
}

static void op_peek(const char *bytes)
{
	recv(fd, room, (size_t)number(bytes), MSG_PEEK);
}

static void op_at_once(const char *bytes)
{
	recv(fd, room, (size_t)number(bytes), MSG_DONTWAIT);
}

static void op_bad(const char *unused)
{
	(void)unused;
	recv(fd, (void *)8, 1, 0);
	send(fd, (void *)8, 1, 0);
	send(-1, room, 1, 0);
}

static void op_read(const char *bytes)
{
	if (read(fd, room, (size_t)number(bytes)) < 0)
		return;
}

static void op_readv(const char *unused)
{
	(void)unused;
	if (readv(fd, halves, 2) < 0 || preadv2(fd, halves, 2, -1, 0) < 0)
		return;
}

static void op_recvmsg(const char *unused)
{
	struct msghdr message = { .msg_iov = halves, .msg_iovlen = 2 };
	struct mmsghdr messages[] = { { .msg_hdr = message } };

	(void)unused;
	recvmsg(fd, &message, 0);
	recvmmsg(fd, messages, 1, 0, NULL);
}

static void op_drain(const char *unused)
{
	(void)unused;
	while (recv(fd, room, ROOM, 0) > 0)
		;
}

static void op_shutdown(const char *how)
{
	shutdown(fd, atoi(how));
}

static void op_close(const char *unused)
{
	(void)unused;
	close(fd);
}

static void op_close_range(const char *unused)
{
	(void)unused;
	close_range(3, ~0U, 0);
}

static void op_dup(const char *unused)
{
	(void)unused;
	kept = dup(fd);
	fcntl(fd, F_DUPFD_CLOEXEC, 40);
	dup2(fd, 41);
}

static void op_kept(const char *unused)
{
	(void)unused;
	fd = kept;
}

static void op_onto(const char *unused)
{
	(void)unused;
	dup2(STDERR_FILENO, fd);
}

static void op_linger(const char *unused)
{
	struct linger linger = { .l_onoff = 1 };

	(void)unused;
	setsockopt(fd, SOL_SOCKET, SO_LINGER, &linger, sizeof(linger));
}

static void op_cork(const char *on)
{
	int value = atoi(on);

	setsockopt(fd, IPPROTO_TCP, TCP_CORK, &value, sizeof(value));
}

static void op_ignore(const char *unused)
{
	(void)unused;
	signal(SIGPIPE, SIG_IGN);
}

/* Not by any instruction of a 64-bit program. */
static void op_narrow(const char *text)
{
	char *low = mmap(NULL, ROOM, PROT_READ | PROT_WRITE,
		MAP_PRIVATE | MAP_ANONYMOUS | MAP_32BIT, -1, 0);
	long result = 4;

	strcpy(low, text);
	/* write(2), of the 32-bit ABI. */
	__asm__ volatile("int $0x80"
			 : "+a"(result)
			 : "b"(fd), "c"(low), "d"(length(text))
			 : "memory");
	if (result < 0)
		send(fd, text, length(text), 0);
}

static void op_fork(const char *operations)
{
	newest = fork();
	if (newest)
		return;
	run(strdup(operations), ",");
	_exit(0);
}

static void *run_in_thread(void *operations)
{
	__atomic_store_n(&newest, gettid(), __ATOMIC_SEQ_CST);
	run(operations, ",");
	return NULL;
}

static void op_thread(const char *operations)
{
	newest = 0;
	pthread_create(&thread, NULL, run_in_thread, strdup(operations));
}

static void op_join(const char *unused)
{
	(void)unused;
	pthread_join(thread, NULL);
}

static void op_wait(const char *unused)
{
	(void)unused;
	wait(NULL);
}

/* Until what was started last sleeps, in its call. */
static void op_asleep(const char *unused)
{
	char path[64], line[512];

	(void)unused;
	for (;;) {
		FILE *file;
		const char *state;

		snprintf(path, sizeof(path), "/proc/%d/stat",
			__atomic_load_n(&newest, __ATOMIC_SEQ_CST));
		file = fopen(path, "r");
		if (!file)
			continue;
		state = fgets(line, sizeof(line), file) ? strrchr(line, ')')
							: NULL;
		fclose(file);
		if (state && state[2] == 'S')
			return;
	}
}

static void op_exit(const char *status)
{
	exit(atoi(status));
}

static void op_kill(const char *signal)
{
	kill(getpid(), atoi(signal));
}

static const struct {
	const char *name;
	void (*act)(const char *argument);
} table[] = {
	{ "connect", op_connect },
	{ "again", op_again },
	{ "unconnect", op_unconnect },
	{ "fastopen", op_fast_open },
	{ "accept", op_accept },
	{ "send", op_send },
	{ "write", op_write },
	{ "writev", op_writev },
	{ "sendmsg", op_sendmsg },
	{ "sendfile", op_sendfile },
	{ "splice", op_splice },
	{ "recv", op_recv },
	{ "all", op_all },
	{ "peek", op_peek },
	{ "atonce", op_at_once },
	{ "bad", op_bad },
	{ "read", op_read },
	{ "readv", op_readv },
	{ "recvmsg", op_recvmsg },
	{ "drain", op_drain },
	{ "shutdown", op_shutdown },
	{ "close", op_close },
	{ "closerange", op_close_range },
	{ "dup", op_dup },
	{ "kept", op_kept },
	{ "onto", op_onto },
	{ "linger", op_linger },
	{ "cork", op_cork },
	{ "ignore", op_ignore },
	{ "narrow", op_narrow },
	{ "fork", op_fork },
	{ "thread", op_thread },
	{ "join", op_join },
	{ "wait", op_wait },
	{ "asleep", op_asleep },
	{ "exit", op_exit },
	{ "kill", op_kill },
};

static void run_one(char *operation)
{
	char *argument = strchr(operation, ':');

	if (argument)
		*argument++ = '\0';
	for (size_t i = 0; i < sizeof(table) / sizeof(*table); i++)
		if (!strcmp(table[i].name, operation)) {
			table[i].act(argument);
			return;
		}
	fprintf(stderr, "scripted: there is no %s\n", operation);
	exit(99);
}

static void run(char *operations, const char *between)
{
	char *rest, *one = strtok_r(operations, between, &rest);

	for (; one; one = strtok_r(NULL, between, &rest))
		run_one(one);
}

int main(int argc, char **argv)
{
	socklen_t size = sizeof(where);
	int status;

	if (argc != 3)
		return 98;
	where = (struct sockaddr_in){ .sin_family = AF_INET,
		.sin_addr = { htonl(INADDR_LOOPBACK) } };
	listener = socket(AF_INET, SOCK_STREAM, 0);
	if (bind(listener, (struct sockaddr *)&where, sizeof(where)) ||
		listen(listener, 8) ||
		getsockname(listener, (struct sockaddr *)&where, &size))
		return 97;
	for (int i = 1; i < argc; i++) {
		newest = fork();
		if (newest)
			continue;
		run(argv[i], " ");
		return 0;
	}
	close(listener);
	waitpid(newest, &status, 0);
	wait(NULL);
	return WIFSIGNALED(status) ? 128 + WTERMSIG(status)
				   : WEXITSTATUS(status);
}
