/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "peer.h"

#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

#include "lib/conn/probe.h"
#include "lib/net/tcp.h"
#include "lib/typed/act.h"

static struct peer *peer_of(struct conn *conn)
{
	return (struct peer *)conn;
}

int peer_descriptor(const struct peer *peer)
{
	return peer->conn.fd >= 0 ? peer->conn.fd
		: peer->conn.hold ? hold_descriptor(peer->conn.hold)
				  : -1;
}

/* To be called with the last descriptor, which goes now. */
static void note_farewell(struct peer *peer, int fd)
{
	struct linger linger = { 0 };
	socklen_t size = sizeof(linger);

	getsockopt(fd, SOL_SOCKET, SO_LINGER, &linger, &size);
	peer->ended = true;
	if (tcp_state(fd) == STATE_CLOSE)
		peer->farewell = FAREWELL_NONE;
	else if (tcp_unread_bytes(fd) || (linger.l_onoff && !linger.l_linger))
		peer->farewell = FAREWELL_RST;
	else
		peer->farewell = FAREWELL_FIN;
}

static void before_close(struct conn *conn)
{
	if (!conn->hold)
		note_farewell(peer_of(conn), conn->fd);
}

/* The kernel closes what a program that ends has open. */
static void die(struct peer *peer)
{
	struct conn *conn = &peer->conn;
	int fd = peer_descriptor(peer);

	if (fd >= 0)
		note_farewell(peer, fd);
	if (conn->fd >= 0)
		close(conn->fd);
	if (conn->hold)
		hold_release(conn->hold);
	conn->hold = NULL;
	conn->fd = -1;
	if (peer->owed)
		peer->sent += peer->greeting + peer->owed;
	peer->owed = 0;
	peer->dead = true;
}

bool peer_init(struct peer *peer, const struct script *script, enum side side,
	enum told *told)
{
	size_t greeting = side == SERVER ? strlen(script->greeting) : 0;

	*peer = (struct peer){ .script = script,
		.side = side,
		.told = told,
		.greeting = greeting };
	peer->message = malloc(greeting + PEER_RECV_BYTES);
	peer->context = (struct conn_context){
		.on_event = peer_note_event,
		.owner = peer,
		.nosignal = true,
		.buffer = malloc(PEER_RECV_BYTES),
		.buffer_bytes = PEER_RECV_BYTES,
		.before_close = before_close,
	};
	peer->report = (struct report){
		.side = side,
		.quiet = true,
		.mute = true,
		.status = &peer->status,
	};
	if (!peer->message || !peer->context.buffer)
		return false;
	memcpy(peer->message, side == SERVER ? script->greeting : "", greeting);
	peer->conn.fd = -1;
	return true;
}

void peer_free(struct peer *peer)
{
	free(peer->message);
	free(peer->context.buffer);
}

/* What follows from anything that was done. */
static void settle(struct peer *peer)
{
	if (peer->dying && !peer->dead)
		die(peer);
	if (peer->script->once && peer->side == SERVER && peer->conn.fd < 0 &&
		!peer->conn.hold)
		peer->dead = true;
}

static void read_once(struct peer *peer, bool typed)
{
	struct conn *conn = &peer->conn;
	bool owes = peer->side == SERVER && peer->script->answers;
	size_t got;
	char *buffer =
		owes ? peer->message + peer->greeting : peer->context.buffer;

	if (conn_receive(conn, buffer, PEER_RECV_BYTES, typed, &got) ==
			CONN_RECEIVED &&
		owes)
		peer->owed = got;
}

static void answer(struct peer *peer)
{
	size_t bytes = peer->greeting + peer->owed;

	peer->owed = 0;
	conn_send(&peer->conn, peer->message, bytes);
}

/* Acts on a command that is for the connection. */
static void act_on(struct peer *peer, const struct command *command)
{
	struct conn *conn = &peer->conn;
	enum command_id id = command->spec->id;

	if (id == COMMAND_RELEASE && conn->hold && conn->fd < 0)
		note_farewell(peer, hold_descriptor(conn->hold));
	if (conn->fd >= 0 && id == COMMAND_READ)
		read_once(peer, true);
	else if (conn->fd >= 0 && id == COMMAND_REPLY && peer->owed)
		answer(peer);
	else if (conn->fd >= 0 && id == COMMAND_REPLY)
		act_refuse(
			&peer->report, "reply", "no message is owed an answer");
	else
		act(conn, command, &peer->report);
}

