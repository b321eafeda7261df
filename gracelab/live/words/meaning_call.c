/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "meaning_call.h"

#include <string.h>

static bool is(const char *text, const char *other)
{
	return text && !strcmp(text, other);
}

static bool sends(const struct rung *rung, const char *segment)
{
	return rung->segment && strstr(rung->segment, segment);
}

/* What every call may give. */
static const char *failed(const char *result)
{
	static const struct {
		const char *name, *text;
	} errors[] = {
		{ "ECONNRESET",
			"A RST has come: the connection is gone, and with it "
			"what was under way. A socket tells it once "
			"(recv(2), send(2))." },
		{ "ETIMEDOUT",
			"The kernel has given up: what it sent was not "
			"answered in time (tcp(7): keepalive, "
			"TCP_USER_TIMEOUT, tcp_retries2)." },
		{ "ENOTCONN",
			"There is no connection any more to act on "
			"(shutdown(2), getpeername(2))." },
		{ "EBADF",
			"There is no such descriptor any more: it was "
			"closed (close(2))." },
		{ "ECONNREFUSED",
			"Nobody listens there: the SYN was met by a "
			"RST (connect(2))." },
		{ "EADDRINUSE",
			"The address is taken, perhaps by a connection "
			"in TIME_WAIT (bind(2); SO_REUSEADDR in "
			"socket(7))." },
	};

	for (size_t i = 0; i < sizeof(errors) / sizeof(*errors); i++)
		if (is(result, errors[i].name))
			return errors[i].text;
	return NULL;
}

static const char *send_(const struct rung *rung, const char *before)
{
	(void)before;
	if (is(rung->result, "EPIPE"))
		return "Nothing can be sent here any more: this side has shut "
		       "its sending half, or the connection was reset. Who "
		       "does not ignore SIGPIPE dies of it (send(2), EPIPE; "
		       "signal(7)).";
	if (is(rung->result, "EAGAIN"))
		return "The send buffer is full: a blocking send(2) would wait "
		       "(send(2), EAGAIN).";
	return "The kernel took the bytes. That is all that send(2) says: "
	       "nothing of their arrival, nor of who reads them (send(2); RFC "
	       "9293, section 3.9.1.2).";
}

static const char *recv_(const struct rung *rung, const char *before)
{
	(void)before;
	if (rung->result && !strncmp(rung->result, "0", 1) && !rung->text)
		return "EOF: the peer's FIN has come, and all before it was "
		       "read. Half-close and close look alike from here "
		       "(recv(2); RFC 9293, section 3.6).";
	if (is(rung->result, "EAGAIN"))
		return "Nothing is there to be read, and no FIN has come: a "
		       "blocking recv(2) would wait (recv(2), EAGAIN).";
	return "Bytes go from the kernel's receive buffer to the program; "
	       "nothing of that is seen on the wire but, perhaps, a larger "
	       "window (recv(2); RFC 9293, section 3.9.1.3).";
}

static const char *close_(const struct rung *rung, const char *before)
{
	if (sends(rung, "RST"))
		return "close(2) with unread data in the receive buffer: RST "
		       "instead of FIN, so that the peer learns that they "
		       "were lost (RFC 2525, section 2.17; RFC 9293, section "
		       "3.6.1).";
	if (sends(rung, "FIN"))
		return "close(2) of the last descriptor: FIN goes out, and "
		       "this side reads nothing any more; data that come now "
		       "will be met by RST (close(2); RFC 9293, sections "
		       "3.6 and 3.6.1).";
	if (is(before, "ESTABLISHED") || is(before, "CLOSE_WAIT"))
		return "close(2), and no FIN: somebody else holds the socket "
		       "too, or data or window are in the way. Only the last "
		       "reference ends a connection (close(2), dup(2)).";
	return "close(2) gives the descriptor up. The FIN, if any, was sent "
	       "before; what the kernel still keeps is an orphan (close(2), "
	       "tcp(7)).";
}

static const char *shutdown_(const struct rung *rung, const char *before)
{
	(void)before;
	if (is(rung->call, "shutdown rd"))
		return "SHUT_RD: this program reads no more, EOF at once. "
		       "Nothing goes over the wire, and the peer cannot know "
		       "(shutdown(2)).";
	if (sends(rung, "FIN"))
		return "SHUT_WR: FIN goes out behind all data, and reading "
		       "goes on. It acts on the connection, whoever else "
		       "holds the socket (shutdown(2); RFC 9293, section "
		       "3.6.1).";
	return "shutdown(2): no segment comes of it now; the FIN was sent "
	       "before, or waits behind data (shutdown(2)).";
}

