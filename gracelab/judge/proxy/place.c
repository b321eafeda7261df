/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "place.h"

#include <netdb.h>
#include <netinet/in.h>
#include <poll.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "gracelab/judge/inspect.h"
#include "gracelab/judge/relay/arrivals.h"
#include "gracelab/stage/loopback.h"
#include "lib/base/duration.h"
#include "lib/net/net.h"
#include "path.h"

enum {
	/* Free in a private network, and below what connect(2) chooses. */
	PRIVATE_BACK = 4321,
	PRIVATE_FRONT = 4322,
	/* How long a proxy that we start may take until it listens. */
	START_MS = 10000,
	/* ... and one that pauses between clients. */
	PAUSE_MS = 1000,
	LOOK_MS = 5,
	/* How long an address may take to answer. */
	RESOLVE_MS = 1000,
};

const char *place_resolve(struct place_options *options)
{
	struct addrinfo hints = { .ai_socktype = SOCK_STREAM }, *list = NULL;
	char port[8], error[NET_ERROR_SIZE];
	int fd = -1;

	snprintf(port, sizeof(port), "%u", options->front_port);
	int failed = getaddrinfo(options->front_host, port, &hints, &list);

	if (failed)
		return gai_strerror(failed);
	memcpy(&options->front, list->ai_addr, list->ai_addrlen);
	options->front_bytes = list->ai_addrlen;
	/* Of several the first that takes a connection. */
	if (list->ai_next)
		fd = net_connect(
			&(struct net_connect_options){
				.host = options->front_host,
				.port = port,
				.timeout_ms = RESOLVE_MS,
			},
			error);
	if (fd >= 0) {
		options->front_bytes = sizeof(options->front);
		getpeername(fd, (struct sockaddr *)&options->front,
			&options->front_bytes);
		close(fd);
	}
	freeaddrinfo(list);
	return NULL;
}

static uint16_t port_of(int fd)
{
	struct sockaddr_in address = { 0 };
	socklen_t bytes = sizeof(address);

	getsockname(fd, (struct sockaddr *)&address, &bytes);
	return ntohs(address.sin_port);
}

/* Listens at the port of 127.0.0.1, 0 for any; false, and why. */
static bool listen_at(
	struct place *place, enum relay_way way, uint16_t port, char *error)
{
	int fd = net_listen(
		&(struct net_listen_options){
			.host = "127.0.0.1", .port = port, .reuseaddr = true },
		error);

	place->where.listeners[way] = fd;
	place->where.ports[way] = fd < 0 ? 0 : port_of(fd);
	return fd >= 0;
}

/* A port that is free at this moment, or 0. */
static uint16_t free_port(void)
{
	char error[NET_ERROR_SIZE];
	int fd = net_listen(
		&(struct net_listen_options){ .host = "127.0.0.1" }, error);
	uint16_t port = fd < 0 ? 0 : port_of(fd);

	if (fd >= 0)
		close(fd);
	return port;
}

static bool goes_on(void)
{
	return !inspect_interrupted();
}

/* Starts the command at a front of its own. */
static char *start(struct place *place)
{
	uint16_t port = place->is_private
		? (uint16_t)(PRIVATE_FRONT + place->started)
		: free_port();
	struct sockaddr_in front = {
		.sin_family = AF_INET,
		.sin_port = htons(port),
		.sin_addr.s_addr = htonl(INADDR_LOOPBACK),
	};
	const struct subject_ports ports = {
		.listen = port,
		.backend = place->where.ports[RELAY_THROUGH],
	};

	place->started++;
	memcpy(&place->where.front, &front, sizeof(front));
	place->where.front_bytes = sizeof(front);
	place->where.front_port = port;
	if (!place->kernel ||
		subject_start(&place->subject, place->options->command, &ports,
			place->outside))
		return strdup("the proxy cannot be started");
	return subject_await(
		&place->subject, place->kernel, port, START_MS, goes_on);
}

char *place_open(struct place *place, const struct place_options *options,
	const sigset_t *outside)
{
	char error[NET_ERROR_SIZE], why[240];

	*place = (struct place){
		.options = options,
		.outside = outside,
		.subject = { .output = -1 },
		.where = { .front = options->front,
			.front_bytes = options->front_bytes,
			.front_port = options->front_port,
			.listeners = { -1, -1 },
			.outside = outside },
	};
	place->is_private = options->command && loopback_leave_host();
	uint16_t back = place->is_private ? PRIVATE_BACK : options->back_port;

	if (!listen_at(place, RELAY_THROUGH, back, error) ||
		!listen_at(place, RELAY_DIRECT, 0, error))
		return strdup(error);
	place->kernel = kernel_open();
	if (path_is_other(&options->line)) {
		if (!place->is_private)
			return strdup("a line needs a private network, and "
				      "that is refused here");
		place->where.line = line_open(&options->line, why, sizeof(why));
		if (!place->where.line)
			return strdup(why);
	}
	if (place->is_private && !place->where.line)
		place->where.capture = capture_open_roomy(0, why, sizeof(why));
	return options->command ? start(place) : NULL;
}

char *place_restart(struct place *place)
{
	subject_end(&place->subject);
	return start(place);
}

bool place_has_ended(struct place *place)
{
	return place->options->command &&
		subject_has_ended(&place->subject, place->kernel,
			place->where.front_port);
}

void place_await_listener(struct place *place)
{
	int64_t deadline_ms = duration_deadline_ms(PAUSE_MS);

	while (place->options->command && goes_on() &&
		duration_now_ms() < deadline_ms &&
		kernel_is_listening(place->kernel, place->where.front_port) ==
			0 &&
		!place_has_ended(place))
		poll(NULL, 0, LOOK_MS);
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

	if (place->kernel &&
		!kernel_listeners(place->kernel, on_listener, &wanted) &&
		wanted.inode)
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

bool place_find_socket(struct place *place, enum side hop, uint16_t port,
	struct place_socket *socket)
{
	if (!place->is_private || !place->kernel)
		return false;
	*socket = (struct place_socket){
		.hop = hop,
		.port = port,
		.inode = look(place, hop, port).inode,
	};
	return socket->inode != 0;
}

bool place_look_at_queue(struct place *place, enum side hop, uint16_t port,
	struct place_queue *queue)
{
	if (!place->is_private || !place->kernel)
		return false;
	const struct kernel_socket socket = look(place, hop, port);

	*queue = (struct place_queue){ .unread = socket.unread_bytes,
		.unsent = socket.unacked_bytes };
	return socket.state != STATE_GONE;
}

enum tcp_state place_socket_state(
	struct place *place, const struct place_socket *socket)
{
	enum tcp_state state = look(place, socket->hop, socket->port).state;

	return state == STATE_GONE || state == STATE_TIME_WAIT ? STATE_CLOSE
							       : state;
}

void place_close(struct place *place)
{
	subject_end(&place->subject);
	for (int way = 0; way < RELAY_WAYS; way++)
		if (place->where.listeners[way] >= 0)
			close(place->where.listeners[way]);
	kernel_close(place->kernel);
	capture_close(place->where.capture);
	line_close(place->where.line);
}
