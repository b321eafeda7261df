/* SPDX-License-Identifier: GPL-3.0-or-later */
/* What the wire knows of a connection, forges, and has wait; a slow line. */
#include <arpa/inet.h>
#include <errno.h>
#include <fcntl.h>
#include <poll.h>
#include <stdlib.h>
#include <sys/prctl.h>
#include <sys/socket.h>
#include <unistd.h>

#include "gracelab/stage/confine.h"
#include "gracelab/stage/flow.h"
#include "gracelab/stage/forge.h"
#include "gracelab/stage/line.h"
#include "gracelab/stage/stage.h"
#include "gracelab/stage/waiting.h"
#include "lib/base/duration.h"
#include "tests/unit/tap.h"

static const uint8_t packet[60];

/* A segment of a client's, or with the ports of a server's. */
static struct segment segment_of(
	enum side sender, uint32_t seq, uint32_t bytes, uint8_t flags)
{
	return (struct segment){
		.sport = sender == CLIENT ? 1000 : 80,
		.dport = sender == CLIENT ? 80 : 1000,
		.seq = seq,
		.payload_bytes = bytes,
		.flags = flags,
		.window = 100,
	};
}

static bool note(struct flows *flows, enum side sender, uint32_t seq,
	uint32_t bytes, uint8_t flags)
{
	struct segment segment = segment_of(sender, seq, bytes, flags);

	return flows_note(flows, sender, &segment, packet, sizeof(packet));
}

static void what_is_sent_again_is_known_also_where_numbers_wrap(void)
{
	static const uint32_t firsts[] = { 1, 0x7ffffff0, 0xfffffff0 };

	for (size_t i = 0; i < sizeof(firsts) / sizeof(*firsts); i++) {
		struct flows flows = { 0 };
		uint32_t seq = firsts[i];

		tap_case("from %u", seq);
		EXPECT(!note(&flows, CLIENT, seq, 0, SEGMENT_SYN));
		EXPECT(note(&flows, CLIENT, seq, 0, SEGMENT_SYN));
		EXPECT(!note(&flows, CLIENT, seq + 1, 40, SEGMENT_ACK));
		EXPECT(note(&flows, CLIENT, seq + 1, 40, SEGMENT_ACK));
		EXPECT(note(&flows, CLIENT, seq + 11, 30, SEGMENT_ACK));
		/* Some of it is new; an ACK takes no number. */
		EXPECT(!note(&flows, CLIENT, seq + 31, 20, SEGMENT_ACK));
		EXPECT(!note(&flows, CLIENT, seq + 51, 0, SEGMENT_ACK));
		EXPECT_INT(seq + 51, flows_newest(&flows)->of[CLIENT].next);
	}
}

static void a_new_connection_on_old_ports_begins_again(void)
{
	struct flows flows = { 0 };

	note(&flows, CLIENT, 5000, 0, SEGMENT_SYN);
	note(&flows, SERVER, 9000, 0, SEGMENT_SYN | SEGMENT_ACK);
	note(&flows, CLIENT, 5001, 10, SEGMENT_ACK);
	EXPECT(!note(&flows, CLIENT, 100, 0, SEGMENT_SYN));
	EXPECT_INT(101, flows_newest(&flows)->of[CLIENT].next);
	EXPECT(!flows_newest(&flows)->of[SERVER].known);
	EXPECT(!note(&flows, SERVER, 50, 0, SEGMENT_SYN | SEGMENT_ACK));
	/* Its own SYN is answered, and not begun again by that. */
	EXPECT_INT(101, flows_newest(&flows)->of[CLIENT].next);
	EXPECT_INT(1, flows.count);
}

static struct segment forge(const struct forged *forged, struct flow *flow)
{
	uint8_t bytes[FORGE_HEADERS_BYTES + 8];
	struct segment segment = { 0 };
	size_t len = forge_build(forged, flow, bytes);

	EXPECT(segment_parse(bytes, len, &segment));
	return segment;
}

static void what_is_forged_has_the_numbers_that_were_asked_for(void)
{
	struct flow flow = { .ports = { [CLIENT] = 1000, [SERVER] = 80 },
		.of = { [CLIENT] = { .known = true,
				.next = 500,
				.ack = 700,
				.window = 64 } } };
	struct forged forged = { .sender = CLIENT,
		.segment = { .flags = SEGMENT_RST },
		.seq = 7,
		.ack = 9 };

	for (int i = 0; i < 2; i++) {
		tap_case(i ? "IPv6" : "IPv4");
		flow.is_ipv6 = i;
		struct segment bare = forge(&forged, &flow);

		EXPECT_INT(507, bare.seq);
		EXPECT_INT(SEGMENT_RST, bare.flags);
		EXPECT_INT(0, bare.ack);
		EXPECT_INT(64, bare.window);
		EXPECT_INT(1000, bare.sport);
		EXPECT_INT(80, bare.dport);
	}
	forged.has_ack = true;
	forged.has_window = true;
	forged.window = 3;
	forged.segment.payload_bytes = 4;
	struct segment full = forge(&forged, &flow);

	EXPECT_INT(SEGMENT_RST | SEGMENT_ACK, full.flags);
	EXPECT_INT(709, full.ack);
	EXPECT_INT(3, full.window);
	EXPECT_INT(4, full.payload_bytes);
	/* Who has said nothing would acknowledge all that was said. */
	flow.of[CLIENT].known = false;
	flow.of[SERVER].next = 40;
	EXPECT_INT(49, forge(&forged, &flow).ack);
	forged.segment.payload_bytes = UINT16_MAX;
	EXPECT_INT(0, forge_build(&forged, &flow, (uint8_t[1]){ 0 }));
}

