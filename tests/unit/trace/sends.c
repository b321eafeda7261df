/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Which sends are told by the wire, without their end, and what they gave. */
#include <errno.h>
#include <netinet/in.h>
#include <netinet/tcp.h>
#include <stdlib.h>
#include <sys/mman.h>
#include <sys/socket.h>
#include <sys/syscall.h>
#include <unistd.h>

#include "gracelab/trace/story/flight.h"
#include "gracelab/trace/story/said.h"
#include "gracelab/trace/story/sums.h"
#include "gracelab/trace/story/told.h"
#include "lib/net/progress.h"
#include "tests/unit/tap.h"

#define HELLO "hello"

static void pass(struct progress sides[SIDES], enum side sender, uint32_t seq,
	uint32_t bytes, uint32_t ack, uint8_t flags)
{
	const struct segment segment = {
		.seq = seq,
		.ack = ack,
		.payload_bytes = bytes,
		.flags = flags,
	};

	progress_heed(sides, sender, &segment);
}

static void it_is_known_how_far_each_side_has_come(void)
{
	struct progress sides[SIDES] = { { 0 } };
	const struct progress *client = &sides[CLIENT];

	/* Without its SYN nothing is known. */
	pass(sides, CLIENT, 1, 5, 0, SEGMENT_ACK);
	EXPECT(!progress_rests(client));
	/* Its numbers wrap. */
	pass(sides, CLIENT, UINT32_MAX - 3, 0, 0, SEGMENT_SYN);
	EXPECT(progress_rests(client));
	EXPECT(!progress_rests(&sides[SERVER]));
	pass(sides, SERVER, 100, 0, UINT32_MAX - 2, SEGMENT_SYN | SEGMENT_ACK);
	pass(sides, CLIENT, UINT32_MAX - 2, 5, 101, SEGMENT_ACK);
	sides[CLIENT].given = 5;
	EXPECT_INT(2, client->sent);
	EXPECT(!progress_rests(client));
	/* What is sent again goes no further. */
	pass(sides, CLIENT, UINT32_MAX - 2, 3, 101, SEGMENT_ACK);
	EXPECT_INT(2, client->sent);
	pass(sides, SERVER, 101, 1, 2, SEGMENT_ACK);
	EXPECT(progress_rests(client));
	/* Nor does an old one take back what was acknowledged. */
	pass(sides, SERVER, 102, 1, 0, SEGMENT_ACK);
	EXPECT(progress_rests(client));
	/* Something was given and not sent yet. */
	sides[CLIENT].given = 6;
	EXPECT(!progress_rests(client));
	/* Of who resets, the number may be 0 and mean nothing. */
	pass(sides, SERVER, 103, 0, 0, SEGMENT_RST);
	EXPECT_INT(2, client->acked);
}

/* A connection at rest, and a call on its client's socket; `bytes` as sent. */
struct scene {
	struct story story;
	struct connection connection;
	struct trace_socket socket;
	struct trace_call call;
	char bytes[1000];
};

static void drain(void *context)
{
	(void)context;
}

static void set(struct scene *scene)
{
	*scene = (struct scene){
		.story = { .plan = { .wire = true, .drain = drain } },
		.connection = { .has_pair = true,
			.users = SIDES,
			.shown = { STATE_ESTABLISHED, STATE_ESTABLISHED },
			.progress = { { true, 8, 20, 20, 12 } } },
		.socket = { .plain = true, .connection = &scene->connection },
		.call = { .what = call_find(SYS_sendto),
			.thread = getpid(),
			.subject = &scene->socket,
			.sure = true,
			.args = { 0, (uintptr_t)scene->bytes, 5 } },
		.bytes = HELLO,
	};
	flight_begin(&scene->story, &scene->call, &scene->connection, CLIENT);
}

/* Whether it is sure; with that the scene is over. */
static bool is_sure(struct scene *scene)
{
	bool sure = flight_is_sure(&scene->story, &scene->call);

	flight_free_all(&scene->story);
	return sure;
}

/* One thing is otherwise than it has to be. */
#define EXPECT_UNSURE(change)             \
	do {                              \
		set(&scene);              \
		(change);                 \
		EXPECT(!is_sure(&scene)); \
	} while (0)

