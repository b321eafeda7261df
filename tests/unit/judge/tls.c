/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "gracelab/judge/tls/tls.h"

#include <errno.h>
#include <fcntl.h>
#include <linux/tcp.h>
#include <netinet/in.h>
#include <poll.h>
#include <stdlib.h>
#include <string.h>
#include <sys/ioctl.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <unistd.h>

#include "gracelab/judge/tls/certs.h"
#include "gracelab/judge/tls/context.h"
#include "gracelab/judge/tls/inside.h"
#include "tests/unit/judge/pair.h"
#include "tests/unit/tap.h"

/* Both ends of a connection, on a pair of sockets that do not block. */
struct pair {
	struct tls_certs certs;
	struct tls_context *contexts[2];
	int fds[2];
	struct tls *client, *server;
};

static bool begin(struct pair *pair, const struct tls_wish *wish)
{
	char error[TLS_ERROR_SIZE];
	struct tls_wish own = *wish;

	*pair = (struct pair){ .fds = { -1, -1 } };
	EXPECT(tls_certs_make(&pair->certs, error));
	if (!own.insecure && !own.ca)
		own.ca = pair->certs.ca;
	pair->contexts[0] = tls_context_client(&own, error);
	pair->contexts[1] = tls_context_server(
		pair->certs.cert, pair->certs.key, TLS_ANY, error);
	EXPECT(!socketpair(AF_UNIX, SOCK_STREAM | SOCK_NONBLOCK | SOCK_CLOEXEC,
		0, pair->fds));
	if (!pair->contexts[0] || !pair->contexts[1] || pair->fds[0] < 0)
		return false;
	pair->client = tls_new(pair->contexts[0], pair->fds[0]);
	pair->server = tls_new(pair->contexts[1], pair->fds[1]);
	return pair->client && pair->server;
}

static void end(struct pair *pair)
{
	tls_free(pair->client);
	tls_free(pair->server);
	for (int i = 0; i < 2; i++) {
		tls_context_free(pair->contexts[i]);
		if (pair->fds[i] >= 0)
			close(pair->fds[i]);
	}
	tls_certs_remove(&pair->certs);
}

/* Takes the two ends to a connection of TCP, before they have said anything. */
static void go_over_tcp(struct pair *pair, bool little)
{
	int fds[2];

	EXPECT(pair_make(fds, little));
	for (int i = 0; i < 2; i++) {
		EXPECT(dup2(fds[i], pair->fds[i]) >= 0);
		close(fds[i]);
	}
}

/* What the client's handshake comes to. */
static enum tls_step shake_hands(struct pair *pair)
{
	enum tls_step step = TLS_WAITS;

	for (int i = 0; i < 8 && step == TLS_WAITS; i++) {
		step = tls_handshake(pair->client);
		tls_handshake(pair->server);
	}
	return step;
}

static const struct tls_wish old = { .version = TLS_1_2, .name = "localhost" };
static const struct tls_wish latest = { .version = TLS_1_3,
	.name = "127.0.0.1" };

static void keep_other_half(const struct tls_wish *wish)
{
	struct pair pair;
	char buffer[TLS_RECORD_BYTES];
	double at_s;

	if (begin(&pair, wish) && EXPECT(shake_hands(&pair) == TLS_DONE)) {
		EXPECT_INT(wish->version, tls_version(pair.server));
		EXPECT_INT(0, tls_notify(pair.client, false));
		EXPECT_INT(0,
			tls_recv(pair.server, buffer, sizeof(buffer), &at_s));
		EXPECT(tls_end(pair.server)->notified);
		EXPECT(!tls_look_for_end(pair.server));
		EXPECT_INT(2, tls_send(pair.server, "hi", 2, false));
		EXPECT_INT(2,
			tls_recv(pair.client, buffer, sizeof(buffer), &at_s));
		shutdown(pair.fds[0], SHUT_WR);
		EXPECT(tls_look_for_end(pair.server));
		EXPECT(tls_end(pair.server)->fin);
	}
	end(&pair);
}

static void test_other_half(void)
{
	keep_other_half(&old);
	keep_other_half(&latest);
}

/* Who never stops behind its close_notify holds nobody else up. */
static void test_flood(void)
{
	static char flood[TLS_RECORD_BYTES];
	struct pair pair;
	double at_s;
	int looks = 0;

	if (begin(&pair, &latest) && EXPECT(shake_hands(&pair) == TLS_DONE)) {
		EXPECT_INT(0, tls_notify(pair.client, false));
		EXPECT_INT(
			0, tls_recv(pair.server, flood, sizeof(flood), &at_s));
		/* As much as the socket holds, which is more than a look. */
		while (send(pair.fds[0], flood, sizeof(flood), MSG_NOSIGNAL) >
			0)
			;
		shutdown(pair.fds[0], SHUT_WR);
		EXPECT(!tls_look_for_end(pair.server));
		while (!tls_look_for_end(pair.server) && ++looks < 10000)
			;
		EXPECT(tls_end(pair.server)->fin);
	}
	end(&pair);
}