static void react(struct peer *peer, const struct script_commands *commands)
{
	for (size_t i = 0;
		i < commands->count && peer->conn.fd >= 0 && !peer->dying; i++)
		act_on(peer, &commands->list[i]);
}

void peer_begin(struct peer *peer, int fd)
{
	conn_init(&peer->conn, &peer->context, fd, 1);
	peer->status = (struct status){ 0 };
	peer->next = 0;
	peer->dead = peer->dying = peer->read_over = peer->eof = false;
	peer->ended = false;
	peer->farewell = FAREWELL_NONE;
	peer->left_state = STATE_ESTABLISHED;
	peer->owed = peer->sent = peer->received = 0;
	if (peer->side == SERVER)
		react(peer, &peer->script->on_accept);
	settle(peer);
}

bool peer_has_line(const struct peer *peer)
{
	return !peer->dead &&
		peer->next < peer->script->sides[peer->side].count;
}

/* On the loopback the round trip is over before the call returns. */
static void probe(struct peer *peer)
{
	struct conn *conn = &peer->conn;
	struct probe probe;

	if (conn->fd < 0)
		act_refuse(&peer->report, "probe", "there is no connection");
	else if (probe_begin(&probe, conn))
		while (!probe_finished(&probe, conn))
			;
}

static void command_line(struct peer *peer, const struct command *command)
{
	/* Whoever holds it, what counts is one reference more. */
	struct command hold = *command;

	hold.child = false;
	switch (command->spec->id) {
	case COMMAND_QUIT:
		die(peer);
		break;
	case COMMAND_PROBE:
		probe(peer);
		break;
	case COMMAND_USE:
	case COMMAND_LIST:
	case COMMAND_HELP:
		break;
	case COMMAND_HOLD:
		act_on(peer, &hold);
		break;
	default:
		act_on(peer, command);
	}
}

void peer_line(struct peer *peer)
{
	const struct script_line *line =
		&peer->script->sides[peer->side].lines[peer->next++];

	*peer->report.refused = '\0';
	switch (line->kind) {
	case SCRIPT_NOTHING:
		break;
	case SCRIPT_KILL:
		die(peer);
		break;
	case SCRIPT_COMMAND:
		command_line(peer, &line->command);
		break;
	}
	settle(peer);
}

bool peer_reads(const struct peer *peer)
{
	return peer->conn.fd >= 0 && !peer->read_over && !peer->conn.shut_rd &&
		!peer->owed;
}

void peer_read(struct peer *peer)
{
	struct conn *conn = &peer->conn;

	read_once(peer, false);
	if (peer->side == SERVER && peer->read_over && conn->fd >= 0 &&
		!conn->closing) {
		if (peer->eof)
			react(peer, &peer->script->on_eof);
		else
			conn_close(conn);
	}
	settle(peer);
}

bool peer_owes(const struct peer *peer)
{
	return peer->owed && peer->conn.fd >= 0;
}

void peer_answer(struct peer *peer)
{
	answer(peer);
	settle(peer);
}

bool peer_flush(struct peer *peer)
{
	struct conn *conn = &peer->conn;
	size_t sent = peer->sent;
	bool waits = conn_wants_write(conn);

	if (!waits)
		return false;
	conn_flush(conn);
	settle(peer);
	return peer->sent != sent || conn_wants_write(conn) != waits;
}

void peer_end(struct peer *peer)
{
	const struct linger at_once = { .l_onoff = 1, .l_linger = 0 };
	struct conn *conn = &peer->conn;
	int fd = peer_descriptor(peer);

	if (fd >= 0)
		setsockopt(
			fd, SOL_SOCKET, SO_LINGER, &at_once, sizeof(at_once));
	if (conn->fd >= 0)
		close(conn->fd);
	if (conn->hold)
		hold_release(conn->hold);
	conn->hold = NULL;
	conn->fd = -1;
	conn_forget(conn);
}
