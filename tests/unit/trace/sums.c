/* SPDX-License-Identifier: GPL-3.0-or-later */
/* How far a stream has got, of which not each segment is seen. */
#include <netinet/in.h>
#include <stdlib.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <unistd.h>

#include "gracelab/observe/kernel.h"
#include "gracelab/trace/story/story.h"
#include "gracelab/trace/story/sums.h"
#include "lib/net/progress.h"
#include "tests/unit/tap.h"

static void a_stream_goes_on_and_wraps(void)
{
	struct progress progress = { .known = true, .sent = UINT32_MAX - 9 };

	EXPECT_INT(10, progress_reach(&progress, 0));
	EXPECT_INT(90, progress_reach(&progress, 90));
	/* Again, or what no window allows. */
	EXPECT_INT(0, progress_reach(&progress, 90));
	EXPECT_INT(0, progress_reach(&progress, UINT32_MAX));
	EXPECT_INT(0, progress_reach(&progress, 91 + PROGRESS_WINDOW_MAX));
	EXPECT_INT(90, progress.sent);
	EXPECT_INT(PROGRESS_WINDOW_MAX,
		progress_reach(&progress, 90 + PROGRESS_WINDOW_MAX));
	progress.known = false;
	EXPECT_INT(0, progress_reach(&progress, 91 + PROGRESS_WINDOW_MAX));
}

/* What was told; and how often a stream was thinned, and not any more. */
struct told {
	char text[200];
	unsigned thinned, ended;
};

static void take(void *context, struct rung *rung)
{
	struct told *told = context;
	size_t used = strlen(told->text);

	snprintf(told->text + used, sizeof(told->text) - used, "%s%s %s",
		used ? ", " : "", side_name((enum side)rung->sender),
		rung->segment ? rung->segment : "?");
	record_free_rung(rung);
}

static void drain(void *context)
{
	(void)context;
}

static bool thin(void *context, uint16_t from, uint16_t to, bool on)
{
	struct told *told = context;

	EXPECT_INT(1000, from);
	EXPECT_INT(80, to);
	told->thinned += on;
	told->ended += !on;
	return true;
}

static void pass(
	struct story *story, uint32_t seq, uint32_t bytes, uint8_t flags)
{
	const struct segment segment = { .sport = 1000,
		.dport = 80,
		.seq = seq,
		.payload_bytes = bytes,
		.flags = flags };

	story_segment(story, &segment);
}

/* A connection in bulk, whose SYN had the sequence number 0. */
static struct connection *begin(struct story *story, struct told *told)
{
	const struct story_plan plan = { .take = take,
		.context = told,
		.drain = drain,
		.thin = thin,
		.drain_context = told,
		.own_network = true,
		.wire = true };

	*told = (struct told){ 0 };
	story_begin(story, &plan);
	pass(story, 0, 0, SEGMENT_SYN);
	struct connection *connection =
		connections_find(&story->connections, 1000, 80);

	connection->moved_bytes = SUMS_BULK_BYTES;
	return connection;
}

static void a_sum_has_each_byte_once(void)
{
	struct story story;
	struct told told;

	begin(&story, &told);
	pass(&story, 1, 100, SEGMENT_ACK);
	pass(&story, 1, 100, SEGMENT_ACK);
	/* One has passed before it that was not seen. */
	pass(&story, 201, 100, SEGMENT_ACK);
	pass(&story, 101, 100, SEGMENT_ACK);
	pass(&story, 301, 0, SEGMENT_FIN | SEGMENT_ACK);
	pass(&story, 302, 0, SEGMENT_RST);
	story_end(&story);
	EXPECT_TEXT("client SYN, client data 300, client FIN, client RST",
		told.text);
	EXPECT_INT(0, told.thinned);
}

