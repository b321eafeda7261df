/* SPDX-License-Identifier: GPL-3.0-or-later */
/* The proxy's name, and its own sockets, as the kernel has them. */
#include <netinet/in.h>
#include <stdio.h>
#include <string.h>

#include "gracelab/observe/unix_table.h"
#include "lib/base/duration.h"
#include "lib/net/tcp.h"
#include "lib/net/unix_state.h"
#include "path.h"
#include "place.h"

/* How much the proxy is to hold itself, and for how long already: the probe of
 * a window that is too small for a segment may fill it, RFC 9293 section
 * 3.8.6.1. */
#define HELD_BYTES 32768
#define SETTLED_MS 300

/* What is added where that takes more than what was measured before. */
#define GROWS_BYTES (1024 * 1024)

void place_name(const struct place_options *options, char *out, size_t size)
{
	char line[160];

	path_describe(&options->line, line, sizeof(line));
	if (!options->command && options->front_port)
		snprintf(out, size,
			strchr(options->front_host, ':') ? "proxy [%s]:%u%s%s"
							 : "proxy %s:%u%s%s",
			options->front_host, options->front_port,
			secure_describe(&options->secure), line);
	else
		snprintf(out, size, "proxy %s%s%s",
			options->command ? options->command[0]
					 : options->front_host,
			secure_describe(&options->secure), line);
}

/* The listener at the front. */
struct wanted {
	uint16_t port;
	uint32_t inode;
};

static bool on_listener(
	void *context, const struct sockaddr *address, uint32_t inode)
{
	struct wanted *wanted = context;
	struct sockaddr_in in;

	/* The port stands at the same place in both families. */
	memcpy(&in, address, sizeof(in));
	if (ntohs(in.sin_port) == wanted->port)
		wanted->inode = inode;
	return !wanted->inode;
}

void place_name_program(struct place *place, char *name, size_t size)
{
	struct wanted wanted = { .port = place->where.front_port };
	struct held *held = NULL;

	if (place->ports.listen_unix)
		unix_table_listener(place->ports.listen_unix, &wanted.inode);
	else if (place->kernel)
		kernel_listeners(place->kernel, on_listener, &wanted);
	if (wanted.inode)
		held = held_look();
	snprintf(name, size, "%s", held ? held_by(held, wanted.inode) : "");
	held_free(held);
}

/* The socket as the kernel has it; all zero where it has none. */
static struct kernel_socket look(
	struct place *place, enum side hop, uint16_t port)
{
	struct sockaddr_in client = {
		.sin_family = AF_INET,
		.sin_addr.s_addr = htonl(INADDR_LOOPBACK),
		.sin_port = htons(port),
	};
	struct sockaddr_in server = client;
	struct kernel_pair pair = { 0 };
	struct kernel_socket ends[SIDES] = { 0 };

	server.sin_port =
		htons(hop == CLIENT ? place->where.front_port
				    : place->where.ports[RELAY_THROUGH]);
	memcpy(&pair.client, &client, sizeof(client));
	memcpy(&pair.server, &server, sizeof(server));
	if (kernel_look(place->kernel, &pair, &ends[CLIENT], &ends[SERVER]))
		return (struct kernel_socket){ 0 };
	/* Towards our client the proxy is the server. */
	return ends[hop == CLIENT ? SERVER : CLIENT];
}

bool place_find_socket(struct place *place, const struct place_end *end,
	struct place_socket *socket)
{
	struct unix_facts facts = { .peer = 0 };

	if (!place->is_private || !place->kernel)
		return false;
	if (!end->port)
		unix_ask(end->fd, &facts);
	*socket = (struct place_socket){
		.hop = end->hop,
		.port = end->port,
		.inode = end->port ? look(place, end->hop, end->port).inode
				   : facts.peer,
	};
	return socket->inode != 0;
}

/* What waits in it: to be read by the proxy, and to be taken by our end. */
struct hop_queue {
	uint32_t unread, unsent; /* bytes */
};

