/* SPDX-License-Identifier: GPL-3.0-or-later */
/* What is said of a traced call, and whose a segment is. */
#include <arpa/inet.h>
#include <errno.h>
#include <fcntl.h>
#include <linux/seccomp.h>
#include <netinet/tcp.h>
#include <stdlib.h>
#include <sys/mman.h>
#include <sys/socket.h>
#include <sys/syscall.h>
#include <unistd.h>

#include "gracelab/trace/filter.h"
#include "gracelab/trace/stop.h"
#include "gracelab/trace/story/flight.h"
#include "gracelab/trace/story/story.h"
#include "gracelab/trace/story/words.h"
#include "lib/net/net.h"
#include "tests/unit/tap.h"

#define TEXT_MAX 256

/* A call of ours with these arguments, of which it gave `result`. */
static struct trace_call call_of(long number, int64_t result, uint64_t one,
	uint64_t two, uint64_t three, uint64_t four)
{
	return (struct trace_call){
		.what = call_find(number),
		.process = getpid(),
		.thread = getpid(),
		.result = result,
		.args = { 0, one, two, three, four },
	};
}

static void expect_call(const char *expected, struct trace_call call)
{
	char *text = words_call(&call);

	EXPECT_TEXT(expected, text ? text : "(none)");
	free(text);
}

static void calls_have_the_names_of_who_wrote_them(void)
{
	struct trace_call ends = { .what = &call_exit };

	expect_call("send", call_of(SYS_sendto, 5, 0, 5, 0, 0));
	expect_call("sendto", call_of(SYS_sendto, 5, 0, 5, 0, 1));
	expect_call("recv", call_of(SYS_recvfrom, 5, 0, 5, 0, 0));
	expect_call("recvfrom", call_of(SYS_recvfrom, 5, 0, 5, 0, 1));
	expect_call("recv(MSG_PEEK)",
		call_of(SYS_recvfrom, 5, 0, 5, MSG_PEEK | MSG_DONTWAIT, 0));
	/* Of read(2) the fourth argument means nothing. */
	expect_call("read", call_of(SYS_read, 5, 0, 5, MSG_PEEK, 0));
	expect_call("setsockopt(SO_LINGER)",
		call_of(SYS_setsockopt, 0, SOL_SOCKET, SO_LINGER, 0, 0));
	expect_call("setsockopt(TCP_CORK)",
		call_of(SYS_setsockopt, 0, IPPROTO_TCP, TCP_CORK, 0, 0));
	expect_call(
		"setsockopt(7, 70)", call_of(SYS_setsockopt, 0, 7, 70, 0, 0));
	expect_call("shutdown(SHUT_WR)",
		call_of(SYS_shutdown, 0, SHUT_WR, 0, 0, 0));
	expect_call("shutdown(7)", call_of(SYS_shutdown, 0, 7, 0, 0, 0));
	ends.args[0] = 3 << 8;
	expect_call("exit(3)", ends);
	ends.args[0] = 13;
	expect_call("killed by SIGPIPE", ends);
}

static void expect_result(const char *expected, struct trace_call call)
{
	char *text = words_result(&call);

	EXPECT_TEXT(expected, text ? text : "(none)");
	free(text);
}

static void results_are_what_a_person_reads(void)
{
	expect_result("5", call_of(SYS_read, 5, 0, 9, 0, 0));
	expect_result("0 (EOF)", call_of(SYS_read, 0, 0, 9, 0, 0));
	/* Who asks for nothing gets nothing. */
	expect_result("0", call_of(SYS_read, 0, 0, 0, 0, 0));
	expect_result("0", call_of(SYS_write, 0, 0, 9, 0, 0));
	/* Its thread has ended in it. */
	expect_result("?", call_of(SYS_read, CALL_NEVER, 0, 9, 0, 0));
	expect_result("EPIPE", call_of(SYS_write, -EPIPE, 0, 9, 0, 0));
	expect_result("(none)", call_of(SYS_accept, 7, 0, 0, 0, 0));
	expect_result("EAGAIN", call_of(SYS_accept, -EAGAIN, 0, 0, 0, 0));
}

static void expect_words(
	const char *expected, const char *bytes, int64_t result, size_t max)
{
	struct trace_call call = call_of(SYS_write, result,
		(uint64_t)(uintptr_t)bytes, strlen(bytes), 0, 0);
	char *text = words_text(&call, max);

	EXPECT_TEXT(expected, text ? text : "(none)");
	free(text);
}

