/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "tcp.h"

#include <linux/sockios.h>
#include <netinet/in.h>
#include <netinet/tcp.h>
#include <poll.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>
#include <sys/ioctl.h>
#include <sys/socket.h>

#include "lib/base/names.h"
#include "unix_state.h"

/* The state is the first byte; asking for no more is cheaper. */
static bool ask_state(int fd, uint8_t *state)
{
	socklen_t size = sizeof(*state);

	return !getsockopt(fd, IPPROTO_TCP, TCP_INFO, state, &size);
}

bool tcp_is(int fd)
{
	uint8_t state;

	return ask_state(fd, &state);
}

enum tcp_state tcp_state(int fd)
{
	struct unix_facts facts;
	uint8_t state;

	if (ask_state(fd, &state))
		return (enum tcp_state)state;
	if (!unix_is_socket(fd))
		return STATE_GONE;
	return unix_ask(fd, &facts) ? facts.state : STATE_UNKNOWN;
}

static size_t ask_bytes(int fd, unsigned long request)
{
	int bytes = 0;

	if (ioctl(fd, request, &bytes) || bytes < 0)
		return 0;
	return (size_t)bytes;
}

size_t tcp_unread_bytes(int fd)
{
	return ask_bytes(fd, SIOCINQ);
}

/* SIZE_MAX: not known. */
static size_t ask_unacknowledged(int fd)
{
	size_t memory = ask_bytes(fd, SIOCOUTQ);
	struct unix_facts facts;

	/* That of a UNIX socket counts memory; none of it is no byte. */
	if (tcp_is(fd) || !memory)
		return memory;
	return unix_ask(fd, &facts) && facts.peer_unread_known
		? facts.peer_unread_bytes
		: SIZE_MAX;
}

size_t tcp_unacknowledged_bytes(int fd)
{
	size_t bytes = ask_unacknowledged(fd);

	return bytes == SIZE_MAX ? 0 : bytes;
}

int tcp_take_error(int fd)
{
	int error = 0;
	socklen_t size = sizeof(error);

	getsockopt(fd, SOL_SOCKET, SO_ERROR, &error, &size);
	return error;
}

static const struct {
	short flag;
	const char *name;
} poll_names[] = {
	{ POLLIN, "IN" },
	{ POLLOUT, "OUT" },
	{ POLLRDHUP, "RDHUP" },
	{ POLLHUP, "HUP" },
	{ POLLERR, "ERR" },
};

#define POLL_NAMES (sizeof(poll_names) / sizeof(*poll_names))

static const char nothing[] = "nothing";

void tcp_poll_text(short flags, char *out)
{
	size_t used = 0;

	snprintf(out, TCP_POLL_SIZE, nothing);
	for (size_t i = 0; i < POLL_NAMES; i++)
		if (flags & poll_names[i].flag)
			used += (size_t)snprintf(out + used,
				TCP_POLL_SIZE - used, used ? "|%s" : "%s",
				poll_names[i].name);
}

/* The flag with this name, of `len` bytes, or 0. */
static short poll_flag(const char *name, size_t len)
{
	for (size_t i = 0; i < POLL_NAMES; i++)
		if (strlen(poll_names[i].name) == len &&
			!memcmp(poll_names[i].name, name, len))
			return poll_names[i].flag;
	return 0;
}

bool tcp_poll_parse(const char *text, short *flags)
{
	short seen = 0;

	for (const char *p = text; strcmp(text, nothing) != 0;) {
		size_t len = strcspn(p, "|");
		short flag = poll_flag(p, len);

		if (!flag)
			return false;
		seen = (short)(seen | flag);
		if (!p[len])
			break;
		p += len + 1;
	}
	*flags = seen;
	return true;
}

struct tcp_facts tcp_ask(int fd)
{
	struct pollfd pollfd = { .fd = fd,
		.events = POLLIN | POLLOUT | POLLRDHUP };
	struct tcp_facts facts = { 0 };

	/* POLLERR is there only until SO_ERROR is asked. */
	if (poll(&pollfd, 1, 0) > 0)
		facts.poll = pollfd.revents;
	facts.unread_bytes = tcp_unread_bytes(fd);
	facts.unacknowledged_bytes = ask_unacknowledged(fd);
	facts.state = tcp_state(fd);
	facts.is_tcp = tcp_is(fd);
	facts.error = tcp_take_error(fd);
	return facts;
}

void tcp_describe(const struct tcp_facts *facts, char *out)
{
	char polled[TCP_POLL_SIZE], sent[64] = "some bytes unread by the peer";

	tcp_poll_text(facts->poll, polled);
	if (facts->unacknowledged_bytes != SIZE_MAX)
		snprintf(sent, sizeof(sent), "%s %zu bytes",
			facts->is_tcp ? "unacknowledged" : "unread by the peer",
			facts->unacknowledged_bytes);
	snprintf(out, TCP_DESCRIPTION_SIZE,
		"%s, unread %zu bytes, %s, poll %s, SO_ERROR %s",
		state_name(facts->state), facts->unread_bytes, sent, polled,
		facts->error ? names_errno(facts->error) : "0");
}