static void a_fin_tells_what_went_by_unseen_before_it(void)
{
	struct story story;
	struct told told;
	struct connection *connection = begin(&story, &told);

	connection->streams[CLIENT].thinned = true;
	pass(&story, 1, 100, SEGMENT_ACK);
	/* It has a row of its own, and so have its bytes. */
	pass(&story, 1001, 5, SEGMENT_FIN | SEGMENT_ACK);
	pass(&story, 1007, 0, SEGMENT_RST);
	story_end(&story);
	EXPECT_TEXT("client SYN, client data 1000, client data 5+FIN, "
		    "client RST",
		told.text);
	EXPECT_INT(1, told.ended);
}

static void a_reset_ends_what_is_thinned(void)
{
	struct story story;
	struct told told;
	struct connection *connection = begin(&story, &told);
	const struct segment reset = {
		.sport = 80, .dport = 1000, .flags = SEGMENT_RST
	};

	connection->streams[CLIENT].thinned = true;
	pass(&story, 1, 100, SEGMENT_ACK);
	story_segment(&story, &reset);
	EXPECT_INT(1, told.ended);
	story_end(&story);
	/* Nobody can be asked. */
	EXPECT_TEXT(
		"client SYN, client data 100 or more, server RST", told.text);
}

static void what_may_have_passed_before_a_reset_is_told(void)
{
	struct story story;
	struct told told;
	struct connection *connection = begin(&story, &told);
	const struct segment reset = {
		.sport = 80, .dport = 1000, .flags = SEGMENT_RST
	};

	connection->streams[CLIENT].thinned = true;
	story_segment(&story, &reset);
	story_end(&story);
	EXPECT_TEXT("client SYN, client data 0 or more, server RST", told.text);
}

static void a_reset_of_its_own_tells_as_much_as_it_can(void)
{
	static const struct {
		uint32_t seq;
		uint8_t flags;
		const char *text;
	} resets[] = {
		{ 1001, SEGMENT_RST | SEGMENT_ACK, "data 1000" },
		/* The number is the one that was acknowledged. */
		{ 1001, SEGMENT_RST, "data 1000 or more" },
		/* Less than what was seen: its window has shrunk. */
		{ 51, SEGMENT_RST | SEGMENT_ACK, "data 100 or more" },
	};

	for (size_t i = 0; i < 3; i++) {
		struct story story;
		struct told told;
		struct connection *connection = begin(&story, &told);
		char text[80];

		connection->streams[CLIENT].thinned = true;
		pass(&story, 1, 100, SEGMENT_ACK);
		pass(&story, resets[i].seq, 0, resets[i].flags);
		story_end(&story);
		snprintf(text, sizeof(text),
			"client SYN, client %s, client RST", resets[i].text);
		EXPECT_TEXT(text, told.text);
		EXPECT_INT(1, told.ended);
	}
}

/* Moves so many bytes through a connection of ours. */
static void move(const int fds[2], size_t total)
{
	size_t size = (size_t)1 << 18;
	char *bytes = calloc(1, size);

	for (size_t sent = 0, got = 0; bytes && got < total;) {
		size_t want = total - sent < size ? total - sent : size;
		ssize_t n = want ? send(fds[0], bytes, want, MSG_DONTWAIT) : 0;

		sent += n > 0 ? (size_t)n : 0;
		n = recv(fds[1], bytes, size, sent > got ? 0 : MSG_DONTWAIT);
		got += n > 0 ? (size_t)n : 0;
	}
	free(bytes);
}

/* fds[1] has accepted fds[0]. */
static bool connect_ours(int fds[2])
{
	struct sockaddr_in in = { .sin_family = AF_INET,
		.sin_addr = { htonl(INADDR_LOOPBACK) } };
	socklen_t size = sizeof(in);
	int listener = socket(AF_INET, SOCK_STREAM, 0);
	bool good;

	fds[0] = socket(AF_INET, SOCK_STREAM, 0);
	good = !bind(listener, (struct sockaddr *)&in, size) &&
		!listen(listener, 1) &&
		!getsockname(listener, (struct sockaddr *)&in, &size) &&
		!connect(fds[0], (struct sockaddr *)&in, size);
	fds[1] = good ? accept(listener, NULL, NULL) : -1;
	close(listener);
	return fds[1] >= 0;
}

