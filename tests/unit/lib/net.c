/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "lib/net/net.h"

#include <arpa/inet.h>
#include <netinet/in.h>
#include <string.h>
#include <sys/resource.h>
#include <sys/socket.h>
#include <unistd.h>

#include "lib/net/tcp.h"
#include "tests/unit/tap.h"

static void ports_are_numbers(void)
{
	static const struct {
		const char *text;
		unsigned expected;
	} list[] = {
		{ "0", 0 },
		{ "1", 1 },
		{ "80", 80 },
		{ "43211", 43211 },
		{ "65535", 65535 },
	};

	for (size_t i = 0; i < sizeof(list) / sizeof(*list); i++) {
		uint16_t port = 7;

		tap_case("%s", list[i].text);
		EXPECT(net_parse_port(list[i].text, &port));
		EXPECT_INT(list[i].expected, port);
	}
}

static void nothing_else_is_a_port(void)
{
	static const char *const list[] = { "", " ", "65536", "-1", "+1", " 1",
		"1 ", "1x", "x1", "http", "0x50", "1.0", "99999999999999999999",
		"18446744073709551616", "4294967297", "1\n" };

	for (size_t i = 0; i < sizeof(list) / sizeof(*list); i++) {
		uint16_t port = 7;

		tap_case("'%s'", list[i]);
		EXPECT(!net_parse_port(list[i], &port));
		EXPECT_INT(7, port);
	}
}

static void ipv4_is_written_with_its_port(void)
{
	const struct sockaddr_in address = { .sin_family = AF_INET,
		.sin_port = htons(43211),
		.sin_addr.s_addr = htonl(INADDR_LOOPBACK) };
	char out[NET_ADDRESS_SIZE];

	net_format((const struct sockaddr *)&address, sizeof(address), out);
	EXPECT_TEXT("127.0.0.1:43211", out);
}

static void ipv6_is_written_in_brackets(void)
{
	struct sockaddr_in6 address = { .sin6_family = AF_INET6,
		.sin6_port = htons(80),
		.sin6_addr = IN6ADDR_LOOPBACK_INIT };
	char out[NET_ADDRESS_SIZE];

	net_format((const struct sockaddr *)&address, sizeof(address), out);
	EXPECT_TEXT("[::1]:80", out);
	inet_pton(AF_INET6, "2001:db8:1111:2222:3333:4444:5555:6666",
		&address.sin6_addr);
	net_format((const struct sockaddr *)&address, sizeof(address), out);
	EXPECT_TEXT("[2001:db8:1111:2222:3333:4444:5555:6666]:80", out);
}

static void an_end_is_read_as_it_is_written(void)
{
	static const struct {
		const char *text, *again;
	} list[] = {
		{ "127.0.0.1:43211", "127.0.0.1:43211" },
		{ "127.255.0.2:0", "127.255.0.2:0" },
		{ "[::1]:65535", "[::1]:65535" },
		{ "[2001:db8::6666]:80", "[2001:db8::6666]:80" },
		{ "[::ffff:127.0.0.9]:80", "127.0.0.9:80" },
	};

	for (size_t i = 0; i < sizeof(list) / sizeof(*list); i++) {
		struct sockaddr_storage address;
		char out[NET_ADDRESS_SIZE];

		tap_case("%s", list[i].text);
		if (!EXPECT(net_parse_end(list[i].text, &address)))
			continue;
		net_format((struct sockaddr *)&address,
			address.ss_family == AF_INET
				? sizeof(struct sockaddr_in)
				: sizeof(struct sockaddr_in6),
			out);
		EXPECT_TEXT(list[i].again, out);
	}
}

static void nothing_else_is_an_end(void)
{
	static const char *const list[] = { "", ":", ":80", "?", "127.0.0.1",
		"127.0.0.1:", "127.0.0.1:x", "127.0.0.1:65536", "[]:80",
		"[::1:80", "[::1]80", "[127.0.0.1]:80x", "localhost:80",
		"127.0.0.1 :80" };

	for (size_t i = 0; i < sizeof(list) / sizeof(*list); i++) {
		struct sockaddr_storage address;

		tap_case("'%s'", list[i]);
		EXPECT(!net_parse_end(list[i], &address));
	}
}

static void what_has_no_address_is_a_question_mark(void)
{
	const struct sockaddr address = { .sa_family = AF_UNSPEC };
	char out[NET_ADDRESS_SIZE];

	net_format(&address, sizeof(address), out);
	EXPECT_TEXT("?", out);
	net_format_end(-1, false, out);
	EXPECT_TEXT("?", out);
}

