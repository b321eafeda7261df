/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "gracelab/stage/wire.h"

#include <errno.h>
#include <netinet/tcp.h>
#include <poll.h>
#include <sched.h>
#include <stdio.h>
#include <sys/mount.h>
#include <unistd.h>

#include "lib/base/duration.h"
#include "tests/unit/tap.h"

#define PATIENCE_MS 5000

/* Two hosts with a connection between them, and what the wire told of it. */
struct lab {
	struct hosts hosts;
	struct wire *wire;
	struct kernel *kernels[SIDES];
	struct kernel_pair pair;
	int listener, ends[SIDES];
	char news[2048];
};

static void on_news(void *context, const struct wire_news *news)
{
	static const char *const fates[] = { "", " sent", " arrived", " lost",
		" forged" };
	struct lab *lab = context;
	char text[SEGMENT_TEXT_SIZE];
	size_t used = strlen(lab->news);

	if (segment_is_pure_ack(news->segment) && !news->id)
		return;
	segment_text(news->segment, text);
	snprintf(lab->news + used, sizeof(lab->news) - used, "%s%c %s%s%s",
		used ? ", " : "", *side_name(news->sender), text,
		fates[news->fate], news->copy ? " copy" : "");
}

/* What was told since this was asked last. */
#define EXPECT_NEWS(lab, text)                    \
	do {                                      \
		EXPECT_TEXT((text), (lab)->news); \
		(lab)->news[0] = '\0';            \
	} while (0)

static void expect_states(
	struct lab *lab, enum tcp_state client, enum tcp_state server)
{
	struct kernel_socket sockets[SIDES];

	EXPECT_INT(0,
		kernel_look_between(lab->kernels, &lab->pair, &sockets[CLIENT],
			&sockets[SERVER]));
	EXPECT_INT(client, sockets[CLIENT].state);
	EXPECT_INT(server, sockets[SERVER].state);
}

static uint16_t port_of(int fd)
{
	struct sockaddr_storage address;
	socklen_t size = sizeof(address);

	if (getsockname(fd, (void *)&address, &size) < 0)
		return 0;
	return ntohs(address.ss_family == AF_INET6
			? ((struct sockaddr_in6 *)(void *)&address)->sin6_port
			: ((struct sockaddr_in *)(void *)&address)->sin_port);
}

static void say(struct lab *lab, enum side side, const char *text)
{
	ssize_t len = (ssize_t)strlen(text);

	EXPECT_INT(len, send(lab->ends[side], text, (size_t)len, MSG_NOSIGNAL));
	EXPECT_INT(0, wire_pump(lab->wire));
}

static void half_close(struct lab *lab, enum side side)
{
	EXPECT_INT(0, shutdown(lab->ends[side], SHUT_WR));
	EXPECT_INT(0, wire_pump(lab->wire));
}

/* What one recv(2) gives: the text, "eof" or an errno's number. */
static void hear(struct lab *lab, enum side side, const char *expected)
{
	char text[64] = "eof";
	ssize_t n = recv(lab->ends[side], text, sizeof(text) - 1, 0);

	if (n < 0)
		snprintf(text, sizeof(text), "%d", errno);
	else if (n > 0)
		text[n] = '\0';
	EXPECT_TEXT(expected, text);
}

static void hear_errno(struct lab *lab, enum side side, int error)
{
	char text[16];

	snprintf(text, sizeof(text), "%d", error);
	hear(lab, side, text);
}

static void hold_all(struct lab *lab)
{
	wire_hold(lab->wire, CLIENT);
	wire_hold(lab->wire, SERVER);
}

static const struct wire_segment *find(
	struct lab *lab, enum wire_side sender, const char *name)
{
	const struct wire_segment *segment = wire_find(lab->wire, sender, name);

	/* Nothing that follows would make sense. */
	if (!EXPECT(segment))
		_exit(1);
	return segment;
}

static void pass(struct lab *lab, enum wire_side sender, const char *name)
{
	EXPECT_INT(0, wire_pass(lab->wire, find(lab, sender, name)));
}

/* Waits until a kernel's timer has sent something new, and it waits, or was
 * read from the socket; false: it never came. */
static bool await(struct lab *lab, bool (*came)(struct lab *lab))
{
	int64_t deadline_ms = duration_deadline_ms(PATIENCE_MS);
	struct pollfd polled[SIDES] = {
		{ wire_descriptor(lab->wire, CLIENT), POLLIN, 0 },
		{ wire_descriptor(lab->wire, SERVER), POLLIN, 0 },
	};

	while (!came(lab)) {
		int left_ms = (int)(deadline_ms - duration_now_ms());

		if (left_ms <= 0)
			return false;
		poll(polled, SIDES, left_ms);
		EXPECT_INT(0, wire_pump(lab->wire));
	}
	return true;
}

