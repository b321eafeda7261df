/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "arrival.h"

#include <errno.h>
#include <linux/tcp.h>
#include <netinet/in.h>
#include <stdbool.h>
#include <string.h>
#include <sys/socket.h>
#include <time.h>

#include "lib/base/duration.h"

/* An age below the kernel's tick (250 a second, 100 at the least) is none. */
#define TICK_MS 10

/* A segment older than this, or from the future: the clock was set. */
#define AGE_MOST_S 3600

void arrival_note(int fd)
{
	static const int on = 1;

	setsockopt(fd, SOL_SOCKET, SO_TIMESTAMPNS, &on, sizeof(on));
}

/* How long ago it was by the clock of the day, on which the kernel notes it. */
static double age_s(const struct timespec *then)
{
	struct timespec now;

	clock_gettime(CLOCK_REALTIME, &now);
	double age = (double)(now.tv_sec - then->tv_sec) +
		(double)(now.tv_nsec - then->tv_nsec) / 1e9;

	return age < 0 || age > AGE_MOST_S ? 0 : age;
}

ssize_t arrival_recv(int fd, void *buffer, size_t size, double *at_s)
{
	union {
		char bytes[CMSG_SPACE(sizeof(struct timespec))];
		struct cmsghdr align;
	} control;
	struct iovec vector = { .iov_base = buffer, .iov_len = size };
	struct msghdr message = {
		.msg_iov = &vector,
		.msg_iovlen = 1,
		.msg_control = &control,
		.msg_controllen = sizeof(control),
	};
	ssize_t n;

	do
		n = recvmsg(fd, &message, 0);
	while (n < 0 && errno == EINTR);
	int error = errno;

	*at_s = duration_now_s();
	for (struct cmsghdr *part = n > 0 ? CMSG_FIRSTHDR(&message) : NULL;
		part; part = CMSG_NXTHDR(&message, part)) {
		struct timespec then;

		if (part->cmsg_level != SOL_SOCKET ||
			part->cmsg_type != SCM_TIMESTAMPNS)
			continue;
		memcpy(&then, CMSG_DATA(part), sizeof(then));
		*at_s -= age_s(&then);
	}
	errno = error;
	return n;
}

static bool ask(int fd, struct tcp_info *info)
{
	socklen_t size = sizeof(*info);

	*info = (struct tcp_info){ 0 };
	return !getsockopt(fd, IPPROTO_TCP, TCP_INFO, info, &size);
}

double arrival_last_s(int fd)
{
	double now_s = duration_now_s();
	struct tcp_info info;

	if (!ask(fd, &info) || info.tcpi_last_ack_recv < TICK_MS ||
		info.tcpi_last_ack_recv > AGE_MOST_S * 1000)
		return now_s;
	return now_s - (double)info.tcpi_last_ack_recv / 1000;
}

double arrival_round_trip_s(int fd)
{
	struct tcp_info info;

	if (!ask(fd, &info) || info.tcpi_min_rtt == UINT32_MAX)
		return 0;
	return (double)info.tcpi_min_rtt / 1e6;
}
