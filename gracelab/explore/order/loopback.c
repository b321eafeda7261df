/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Orders on a private loopback: a call returns when the peer has acted. */
#include <arpa/inet.h>
#include <errno.h>
#include <netinet/in.h>
#include <netinet/tcp.h>
#include <poll.h>
#include <sched.h>
#include <stddef.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

#include "gracelab/stage/stage.h"
#include "ground.h"
#include "lib/base/duration.h"
#include "lib/base/names.h"

/* How often the kernel is looked at without a pause, and the pause then. */
#define LOOKS_AT_ONCE 64
#define LOOK_PAUSE_MS 1

struct loopback {
	struct ground ground;
	int listener;
	struct sockaddr_storage address;
};

static void leave(struct ground *ground)
{
	struct loopback *loopback = (struct loopback *)ground;

	if (loopback->listener >= 0)
		close(loopback->listener);
	free(loopback);
}

/* Listens on the loopback; 0, or -1 with errno. */
static int begin_listening(struct loopback *loopback)
{
	struct sockaddr_in *address = (struct sockaddr_in *)&loopback->address;
	socklen_t size = sizeof(*address);

	address->sin_family = AF_INET;
	address->sin_addr.s_addr = htonl(INADDR_LOOPBACK);
	loopback->listener =
		socket(AF_INET, SOCK_STREAM | SOCK_NONBLOCK | SOCK_CLOEXEC, 0);
	if (loopback->listener < 0)
		return -1;
	return bind(loopback->listener, (struct sockaddr *)address, size) ||
			listen(loopback->listener, 1) ||
			getsockname(loopback->listener,
				(struct sockaddr *)address, &size)
		? -1
		: 0;
}

static struct ground *enter(
	const struct experiment *experiment, bool losses, char *why)
{
	struct loopback *loopback = calloc(1, sizeof(*loopback));
	struct stage stage = { 0 };
	char text[NAMES_DESCRIPTION_SIZE];

	(void)losses;
	if (!loopback) {
		snprintf(why, GROUND_WHY_SIZE, "no memory");
		return NULL;
	}
	loopback->ground.kind = &ground_loopback;
	loopback->listener = -1;
	if (stage_enter((const char *const *)experiment->sysctls.list,
		    experiment->sysctls.count, &stage) != STAGE_PRIVATE)
		snprintf(why, GROUND_WHY_SIZE,
			"no private network to explore on: %s", stage.why);
	else if (begin_listening(loopback))
		snprintf(why, GROUND_WHY_SIZE, "cannot listen: %s",
			names_describe(text, errno));
	else
		return &loopback->ground;
	leave(&loopback->ground);
	return NULL;
}

static bool connect_both(struct ground *ground, int fds[SIDES])
{
	struct loopback *loopback = (struct loopback *)ground;

	fds[CLIENT] =
		socket(AF_INET, SOCK_STREAM | SOCK_NONBLOCK | SOCK_CLOEXEC, 0);
	if (fds[CLIENT] < 0)
		return ground_fail(ground, "socket: %s", strerror(errno));
	if (ground_handshake(ground, loopback->listener, fds[CLIENT],
		    &loopback->address, &fds[SERVER], NULL))
		return true;
	close(fds[CLIENT]);
	return false;
}

/* What a socket has under way, by its own account. */
static bool socket_is_quiet(int fd, enum tcp_state *state)
{
	struct tcp_info info = { 0 };
	socklen_t size = offsetof(struct tcp_info, tcpi_sacked);

	if (getsockopt(fd, IPPROTO_TCP, TCP_INFO, &info, &size))
		return false;
	*state = (enum tcp_state)info.tcpi_state;
	return *state == STATE_CLOSE || !info.tcpi_unacked;
}

/*
 * Whether a side has heard all: what it sent is acknowledged or it was reset,
 * and the other's farewell has come.
 */
static bool is_quiet(const struct peer *peer, const struct peer *other)
{
	int fd = peer_descriptor(peer);
	enum tcp_state state;

	if (fd < 0)
		return true;
	if (!socket_is_quiet(fd, &state))
		return false;
	if (!other->ended || state == STATE_CLOSE)
		return true;
	switch (other->farewell) {
	case FAREWELL_NONE:
		return true;
	case FAREWELL_RST:
		return false;
	case FAREWELL_FIN:
		return state != STATE_ESTABLISHED && state != STATE_FIN_WAIT1 &&
			state != STATE_FIN_WAIT2;
	}
	return true;
}

static bool flush(struct peer peers[SIDES])
{
	bool client = peer_flush(&peers[CLIENT]);

	return peer_flush(&peers[SERVER]) || client;
}

static bool rest(struct ground *ground, struct peer peers[SIDES])
{
	int64_t deadline_ms = 0;

	for (unsigned looks = 0;; looks++) {
		if (is_quiet(&peers[CLIENT], &peers[SERVER]) &&
			is_quiet(&peers[SERVER], &peers[CLIENT]) &&
			!flush(peers))
			return true;
		if (looks < LOOKS_AT_ONCE) {
			sched_yield();
			continue;
		}
		if (!deadline_ms)
			deadline_ms = duration_deadline_ms(GROUND_PATIENCE_MS);
		if (duration_now_ms() > deadline_ms)
			return ground_fail(
				ground, "the network does not come to rest");
		poll(NULL, 0, LOOK_PAUSE_MS);
	}
}

const struct ground_kind ground_loopback = {
	.enter = enter,
	.connect = connect_both,
	.rest = rest,
	.leave = leave,
};
