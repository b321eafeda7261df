/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "visit.h"

#include <errno.h>
#include <fcntl.h>
#include <netinet/in.h>
#include <poll.h>
#include <stdio.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/wait.h>
#include <unistd.h>

#include "lib/base/duration.h"
#include "lib/net/net.h"
#include "visit_inside.h"

static void on_event(void *owner, const struct event *event)
{
	struct visit *visit = owner;
	bool sends = event->kind == EVENT_SEND ||
		event->kind == EVENT_SHUTDOWN || event->kind == EVENT_CLOSE ||
		event->kind == EVENT_RESET;

	/* What came to nothing renews no patience. */
	if (event->kind == EVENT_WOULD_BLOCK)
		return;
	visit->active_ms = duration_now_ms();
	if (event->kind == EVENT_EOF && visit->tls) {
		evidence_note(&visit->calls[SERVER], "recv",
			tls_end(visit->tls)->notified ? "close_notify"
						      : "FIN alone",
			false, duration_wall_ns());
		return;
	}
	evidence_call(&visit->calls[SERVER], event,
		sends ? visit->call_ns : duration_wall_ns());
}

static bool open_input(struct visit *visit, int *its)
{
	int ends[2];

	if (pipe2(ends, O_CLOEXEC))
		return false;
	*its = ends[0];
	visit->input = ends[1];
	fcntl(ends[1], F_SETFL, O_NONBLOCK);
	return true;
}

void visit_end_input(struct visit *visit)
{
	if (visit->input >= 0)
		close(visit->input);
	visit->input = -1;
}

/* As much of its standard input as there is room for, and then its end. */
static void pump_input(struct visit *visit)
{
	const struct client_setting *setting = visit->setting;
	size_t left = setting->input_bytes - visit->input_sent;
	ssize_t n = visit->input < 0 || !left
		? 0
		: write(visit->input, setting->input + visit->input_sent, left);

	if (n > 0)
		visit->input_sent += (size_t)n;
	if ((n < 0 && errno == EPIPE) ||
		(!visit->plan.holds_input &&
			visit->input_sent == setting->input_bytes))
		visit_end_input(visit);
}

static bool listen_for(struct visit *visit)
{
	struct sockaddr_in address = { 0 };
	socklen_t bytes = sizeof(address);
	char error[NET_ERROR_SIZE], host[sizeof(UNIX_PREFIX) + UNIX_PATH_BYTES];

	snprintf(host, sizeof(host), "127.0.0.1");
	if (visit->way->is_unix)
		snprintf(host, sizeof(host), UNIX_PREFIX "%s",
			sockets_at(
				&visit->way->sockets, "client", visit->number)
				.text);
	visit->listener = net_listen(&(struct net_listen_options){ .host = host,
					     .file = &visit->file },
		error);
	if (visit->listener < 0 || visit->way->is_unix)
		return visit->listener >= 0;
	getsockname(visit->listener, (struct sockaddr *)&address, &bytes);
	visit->port = ntohs(address.sin_port);
	memcpy(&visit->pair.server, &address, sizeof(address));
	return true;
}

static void end_listener(struct visit *visit)
{
	if (visit->listener >= 0)
		close(visit->listener);
	visit->listener = -1;
	unix_remove(&visit->file);
}

/* Starts the program itself, with what its words are to mean. */
static bool start(struct visit *visit, const struct subject_streams *streams)
{
	const char *path = visit->way->is_unix ? visit->file.path : NULL;
	const struct subject_ports ports = {
		.port = visit->port,
		.client_unix = path,
		.backend_unix = path,
		.ca = visit->way->secure ? visit->way->certs.ca : NULL,
	};

	return !subject_start_with(&visit->subject, visit->setting->command,
		&ports, visit->setting->outside, streams);
}

bool visit_begin(struct visit *visit)
{
	const struct client_setting *setting = visit->setting;
	struct subject_streams streams = { -1, -1, -1, -1 };
	bool begun = false;

	visit->state = VISIT_ARRIVING;
	visit->step = visit->plan.script;
	visit->listener = visit->input = visit->conn.fd = -1;
	visit->subject.output = -1;
	visit->alert = "";
	visit->context = (struct conn_context){
		.on_event = on_event, .owner = visit, .nosignal = true
	};
	visit->output = streams.output = memfd_create("output", MFD_CLOEXEC);
	visit->errors = streams.errors = memfd_create("errors", MFD_CLOEXEC);
	visit->begun_ns = duration_wall_ns();
	visit->begun_s = duration_now_s();
	visit->active_ms = duration_now_ms();
	reply_begin(&visit->heard, &setting->rule);
	if (visit->output >= 0 && visit->errors >= 0 && listen_for(visit) &&
		open_input(visit, &streams.input)) {
		pump_input(visit);
		begun = start(visit, &streams);
	}
	if (streams.input >= 0)
		close(streams.input);
	return begun;
}

