/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "place.h"

#include <errno.h>
#include <netdb.h>
#include <netinet/in.h>
#include <poll.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "gracelab/judge/inspect.h"
#include "gracelab/judge/relay/arrivals.h"
#include "gracelab/judge/subject/teller.h"
#include "gracelab/stage/loopback.h"
#include "lib/base/duration.h"
#include "lib/net/net.h"
#include "lib/net/port.h"
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

	if (unix_is(options->front_host)) {
		struct sockaddr_un un;
		const char *wrong = unix_parse(
			options->front_host, &un, &options->front_bytes);

		memcpy(&options->front, &un, sizeof(un));
		return wrong;
	}
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

/* Listens at `unix:PATH`, or the port of 127.0.0.1, 0 for any; false, and why.
 */
static bool listen_at(struct place *place, enum relay_way way, const char *text,
	uint16_t port, char *error)
{
	const char *host =
		way == RELAY_THROUGH ? place->options->back_host : NULL;
	int fd = net_listen(
		&(struct net_listen_options){
			.host = text   ? text
				: host ? host
				       : "127.0.0.1",
			.file = &place->files[way],
			.port = port,
			.reuseaddr = true,
		},
		error);

	place->where.listeners[way] = fd;
	place->where.ports[way] = fd < 0 || text ? 0 : port_of(fd, false);
	return fd >= 0;
}

bool place_uses(const struct place_options *options, const char *name)
{
	for (char **word = options->command; word && *word; word++)
		if (strstr(*word, name))
			return true;
	return false;
}

bool place_has_unix(const struct place *place)
{
	return !place->where.front_port || !place->where.ports[RELAY_THROUGH];
}

/* Opens both listeners; false, and why. */
static bool listen_for_it(struct place *place, char *error)
{
	const struct place_options *options = place->options;
	uint16_t port = place->is_private ? PRIVATE_BACK : options->back_port;
	bool makes = place_uses(options, "{backend_unix}");
	char back[sizeof(UNIX_PREFIX) + sizeof(place->back_path)];
	char direct[sizeof(back)];

	if ((makes || options->back_unix ||
		    place_uses(options, "{listen_unix}")) &&
		!sockets_open(&place->sockets)) {
		snprintf(error, NET_ERROR_SIZE,
			"no folder for UNIX sockets: %s", strerror(errno));
		return false;
	}
	if (!makes && !options->back_unix)
		return listen_at(place, RELAY_THROUGH, NULL, port, error) &&
			listen_at(place, RELAY_DIRECT, NULL, 0, error);
	place->back_path = sockets_at(&place->sockets, "back", 1);
	snprintf(back, sizeof(back), UNIX_PREFIX "%s", place->back_path.text);
	snprintf(direct, sizeof(direct), UNIX_PREFIX "%s",
		sockets_at(&place->sockets, "direct", 1).text);
	place->ports.backend_unix = place->back_path.text;
	return listen_at(place, RELAY_THROUGH,
		       options->back_unix ? options->back_unix : back, 0,
		       error) &&
		listen_at(place, RELAY_DIRECT, direct, 0, error);
}

/* A port that is free at this moment, or 0. */
static uint16_t free_port(void)
{
	char error[NET_ERROR_SIZE];
	int fd = net_listen(
		&(struct net_listen_options){ .host = "127.0.0.1" }, error);
	uint16_t port = fd < 0 ? 0 : port_of(fd, false);

	if (fd >= 0)
		close(fd);
	return port;
}

static bool goes_on(void)
{
	return !inspect_interrupted();
}

/* A fresh path: what the last has left there is none of the next one's. */
static void set_unix_front(struct place *place)
{
	struct sockaddr_un front = { .sun_family = AF_UNIX };

	place->front_path =
		sockets_at(&place->sockets, "front", place->started);
	place->ports.listen_unix = place->front_path.text;
	memcpy(front.sun_path, place->front_path.text, sizeof(front.sun_path));
	memcpy(&place->where.front, &front, sizeof(front));
	place->where.front_bytes = sizeof(front);
	place->where.front_port = 0;
}