/* False where that cannot be seen. */
static bool look_at_queue(struct place *place, const struct place_end *end,
	struct hop_queue *queue)
{
	struct unix_facts facts;

	if (!place->is_private || !place->kernel)
		return false;
	/* What it has sent is in our own queue at once. */
	if (!end->port && unix_ask(end->fd, &facts)) {
		*queue = (struct hop_queue){
			.unread = facts.peer_unread_bytes,
		};
		return true;
	}
	const struct kernel_socket socket = look(place, end->hop, end->port);

	*queue = (struct hop_queue){ .unread = socket.unread_bytes,
		.unsent = socket.unacked_bytes };
	return socket.state != STATE_GONE;
}

bool place_look_inside(struct place *place, const struct play *play,
	enum side sender, struct place_inside *inside)
{
	const struct party *ends[SIDES] = { &play->client, relay_server(play) };
	const uint16_t ports[SIDES] = { play->port, play->server->port };
	const struct party *from = ends[sender], *to = ends[!sender];
	struct hop_queue queues[SIDES];

	for (int hop = 0; hop < SIDES; hop++) {
		const struct place_end end = { (enum side)hop, ports[hop],
			ends[hop]->conn.fd };

		if (!look_at_queue(place, &end, &queues[hop]))
			return false;
	}
	/* Of a UNIX socket these are the same bytes, as memory. */
	int64_t on_its_way = from->is_unix
		? 0
		: (int64_t)tcp_unacknowledged_bytes(from->conn.fd);
	int64_t beyond = (int64_t)to->received +
		(int64_t)tcp_unread_bytes(to->conn.fd) + queues[!sender].unsent;

	inside->unread = queues[sender].unread;
	inside->coming = on_its_way + inside->unread;
	inside->read = (int64_t)from->sent - inside->coming;
	inside->held = inside->read - beyond;
	return true;
}

int64_t place_still_ms(struct place *place, struct play *play, enum side sender,
	struct place_inside *inside)
{
	struct party *from =
		sender == CLIENT ? &play->client : &play->server->party;
	int64_t now_ms = duration_now_ms();

	if (place_look_inside(place, play, sender, inside) &&
		inside->read != from->taken) {
		from->taken = inside->read;
		from->taken_ms = now_ms;
	}
	return now_ms -
		(from->taken_ms > from->active_ms ? from->taken_ms
						  : from->active_ms);
}

static void resize(struct play *play, int64_t size)
{
	play->size = play->client.size = relay_server(play)->size = size;
}

enum between_takes place_takes(
	struct place *place, struct play *play, struct party *end)
{
	struct place_inside inside = { .coming = 1 };
	enum side side = &play->client == end ? CLIENT : SERVER;
	bool rests = between_rests(end->between, &end->wait);
	int64_t still_ms = place_still_ms(place, play, side, &inside);

	if (rests && !inside.coming &&
		(end->goal == BETWEEN_UNREAD || inside.held < HELD_BYTES)) {
		if (play->size - (int64_t)end->step_sent < GROWS_BYTES &&
			play->size < PLACE_FILL_BYTES)
			resize(play, play->size + GROWS_BYTES);
		return BETWEEN_MORE;
	}
	/* What is at work is waited for, and what may be so soon. */
	if (!rests || still_ms < SETTLED_MS) {
		end->other->active_ms = duration_now_ms();
		return BETWEEN_LATER;
	}
	resize(play, (int64_t)end->step_sent);
	return BETWEEN_ENOUGH;
}

enum tcp_state place_socket_state(
	struct place *place, const struct place_socket *socket)
{
	struct unix_facts facts;

	if (!socket->port)
		return unix_ask_inode((uint32_t)socket->inode, &facts)
			? facts.state
			: STATE_SHUT_RDWR;
	enum tcp_state state = look(place, socket->hop, socket->port).state;

	return state == STATE_GONE || state == STATE_TIME_WAIT ? STATE_CLOSE
							       : state;
}