static void only_what_its_kernel_tells_is_thinned(void)
{
	struct story story;
	struct told told;
	struct connection *connection = begin(&story, &told);
	struct stream *stream = &connection->streams[CLIENT];
	struct stat status;
	uint64_t sent = 0;
	int fds[2];

	EXPECT(connect_ours(fds));
	move(fds, SUMS_THIN_BYTES);
	EXPECT(kernel_sent_by(fds[0], CLIENT, &sent));
	EXPECT_INT(SUMS_THIN_BYTES, sent);
	EXPECT(!fstat(fds[0], &status));
	*stream = (struct stream){ .fd = fds[0], .inode = status.st_ino };
	connection->progress[CLIENT].sent = SUMS_THIN_BYTES;
	/* Nobody has been seen to send it. */
	pass(&story, SUMS_THIN_BYTES, 1, SEGMENT_ACK);
	EXPECT_INT(0, told.thinned);
	stream->process = getpid();
	pass(&story, SUMS_THIN_BYTES, 1, SEGMENT_ACK);
	EXPECT_INT(1, told.thinned);
	EXPECT(stream->thinned);
	/* What it has sent meanwhile was not seen. */
	move(fds, 1234);
	sums_tell(&story, connection);
	EXPECT_INT(
		SUMS_THIN_BYTES + 1234 + 1, connection->progress[CLIENT].sent);
	/* Another has its number. */
	stream->inode++;
	EXPECT(stream->thinned);
	sums_tell(&story, connection);
	EXPECT(!stream->thinned);
	story_end(&story);
	EXPECT_TEXT("client SYN, client data 1235, client data 0 or more",
		told.text);
	close(fds[0]);
	close(fds[1]);
}

/* SYN and FIN are no bytes, though they are numbered. */
static void a_kernel_tells_of_bytes_alone(void)
{
	uint64_t sent = 0;
	int fds[2];

	EXPECT(connect_ours(fds));
	move(fds, 1234);
	EXPECT(!shutdown(fds[0], SHUT_WR));
	EXPECT(kernel_sent_by(fds[0], CLIENT, &sent));
	EXPECT_INT(1234, sent);
	EXPECT_INT(5, write(fds[1], "hello", 5));
	EXPECT(kernel_sent_by(fds[1], SERVER, &sent));
	EXPECT_INT(5, sent);
	close(fds[0]);
	close(fds[1]);
}

static void what_counts_from_another_byte_is_not_thinned(void)
{
	struct story story;
	struct told told;
	struct connection *connection = begin(&story, &told);
	struct stat status;
	int fds[2];

	EXPECT(connect_ours(fds));
	EXPECT(!fstat(fds[0], &status));
	/* Less than what was seen. */
	connection->streams[CLIENT] = (struct stream){
		.process = getpid(), .fd = fds[0], .inode = status.st_ino
	};
	connection->progress[CLIENT].sent = SUMS_THIN_BYTES + 1;
	pass(&story, SUMS_THIN_BYTES + 1, 1, SEGMENT_ACK);
	EXPECT_INT(0, told.thinned);
	story_end(&story);
	close(fds[0]);
	close(fds[1]);
}

const struct tap_test tests_trace_sums[] = {
	{ "sums: a stream goes on, and its numbers wrap",
		a_stream_goes_on_and_wraps },
	{ "sums: each byte is counted once", a_sum_has_each_byte_once },
	{ "sums: a FIN tells what went by unseen before it",
		a_fin_tells_what_went_by_unseen_before_it },
	{ "sums: a reset ends what is thinned", a_reset_ends_what_is_thinned },
	{ "sums: what may have passed before a reset is told",
		what_may_have_passed_before_a_reset_is_told },
	{ "sums: a reset of its own tells as much as it can",
		a_reset_of_its_own_tells_as_much_as_it_can },
	{ "sums: only what its kernel tells of is thinned",
		only_what_its_kernel_tells_is_thinned },
	{ "sums: a kernel tells of bytes alone",
		a_kernel_tells_of_bytes_alone },
	{ "sums: what counts from another byte is not thinned",
		what_counts_from_another_byte_is_not_thinned },
	{ NULL, NULL },
};