static void forge(struct lab *lab, enum side sender, const char *name,
	struct forged forged)
{
	forged.sender = sender;
	EXPECT(segment_named(name, &forged.segment));
	EXPECT_INT(0, wire_forge(lab->wire, &forged));
}

static void connect_both(struct lab *lab, sa_family_t family)
{
	struct sockaddr_storage address;
	socklen_t size = sizeof(address);
	int yes = 1;

	lab->listener = hosts_socket(&lab->hosts, SERVER, family);
	hosts_address(SERVER, family, 0, &address);
	EXPECT_INT(0, bind(lab->listener, (void *)&address, size));
	EXPECT_INT(0, listen(lab->listener, 1));
	hosts_address(SERVER, family, port_of(lab->listener), &address);
	lab->ends[CLIENT] = hosts_socket(&lab->hosts, CLIENT, family);
	EXPECT_INT(-1, connect(lab->ends[CLIENT], (void *)&address, size));
	EXPECT_INT(EINPROGRESS, errno);
	EXPECT_INT(0, wire_pump(lab->wire));
	lab->ends[SERVER] = accept4(lab->listener, NULL, NULL, SOCK_NONBLOCK);
	EXPECT(lab->ends[SERVER] >= 0);
	for (int side = 0; side < SIDES; side++)
		EXPECT_INT(0,
			setsockopt(lab->ends[side], IPPROTO_TCP, TCP_NODELAY,
				&yes, sizeof(yes)));
	lab->pair = hosts_pair(
		family, port_of(lab->ends[CLIENT]), port_of(lab->listener));
	EXPECT_NEWS(lab, "c SYN, s SYN+ACK");
}

struct scene {
	bool without_tun;
	sa_family_t family;
	void (*script)(struct lab *lab);
};

static void play(void *context)
{
	const struct hosts_plan plan = { .rto_min_ms = 20 };
	const struct scene *scene = context;
	struct lab lab = { 0 };

	/* Not even root has the device then. */
	if (scene->without_tun)
		EXPECT(!unshare(CLONE_NEWNS) &&
			!mount(NULL, "/", NULL, MS_REC | MS_PRIVATE, NULL) &&
			!mount("/dev/null", "/dev/net/tun", NULL, MS_BIND,
				NULL));
	if (!EXPECT_INT(HOSTS_READY, hosts_enter(&plan, &lab.hosts))) {
		EXPECT_TEXT("", lab.hosts.why);
		return;
	}
	lab.wire = wire_open(&lab.hosts, on_news, &lab);
	for (int side = 0; side < SIDES; side++) {
		EXPECT_INT(0, hosts_visit(&lab.hosts, (enum side)side));
		lab.kernels[side] = kernel_open();
	}
	EXPECT(!scene->without_tun || !device_is_tun(lab.hosts.of[0].device));
	connect_both(&lab, scene->family);
	if (tap_passing())
		scene->script(&lab);
}

/* Each in a process of its own, whose network it is. */
static void play_all(void (*script)(struct lab *lab))
{
	struct scene scenes[] = {
		{ false, AF_INET, script },
		{ false, AF_INET6, script },
		{ true, AF_INET, script },
	};

	tap_case("IPv4");
	tap_in_child(play, &scenes[0]);
	tap_case("IPv6");
	tap_in_child(play, &scenes[1]);
	if (geteuid() != 0)
		return;
	tap_case("veth");
	tap_in_child(play, &scenes[2]);
}

static void talk(struct lab *lab)
{
	expect_states(lab, STATE_ESTABLISHED, STATE_ESTABLISHED);
	say(lab, CLIENT, "data1");
	hear(lab, SERVER, "data1");
	half_close(lab, CLIENT);
	hear(lab, SERVER, "eof");
	expect_states(lab, STATE_FIN_WAIT2, STATE_CLOSE_WAIT);
	EXPECT_NEWS(lab, "c data 5, c FIN");
}

static void what_is_not_held_arrives_at_once(void)
{
	play_all(talk);
}

static void cross(struct lab *lab)
{
	hold_all(lab);
	half_close(lab, CLIENT);
	half_close(lab, SERVER);
	expect_states(lab, STATE_FIN_WAIT1, STATE_FIN_WAIT1);
	pass(lab, WIRE_CLIENT, "FIN");
	expect_states(lab, STATE_FIN_WAIT1, STATE_CLOSING);
	pass(lab, WIRE_SERVER, "FIN");
	expect_states(lab, STATE_CLOSING, STATE_CLOSING);
	EXPECT_INT(0, wire_release(lab->wire));
	expect_states(lab, STATE_TIME_WAIT, STATE_TIME_WAIT);
	EXPECT_NEWS(lab,
		"c FIN sent, s FIN sent, c FIN arrived, s ACK sent, "
		"s FIN arrived, c ACK sent, s ACK arrived, c ACK arrived");
}