static const char *killed(const struct rung *rung, const char *before)
{
	(void)before;
	return sends(rung, "RST")
		? "The process has ended, and the kernel closes its sockets: "
		  "with unread data by RST (_exit(2); RFC 2525, section 2.17)."
		: "The process has ended, and the kernel closes its sockets as "
		  "close(2) does: the peer cannot tell the difference "
		  "(_exit(2), close(2)).";
}

static const char *hold(const struct rung *rung, const char *before)
{
	(void)rung;
	(void)before;
	return "Another descriptor of the same socket, dup(2) or a forked "
	       "child's: close(2) then only drops the count, while "
	       "shutdown(2) acts all the same (dup(2), fork(2)).";
}

static const char *release(const struct rung *rung, const char *before)
{
	(void)rung;
	(void)before;
	return "The descriptor that was held is given up: if it was the last, "
	       "that is the close(2) that ends the connection (close(2)).";
}

static const char *reset(const struct rung *rung, const char *before)
{
	(void)rung;
	(void)before;
	return "SO_LINGER {1, 0} and close(2): an abortive close. RST goes "
	       "out, nothing queued is sent, and there is no TIME_WAIT "
	       "(socket(7); RFC 9293, section 3.9.1.6).";
}

static const char *connect_(const struct rung *rung, const char *before)
{
	(void)rung;
	(void)before;
	return "connect(2) returns once the SYN+ACK has come: the peer's "
	       "kernel has answered, its program need not have called "
	       "accept(2) yet (connect(2), listen(2)).";
}

static const char *accept_(const struct rung *rung, const char *before)
{
	(void)rung;
	(void)before;
	return "accept(2) takes a connection that the kernel has established "
	       "by itself (accept(2), listen(2)).";
}

static const char *listener(const struct rung *rung, const char *before)
{
	(void)rung;
	(void)before;
	return "The listening socket: who was accepted lives on, who waits to "
	       "be is reset when it goes (listen(2), close(2)).";
}

static const char *state(const struct rung *rung, const char *before)
{
	(void)rung;
	(void)before;
	return "What this side's kernel knows; nothing of it tells whether the "
	       "peer still reads (tcp(7), TCP_INFO; poll(2)).";
}

static const char *probe(const struct rung *rung, const char *before)
{
	(void)rung;
	(void)before;
	return "After EOF only a write and a round trip tell: a byte that is "
	       "acknowledged was met by a half-close, a RST by a full close "
	       "(RFC 9293, section 3.5.2).";
}

static const char *sigpipe(const struct rung *rung, const char *before)
{
	(void)rung;
	(void)before;
	return "A send that gives EPIPE raises SIGPIPE first; here a handler "
	       "has caught it (signal(7), send(2)).";
}

static const char *reboot(const struct rung *rung, const char *before)
{
	(void)rung;
	(void)before;
	return "The host is another now with the same address: it has sent "
	       "nothing, and knows of no connection (RFC 9293, section "
	       "3.5.1).";
}

/* A call by its beginning. */
static const struct {
	const char *name;
	const char *(*text)(const struct rung *rung, const char *before);
} calls[] = {
	{ "sendfile", send_ },
	{ "send", send_ },
	{ "recv", recv_ },
	{ "peek", recv_ },
	{ "close", close_ },
	{ "shutdown", shutdown_ },
	{ "abortive close", reset },
	{ "exit", killed },
	{ "killed", killed },
	{ "hold", hold },
	{ "release", release },
	{ "connect", connect_ },
	{ "accept", accept_ },
	{ "listen", listener },
	{ "state", state },
	{ "probe", probe },
	{ "SIGPIPE", sigpipe },
	{ "reboot", reboot },
};

const char *meaning_call(const struct rung *rung, const char *before)
{
	const char *error = failed(rung->result);

	if (error)
		return error;
	for (size_t i = 0; i < sizeof(calls) / sizeof(*calls); i++)
		if (!strncmp(rung->call, calls[i].name, strlen(calls[i].name)))
			return calls[i].text(rung, before);
	return "A setting of the socket, or of how the program plays; nothing "
	       "goes over the wire (socket(7), tcp(7)).";
}
