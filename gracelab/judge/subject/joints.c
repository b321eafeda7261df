/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "joints.h"

#include <errno.h>
#include <stdlib.h>

#include "gracelab/trace/peek.h"
#include "gracelab/trace/story/socket.h"
#include "lib/net/net.h"
#include "lib/net/port.h"

static struct joint *seen(const struct joints *joints, uint64_t inode)
{
	struct joint *joint = joints->buckets[inode % JOINTS_BUCKETS];

	while (joint && joint->inode != inode)
		joint = joint->next;
	return joint;
}

struct joint *joints_find(const struct joints *joints, uint64_t inode)
{
	struct joint *joint = seen(joints, inode);

	return joint && joint->known ? joint : NULL;
}

/* That with the inode, seen before or not; NULL without memory. */
static struct joint *see(struct joints *joints, uint64_t inode)
{
	struct joint **at = &joints->buckets[inode % JOINTS_BUCKETS];
	struct joint *joint = seen(joints, inode);

	if (joint)
		return joint;
	joint = calloc(1, sizeof(*joint));
	if (!joint) {
		joints->incomplete = true;
		return NULL;
	}
	joint->inode = inode;
	joint->next = *at;
	*at = joint;
	return joint;
}

/* Whether it may be of a hop. */
static bool suits(const struct joints *joints, const struct socket_facts *facts)
{
	return facts->is_tcp || (facts->is_unix && joints->over_unix);
}

/* Which hop its ends say that it is of. */
static void learn(const struct joints *joints, struct joint *joint,
	const struct socket_facts *facts)
{
	if (facts->is_unix) {
		joint->known = joints->over_unix;
		joint->alien = !joint->known;
		return;
	}
	uint16_t own = port_at(&facts->local), peer = port_at(&facts->peer);

	joint->known =
		own == joints->ports[CLIENT] || peer == joints->ports[SERVER];
	joint->alien = !joint->known;
	joint->hop = own == joints->ports[CLIENT] ? CLIENT : SERVER;
	joint->port = joint->hop == CLIENT ? peer : own;
}

struct joint *joints_at(
	struct joints *joints, const struct trace_call *call, int fd)
{
	struct joint *joint;
	struct socket_facts facts;
	uint64_t inode;

	if (peek_socket(call, fd, &inode) != PEEK_SOCKET)
		return NULL;
	joint = see(joints, inode);
	if (joint && !joint->known && !joint->alien &&
		socket_ask(call->process, fd, &facts)) {
		if (facts.has_peer)
			learn(joints, joint, &facts);
		joint->alien = joint->alien || !suits(joints, &facts);
	}
	return joint && joint->known ? joint : NULL;
}

bool joints_may_join(const struct joints *joints, const struct trace_call *call)
{
	struct socket_facts facts;
	uint64_t inode;

	return peek_socket(call, (int)call->args[0], &inode) == PEEK_SOCKET &&
		socket_ask(call->process, (int)call->args[0], &facts) &&
		suits(joints, &facts) && !facts.has_peer;
}

/* Whom connect(2) was to reach, where the socket does not know yet. */
static void read_peer(
	const struct trace_call *call, struct sockaddr_storage *peer)
{
	size_t size = call->args[2] < sizeof(*peer) ? (size_t)call->args[2]
						    : sizeof(*peer);

	peek_memory(call->thread, call->args[1], peer, size);
	net_unmap(peer);
}

struct joint *joints_join(struct joints *joints, const struct trace_call *call)
{
	struct socket_facts facts;
	struct joint *joint;
	uint64_t inode;

	if (call->what->kind == CALL_ACCEPT)
		return call->result < 0
			? NULL
			: joints_at(joints, call, (int)call->result);
	if ((call->result && call->result != -EINPROGRESS) ||
		peek_socket(call, (int)call->args[0], &inode) != PEEK_SOCKET ||
		!socket_ask(call->process, (int)call->args[0], &facts))
		return NULL;
	if (!facts.has_peer && facts.is_tcp)
		read_peer(call, &facts.peer);
	joint = see(joints, inode);
	if (joint)
		learn(joints, joint, &facts);
	return joint && joint->known ? joint : NULL;
}

void joints_free(struct joints *joints)
{
	for (size_t i = 0; i < JOINTS_BUCKETS; i++)
		while (joints->buckets[i]) {
			struct joint *joint = joints->buckets[i];

			joints->buckets[i] = joint->next;
			free(joint);
		}
}