static void fins_that_cross_make_closing(void)
{
	play_all(cross);
}

static bool something_waits(struct lab *lab)
{
	return wire_first(lab->wire);
}

static void lose(struct lab *lab)
{
	hold_all(lab);
	half_close(lab, CLIENT);
	EXPECT_INT(0, wire_drop(lab->wire, find(lab, WIRE_ANY, "FIN")));
	EXPECT(!wire_first(lab->wire));
	EXPECT_NEWS(lab, "c FIN sent, c FIN lost");
	EXPECT(await(lab, something_waits));
	/* Nobody is told before they ask. */
	EXPECT(find(lab, WIRE_CLIENT, "FIN")->again);
	EXPECT_NEWS(lab, "");
	hear_errno(lab, SERVER, EAGAIN);
	wire_reveal(lab->wire, find(lab, WIRE_ANY, "FIN"));
	EXPECT_NEWS(lab, "c FIN sent");
	pass(lab, WIRE_ANY, "FIN");
	hear(lab, SERVER, "eof");
}

static void a_lost_fin_is_sent_again(void)
{
	play_all(lose);
}

/* The kernel counts what it has sent again. */
static bool was_sent_twice_again(struct lab *lab)
{
	struct tcp_info info = { 0 };
	socklen_t size = sizeof(info);

	getsockopt(lab->ends[CLIENT], IPPROTO_TCP, TCP_INFO, &info, &size);
	return info.tcpi_total_retrans >= 2;
}

static void repeat(struct lab *lab)
{
	wire_hold(lab->wire, CLIENT);
	say(lab, CLIENT, "one");
	say(lab, CLIENT, "and two");
	half_close(lab, CLIENT);
	EXPECT_NEWS(lab, "c data 3 sent, c data 7 sent, c FIN sent");
	EXPECT(await(lab, was_sent_twice_again));
	for (const struct wire_segment *s = wire_first(lab->wire); s;
		s = s->next)
		EXPECT(!s->again);
	EXPECT_INT(0, wire_release(lab->wire));
	EXPECT_NEWS(lab, "c data 3 arrived, c data 7 arrived, c FIN arrived");
	hear(lab, SERVER, "oneand two");
	hear(lab, SERVER, "eof");
}

static void what_is_sent_again_while_it_waits_takes_its_place(void)
{
	play_all(repeat);
}

static void repeat_what_is_acked(struct lab *lab)
{
	wire_hold(lab->wire, SERVER);
	say(lab, CLIENT, "data1");
	EXPECT(await(lab, was_sent_twice_again));
	EXPECT_NEWS(lab, "c data 5, s ACK sent");
	/* Without the ACK it is needed. */
	EXPECT_INT(0, wire_drop(lab->wire, find(lab, WIRE_SERVER, "ACK")));
	wire_hold(lab->wire, CLIENT);
	EXPECT_NEWS(lab, "s ACK lost");
	EXPECT(await(lab, something_waits));
	EXPECT(find(lab, WIRE_CLIENT, "data 5")->again);
	pass(lab, WIRE_CLIENT, "data 5");
	EXPECT_NEWS(lab, "c data 5 sent, c data 5 arrived, s ACK sent");
	hear(lab, SERVER, "data1");
	hear_errno(lab, SERVER, EAGAIN);
}

static void what_is_sent_again_while_its_ack_waits_is_not_there(void)
{
	play_all(repeat_what_is_acked);
}

static void copy(struct lab *lab)
{
	wire_hold(lab->wire, CLIENT);
	half_close(lab, CLIENT);
	EXPECT_INT(0, wire_copy(lab->wire, find(lab, WIRE_ANY, NULL)));
	hear(lab, SERVER, "eof");
	pass(lab, WIRE_CLIENT, "FIN");
	EXPECT(!wire_first(lab->wire));
	hear(lab, SERVER, "eof");
	EXPECT_NEWS(lab, "c FIN sent, c FIN arrived, c FIN arrived copy");
	expect_states(lab, STATE_FIN_WAIT2, STATE_CLOSE_WAIT);
}

static void a_copy_arrives_and_goes_on_waiting(void)
{
	play_all(copy);
}

static void attack(struct lab *lab)
{
	wire_hold(lab->wire, SERVER);
	/* RFC 5961, section 3.2: a challenge ACK, and nothing else. */
	forge(lab, CLIENT, "RST", (struct forged){ .seq = 100 });
	expect_states(lab, STATE_ESTABLISHED, STATE_ESTABLISHED);
	EXPECT_NEWS(lab, "c RST forged, s ACK sent");
	/* Out of the window. */
	forge(lab, CLIENT, "RST", (struct forged){ .seq = (uint32_t)-1 });
	expect_states(lab, STATE_ESTABLISHED, STATE_ESTABLISHED);
	EXPECT_NEWS(lab, "c RST forged");
	forge(lab, CLIENT, "RST", (struct forged){ 0 });
	expect_states(lab, STATE_ESTABLISHED, STATE_GONE);
	hear_errno(lab, SERVER, ECONNRESET);
}

