/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "arrivals.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

#include "lib/base/duration.h"
#include "lib/net/port.h"
#include "lib/net/unix_state.h"

/* A token that does not begin within these was not sent by a client of ours. */
#define HEAD_BYTES ARRIVAL_HEAD_BYTES

/* How old a candidate is before nobody else's connection can be its rival. */
#define SETTLE_S 0.02

/* The silent play whose connection is under way, or NULL. */
static struct play *silent_play(struct relay *relay, enum relay_way way)
{
	for (struct play *play = relay->plays; play; play = play->next)
		if (play->state == PLAY_ARRIVING && play->way == way &&
			play->scene->silent)
			return play;
	return NULL;
}

/* The inode of a UNIX socket's other end; 0: not known. */
static uint64_t peer_of(int fd)
{
	struct unix_facts facts;

	return unix_ask(fd, &facts) ? facts.peer : 0;
}

/* Lets the connection play the server's part. */
static void give(struct relay *relay, struct arrival *arrival,
	struct play *play, const char *token)
{
	arrival->play = play;
	evidence_free(&arrival->party.calls);
	if (!arrival->port)
		arrival->inode = peer_of(arrival->fd);
	/* By now the proxy has taken the client's connection, too. */
	if (!play->port)
		play->inode = peer_of(play->client.conn.fd);
	party_init(&arrival->party, &relay->common,
		&(struct party_role){
			.script = play->scene->scripts[SERVER],
			.size = play->size,
			.idle_ms = play->idle_ms,
			.more_ms = play->more_ms,
			.goal = play->goal,
			.token = token,
			.expected = play->token,
			.between = arrival->way == RELAY_THROUGH
				? &relay->between
				: NULL,
		});
	arrival->party.other = &play->client;
	party_enter(&arrival->party, arrival->fd, EVENT_ACCEPT,
		arrival->accepted_ns);
	arrival->fd = -1;
	if (arrival->tls)
		party_secure(&arrival->party, arrival->tls);
	arrival->tls = NULL;
	if (relay->on_given)
		relay->on_given(relay->context, play, arrival);
}

static void decide(struct play *play, struct arrival *arrival)
{
	play->server = arrival;
	play->client.other = &arrival->party;
}

static void add(struct relay *relay, enum relay_way way, int fd, uint16_t port)
{
	struct arrival *arrival = calloc(1, sizeof(*arrival));
	struct play *silent = silent_play(relay, way);
	char token[STREAM_TOKEN_BYTES + 1];

	if (!arrival) {
		close(fd);
		return;
	}
	arrival->way = way;
	arrival->fd = fd;
	arrival->port = port;
	arrival->accepted_s = duration_now_s();
	arrival->accepted_ns = duration_wall_ns();
	arrival->party.conn.fd = -1;
	evidence_call(&arrival->party.calls,
		&(struct event){ .kind = EVENT_ACCEPT }, arrival->accepted_ns);
	if (relay->place.servers[way])
		arrival->tls = tls_new(relay->place.servers[way], fd);
	arrival->next = relay->arrivals;
	relay->arrivals = arrival;
	relay->arrived += way == RELAY_THROUGH;
	if (!silent)
		return;
	/* What it answers tells which of several the client has got. */
	snprintf(token, sizeof(token), "%.22s-%05u\r\n\r\n", silent->token,
		(unsigned)(relay->arrived % 100000));
	give(relay, arrival, silent, token);
}

void arrivals_accept(struct relay *relay, enum relay_way way)
{
	struct sockaddr_storage address = { 0 };
	socklen_t bytes = sizeof(address);
	int fd;

	while ((fd = accept4(relay->place.listeners[way],
			(struct sockaddr *)&address, &bytes,
			SOCK_NONBLOCK | SOCK_CLOEXEC)) >= 0) {
		add(relay, way, fd, port_at(&address));
		bytes = sizeof(address);
	}
}

static void drop(struct arrival *arrival)
{
	tls_free(arrival->tls);
	arrival->tls = NULL;
	evidence_note(
		&arrival->party.calls, "close", "0", true, duration_wall_ns());
	close(arrival->fd);
	arrival->fd = -1;
}

/* A proxy that asks its backend by HTTP how it is would give it up. */
static void answer_stranger(struct relay *relay, struct arrival *arrival)
{
	static const char *const methods[] = { "GET ", "HEAD ", "OPTIONS " };
	static const char fine[] = "HTTP/1.0 200 OK\r\n"
				   "Content-Length: 0\r\n\r\n";
	const char *head = arrival->head;

	if (!relay->stranger_bytes) {
		relay->stranger_bytes =
			arrival->head_bytes < sizeof(relay->stranger)
			? arrival->head_bytes
			: sizeof(relay->stranger);
		memcpy(relay->stranger, head, relay->stranger_bytes);
	}
	for (size_t i = 0; i < sizeof(methods) / sizeof(*methods); i++)
		if (!arrival->tls &&
			!strncmp(head, methods[i], strlen(methods[i])))
			send(arrival->fd, fine, strlen(fine), MSG_NOSIGNAL);
	drop(arrival);
}