/* Starts the command at a front of its own. */
static char *start_once(struct place *place)
{
	uint16_t port = place->is_private
		? (uint16_t)(PRIVATE_FRONT + place->started)
		: free_port();
	struct sockaddr_in front = {
		.sin_family = AF_INET,
		.sin_port = htons(port),
		.sin_addr.s_addr = htonl(INADDR_LOOPBACK),
	};

	place->started++;
	place->ports.listen = port;
	place->ports.backend = place->where.ports[RELAY_THROUGH];
	if (place_uses(place->options, "{listen_unix}")) {
		set_unix_front(place);
	} else {
		memcpy(&place->where.front, &front, sizeof(front));
		place->where.front_bytes = sizeof(front);
		place->where.front_port = port;
	}
	if (!place->kernel ||
		subject_start(&place->subject, place->options->command,
			&place->ports, place->outside,
			*place->no_calls ? -1 : place->told[1]))
		return strdup("the proxy cannot be started");
	return subject_await(&place->subject, place->kernel, &place->ports,
		START_MS, goes_on);
}

/*
 * Starts it. One that does not bear to be looked at, as who uses ptrace(2)
 * itself, is not: no verdict comes of the looking.
 */
static char *start(struct place *place)
{
	char *why = start_once(place);

	if (!why || *place->no_calls || !goes_on() ||
		!subject_is_over(&place->subject))
		return why;
	free(why);
	subject_end(&place->subject);
	snprintf(place->no_calls, sizeof(place->no_calls),
		"while they were looked at it did not start");
	return start_once(place);
}

/* Has the command's calls looked at, where that can be. */
static void open_told(struct place *place)
{
	if (!place->options->command)
		return;
	if (place->options->no_calls)
		snprintf(place->no_calls, sizeof(place->no_calls), "%s",
			"--no-calls");
	else
		teller_open(
			place->told, place->no_calls, sizeof(place->no_calls));
	place->where.told = place->told[0];
}

/* For the command's words, if TLS is spoken. */
static void name_certificates(struct place *place)
{
	const struct tls_certs *certs = &place->secure.certs;

	if (!*certs->folder)
		return;
	place->ports.cert = certs->cert;
	place->ports.key = certs->key;
	place->ports.pem = certs->pem;
	place->ports.ca = certs->ca;
}

char *place_open(struct place *place, const struct place_options *options,
	const sigset_t *outside)
{
	char error[NET_ERROR_SIZE], why[TLS_ERROR_SIZE];

	*place = (struct place){
		.options = options,
		.outside = outside,
		.subject = { .output = -1 },
		.where = { .front = options->front,
			.front_bytes = options->front_bytes,
			.front_port = options->front_port,
			.listeners = { -1, -1 },
			.told = -1 },
		.told = { -1, -1 },
	};
	if (options->command)
		place->where.subject = &place->subject;
	place->is_private = options->command && loopback_leave_host();
	if (!listen_for_it(place, error))
		return strdup(error);
	if (!secure_open(&place->secure, &options->secure, options->command,
		    options->front_host, why))
		return strdup(why);
	name_certificates(place);
	memcpy(place->where.clients, place->secure.clients,
		sizeof(place->where.clients));
	memcpy(place->where.servers, place->secure.servers,
		sizeof(place->where.servers));
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
	open_told(place);
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
		subject_has_ended(
			&place->subject, place->kernel, &place->ports);
}

void place_await_listener(struct place *place)
{
	int64_t deadline_ms = duration_deadline_ms(PAUSE_MS);

	while (place->options->command && goes_on() &&
		duration_now_ms() < deadline_ms &&
		subject_listens(place->kernel, &place->ports) == 0 &&
		!place_has_ended(place))
		poll(NULL, 0, LOOK_MS);
}

void place_close(struct place *place)
{
	subject_end(&place->subject);
	for (int i = 0; i < 2; i++)
		if (place->told[i] >= 0)
			close(place->told[i]);
	for (int way = 0; way < RELAY_WAYS; way++) {
		if (place->where.listeners[way] >= 0)
			close(place->where.listeners[way]);
		unix_remove(&place->files[way]);
	}
	sockets_close(&place->sockets);
	kernel_close(place->kernel);
	capture_close(place->where.capture);
	line_close(place->where.line);
	secure_close(&place->secure);
}