static void a_send_is_sure_by_what_it_is(void)
{
	struct scene scene;
	uint64_t *args = scene.call.args;
	size_t room = (size_t)sysconf(_SC_PAGESIZE);

	set(&scene);
	EXPECT(is_sure(&scene));
	set(&scene);
	args[3] = MSG_NOSIGNAL | MSG_DONTWAIT;
	EXPECT(is_sure(&scene));
	set(&scene);
	args[2] = 512;
	EXPECT(is_sure(&scene));
	/* Of write(2) the others mean nothing. */
	set(&scene);
	scene.call.what = call_find(SYS_write);
	args[3] = MSG_MORE;
	args[4] = 1;
	EXPECT(is_sure(&scene));

	EXPECT_UNSURE(args[2] = 0);
	EXPECT_UNSURE(args[2] = 513);
	EXPECT_UNSURE(args[3] = MSG_MORE);
	EXPECT_UNSURE(args[3] = MSG_OOB);
	EXPECT_UNSURE(args[3] = MSG_ZEROCOPY);
	EXPECT_UNSURE(args[3] = MSG_FASTOPEN);
	EXPECT_UNSURE(args[4] = 1);
	EXPECT_UNSURE(scene.call.narrow = true);
	EXPECT_UNSURE(scene.call.what = call_find(SYS_writev));
	EXPECT_UNSURE(scene.call.what = call_find(SYS_sendmsg));
	EXPECT_UNSURE(scene.call.what = call_find(SYS_read));
	/* It is not all there: EFAULT. */
	char *pages = mmap(NULL, 2 * room, PROT_READ | PROT_WRITE,
		MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);

	EXPECT(!mprotect(pages + room, room, PROT_NONE));
	EXPECT_UNSURE(args[1] = (uintptr_t)pages + room - 4);
	set(&scene);
	args[1] = (uintptr_t)pages + room - 5;
	EXPECT(is_sure(&scene));
	munmap(pages, 2 * room);
}

static void a_send_is_sure_where_nothing_holds_it_back(void)
{
	struct scene scene;
	struct connection *connection = &scene.connection;
	const struct trace_call other = { 0 };

	EXPECT_UNSURE(scene.call.subject = NULL);
	EXPECT_UNSURE(scene.socket.connection = NULL);
	EXPECT_UNSURE(scene.socket.plain = false);
	EXPECT_UNSURE(scene.story.plan.wire = false);
	EXPECT_UNSURE(connection->has_pair = false);
	EXPECT_UNSURE(connection->touched = true);
	EXPECT_UNSURE(connection->users = 1);
	EXPECT_UNSURE(connection->shown[CLIENT] = STATE_CLOSE_WAIT);
	EXPECT_UNSURE(connection->shown[SERVER] = STATE_FIN_WAIT2);
	EXPECT_UNSURE(connection->moved_bytes = SUMS_BULK_BYTES / 2 - 512);
	EXPECT_UNSURE(connection->progress[CLIENT].acked--);
	EXPECT_UNSURE(connection->progress[CLIENT].given++);
	EXPECT_UNSURE(flight_free_all(&scene.story));
	EXPECT_UNSURE(flight_begin(&scene.story, &other, connection, CLIENT));
	/* Of the other side, or elsewhere, others may send. */
	set(&scene);
	flight_begin(&scene.story, &other, connection, SERVER);
	flight_begin(&scene.story, &other, NULL, CLIENT);
	EXPECT(is_sure(&scene));
}

/* What is given once so much more was sent; with that the scene is over. */
static int64_t given(struct scene *scene, uint32_t bytes)
{
	scene->connection.progress[CLIENT].sent += bytes;
	flight_conclude(&scene->story, &scene->call);
	flight_free_all(&scene->story);
	free(scene->story.bytes);
	return scene->call.result;
}

