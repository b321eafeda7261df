/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "relay.h"

#include <errno.h>
#include <poll.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

#include "lib/base/duration.h"
#include "lib/conn/conn.h"
#include "lib/net/net.h"

#define BUFFER_BYTES (256 * 1024)

struct relay;

struct player {
	struct relay *relay;
	int side;
	struct relay_end *end;
	struct conn_context context;
	struct conn conn;
	const struct relay_step *step;
	int64_t until_ms;   /* a pause or stall under way; 0: none */
	int64_t stalled_ms; /* not to read before; 0: read */
};

struct relay {
	const struct relay_plan *plan;
	struct player players[SIDES];
	double start_s;
	int64_t active_ms; /* when something happened last */
};

static void on_event(void *owner, const struct event *event)
{
	struct player *player = owner;
	const struct relay_plan *plan = player->relay->plan;

	if (event->kind == EVENT_SEND)
		player->end->sent += event->bytes;
	if (plan->on_event)
		plan->on_event(plan->context, player->side, event);
}

static void begin_player(struct relay *relay, int side, struct relay_end *end)
{
	struct player *player = &relay->players[side];

	*end = (struct relay_end){ .end_s = -1 };
	*player = (struct player){
		.relay = relay,
		.side = side,
		.end = end,
		.step = relay->plan->scripts[side],
		.conn = { .fd = -1 },
	};
	player->context = (struct conn_context){
		.on_event = on_event,
		.owner = player,
		.nosignal = true,
		.buffer = malloc(BUFFER_BYTES),
		.buffer_bytes = BUFFER_BYTES,
	};
}

static void enter(struct player *player, int fd, enum event_kind kind)
{
	conn_init(&player->conn, &player->context, fd, 1);
	player->end->connected = true;
	on_event(player, &(struct event){ .kind = kind });
}

static void connect_client(struct relay *relay)
{
	struct player *player = &relay->players[CLIENT];
	char error[NET_ERROR_SIZE];
	int fd = net_connect(
		&(struct net_connect_options){
			.host = relay->plan->host,
			.port = relay->plan->port,
			.timeout_ms = relay->plan->patience_ms,
		},
		error);

	if (fd < 0)
		player->end->error = errno;
	else
		enter(player, fd, EVENT_CONNECT);
}

static void accept_server(struct relay *relay)
{
	struct player *player = &relay->players[SERVER];
	int fd = accept4(relay->plan->listener, NULL, NULL,
		SOCK_NONBLOCK | SOCK_CLOEXEC);

	if (fd >= 0)
		enter(player, fd, EVENT_ACCEPT);
}

static void send_bytes(struct player *player, int64_t amount)
{
	char *bytes = malloc((size_t)amount);

	if (!bytes)
		return;
	memset(bytes, 'x', (size_t)amount);
	conn_send(&player->conn, bytes, (size_t)amount);
	free(bytes);
}

/* Whether a timed step is over; begins it the first time. */
static bool time_over(struct player *player, int64_t amount)
{
	if (!player->until_ms) {
		player->until_ms = duration_deadline_ms(amount);
		return false;
	}
	if (duration_now_ms() < player->until_ms)
		return false;
	player->until_ms = 0;
	return true;
}

/* Acts on the step under way; true when the next one may begin. */
static bool do_step(struct player *player)
{
	struct conn *conn = &player->conn;
	int64_t amount = player->step->amount;

	switch (player->step->act) {
	case RELAY_SEND:
		send_bytes(player, amount);
		return true;
	case RELAY_SHUT:
		conn_shutdown(conn, SHUT_WR);
		return true;
	case RELAY_CLOSE:
		conn_close(conn);
		return true;
	case RELAY_RESET:
		conn_reset(conn);
		return true;
	case RELAY_PAUSE:
		return time_over(player, amount);
	case RELAY_STALL:
		if (!player->stalled_ms)
			player->stalled_ms = duration_deadline_ms(amount);
		return true;
	case RELAY_AWAIT_BYTES:
		return player->end->received >= (uint64_t)amount ||
			conn->receiving != RECEIVING_OPEN;
	case RELAY_AWAIT_END:
		return conn->receiving != RECEIVING_OPEN;
	case RELAY_END:
		return false;
	}
	return false;
}