/* Whether what has come, terminated, may still be followed by a token. */
static bool may_go_on(const char *head, size_t bytes)
{
	/* The header of the PROXY protocol, in its two forms; and a token. */
	static const char one[] = "PROXY ", two[] = "\r\n\r\n\0\r\nQUIT\n";
	const char *ours = strstr(head, STREAM_TOKEN);

	return bytes < HEAD_BYTES &&
		(!memchr(head, '\n', bytes) ||
			(ours && head + bytes - ours < STREAM_TOKEN_BYTES) ||
			!strncmp(head, one, strlen(one)) ||
			(bytes >= sizeof(two) - 1 &&
				!memcmp(head, two, sizeof(two) - 1)));
}

/* The play whose token stands in the head, and where. */
static struct play *find_play(struct relay *relay, enum relay_way way,
	const char *head, size_t bytes, size_t *at)
{
	for (struct play *play = relay->plays; play; play = play->next) {
		const char *found =
			play->state == PLAY_ARRIVING && play->way == way
			? memmem(head, bytes, play->token, STREAM_TOKEN_BYTES)
			: NULL;

		if (!found)
			continue;
		*at = (size_t)(found - head);
		return play;
	}
	return NULL;
}

/* Goes on with its handshake; true once it is over. */
static bool is_agreed(struct relay *relay, struct arrival *arrival)
{
	switch (arrival->agreed ? TLS_DONE : tls_handshake(arrival->tls)) {
	case TLS_DONE:
		arrival->agreed = true;
		return true;
	case TLS_FAILED:
		if (!*relay->no_handshake)
			tls_explain(arrival->tls, relay->no_handshake);
		drop(arrival);
		return false;
	case TLS_WAITS:
		return false;
	}
	return false;
}

/*
 * Reads what has come of its beginning, as recv(2) does. It is never peeked at:
 * of what stays in the socket poll(2) would tell again and again.
 */
static ssize_t read_head(struct arrival *arrival)
{
	char *into = arrival->head + arrival->head_bytes;
	size_t room = HEAD_BYTES - arrival->head_bytes;
	double at_s;
	ssize_t got = arrival->tls ? tls_recv(arrival->tls, into, room, &at_s)
				   : recv(arrival->fd, into, room, 0);

	if (got <= 0)
		return got;
	arrival->head_bytes += (size_t)got;
	arrival->head[arrival->head_bytes] = '\0';
	evidence_call(&arrival->party.calls,
		&(struct event){ .kind = EVENT_RECV, .bytes = (size_t)got },
		duration_wall_ns());
	return got;
}

void arrivals_look(struct relay *relay, struct arrival *arrival)
{
	const char *head = arrival->head;
	size_t at;

	if (arrival->tls && !is_agreed(relay, arrival))
		return;
	ssize_t got = read_head(arrival);

	if (got < 0 && errno == EAGAIN)
		return;
	if (got <= 0) {
		drop(arrival);
		return;
	}
	struct play *play =
		find_play(relay, arrival->way, head, arrival->head_bytes, &at);

	if (!play) {
		if (!may_go_on(head, arrival->head_bytes))
			answer_stranger(relay, arrival);
		return;
	}
	relay->preface = at ? (unsigned)at : relay->preface;
	give(relay, arrival, play, play->token);
	decide(play, arrival);
	party_take(&arrival->party, head + at, arrival->head_bytes - at);
}

void arrivals_resolve(struct relay *relay, struct play *play)
{
	const char *got = play->client.got_token;

	for (struct arrival *one = relay->arrivals; one && !play->server;
		one = one->next)
		if (one->play == play &&
			((one->party.received >= STREAM_TOKEN_BYTES &&
				 !one->party.other_bytes) ||
				!strcmp(got, one->party.token)))
			decide(play, one);
}

void arrivals_settle(struct relay *relay, struct play *play)
{
	struct arrival *likeliest = NULL;

	arrivals_resolve(relay, play);
	/* One that was reset may be a probe. */
	for (struct arrival *one = relay->arrivals; one; one = one->next)
		if (one->play == play &&
			(!likeliest ||
				(likeliest->party.reset && !one->party.reset)))
			likeliest = one;
	if (!play->server && likeliest)
		decide(play, likeliest);
}

bool arrivals_has_candidate(const struct relay *relay, const struct play *play)
{
	double now_s = duration_now_s();

	for (struct arrival *one = relay->arrivals; one; one = one->next)
		if (one->play == play && !one->party.reset &&
			now_s - one->accepted_s >= SETTLE_S)
			return true;
	return false;
}

void arrivals_free(struct relay *relay, const struct play *play)
{
	struct arrival **link = &relay->arrivals;

	while (*link) {
		struct arrival *one = *link;

		if (play && one->play != play) {
			link = &one->next;
			continue;
		}
		*link = one->next;
		tls_free(one->tls);
		if (one->fd >= 0)
			close(one->fd);
		party_free(&one->party);
		free(one);
	}
}