static void a_send_has_given_what_was_seen(void)
{
	struct scene scene;

	set(&scene);
	EXPECT(flight_is_sure(&scene.story, &scene.call));
	EXPECT(!flight_has_given(&scene.story, &scene.call));
	memcpy(scene.bytes, "later", 5);
	scene.connection.progress[CLIENT].sent += 5;
	/* Not before it was taken in. */
	scene.story.began_ns = duration_wall_ns();
	scene.story.flights->row = rows_add(&scene.story.rows, 3600);
	EXPECT(!flight_has_given(&scene.story, &scene.call));
	rows_at(&scene.story.rows, scene.story.flights->row)->rung.seconds =
		-3600;
	EXPECT(flight_has_given(&scene.story, &scene.call));
	flight_conclude(&scene.story, &scene.call);
	EXPECT_INT(5, scene.call.result);
	EXPECT(scene.socket.plain);
	/* As it was when it went on. */
	EXPECT_BYTES(HELLO, 5, scene.story.bytes, 5);
	free(scene.story.bytes);
	flight_free_all(&scene.story);
	rows_free(&scene.story.rows);

	/* Fewer, more or none: what it has given nobody has seen. */
	for (uint32_t bytes = 0; bytes < 8; bytes++) {
		tap_case("%u bytes", bytes);
		set(&scene);
		EXPECT(flight_is_sure(&scene.story, &scene.call));
		EXPECT_INT(bytes == 5 ? 5 : CALL_NEVER, given(&scene, bytes));
		EXPECT_INT(bytes == 5, scene.socket.plain);
	}
}

static void what_nobody_has_seen_is_told_so(void)
{
	struct scene scene;
	struct story *story = &scene.story;
	struct rung *rung;

	set(&scene);
	EXPECT(flight_is_sure(story, &scene.call));
	memcpy(scene.bytes, "later", 5);
	story->plan.text_bytes = 256;
	story->flights->row = rows_add(&story->rows, 1);
	flight_conclude(story, &scene.call);
	EXPECT(told_land(story, &scene.call));
	said_forget(story);
	rung = &rows_at(&story->rows, 0)->rung;
	EXPECT_TEXT("?", rung->result);
	EXPECT_TEXT("hello", rung->text);
	EXPECT(scene.connection.speaks_no_tls[CLIENT]);
	rows_free(&story->rows);
	free(story->connections.touched);
}

static bool is_plain(const struct trace_socket *listener, long number,
	uint64_t one, uint64_t two)
{
	const struct trace_call call = {
		.what = call_find(number),
		.args = { 0, one, two },
	};
	struct trace_socket socket = *listener;

	socket_heed(&socket, listener, &call);
	return socket.plain;
}

static void a_socket_is_plain_from_its_birth_on(void)
{
	const struct trace_socket none = { 0 }, plain = { .plain = true };

	EXPECT(is_plain(&none, SYS_socket, SOCK_STREAM, 0));
	EXPECT(is_plain(&none, SYS_socket, SOCK_STREAM, IPPROTO_TCP));
	/* MPTCP */
	EXPECT(!is_plain(&none, SYS_socket, SOCK_STREAM, 262));
	EXPECT(is_plain(&plain, SYS_accept, 0, 0));
	EXPECT(!is_plain(&none, SYS_accept, 0, 0));
	EXPECT(!is_plain(&none, SYS_connect, 0, 0));
	EXPECT(is_plain(&plain, SYS_connect, 0, 0));
	EXPECT(!is_plain(&plain, SYS_setsockopt, IPPROTO_TCP, TCP_CORK));
	EXPECT(!is_plain(&plain, SYS_setsockopt, IPPROTO_TCP, TCP_ULP));
	EXPECT(is_plain(&plain, SYS_setsockopt, IPPROTO_TCP, TCP_NODELAY));
	EXPECT(is_plain(&plain, SYS_setsockopt, SOL_SOCKET, TCP_CORK));
}

const struct tap_test tests_trace_sends[] = {
	{ "progress: it is known how far each side has come",
		it_is_known_how_far_each_side_has_come },
	{ "flight: a send is sure by what it is",
		a_send_is_sure_by_what_it_is },
	{ "flight: a send is sure where nothing holds it back",
		a_send_is_sure_where_nothing_holds_it_back },
	{ "flight: a send has given what was seen",
		a_send_has_given_what_was_seen },
	{ "flight: what nobody has seen is told so",
		what_nobody_has_seen_is_told_so },
	{ "socket: it is plain from its birth on",
		a_socket_is_plain_from_its_birth_on },
	{ NULL, NULL },
};