static struct packet packet_of(
	enum side sender, uint32_t seq, uint32_t bytes, uint8_t flags)
{
	return (struct packet){
		.sender = sender,
		.segment = segment_of(sender, seq, bytes, flags),
		.bytes = packet,
		.len = sizeof(packet),
	};
}

static void wait_for(struct waiting *waiting, struct packet one)
{
	struct waiting_packet *new = waiting_new(&one, false);

	if (EXPECT(new))
		waiting_append(waiting, new);
}

static bool holds(const struct waiting *waiting, struct packet one)
{
	return waiting_holds(waiting, &one);
}

static void a_retransmission_waits_if_all_of_it_does(void)
{
	struct waiting waiting;

	waiting_begin(&waiting);
	wait_for(&waiting, packet_of(CLIENT, 100, 10, SEGMENT_ACK));
	wait_for(&waiting, packet_of(CLIENT, 110, 10, SEGMENT_ACK));
	/* A RST's numbers are nobody's. */
	wait_for(&waiting, packet_of(CLIENT, 120, 10, SEGMENT_RST));
	EXPECT(holds(&waiting, packet_of(CLIENT, 100, 20, SEGMENT_ACK)));
	EXPECT(holds(&waiting, packet_of(CLIENT, 105, 10, SEGMENT_ACK)));
	EXPECT(!holds(&waiting, packet_of(CLIENT, 105, 20, SEGMENT_ACK)));
	EXPECT(!holds(&waiting, packet_of(CLIENT, 99, 5, SEGMENT_ACK)));
	EXPECT(!holds(&waiting, packet_of(SERVER, 100, 10, SEGMENT_ACK)));
	/* The last is taken out, and another comes behind the others. */
	free(waiting_take_out(&waiting, waiting.first->next->next));
	free(waiting_take_out(&waiting, waiting.first->next));
	EXPECT(!holds(&waiting, packet_of(CLIENT, 110, 10, SEGMENT_ACK)));
	wait_for(&waiting, packet_of(CLIENT, 110, 1, SEGMENT_FIN));
	EXPECT_INT(110, waiting.first->next->segment.seq);
	waiting_end(&waiting);
	EXPECT(!waiting.first);
}

static void enter_alone(void *context)
{
	(void)context;
	int fd = open(".", O_PATH | O_CLOEXEC);
	int confinement = confine_open(fd);

	/* Also where the kernel has no Landlock. */
	confine_enter(confinement);
	EXPECT_INT(1, prctl(PR_GET_NO_NEW_PRIVS, 0, 0, 0, 0));
}

static void who_is_confined_gains_nothing_by_exec(void)
{
	tap_in_child(enter_alone, NULL);
}

struct passing {
	unsigned lost, passed;
};

static void on_segment(
	void *context, const struct segment *segment, bool is_lost)
{
	struct passing *passing = context;

	(void)segment;
	passing->lost += is_lost;
	passing->passed += !is_lost;
}

/* Until the socket is ready for `events`, or so long. */
static bool pump(struct line *line, int fd, short events, int64_t most_ms,
	struct passing *passing)
{
	int64_t until_ms = duration_deadline_ms(most_ms);

	while (duration_now_ms() < until_ms) {
		struct pollfd polled[] = { { fd, events, 0 },
			{ line_descriptor(line), POLLIN, 0 } };

		poll(polled, 2, 1);
		line_pump(line, on_segment, passing);
		if (polled[0].revents)
			return true;
	}
	return false;
}

static int listen_at(struct sockaddr_in *address)
{
	int fd = socket(AF_INET, SOCK_STREAM | SOCK_NONBLOCK, 0);
	socklen_t size = sizeof(*address);

	*address = (struct sockaddr_in){ .sin_family = AF_INET };
	address->sin_addr.s_addr = htonl(INADDR_LOOPBACK);
	EXPECT(!bind(fd, (void *)address, size) && !listen(fd, 1));
	getsockname(fd, (void *)address, &size);
	return fd;
}