static void act(struct player *player)
{
	bool begun = player->end->connected;

	while (begun && player->step->act != RELAY_END && do_step(player)) {
		player->step++;
		player->relay->active_ms = duration_now_ms();
		if (player->conn.fd < 0)
			break;
	}
	if (player->stalled_ms && duration_now_ms() >= player->stalled_ms) {
		player->stalled_ms = 0;
		player->relay->active_ms = duration_now_ms();
	}
	player->end->done = player->step->act == RELAY_END &&
		!conn_wants_write(&player->conn);
}

static void receive(struct player *player)
{
	struct relay_end *end = player->end;
	size_t got;

	switch (conn_receive(&player->conn, player->context.buffer,
		BUFFER_BYTES, false, &got)) {
	case CONN_RECEIVED:
		end->received += got;
		return;
	case CONN_NOTHING:
		return;
	case CONN_EOF:
		end->eof = true;
		break;
	case CONN_ERROR:
		end->reset = true;
		break;
	}
	end->end_s = duration_now_s() - player->relay->start_s;
}

static bool wants_read(const struct player *player)
{
	return !player->stalled_ms && conn_wants_read(&player->conn);
}

/* How long poll(2) may wait. */
static int wait_ms(const struct relay *relay)
{
	int64_t now_ms = duration_now_ms();
	int64_t due_ms = relay->active_ms + relay->plan->patience_ms;

	for (int side = 0; side < SIDES; side++) {
		const struct player *player = &relay->players[side];

		if (player->until_ms && player->until_ms < due_ms)
			due_ms = player->until_ms;
		if (player->stalled_ms && player->stalled_ms < due_ms)
			due_ms = player->stalled_ms;
	}
	return due_ms <= now_ms ? 0 : (int)(due_ms - now_ms);
}

static void wait_and_serve(struct relay *relay)
{
	struct pollfd polled[SIDES + 1];

	for (int side = 0; side < SIDES; side++) {
		struct player *player = &relay->players[side];
		short events = (short)((wants_read(player) ? POLLIN : 0) |
			(conn_wants_write(&player->conn) ? POLLOUT : 0));

		polled[side] =
			(struct pollfd){ .fd = events ? player->conn.fd : -1,
				.events = events };
	}
	polled[SIDES] = (struct pollfd){
		.fd = relay->players[SERVER].end->connected
			? -1
			: relay->plan->listener,
		.events = POLLIN,
	};
	if (poll(polled, SIDES + 1, wait_ms(relay)) <= 0)
		return;
	relay->active_ms = duration_now_ms();
	for (int side = 0; side < SIDES; side++) {
		struct player *player = &relay->players[side];

		if (!polled[side].revents)
			continue;
		if (conn_wants_write(&player->conn))
			conn_flush(&player->conn);
		if (wants_read(player))
			receive(player);
	}
	if (polled[SIDES].revents)
		accept_server(relay);
}

static bool is_pausing(const struct relay *relay)
{
	for (int side = 0; side < SIDES; side++)
		if (relay->players[side].until_ms ||
			relay->players[side].stalled_ms)
			return true;
	return false;
}

static bool is_over(const struct relay *relay)
{
	int64_t idle_ms = duration_now_ms() - relay->active_ms;
	bool both = relay->players[CLIENT].end->done &&
		relay->players[SERVER].end->done;

	return both ||
		(idle_ms >= relay->plan->patience_ms && !is_pausing(relay));
}

/* Nothing of an earlier play may be taken for this one's connection. */
static void drain_listener(int listener)
{
	int fd;

	while ((fd = accept4(listener, NULL, NULL, SOCK_CLOEXEC)) >= 0)
		close(fd);
}

void relay_run(const struct relay_plan *plan, struct relay_end ends[SIDES])
{
	struct relay relay = { .plan = plan, .start_s = duration_now_s() };

	for (int side = 0; side < SIDES; side++)
		begin_player(&relay, side, &ends[side]);
	drain_listener(plan->listener);
	relay.active_ms = duration_now_ms();
	if (relay.players[CLIENT].context.buffer &&
		relay.players[SERVER].context.buffer)
		connect_client(&relay);
	while (ends[CLIENT].connected) {
		act(&relay.players[CLIENT]);
		act(&relay.players[SERVER]);
		if (is_over(&relay))
			break;
		wait_and_serve(&relay);
	}
	for (int side = 0; side < SIDES; side++) {
		struct player *player = &relay.players[side];

		if (player->conn.fd >= 0)
			close(player->conn.fd);
		conn_forget(&player->conn);
		free(player->context.buffer);
	}
}