static void a_unix_address_is_read_as_it_is_written(void)
{
	static const struct {
		const char *text, *written;
	} list[] = {
		{ "unix:/run/x", "unix:/run/x" },
		{ "unix:x", "unix:x" },
		{ "unix:@x y", "unix:@x y" },
		{ "unix:./@x", "unix:./@x" },
		{ "unix:a\033[31m\n", "unix:a\\x1b[31m\\n" },
	};

	for (size_t i = 0; i < sizeof(list) / sizeof(*list); i++) {
		struct sockaddr_un address;
		socklen_t bytes;
		char out[NET_ADDRESS_SIZE];

		tap_case("%s", list[i].written);
		EXPECT(unix_is(list[i].text));
		if (!EXPECT(!unix_parse(list[i].text, &address, &bytes)))
			continue;
		net_format((struct sockaddr *)&address, bytes, out);
		EXPECT_TEXT(list[i].written, out);
	}
}

static void a_unix_address_fits_sun_path(void)
{
	char text[256] = UNIX_PREFIX, out[NET_ADDRESS_SIZE];
	size_t head = strlen(UNIX_PREFIX);
	struct sockaddr_un address;
	socklen_t bytes;

	memset(text + head, '\001', UNIX_PATH_BYTES);
	if (EXPECT(!unix_parse(text, &address, &bytes))) {
		net_format((struct sockaddr *)&address, bytes, out);
		EXPECT_INT(head + 4 * UNIX_PATH_BYTES, strlen(out));
	}
	text[head + UNIX_PATH_BYTES] = 'x';
	EXPECT(unix_wrong(text));
	EXPECT(unix_wrong("unix:"));
	EXPECT(unix_wrong("unix:@"));
	EXPECT(!unix_wrong("unix:@x"));
	EXPECT(!unix_wrong("localhost"));
	EXPECT(!unix_is("unixx:y"));
	/* Any bytes that the kernel may give, none of them a terminator. */
	memset(&address, 'x', sizeof(address));
	address.sun_family = AF_UNIX;
	net_format((struct sockaddr *)&address, sizeof(address), out);
	EXPECT_INT(head + sizeof(address.sun_path), strlen(out));
	net_format((struct sockaddr *)&address, sizeof(sa_family_t), out);
	EXPECT_TEXT("unix:(unnamed)", out);
}

/* Where no netlink socket is to be had the kernel tells as little. */
static void a_state_that_nobody_tells_is_unknown(void)
{
	struct rlimit limit;
	int ends[2];

	if (!EXPECT(!socketpair(AF_UNIX, SOCK_STREAM, 0, ends)) ||
		!EXPECT(!getrlimit(RLIMIT_NOFILE, &limit)))
		return;
	const struct rlimit none = { .rlim_max = limit.rlim_max };

	EXPECT_INT(STATE_CONNECTED, tcp_state(ends[0]));
	EXPECT(!setrlimit(RLIMIT_NOFILE, &none));
	EXPECT_INT(STATE_UNKNOWN, tcp_state(ends[0]));
	EXPECT(!setrlimit(RLIMIT_NOFILE, &limit));
	close(ends[0]);
	close(ends[1]);
	EXPECT_INT(STATE_GONE, tcp_state(ends[0]));
}

const struct tap_test tests_net[] = {
	{ "net: a port is a number from 0 to 65535", ports_are_numbers },
	{ "net: nothing else is a port, and nothing is written",
		nothing_else_is_a_port },
	{ "net: IPv4 is written as ADDRESS:PORT",
		ipv4_is_written_with_its_port },
	{ "net: IPv6 is written as [ADDRESS]:PORT",
		ipv6_is_written_in_brackets },
	{ "net: an end is read as it is written, a mapped one as IPv4",
		an_end_is_read_as_it_is_written },
	{ "net: nothing else is an end", nothing_else_is_an_end },
	{ "net: what has no address is written as ?",
		what_has_no_address_is_a_question_mark },
	{ "net: a UNIX socket's address is read as it is written, escaped",
		a_unix_address_is_read_as_it_is_written },
	{ "net: a UNIX socket's address fits sun_path, whatever is in there",
		a_unix_address_fits_sun_path },
	{ "net: a UNIX socket's state that the kernel does not tell is unknown",
		a_state_that_nobody_tells_is_unknown },
	{ NULL, NULL },
};