static void greet(struct visit *visit)
{
	const struct client_setting *setting = visit->setting;

	if (!setting->greeting)
		return;
	visit->call_ns = duration_wall_ns();
	conn_send(&visit->conn, setting->greeting, setting->greeting_bytes);
}

/* The first connection is served; one more shows that it tries again. */
static void accept_one(struct visit *visit)
{
	struct sockaddr_in peer = { 0 };
	socklen_t bytes = sizeof(peer);
	uint64_t now_ns = duration_wall_ns();
	int fd;

	if (visit->listener < 0)
		return;
	fd = accept4(visit->listener, (struct sockaddr *)&peer, &bytes,
		SOCK_NONBLOCK | SOCK_CLOEXEC);
	if (fd < 0)
		return;
	visit->active_ms = duration_now_ms();
	if (visit->connections++) {
		close(fd);
		end_listener(visit);
		return;
	}
	visit->peer_port = ntohs(peer.sin_port);
	memcpy(&visit->pair.client, &peer, sizeof(peer));
	visit_enter(visit, fd);
	evidence_note(&visit->calls[SERVER], "accept", "", false, now_ns);
	if (!visit->shakes_hands)
		greet(visit);
}

static void describe_exit(struct visit *visit)
{
	char end[SUBJECT_END_SIZE];

	evidence_note(&visit->calls[CLIENT], "exit",
		subject_describe_end(end, &visit->subject), false,
		duration_wall_ns());
}

static void look_at_program(struct visit *visit)
{
	if (visit->exited || !subject_is_over(&visit->subject))
		return;
	visit->exited = true;
	visit->active_ms = duration_now_ms();
	visit->status = visit->subject.status;
	describe_exit(visit);
}

/* Ends the program and the connection; what was seen stays. */
static void leave(struct visit *visit)
{
	subject_end(&visit->subject);
	visit_end_tls(visit);
	if (visit->conn.fd >= 0)
		close(visit->conn.fd);
	if (visit->connections)
		conn_forget(&visit->conn);
	visit->conn.fd = -1;
	visit_end_input(visit);
	end_listener(visit);
}

static void end(struct visit *visit)
{
	visit->state = VISIT_OVER;
	visit->over_s = duration_now_s();
	visit->over_ns = duration_wall_ns();
	leave(visit);
}

/* Whether it has connected; else it is over once it will not. */
static bool has_arrived(struct visit *visit)
{
	accept_one(visit);
	pump_input(visit);
	/* Its last words come before its end is noted. */
	look_at_program(visit);
	if (visit->state != VISIT_ARRIVING)
		return true;
	/* It may have connected just before it ended. */
	if (visit->exited)
		accept_one(visit);
	if (visit->state != VISIT_ARRIVING)
		return true;
	visit->given_up = !visit->exited &&
		duration_now_ms() >=
			visit->active_ms + visit->setting->patience_ms;
	if (visit->exited || visit->given_up)
		end(visit);
	return false;
}

/* Whether the script may go on: TLS is not in the way. */
static bool is_secured(struct visit *visit)
{
	if (!visit->shakes_hands)
		return true;
	visit_shake_hands(visit);
	if (visit->shakes_hands)
		return false;
	if (!*visit->refused)
		greet(visit);
	return true;
}

void visit_go_on(struct visit *visit, struct kernel *kernel)
{
	if (!has_arrived(visit))
		return;
	visit->call_ns = duration_wall_ns();
	if (!is_secured(visit))
		return;
	visit_flush(visit);
	visit_receive(visit);
	visit_look_at_socket(visit, kernel);
	while (visit->step->act != VISIT_END && visit_act(visit, kernel)) {
		visit->step++;
		visit->until_ms = 0;
		visit->active_ms = duration_now_ms();
	}
	if (visit->step->act == VISIT_END)
		end(visit);
}

short visit_events(const struct visit *visit)
{
	bool writes = conn_wants_write(&visit->conn) || visit_is_blocked(visit);
	/* What is to stay unread would be told for ever. */
	bool reads = conn_wants_read(&visit->conn) && !visit->unread;

	if (visit->state != VISIT_SERVED)
		return 0;
	return (short)((reads ? POLLIN : 0) |
		(writes ? tls_awaits(visit->tls) : 0));
}

size_t visit_said(int from, char *out, size_t size)
{
	ssize_t got = from < 0 ? 0 : pread(from, out, size, 0);

	return got > 0 ? (size_t)got : 0;
}

void visit_free(struct visit *visit)
{
	if (visit->state == VISIT_WAITING)
		return;
	if (visit->state != VISIT_OVER)
		leave(visit);
	if (visit->output >= 0)
		close(visit->output);
	if (visit->errors >= 0)
		close(visit->errors);
	answer_free(&visit->answer);
	for (int side = 0; side < SIDES; side++)
		evidence_free(&visit->calls[side]);
	evidence_free(&visit->hop);
}