static void a_forged_reset_must_have_the_exact_number(void)
{
	play_all(attack);
}

static void insert(struct lab *lab)
{
	forge(lab, SERVER, "data 5", (struct forged){ .seq = 2 });
	hear_errno(lab, CLIENT, EAGAIN);
	forge(lab, SERVER, "data 2", (struct forged){ 0 });
	hear(lab, CLIENT, "xxxxxxx");
	forge(lab, CLIENT, "data 3+FIN",
		(struct forged){ .ack = (uint32_t)-7 });
	hear(lab, SERVER, "xxx");
	hear(lab, SERVER, "eof");
	EXPECT_NEWS(
		lab, "s data 5 forged, s data 2 forged, c data 3+FIN forged");
}

static void forged_data_is_received(void)
{
	play_all(insert);
}

static bool both_can_read(struct lab *lab)
{
	struct pollfd polled[SIDES] = {
		{ lab->ends[CLIENT], POLLIN, 0 },
		{ lab->ends[SERVER], POLLIN, 0 },
	};

	return poll(polled, SIDES, 0) == SIDES;
}

static void cut_and_mend(struct lab *lab)
{
	wire_cut(lab->wire, true);
	say(lab, CLIENT, "lost");
	say(lab, SERVER, "gone");
	EXPECT_NEWS(lab, "c data 4 lost, s data 4 lost");
	wire_cut(lab->wire, false);
	EXPECT(await(lab, both_can_read));
	hear(lab, SERVER, "lost");
	hear(lab, CLIENT, "gone");
}

static void what_is_sent_on_a_cut_wire_is_lost(void)
{
	play_all(cut_and_mend);
}

static void release(struct lab *lab)
{
	hold_all(lab);
	say(lab, SERVER, "1");
	say(lab, CLIENT, "22");
	say(lab, SERVER, "333");
	close(lab->ends[CLIENT]);
	EXPECT_INT(0, wire_pump(lab->wire));
	lab->news[0] = '\0';
	EXPECT_INT(0, wire_release(lab->wire));
	EXPECT(!wire_is_held(lab->wire, CLIENT));
	/* The answer to what comes after close() is the last. */
	EXPECT_NEWS(lab,
		"s data 1 arrived, c data 2 arrived, s data 3 arrived, "
		"c FIN arrived, c RST, c RST, c RST, c RST");
}

static void release_keeps_the_order_of_departure(void)
{
	play_all(release);
}

static void reboot(struct lab *lab)
{
	EXPECT_INT(0, hosts_reboot(&lab->hosts, CLIENT));
	kernel_close(lab->kernels[CLIENT]);
	lab->kernels[CLIENT] = kernel_open();
	/* Its program ends after its kernel. */
	close(lab->ends[CLIENT]);
	EXPECT_INT(0, wire_pump(lab->wire));
	expect_states(lab, STATE_GONE, STATE_ESTABLISHED);
	EXPECT_NEWS(lab, "");
	say(lab, SERVER, "there?");
	EXPECT_NEWS(lab, "s data 6, c RST");
	hear_errno(lab, SERVER, ECONNRESET);
}

static void a_rebooted_host_knows_nothing(void)
{
	play_all(reboot);
}

const struct tap_test tests_lab_wire[] = {
	{ "what is not held arrives at once",
		what_is_not_held_arrives_at_once },
	{ "FINs that cross make CLOSING and TIME_WAIT of both",
		fins_that_cross_make_closing },
	{ "a lost FIN is sent again, and told of when asked for",
		a_lost_fin_is_sent_again },
	{ "what is sent again while it waits takes its place",
		what_is_sent_again_while_it_waits_takes_its_place },
	{ "what is sent again while its ACK waits is not there",
		what_is_sent_again_while_its_ack_waits_is_not_there },
	{ "a copy arrives and goes on waiting",
		a_copy_arrives_and_goes_on_waiting },
	{ "a forged RST must have the exact number",
		a_forged_reset_must_have_the_exact_number },
	{ "forged data and FIN are received", forged_data_is_received },
	{ "what is sent on a cut wire is lost, and sent again",
		what_is_sent_on_a_cut_wire_is_lost },
	{ "release keeps the order of departure",
		release_keeps_the_order_of_departure },
	{ "a rebooted host says nothing and knows nothing",
		a_rebooted_host_knows_nothing },
	{ 0 },
};
