/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "teller.h"

#include <errno.h>
#include <fcntl.h>
#include <signal.h>
#include <stdio.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/wait.h>
#include <unistd.h>

#include "gracelab/trace/filter.h"
#include "gracelab/trace/tracer.h"
#include "lib/base/names.h"
#include "telling.h"

/* As much is told before anybody has to hear it; pipe(7). */
#define TOLD_BYTES (1024 * 1024)

bool teller_open(int told[2], char *why, size_t why_size)
{
	char description[NAMES_DESCRIPTION_SIZE];

	if (!tracer_probe(why, why_size))
		return false;
	if (pipe2(told, O_CLOEXEC | O_NONBLOCK)) {
		snprintf(why, why_size, "pipe(2): %s",
			names_describe(description, errno));
		return false;
	}
	/* Where that is too much it holds what it holds. */
	fcntl(told[1], F_SETPIPE_SZ, TOLD_BYTES);
	return true;
}

void teller_refuse(const struct teller_plan *plan, const char *what, int error)
{
	struct told told = {
		.kind = TOLD_REFUSED,
		.bytes = (uint64_t)error,
	};

	snprintf(told.text, sizeof(told.text), "%s", what);
	/* Nobody reads any more: then nobody misses it. */
	(void)!write(plan->out, &told, sizeof(told));
}

int teller_make_gate(int gate[2])
{
	const int yes = 1;

	if (socketpair(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0, gate))
		return -1;
	if (!setsockopt(gate[0], SOL_SOCKET, SO_PASSCRED, &yes, sizeof(yes)))
		return 0;
	close(gate[0]);
	close(gate[1]);
	return -1;
}

void teller_be_looked_at(const struct teller_plan *plan, int gate)
{
	struct sock_filter filter[FILTER_MAX];
	unsigned short count = filter_compose(filter, false);
	char seized = 0;

	if (send(gate, "", 1, MSG_NOSIGNAL) != 1)
		return;
	while (recv(gate, &seized, 1, 0) < 0 && errno == EINTR)
		;
	if (seized && filter_install_privileged(filter, count))
		teller_refuse(plan, "seccomp(2)", errno);
}

/* The number here of who knocks, who may have another where it lives; or 0. */
static pid_t hear(int gate)
{
	char byte;
	union {
		char room[CMSG_SPACE(sizeof(struct ucred))];
		struct cmsghdr align;
	} control;
	struct iovec vector = { .iov_base = &byte, .iov_len = 1 };
	struct msghdr message = {
		.msg_iov = &vector,
		.msg_iovlen = 1,
		.msg_control = control.room,
		.msg_controllen = sizeof(control.room),
	};
	struct ucred who = { 0 };
	ssize_t n;

	while ((n = recvmsg(gate, &message, 0)) < 0 && errno == EINTR)
		;
	const struct cmsghdr *header = n == 1 ? CMSG_FIRSTHDR(&message) : NULL;

	if (header && header->cmsg_type == SCM_CREDENTIALS)
		memcpy(&who, CMSG_DATA(header), sizeof(who));
	return who.pid;
}

/* Lets the program go on, looked at or not. */
static bool begin(struct telling *telling, int gate)
{
	pid_t program = hear(gate);
	char seized =
		program > 0 && !tracer_seize(&telling->tracer, program, 0);
	int error = errno;

	send(gate, &seized, 1, MSG_NOSIGNAL);
	if (program > 0 && !seized)
		teller_refuse(&telling->plan, "ptrace(2)", error);
	return seized;
}

void teller_look(const struct teller_plan *plan, int gate, pid_t child)
{
	struct telling telling;
	siginfo_t info;

	telling_begin(&telling, plan, child);
	if (!begin(&telling, gate))
		while (waitpid(child, NULL, 0) < 0 && errno == EINTR)
			;
	else
		while (!telling.over &&
			(!waitid(P_ALL, 0, &info,
				 WEXITED | WSTOPPED | WNOWAIT | __WALL) ||
				errno == EINTR))
			tracer_handle(&telling.tracer);
	telling_end(&telling);
}