static void test_fin_alone(void)
{
	struct pair pair;
	char buffer[TLS_RECORD_BYTES];
	double at_s;

	if (begin(&pair, &latest) && EXPECT(shake_hands(&pair) == TLS_DONE)) {
		shutdown(pair.fds[0], SHUT_WR);
		EXPECT_INT(0,
			tls_recv(pair.server, buffer, sizeof(buffer), &at_s));
		EXPECT(!tls_end(pair.server)->notified);
		EXPECT(tls_end(pair.server)->fin);
		EXPECT_INT(2, tls_send(pair.server, "hi", 2, false));
		EXPECT_INT(2,
			tls_recv(pair.client, buffer, sizeof(buffer), &at_s));
	}
	end(&pair);
}

/* What does not fit waits, and nothing is lost or sent twice. */
static void test_full(void)
{
	struct pair pair = { .fds = { -1, -1 } };
	char *bytes = calloc(1, 4 * TLS_RECORD_BYTES);
	size_t sent = 0, got = 0;
	double at_s;
	ssize_t n;

	if (bytes && begin(&pair, &latest) &&
		EXPECT(shake_hands(&pair) == TLS_DONE)) {
		while ((n = tls_send(pair.client, bytes, 3 * TLS_RECORD_BYTES,
				false)) > 0)
			sent += (size_t)n;
		EXPECT_INT(EAGAIN, errno);
		EXPECT(tls_has_output(pair.client));
		do {
			n = tls_recv(pair.server, bytes, 2 * TLS_RECORD_BYTES,
				&at_s);
			got += n > 0 ? (size_t)n : 0;
			EXPECT_INT(0, tls_flush(pair.client));
		} while (n > 0);
		EXPECT_INT(EAGAIN, errno);
		EXPECT_INT((long long)sent, (long long)got);
		EXPECT(!tls_has_output(pair.client));
	}
	end(&pair);
	free(bytes);
}

/* An end that was read with the bytes before it is still to be told. */
static void test_end_behind_bytes(void)
{
	struct pair pair;
	char buffer[3 * TLS_RECORD_BYTES];
	double at_s;

	if (begin(&pair, &latest) && EXPECT(shake_hands(&pair) == TLS_DONE)) {
		EXPECT_INT(2, tls_send(pair.client, "hi", 2, false));
		EXPECT_INT(0, tls_notify(pair.client, false));
		EXPECT_INT(2,
			tls_recv(pair.server, buffer, sizeof(buffer), &at_s));
		EXPECT(tls_has_input(pair.server));
		EXPECT_INT(0,
			tls_recv(pair.server, buffer, sizeof(buffer), &at_s));
		EXPECT(!tls_has_input(pair.server));
	}
	end(&pair);
}

static void fails_by(const struct tls_wish *wish, const char *text)
{
	struct pair pair;
	char why[TLS_WHY_SIZE];

	if (begin(&pair, wish)) {
		EXPECT(shake_hands(&pair) == TLS_FAILED);
		tls_explain(pair.client, why);
		tap_case("%s", why);
		EXPECT(strstr(why, text) && strstr(why, "--insecure"));
	}
	end(&pair);
}

static void test_certificates(void)
{
	struct tls_certs other;
	char error[TLS_ERROR_SIZE];

	fails_by(&(struct tls_wish){ .name = "other.example" },
		"hostname mismatch");
	if (EXPECT(tls_certs_make(&other, error)))
		fails_by(&(struct tls_wish){ .name = "localhost",
				 .ca = other.ca },
			"--ca FILE");
	tls_certs_remove(&other);
}

/* By name, and by each address of this machine; a hello has no ticket in it. */
static void test_names(void)
{
	static const char *const names[] = { "localhost", "127.0.0.1", "::1" };
	struct pair pair;
	char buffer[TLS_RECORD_BYTES];
	double at_s;

	for (size_t i = 0; i < sizeof(names) / sizeof(*names); i++) {
		tap_case("%s", names[i]);
		if (begin(&pair,
			    &(struct tls_wish){
				    .version = TLS_1_3, .name = names[i] }) &&
			EXPECT(shake_hands(&pair) == TLS_DONE)) {
			EXPECT_INT(-1, recv(pair.fds[0], buffer, 1, MSG_PEEK));
			EXPECT_INT(-1,
				tls_recv(pair.client, buffer, sizeof(buffer),
					&at_s));
			EXPECT_INT(EAGAIN, errno);
		}
		end(&pair);
	}
}