static void a_text_is_cut_between_characters(void)
{
	expect_words("hello", "hello", 5, TEXT_MAX);
	expect_words("hel", "hello", 5, 3);
	/* What was not taken was not sent. */
	expect_words("he", "hello", 2, TEXT_MAX);
	expect_words("hello", "hello", -EPIPE, TEXT_MAX);
	expect_words("a", "aé", 3, 2);
	expect_words("aé", "aé", 3, 3);
	expect_words("\\x1b[31m", "\x1b[31m", 5, TEXT_MAX);
}

static void a_segment_is_of_the_side_that_calls(void)
{
	struct story story = { 0 };
	struct connection one = { 0 }, other = { 0 };
	const struct trace_call call = { .began_ns = 100 };
	struct flight *client = flight_begin(&story, &call, &one, CLIENT);
	struct segment segment = { .time_ns = 101 };

	EXPECT(flight_of_segment(&story, &one, CLIENT, &segment) == client);
	EXPECT(!flight_of_segment(&story, &one, SERVER, &segment));
	EXPECT(!flight_of_segment(&story, &other, CLIENT, &segment));
	/* It went before the call did. */
	segment.time_ns = 99;
	EXPECT(!flight_of_segment(&story, &one, CLIENT, &segment));
	segment.time_ns = 0;
	EXPECT(flight_of_segment(&story, &one, CLIENT, &segment) == client);
	/* A call has one. */
	client->row = 1;
	EXPECT(!flight_of_segment(&story, &one, CLIENT, &segment));
	flight_free_all(&story);
	EXPECT(!story.flights);
}

static void a_segment_is_sent_once_it_was_taken_in(void)
{
	struct story story = { .began_ns = duration_wall_ns() };
	struct trace_call call = call_of(SYS_close, 0, 0, 0, 0, 0);
	struct flight *flight = flight_begin(&story, &call, NULL, CLIENT);

	EXPECT(!flight_has_sent(&story, &call));
	flight->row = rows_add(&story.rows, 3600);
	EXPECT(!flight_has_sent(&story, &call));
	rows_at(&story.rows, flight->row)->rung.seconds = -3600;
	EXPECT(flight_has_sent(&story, &call));
	EXPECT(!flight_has_sent(&story, NULL));
	flight_free_all(&story);
	rows_free(&story.rows);
}

/* What was told, "client SYN, server SYN+ACK". */
struct told {
	char text[200];
};

static void take(void *context, struct rung *rung)
{
	struct told *told = context;
	size_t used = strlen(told->text);

	snprintf(told->text + used, sizeof(told->text) - used, "%s%u %s %s",
		used ? ", " : "", rung->connection,
		rung->sender == CLIENT ? "client" : "server",
		rung->segment ? rung->segment : "?");
	record_free_rung(rung);
}

static void drain(void *context)
{
	(void)context;
}

static void pass(struct story *story, enum side sender, uint32_t seq,
	uint32_t bytes, uint8_t flags)
{
	const struct segment segment = {
		.sport = sender == CLIENT ? 1000 : 80,
		.dport = sender == CLIENT ? 80 : 1000,
		.seq = seq,
		.payload_bytes = bytes,
		.flags = flags,
	};

	story_segment(story, &segment);
}

static void segments_are_told_but_for_bare_acks(void)
{
	struct told told = { "" };
	const struct story_plan plan = { .take = take,
		.context = &told,
		.drain = drain,
		.own_network = true,
		.wire = true };
	struct story story;

	story_begin(&story, &plan);
	/* Of a connection whose beginning was not seen nothing is told. */
	pass(&story, CLIENT, 7, 5, SEGMENT_ACK);
	pass(&story, CLIENT, 1, 0, SEGMENT_SYN);
	/* The same again is no other connection. */
	pass(&story, CLIENT, 1, 0, SEGMENT_SYN);
	pass(&story, SERVER, 1, 0, SEGMENT_SYN | SEGMENT_ACK);
	pass(&story, CLIENT, 2, 0, SEGMENT_ACK);
	pass(&story, CLIENT, 2, 5, SEGMENT_ACK);
	pass(&story, CLIENT, 7, 0, SEGMENT_FIN | SEGMENT_ACK);
	pass(&story, SERVER, 2, 0, SEGMENT_RST);
	/* Another SYN on these ports is another connection. */
	pass(&story, CLIENT, 900, 0, SEGMENT_SYN);
	story_end(&story);
	EXPECT_TEXT("1 client SYN, 1 client SYN, 1 server SYN+ACK, 1 client "
		    "data 5, 1 client FIN, 1 server RST, 2 client SYN",
		told.text);
}

