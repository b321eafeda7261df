/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "meaning_unix.h"

#include <string.h>

/* A call by its beginning, and its result, or NULL: any that is no error. The
 * first that fits counts; without a text the row means what it does of TCP. */
static const struct {
	const char *call, *result, *text;
} calls[] = {
	{ "", "EBADF", NULL },
	{ "", "ENOTCONN", NULL },
	{ "", "ECONNRESET",
		"The peer has closed with unread data in its queue, or before "
		"it had accepted: what was sent to it is lost. A socket tells "
		"it once (recv(2))." },
	{ "connect", "ECONNREFUSED",
		"The socket's file is there, but nobody listens at it: such a "
		"file outlives its server (connect(2), unlink(2))." },
	{ "connect", "ENOENT",
		"There is no such file, and so no socket to connect to "
		"(connect(2); unix(7))." },
	{ "", "EADDRINUSE",
		"The file is there already, and bind(2) takes no file's place "
		"(unix(7))." },
	{ "send", "EPIPE",
		"Nothing can be sent here any more: the peer has closed or "
		"shut its receiving half, or this side its sending half. The "
		"first send(2) tells it, since nothing is ever on its way. Who "
		"does not ignore SIGPIPE dies of it (send(2); unix(7))." },
	{ "send", "EAGAIN",
		"What the peer has not read fills the room for what is sent: a "
		"blocking send(2) would wait (send(2), EAGAIN)." },
	{ "send", NULL,
		"The bytes lie in the peer's queue, where its next recv(2) "
		"finds them: nothing is on its way. Whether its program reads "
		"them is not told (send(2); unix(7))." },
	{ "recv", "0 (EOF)",
		"EOF: the peer has closed or shut its sending half, and all "
		"before was read; or this side has shut its receiving half. "
		"Which it was is not told by recv(2), but poll(2) says HUP "
		"once both halves have ended (recv(2), poll(2))." },
	{ "peek", "0 (EOF)",
		"EOF: nothing more will come (recv(2), MSG_PEEK)." },
	{ "recv", "EAGAIN",
		"Nothing is there to be read, and the peer has not ended: a "
		"blocking recv(2) would wait (recv(2), EAGAIN)." },
	{ "recv", NULL,
		"Bytes go from this socket's queue to the program, which makes "
		"room for what the peer sends (recv(2); unix(7))." },
	{ "peek", NULL,
		"What lies in this socket's queue is looked at and stays there "
		"(recv(2), MSG_PEEK)." },
	{ "close", NULL,
		"close(2) of the last descriptor ends both halves of the peer "
		"at once: it reads what it has got and then EOF, or "
		"ECONNRESET if there were unread data here; its send(2) gives "
		"EPIPE. No state remains to wait for (close(2); unix(7))." },
	{ "abortive close", NULL,
		"A plain close(2): SO_LINGER has no effect on a UNIX socket, "
		"which has no RST (graceclient(1), UNIX sockets)." },
	{ "shutdown rdwr", NULL,
		"Both halves are shut here, and so are the peer's "
		"(shutdown(2))." },
	{ "shutdown rd", NULL,
		"SHUT_RD: EOF at once here, and the peer's send(2) gives "
		"EPIPE: over a UNIX socket it does learn of it "
		"(shutdown(2))." },
	{ "shutdown wr", NULL,
		"SHUT_WR: the peer reads what it has got, and then EOF; "
		"reading goes on here. It acts on the connection, whoever "
		"else holds the socket (shutdown(2))." },
	{ "exit", NULL,
		"The process has ended, and the kernel closes its sockets as "
		"close(2) does: the peer cannot tell the difference "
		"(_exit(2), close(2))." },
	{ "killed", NULL,
		"The process has ended, and the kernel closes its sockets as "
		"close(2) does: the peer cannot tell the difference "
		"(_exit(2), close(2))." },
	{ "connect", NULL,
		"connect(2) returns once the connection is in the listener's "
		"queue; its program need not have called accept(2) yet "
		"(connect(2), listen(2))." },
	{ "accept", NULL,
		"accept(2) takes a connection out of the listener's queue "
		"(accept(2), listen(2))." },
	{ "listener", NULL,
		"The listening socket is closed: who was accepted lives on, "
		"who waits to be meets ECONNRESET (listen(2), close(2))." },
	{ "listen", NULL,
		"The socket listens at its file; who connects waits in its "
		"queue (listen(2); unix(7))." },
	{ "state", NULL,
		"What this side's kernel knows: which halves have ended, and "
		"what is unread in both queues; nothing of it tells whether "
		"the peer still reads (sock_diag(7); poll(2))." },
	{ "probe", NULL,
		"poll(2) tells, with nothing written: HUP says that both "
		"halves have ended (poll(2))." },
	{ "hold", NULL, NULL },
	{ "release", NULL, NULL },
	{ "SIGPIPE", NULL, NULL },
	{ "", NULL,
		"A setting of the socket, or of how the program plays "
		"(socket(7), unix(7))." },
};

static const struct {
	const char *state, *text;
} states[] = {
	{ "CONNECTED", "both directions are open" },
	{ "SHUT_RD",
		"nothing more comes, since the peer has shut its sending half "
		"or this side its receiving half; it can still send" },
	{ "SHUT_WR",
		"it can send no more, since it has shut its sending half or "
		"the peer its receiving half; it can still read" },
	{ "SHUT_RDWR",
		"both halves have ended; what lies in its queue can still be "
		"read" },
};

#define COUNT(list) (sizeof(list) / sizeof(*(list)))

const char *meaning_unix_call(const struct rung *rung)
{
	const char *result = rung->result ? rung->result : "";
	bool failed = *result == 'E';

	for (size_t i = 0; i < COUNT(calls); i++)
		if (!strncmp(
			    rung->call, calls[i].call, strlen(calls[i].call)) &&
			(calls[i].result ? !strcmp(calls[i].result, result)
					 : !failed))
			return calls[i].text;
	return "The call has failed, with this error (errno(3)).";
}

const char *meaning_unix_state(const char *state)
{
	for (size_t i = 0; i < COUNT(states); i++)
		if (!strcmp(states[i].state, state))
			return states[i].text;
	return NULL;
}