/* A close_notify is sent once, and nothing behind it. */
static void test_notified_once(void)
{
	struct pair pair;
	char buffer[TLS_RECORD_BYTES];
	double at_s;

	if (begin(&pair, &latest) && EXPECT(shake_hands(&pair) == TLS_DONE)) {
		EXPECT_INT(0, tls_notify(pair.client, false));
		ssize_t once =
			recv(pair.fds[1], buffer, sizeof(buffer), MSG_PEEK);

		EXPECT_INT(0, tls_notify(pair.client, false));
		EXPECT_INT(once,
			recv(pair.fds[1], buffer, sizeof(buffer), MSG_PEEK));
		EXPECT_INT(0,
			tls_recv(pair.server, buffer, sizeof(buffer), &at_s));
		EXPECT_INT(-1, tls_send(pair.client, "hi", 2, false));
		EXPECT_INT(EPROTO, errno);
		/* The other half lives. */
		EXPECT_INT(0, tls_notify(pair.server, false));
		EXPECT_INT(0,
			tls_recv(pair.client, buffer, sizeof(buffer), &at_s));
		EXPECT(tls_end(pair.client)->notified);
	}
	end(&pair);
}

/* Has the server ask for another handshake, and the client begin its part. */
static void ask_again(struct pair *pair)
{
	char buffer[TLS_RECORD_BYTES];
	double at_s;

	EXPECT(SSL_renegotiate(pair->server->ssl) == 1);
	EXPECT(SSL_do_handshake(pair->server->ssl) == 1);
	EXPECT_INT(0, tls_flush(pair->server));
	EXPECT_INT(-1, tls_recv(pair->client, buffer, sizeof(buffer), &at_s));
	EXPECT_INT(EAGAIN, errno);
}

/* What is sent during another handshake, or ends it, waits for its end. */
static void test_again(void)
{
	struct pair pair;
	char buffer[TLS_RECORD_BYTES];
	double at_s;

	if (begin(&pair, &old) && EXPECT(shake_hands(&pair) == TLS_DONE)) {
		ask_again(&pair);
		EXPECT_INT(-1, tls_send(pair.client, "hi", 2, false));
		EXPECT_INT(EAGAIN, errno);
		EXPECT(!tls_is_stuck(pair.client));
		EXPECT_INT(POLLIN, tls_awaits(pair.client));
		EXPECT_INT(0, tls_notify(pair.client, false));
		EXPECT(tls_has_output(pair.client));
		EXPECT_INT(POLLIN, tls_awaits(pair.client));
		for (int i = 0; i < 4; i++) {
			tls_recv(pair.server, buffer, sizeof(buffer), &at_s);
			tls_recv(pair.client, buffer, sizeof(buffer), &at_s);
		}
		EXPECT(!tls_end(pair.server)->notified);
		EXPECT_INT(0, tls_flush(pair.client));
		EXPECT(!tls_has_output(pair.client));
		EXPECT_INT(POLLOUT, tls_awaits(pair.client));
		EXPECT_INT(0,
			tls_recv(pair.server, buffer, sizeof(buffer), &at_s));
		EXPECT(tls_end(pair.server)->notified);
	}
	end(&pair);
}

/* What the peer sends before its part of it is read, whoever wants to send; and
 * once it is read, sending gets on by itself. */
static void test_again_amid(void)
{
	struct pair pair;
	char buffer[TLS_RECORD_BYTES];
	double at_s;

	if (begin(&pair, &old) && EXPECT(shake_hands(&pair) == TLS_DONE)) {
		ask_again(&pair);
		EXPECT_INT(5, tls_send(pair.server, "reply", 5, false));
		EXPECT_INT(-1, tls_send(pair.client, "hi", 2, false));
		EXPECT_INT(EAGAIN, errno);
		EXPECT(tls_has_input(pair.client));
		EXPECT_INT(0, tls_awaits(pair.client));
		EXPECT_INT(5,
			tls_recv(pair.client, buffer, sizeof(buffer), &at_s));
		EXPECT(!memcmp(buffer, "reply", 5));
		EXPECT_INT(POLLIN, tls_awaits(pair.client));
		for (int i = 0; i < 4; i++) {
			tls_recv(pair.server, buffer, sizeof(buffer), &at_s);
			EXPECT_INT(0, tls_notify(pair.client, false));
		}
		EXPECT(!tls_has_output(pair.client));
		EXPECT(tls_end(pair.server)->notified);
	}
	end(&pair);
}