static void a_connection_has_both_ports(void)
{
	struct connections connections = { 0 };
	/* Both fall into one place of the table. */
	struct connection *one = connections_add(&connections, 1000, 80);
	struct connection *other =
		connections_add(&connections, 1000, 80 + CONNECTION_BUCKETS);
	struct segment segment = { .sport = 80, .dport = 1000 };
	enum side sender;

	EXPECT(connections_find(&connections, 1000, 80) == one);
	EXPECT(connections_find(&connections, 1000, 80 + CONNECTION_BUCKETS) ==
		other);
	EXPECT(!connections_find(&connections, 80, 1000));
	EXPECT(connection_of_segment(&connections, &segment, &sender) == one);
	EXPECT_INT(SERVER, sender);
	segment = (struct segment){ .sport = 1000, .dport = 80 };
	EXPECT(connection_of_segment(&connections, &segment, &sender) == one);
	EXPECT_INT(CLIENT, sender);
	connections_free(&connections);
}

/* struct mmsghdr of a 32-bit program: one part, and how much was sent of it. */
static void a_message_of_a_32_bit_program_has_its_text(void)
{
#ifdef MAP_32BIT
	uint32_t *low = mmap(NULL, 4096, PROT_READ | PROT_WRITE,
		MAP_PRIVATE | MAP_ANONYMOUS | MAP_32BIT, -1, 0);
	struct trace_call call;

	EXPECT(low != MAP_FAILED);
	if (low == MAP_FAILED)
		return;
	uint32_t at = (uint32_t)(uintptr_t)low;

	low[2] = at + 64;
	low[3] = 1;
	low[7] = 5; /* msg_len */
	low[16] = at + 128;
	low[17] = 100;
	memcpy(low + 32, "hello and what was not sent", 27);
	call = call_of(SYS_sendmmsg, 1, at, 1, 0, 0);
	call.narrow = true;
	char *text = words_text(&call, TEXT_MAX);

	EXPECT_TEXT("hello", text ? text : "(none)");
	free(text);
	munmap(low, 4096);
#endif
}

static void ipv4_in_ipv6_is_ipv4(void)
{
	struct sockaddr_storage address = { 0 };
	struct sockaddr_in6 in6 = { .sin6_family = AF_INET6,
		.sin6_port = htons(80) };
	struct sockaddr_in in;

	inet_pton(AF_INET6, "::ffff:192.0.2.1", &in6.sin6_addr);
	memcpy(&address, &in6, sizeof(in6));
	net_unmap(&address);
	memcpy(&in, &address, sizeof(in));
	EXPECT_INT(AF_INET, in.sin_family);
	EXPECT_INT(80, ntohs(in.sin_port));
	EXPECT_INT(0xc0000201, ntohl(in.sin_addr.s_addr));
	inet_pton(AF_INET6, "2001:db8::1", &in6.sin6_addr);
	memcpy(&address, &in6, sizeof(in6));
	net_unmap(&address);
	EXPECT_BYTES(&in6, sizeof(in6), &address, sizeof(in6));
}

/* Whether close(2) of it by that process closes it for good. */
static bool closes(const struct trace_socket *socket, pid_t process,
	unsigned copies, bool lone)
{
	struct trace_call call = call_of(SYS_close, 0, 0, 0, 0, 0);

	call.process = process;
	call.copies = copies;
	call.lone = lone;
	return socket_closes(socket, &call);
}

static void a_socket_closes_for_good_where_nobody_else_has_it(void)
{
	struct trace_call call = call_of(SYS_socket, 3, 0, 0, 0, 0);
	struct trace_socket listener = { 0 }, socket = { 0 };
	pid_t own = call.process;

	call.copies = 5;
	socket_heed(&listener, NULL, &call);
	EXPECT(!closes(&listener, own, 5, true));
	call.lone = true;
	socket_heed(&listener, NULL, &call);
	EXPECT(closes(&listener, own, 5, true));
	EXPECT(!closes(&listener, own, 6, true));
	EXPECT(!closes(&listener, own, 5, false));
	EXPECT(!closes(&listener, own + 1, 5, true));

	call.what = call_find(SYS_accept);
	socket_heed(&socket, &(struct trace_socket){ 0 }, &call);
	EXPECT(!closes(&socket, own, 5, true));
	socket_heed(&socket, &listener, &call);
	EXPECT(closes(&socket, own, 5, true));

	call = call_of(SYS_setsockopt, 0, SOL_SOCKET, SO_LINGER, 0, 0);
	socket_heed(&listener, NULL, &call);
	EXPECT(!closes(&listener, own, 5, true));
	call = call_of(SYS_accept, 4, 0, 0, 0, 0);
	call.copies = 5;
	call.lone = true;
	struct trace_socket other = { 0 };

	socket_heed(&other, &listener, &call);
	EXPECT(!closes(&other, own, 5, true));

	call = call_of(SYS_shutdown, 0, SHUT_WR, 0, 0, 0);
	socket_heed(&socket, NULL, &call);
	EXPECT(!closes(&socket, own, 5, true));
}

