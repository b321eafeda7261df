/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "called.h"

#include <poll.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "gracelab/judge/subject/told.h"
#include "lib/base/duration.h"
#include "lib/base/names.h"

#define BUCKETS 256

enum {
	/* So many messages are taken at once. */
	MESSAGES = 64,
	/* How long nothing is told before that was all, and how long it may
	 * take at most. */
	QUIET_MS = 30,
	SETTLE_MS = 500,
};

/* A socket of the proxy, by its inode. */
struct called_socket {
	struct called_socket *next; /* of the same bucket; the last is first */
	uint64_t inode, begun_ns;
	enum side hop;
	uint16_t port;
	struct evidence calls;
};

struct called {
	struct called_socket *sockets[BUCKETS]; /* owned */
	struct told refused; /* why none is; of another kind: nobody has said */
	bool uring, foreign, forgotten;
};

bool called_init(struct relay *relay)
{
	if (relay->place.told < 0)
		return true;
	relay->called = calloc(1, sizeof(*relay->called));
	return relay->called;
}

static struct called_socket *find(
	struct called *called, const struct told *told)
{
	struct called_socket **at = &called->sockets[told->inode % BUCKETS];
	struct called_socket *socket = *at;

	while (socket && socket->inode != told->inode)
		socket = socket->next;
	if (socket)
		return socket;
	socket = calloc(1, sizeof(*socket));
	if (!socket) {
		called->forgotten = true;
		return NULL;
	}
	*socket = (struct called_socket){
		.next = *at,
		.inode = told->inode,
		.begun_ns = told->began_ns,
		.hop = told->hop,
		.port = told->port,
	};
	return *at = socket;
}

static void take_call(struct called *called, const struct told *told)
{
	struct called_socket *socket = find(called, told);
	/* What it sends has left before it returns; what it reads it has got
	 * then. */
	struct evidence_entry entry = {
		.time_ns = told->sends ? told->began_ns : told->ended_ns,
		.until_ns = told->ended_ns,
		.process = told->process,
		.thread = told->thread,
		.bytes = told->bytes,
		.times = 1,
		.data = told->data,
		.sends = told->sends,
		.wide = told->wide,
	};

	if (!socket)
		return;
	snprintf(entry.text, sizeof(entry.text), "%s", told->text);
	if (!told->data)
		snprintf(
			entry.result, sizeof(entry.result), "%s", told->result);
	evidence_add(&socket->calls, &entry);
}

static void take(struct called *called, const struct told *told)
{
	switch (told->kind) {
	case TOLD_CALL:
		take_call(called, told);
		break;
	case TOLD_REFUSED:
		called->refused = *told;
		break;
	case TOLD_URING:
		called->uring = true;
		break;
	case TOLD_FOREIGN:
		called->foreign = true;
		break;
	case TOLD_FORGOTTEN:
		called->forgotten = true;
		break;
	}
}

void called_drain(const struct relay *relay)
{
	struct told told[MESSAGES];
	ssize_t n;

	if (!relay->called)
		return;
	while ((n = read(relay->place.told, told, sizeof(told))) > 0)
		for (size_t i = 0; i < (size_t)n / sizeof(*told); i++)
			take(relay->called, &told[i]);
}

/* Whether it is that of a hop with that port, or that inode. */
static bool is_at(const struct called_socket *socket, enum side hop,
	uint16_t port, uint64_t inode)
{
	return port ? socket->port == port && socket->hop == hop
		    : inode && socket->inode == inode;
}

/* Of those at that hop the last that was there when the play was over. */
static struct called_socket **place_of(
	const struct relay *relay, const struct play *play, enum side hop)
{
	const struct arrival *server = play->server;
	struct called_socket **found = NULL;
	uint64_t over_ns = play->over_ns ? play->over_ns : UINT64_MAX;

	if (!relay->called || play->way != RELAY_THROUGH ||
		(hop == SERVER && !server))
		return NULL;
	uint16_t port = hop == CLIENT ? play->port : server->port;
	uint64_t inode = hop == CLIENT ? play->inode : server->inode;

	for (size_t i = 0; i < BUCKETS; i++) {
		struct called_socket **at = &relay->called->sockets[i];

		for (; *at; at = &(*at)->next)
			if (is_at(*at, hop, port, inode) &&
				(*at)->begun_ns <= over_ns &&
				(!found ||
					(*at)->begun_ns > (*found)->begun_ns))
				found = at;
	}
	return found;
}

const struct evidence *called_of(
	const struct relay *relay, const struct play *play, enum side hop)
{
	struct called_socket **at = place_of(relay, play, hop);

	return at ? &(*at)->calls : NULL;
}

void called_settle(const struct relay *relay, const struct play *play)
{
	struct pollfd news = { .fd = relay->place.told, .events = POLLIN };
	int64_t deadline_ms = duration_deadline_ms(SETTLE_MS);

	if (!relay->called || relay->called->refused.kind == TOLD_REFUSED)
		return;
	do
		called_drain(relay);
	while ((poll(&news, 1, QUIET_MS) > 0 ||
		       !called_of(relay, play, CLIENT) ||
		       (play->server && !called_of(relay, play, SERVER))) &&
		duration_now_ms() < deadline_ms);
}

static void remove_socket(struct called_socket **at)
{
	struct called_socket *socket = *at;

	*at = socket->next;
	evidence_free(&socket->calls);
	free(socket);
}

void called_forget(struct relay *relay, const struct play *play)
{
	for (int hop = 0; hop < SIDES; hop++) {
		struct called_socket **at =
			place_of(relay, play, (enum side)hop);

		if (at)
			remove_socket(at);
	}
}

bool called_lack(const struct relay *relay, char out[CALLED_LACK_SIZE])
{
	const struct called *called = relay->called;
	bool refused = called && called->refused.kind == TOLD_REFUSED;
	char why[NAMES_DESCRIPTION_SIZE];

	snprintf(out, CALLED_LACK_SIZE, "%s",
		!called                   ? ""
			: called->uring   ? "it uses io_uring(7)"
			: called->foreign ? "a program of another ABI"
			: called->forgotten
			? "there was no room for all of them"
			: "");
	if (refused)
		snprintf(out, CALLED_LACK_SIZE, "%s is refused: %s",
			called->refused.text,
			names_describe(why, (int)called->refused.bytes));
	return refused;
}

void called_free(struct relay *relay)
{
	for (size_t i = 0; i < BUCKETS && relay->called; i++)
		while (relay->called->sockets[i])
			remove_socket(&relay->called->sockets[i]);
	free(relay->called);
	relay->called = NULL;
}