/* One that fails leaves nothing that would wait for its end. */
static void test_again_fails(void)
{
	struct pair pair;

	if (begin(&pair, &old) && EXPECT(shake_hands(&pair) == TLS_DONE)) {
		ask_again(&pair);
		EXPECT_INT(6, write(pair.fds[1], "\x16\x03\x03\0\1z", 6));
		EXPECT_INT(-1, tls_send(pair.client, "hi", 2, false));
		EXPECT_INT(EPROTO, errno);
		EXPECT(tls_has_input(pair.client));
		EXPECT_INT(-1, tls_notify(pair.client, false));
		EXPECT(!tls_has_output(pair.client));
		EXPECT_INT(POLLOUT, tls_awaits(pair.client));
	}
	end(&pair);
}

/* Who has asked for it, and then ends his half, cannot do his part. */
static void test_stuck(void)
{
	struct pair pair;
	char buffer[TLS_RECORD_BYTES];
	double at_s;

	if (begin(&pair, &old) && EXPECT(shake_hands(&pair) == TLS_DONE)) {
		ask_again(&pair);
		EXPECT_INT(0, tls_notify(pair.server, false));
		EXPECT_INT(0,
			tls_recv(pair.client, buffer, sizeof(buffer), &at_s));
		EXPECT(tls_is_stuck(pair.client));
		EXPECT_INT(-1, tls_send(pair.client, "hi", 2, false));
		EXPECT_INT(EPROTO, errno);
		tls_notify(pair.client, false);
		EXPECT(!tls_has_output(pair.client));
	}
	end(&pair);
}

/* Records that are no data, however many, hold nobody up. */
static void test_keys_for_ever(void)
{
	struct pair pair;
	char buffer[TLS_RECORD_BYTES];
	double at_s;
	int left = 0, calls = 0;

	if (begin(&pair, &latest) && EXPECT(shake_hands(&pair) == TLS_DONE)) {
		for (int i = 0; i < 200; i++) {
			EXPECT(SSL_key_update(pair.server->ssl,
				       SSL_KEY_UPDATE_NOT_REQUESTED) == 1);
			EXPECT(SSL_do_handshake(pair.server->ssl) == 1);
			EXPECT_INT(0, tls_flush(pair.server));
		}
		EXPECT_INT(2, tls_send(pair.server, "hi", 2, false));
		EXPECT_INT(-1,
			tls_recv(pair.client, buffer, sizeof(buffer), &at_s));
		EXPECT_INT(EAGAIN, errno);
		EXPECT(!ioctl(pair.fds[0], FIONREAD, &left) && left > 0);
		while (tls_recv(pair.client, buffer, sizeof(buffer), &at_s) <
				0 &&
			++calls < 10)
			;
		EXPECT_BYTES("hi", 2, buffer, 2);
	}
	end(&pair);
}

/* Who sends to a peer that is gone gets an error, and no signal; once it has
 * failed nothing is left to be sent. */
static void test_gone(void)
{
	struct pair pair;

	if (begin(&pair, &latest) && EXPECT(shake_hands(&pair) == TLS_DONE)) {
		close(pair.fds[1]);
		pair.fds[1] = -1;
		EXPECT_INT(-1, tls_send(pair.client, "hi", 2, false));
		EXPECT_INT(EPIPE, errno);
		EXPECT(!tls_has_output(pair.client));
	}
	end(&pair);
}

/* More than the kernel takes is sent in pieces: over TCP a part of a record. */
static void test_pieces(void)
{
	struct pair pair;
	char *bytes = calloc(1, 4 * TLS_RECORD_BYTES);
	size_t sent = 0, got = 0;
	double at_s;
	ssize_t n;

	if (!bytes || !begin(&pair, &latest)) {
		free(bytes);
		return;
	}
	go_over_tcp(&pair, true);
	if (EXPECT(shake_hands(&pair) == TLS_DONE)) {
		for (int i = 0; i < 4 * TLS_RECORD_BYTES; i++)
			bytes[i] = (char)(i * 7);
		n = tls_send(pair.client, bytes, 3 * TLS_RECORD_BYTES, false);
		sent += n > 0 ? (size_t)n : 0;
		EXPECT(tls_has_output(pair.client));
		for (int i = 0; i < 10000 && got < sent; i++) {
			EXPECT_INT(0, tls_flush(pair.client));
			n = tls_recv(pair.server, bytes + 3 * TLS_RECORD_BYTES,
				TLS_RECORD_BYTES, &at_s);
			for (ssize_t k = 0; k < n; k++)
				EXPECT_INT((char)(((ssize_t)got + k) * 7),
					bytes[3 * TLS_RECORD_BYTES + k]);
			got += n > 0 ? (size_t)n : 0;
		}
		EXPECT_INT((long long)sent, (long long)got);
	}
	end(&pair);
	free(bytes);
}