static void only_streams_of_tcp_are_told_of(void)
{
	static const struct {
		int domain, type;
		bool is_tcp;
	} cases[] = {
		{ AF_INET, SOCK_STREAM, true },
		{ AF_INET6, SOCK_STREAM, true },
		{ AF_INET, SOCK_DGRAM, false },
		{ AF_UNIX, SOCK_STREAM, false },
	};
	struct socket_facts facts;

	for (size_t i = 0; i < sizeof(cases) / sizeof(*cases); i++) {
		int fd = socket(cases[i].domain, cases[i].type, 0);

		tap_case("case %zu", i);
		/* This machine may have no IPv6, or refuse to look. */
		if (fd >= 0 && socket_ask(getpid(), fd, &facts))
			EXPECT_INT(cases[i].is_tcp, facts.is_tcp);
		if (fd >= 0)
			close(fd);
	}
}

/* What the filter says of a call, BPF as seccomp(2) has it. */
static bool is_traced(const struct sock_filter *code, unsigned architecture,
	long number, const uint64_t args[6])
{
	struct seccomp_data data = { .arch = architecture, .nr = (int)number };
	uint32_t value = 0;

	memcpy(data.args, args, sizeof(data.args));
	for (;; code++)
		switch (code->code) {
		case BPF_LD | BPF_W | BPF_ABS:
			memcpy(&value, (char *)&data + code->k, sizeof(value));
			break;
		case BPF_ALU | BPF_AND | BPF_K:
			value &= code->k;
			break;
		case BPF_JMP | BPF_JEQ | BPF_K:
			code += value == code->k ? code->jt : code->jf;
			break;
		case BPF_JMP | BPF_JSET | BPF_K:
			code += value & code->k ? code->jt : code->jf;
			break;
		default:
			return code->k == SECCOMP_RET_TRACE;
		}
}

static void only_what_is_asked_for_is_traced(void)
{
	static const struct {
		long number;
		uint64_t args[6];
		bool few, all;
	} cases[] = {
		{ SYS_sendto, { 3 }, true, true },
		{ SYS_getppid, { 3 }, false, false },
		{ SYS_ppoll, { 3 }, false, true },
		{ SYS_fcntl, { 3, F_DUPFD_CLOEXEC }, true, true },
		{ SYS_fcntl, { 3, F_SETFL }, false, false },
		/* Where it stands is where sockets are read. */
		{ SYS_preadv2, { 3, 0, 1, UINT64_MAX }, true, true },
		{ SYS_preadv2, { 3, 0, 1, 0 }, false, false },
		/* May have what waits go out. */
		{ SYS_setsockopt, { 3, IPPROTO_TCP, TCP_CORK }, true, true },
		{ SYS_setsockopt, { 3, IPPROTO_TCP, TCP_NODELAY }, true, true },
		{ SYS_setsockopt, { 3, IPPROTO_TCP, TCP_ULP }, true, true },
		{ SYS_setsockopt, { 3, SOL_SOCKET, SO_LINGER }, true, true },
		{ SYS_setsockopt, { 3, SOL_SOCKET, SO_KEEPALIVE }, false,
			true },
		{ SYS_setsockopt, { 3, IPPROTO_TCP, TCP_MAXSEG }, false, true },
		/* A result that is told of, and a number of x32. */
		{ -9000, { 3 }, true, true },
		{ 1 << 30 | 1, { 3 }, true, true },
	};
	struct sock_filter few[FILTER_MAX], all[FILTER_MAX];
	unsigned ours = filter_architecture();

	filter_compose(few, false);
	EXPECT(filter_compose(all, true) <= FILTER_MAX);
	for (size_t i = 0; i < sizeof(cases) / sizeof(*cases); i++) {
		tap_case("case %zu", i);
		EXPECT_INT(cases[i].few,
			is_traced(few, ours, cases[i].number, cases[i].args));
		EXPECT_INT(cases[i].all,
			is_traced(all, ours, cases[i].number, cases[i].args));
	}
}