static void be_slow_and_lose(void *context)
{
	const struct line_plan *plan = context;
	struct passing passing = { 0 };
	struct stage stage;
	struct sockaddr_in address;
	char why[200];

	if (stage_enter(NULL, 0, &stage) != STAGE_PRIVATE)
		return;
	struct line *line = line_open(plan, why, sizeof(why));

	/* Without /dev/net/tun there is none. */
	if (!line)
		return;
	int listener = listen_at(&address);
	int fd = socket(AF_INET, SOCK_STREAM | SOCK_NONBLOCK, 0);
	int64_t begun_ms = duration_now_ms();

	connect(fd, (void *)&address, sizeof(address));
	/* A SYN is never lost, nor what answers it. */
	EXPECT(pump(line, fd, POLLOUT, 5000, &passing));
	EXPECT_INT(2, passing.passed);
	EXPECT(duration_now_ms() - begun_ms >= 2 * plan->delay_ms);
	EXPECT_INT(1, write(fd, "x", 1));
	EXPECT(!pump(line, listener, POLLIN, 30, &passing));
	EXPECT(passing.lost >= 2);
	line_close(line);
}

/* A connection of the client's port; -1 where it does not come about soon:
 * before a SYN is sent again. */
static int connect_from(struct line *line, in_port_t *port,
	const struct sockaddr_in *server, struct passing *passing)
{
	struct sockaddr_in own = { .sin_family = AF_INET, .sin_port = *port };
	int fd = socket(AF_INET, SOCK_STREAM | SOCK_NONBLOCK, 0), on = 1;
	socklen_t size = sizeof(own);

	own.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
	setsockopt(fd, SOL_SOCKET, SO_REUSEADDR, &on, sizeof(on));
	EXPECT(!bind(fd, (void *)&own, size));
	getsockname(fd, (void *)&own, &size);
	*port = own.sin_port;
	connect(fd, (const void *)server, sizeof(*server));
	return pump(line, fd, POLLOUT, 900, passing) ? fd : -1;
}

static void abort_it(int fd)
{
	const struct linger at_once = { .l_onoff = 1 };

	setsockopt(fd, SOL_SOCKET, SO_LINGER, &at_once, sizeof(at_once));
	close(fd);
}

static void be_cut(void *context)
{
	const struct line_plan *plan = context;
	struct passing passing = { 0 };
	struct stage stage;
	struct sockaddr_in address;
	in_port_t port = 0;
	char why[200];

	if (stage_enter(NULL, 0, &stage) != STAGE_PRIVATE)
		return;
	struct line *line = line_open(plan, why, sizeof(why));

	if (!line)
		return;
	int listener = listen_at(&address);
	int fd = connect_from(line, &port, &address, &passing);

	EXPECT(pump(line, listener, POLLIN, 900, &passing));
	int accepted = accept(listener, NULL, NULL);

	EXPECT_INT(0, passing.lost);
	shutdown(fd, SHUT_WR);
	int64_t begun_ms = duration_now_ms();
	bool comes = pump(line, accepted, POLLIN, 50, &passing);

	EXPECT(!comes && passing.lost);
	if (plan->cut_ms < 1000) {
		/* Mended, the FIN comes that is sent again. */
		EXPECT(pump(line, accepted, POLLIN, 5000, &passing));
		EXPECT(duration_now_ms() - begun_ms >= plan->cut_ms);
	} else {
		abort_it(fd);
		abort_it(accepted);
		pump(line, listener, POLLIN, 5, &passing);
		/* A new connection of the same ports is another. */
		EXPECT(connect_from(line, &port, &address, &passing) >= 0);
	}
	line_close(line);
}

static void a_line_is_cut_from_the_first_fin_until_it_is_mended(void)
{
	tap_in_child(be_cut, &(struct line_plan){ .cut_ms = 60 });
	tap_in_child(be_cut, &(struct line_plan){ .cut_ms = 100000 });
}

static void a_line_takes_its_time_and_loses_no_syn(void)
{
	struct line_plan plan = { .delay_ms = 20, .loss = 10000 };

	tap_in_child(be_slow_and_lose, &plan);
}

const struct tap_test tests_stage[] = {
	{ "flow: what is sent again is known, also where numbers wrap",
		what_is_sent_again_is_known_also_where_numbers_wrap },
	{ "flow: a new connection on old ports begins again",
		a_new_connection_on_old_ports_begins_again },
	{ "forge: what is forged has the numbers that were asked for",
		what_is_forged_has_the_numbers_that_were_asked_for },
	{ "waiting: a retransmission waits if all of it does",
		a_retransmission_waits_if_all_of_it_does },
	{ "confine: who is confined gains nothing by exec",
		who_is_confined_gains_nothing_by_exec },
	{ "line: it takes its time, and loses no SYN",
		a_line_takes_its_time_and_loses_no_syn },
	{ "line: it is cut from the first FIN until it is mended",
		a_line_is_cut_from_the_first_fin_until_it_is_mended },
	{ NULL, NULL },
};