static uint32_t segments_out(int fd)
{
	struct tcp_info info = { 0 };
	socklen_t size = sizeof(info);

	getsockopt(fd, IPPROTO_TCP, TCP_INFO, &info, &size);
	return info.tcpi_data_segs_out;
}

/* Where more is to follow soon, all of it goes with the FIN. */
static void test_glued(void)
{
	struct pair pair;

	if (begin(&pair, &latest)) {
		go_over_tcp(&pair, false);
		EXPECT(shake_hands(&pair) == TLS_DONE);
		uint32_t before = segments_out(pair.fds[0]);

		EXPECT_INT(2, tls_send(pair.client, "hi", 2, true));
		EXPECT_INT(0, tls_notify(pair.client, true));
		EXPECT_INT(before, segments_out(pair.fds[0]));
		shutdown(pair.fds[0], SHUT_WR);
		EXPECT_INT(before + 1, segments_out(pair.fds[0]));
	}
	end(&pair);
}

static void test_plain_text(void)
{
	struct pair pair;
	char why[TLS_WHY_SIZE];

	if (begin(&pair, &latest)) {
		EXPECT(tls_handshake(pair.client) == TLS_WAITS);
		EXPECT_INT(10, write(pair.fds[1], "220 hello\n", 10));
		EXPECT(tls_handshake(pair.client) == TLS_FAILED);
		tls_explain(pair.client, why);
		EXPECT(strstr(why, "\"220 hello\\n\""));
	}
	end(&pair);
	/* A version's number that no record has in that place. */
	if (begin(&pair, &latest)) {
		EXPECT(tls_handshake(pair.client) == TLS_WAITS);
		EXPECT_INT(6, write(pair.fds[1], "J\003hey\n", 6));
		EXPECT(tls_handshake(pair.client) == TLS_FAILED);
		tls_explain(pair.client, why);
		EXPECT(strstr(why, "\"J\\x03hey\\n\""));
	}
	end(&pair);
}

static void test_removed(void)
{
	struct tls_certs certs, copy;
	char error[TLS_ERROR_SIZE];
	struct stat folder, key;
	mode_t mask = umask(077);

	EXPECT(tls_certs_make(&certs, error));
	umask(mask);
	copy = certs;
	/* Also for a proxy that has dropped its privileges. */
	EXPECT(!stat(copy.folder, &folder) && !stat(copy.key, &key));
	EXPECT_INT(0755, folder.st_mode & 0777);
	EXPECT_INT(0644, key.st_mode & 0777);
	tls_certs_remove(&certs);
	EXPECT_INT(-1, access(copy.folder, F_OK));
}

const struct tap_test tests_judge_tls[] = {
	{ "TLS: a close_notify leaves the other half, in 1.2 and 1.3",
		test_other_half },
	{ "TLS: bytes without end behind a close_notify hold nobody up",
		test_flood },
	{ "TLS: a FIN without close_notify is told from one with it",
		test_fin_alone },
	{ "TLS: what the kernel does not take waits, and comes once",
		test_full },
	{ "TLS: an end that is read with the bytes before it is told",
		test_end_behind_bytes },
	{ "TLS: a certificate that does not verify is told, and what to do",
		test_certificates },
	{ "TLS: our certificates are for the name and both addresses",
		test_names },
	{ "TLS: a close_notify is sent once, and is the end of its half",
		test_notified_once },
	{ "TLS: what is sent during another handshake waits for its end",
		test_again },
	{ "TLS: what the peer sends amid another handshake is read first",
		test_again_amid },
	{ "TLS: another handshake that fails is waited for no more",
		test_again_fails },
	{ "TLS: who asks for another handshake and ends his half is named",
		test_stuck },
	{ "TLS: records that are no data do not hold a reader up for ever",
		test_keys_for_ever },
	{ "TLS: who sends to nobody gets an error, and no signal", test_gone },
	{ "TLS: a record of which a part was taken comes whole", test_pieces },
	{ "TLS: records and the FIN behind them share a segment", test_glued },
	{ "TLS: plain text is shown as what it is", test_plain_text },
	{ "TLS: certificates are made, and gone when removed", test_removed },
	{ 0 },
};