static void calls_of_32_bit_programs_are_known_by_their_numbers(void)
{
	static const uint64_t none[6] = { 0 };
	unsigned narrow = filter_narrow_architecture();
	struct sock_filter code[FILTER_MAX];
	const struct call_narrow *entry;

	filter_compose(code, false);
	/* Of another machine nothing is. */
	EXPECT(!is_traced(code, ~0U, SYS_sendto, none));
	EXPECT_INT(!narrow, !call_narrow(0));
	for (size_t i = 0; (entry = call_narrow(i)); i++) {
		const struct call *call = call_find(entry->native);

		tap_case("case %zu", i);
		EXPECT(call || entry->native == CALL_MANY);
		EXPECT_INT(entry->native, call_native(entry->number));
		EXPECT_INT(!call || !call->all,
			is_traced(code, narrow, entry->number, none));
	}
	if (!narrow)
		return;
	EXPECT(!is_traced(code, narrow, 5, none));
	EXPECT_INT(SYS_sendto, call_of_many(9));
	EXPECT_INT(SYS_shutdown, call_of_many(13));
	EXPECT(!call_find(call_of_many(6)) && !call_find(call_of_many(99)));
}

static void conditions_of_calls_are_checked_too_where_no_filter_does(void)
{
	static const uint64_t corks[6] = { 3, IPPROTO_TCP, TCP_CORK };
	static const uint64_t lingers[6] = { 3, SOL_SOCKET, SO_LINGER };
	static const uint64_t others[6] = { 3, SOL_SOCKET, SO_KEEPALIVE };
	const struct call *options = call_find(SYS_setsockopt);

	EXPECT(call_suits(options, corks, false));
	EXPECT(call_suits(options, lingers, false));
	EXPECT(!call_suits(options, others, false));
	EXPECT(call_suits(options, others, true));
	EXPECT(!call_suits(call_find(SYS_ppoll), others, false));
	EXPECT(call_suits(call_find(SYS_ppoll), others, true));
}

static void what_stops_and_what_is_interrupted_is_known(void)
{
	EXPECT(stop_is_group(SIGSTOP) && stop_is_group(SIGTSTP));
	EXPECT(stop_is_group(SIGTTIN) && stop_is_group(SIGTTOU));
	EXPECT(!stop_is_group(SIGTRAP) && !stop_is_group(SIGCONT));
	EXPECT(stop_is_interrupted(-512) && stop_is_interrupted(-516));
	EXPECT(stop_is_interrupted(-513) && stop_is_interrupted(-514));
	EXPECT(!stop_is_interrupted(-EINTR) && !stop_is_interrupted(-515));
}

const struct tap_test tests_trace_story[] = {
	{ "words: calls have the names of who wrote the program",
		calls_have_the_names_of_who_wrote_them },
	{ "words: results are what a person reads",
		results_are_what_a_person_reads },
	{ "words: a text is cut between characters",
		a_text_is_cut_between_characters },
	{ "flight: a segment is sent once it was taken in",
		a_segment_is_sent_once_it_was_taken_in },
	{ "flight: a segment is of the side that calls, and has one call",
		a_segment_is_of_the_side_that_calls },
	{ "story: segments are told, but for bare ACKs",
		segments_are_told_but_for_bare_acks },
	{ "connection: it has both ports, whoever sends",
		a_connection_has_both_ports },
	{ "words: a message of a 32-bit program has its text",
		a_message_of_a_32_bit_program_has_its_text },
	{ "socket: IPv4 in IPv6 is IPv4", ipv4_in_ipv6_is_ipv4 },
	{ "socket: only streams of TCP are told of",
		only_streams_of_tcp_are_told_of },
	{ "socket: it closes for good where nobody else has it",
		a_socket_closes_for_good_where_nobody_else_has_it },
	{ "filter: only what is asked for is traced",
		only_what_is_asked_for_is_traced },
	{ "filter: calls of 32-bit programs are known by their numbers",
		calls_of_32_bit_programs_are_known_by_their_numbers },
	{ "call: conditions are checked too where no filter does",
		conditions_of_calls_are_checked_too_where_no_filter_does },
	{ "stop: what stops and what is interrupted is known",
		what_stops_and_what_is_interrupted_is_known },
	{ NULL, NULL },
};
