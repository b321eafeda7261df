/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "words.h"

#include <inttypes.h>
#include <netinet/in.h>
#include <netinet/tcp.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/syscall.h>
#include <sys/wait.h>

#include "gracelab/trace/peek.h"
#include "lib/base/names.h"
#include "lib/base/task.h"
#include "lib/text/escape.h"

#define UTF8_BYTES_MAX 4

const char *words_sigpipe(pid_t process)
{
	static const char *const words[] = {
		[TASK_DEFAULT] = "SIGPIPE",
		[TASK_IGNORED] = "SIGPIPE ignored",
		[TASK_CAUGHT] = "SIGPIPE caught",
	};

	return words[task_disposition(process, SIGPIPE)];
}

const char *words_name(const struct trace_call *call)
{
	bool has_address = call->args[4];

	if (call->what->number == SYS_sendto && !has_address)
		return "send";
	if (call->what->number == SYS_recvfrom && !has_address)
		return "recv";
	return call->what->name;
}

static char *make_exit(int status)
{
	char *text = NULL;
	int len = WIFSIGNALED(status)
		? asprintf(
			  &text, "killed by %s", names_signal(WTERMSIG(status)))
		: asprintf(&text, "exit(%d)", WEXITSTATUS(status));

	return len < 0 ? NULL : text;
}

/* The options that ends of connections are about. */
static char *make_option(const char *name, uint64_t level, uint64_t option)
{
	static const struct {
		uint64_t level, option;
		const char *name;
	} options[] = {
#define OPTION(level, name) { level, name, #name }
		OPTION(SOL_SOCKET, SO_LINGER),
		OPTION(SOL_SOCKET, SO_REUSEADDR),
		OPTION(SOL_SOCKET, SO_REUSEPORT),
		OPTION(SOL_SOCKET, SO_KEEPALIVE),
		OPTION(SOL_SOCKET, SO_RCVBUF),
		OPTION(SOL_SOCKET, SO_SNDBUF),
		OPTION(SOL_SOCKET, SO_RCVTIMEO),
		OPTION(SOL_SOCKET, SO_SNDTIMEO),
		OPTION(SOL_SOCKET, SO_ZEROCOPY),
		OPTION(IPPROTO_TCP, TCP_NODELAY),
		OPTION(IPPROTO_TCP, TCP_CORK),
		OPTION(IPPROTO_TCP, TCP_QUICKACK),
		OPTION(IPPROTO_TCP, TCP_FASTOPEN),
		OPTION(IPPROTO_TCP, TCP_DEFER_ACCEPT),
		OPTION(IPPROTO_TCP, TCP_LINGER2),
		OPTION(IPPROTO_TCP, TCP_USER_TIMEOUT),
		OPTION(IPPROTO_TCP, TCP_KEEPIDLE),
		OPTION(IPPROTO_TCP, TCP_KEEPINTVL),
		OPTION(IPPROTO_TCP, TCP_KEEPCNT),
		OPTION(IPPROTO_IPV6, IPV6_V6ONLY),
#undef OPTION
	};
	char *text = NULL;
	int len;

	for (size_t i = 0; i < sizeof(options) / sizeof(*options); i++)
		if (options[i].level == level && options[i].option == option) {
			len = asprintf(&text, "%s(%s)", name, options[i].name);
			return len < 0 ? NULL : text;
		}
	len = asprintf(&text, "%s(%d, %d)", name, (int)level, (int)option);
	return len < 0 ? NULL : text;
}

char *words_call(const struct trace_call *call)
{
	char *text = NULL;
	int len;

	if (call->what->kind == CALL_EXIT)
		return make_exit((int)call->args[0]);
	if (call->what->kind == CALL_SHUTDOWN) {
		int how = (int)call->args[1];

		len = how >= SHUT_RD && how <= SHUT_RDWR
			? asprintf(&text, "shutdown(%s)", names_shutdown(how))
			: asprintf(&text, "shutdown(%d)", how);
		return len < 0 ? NULL : text;
	}
	if (call->what->kind == CALL_OPTION)
		return make_option(
			words_name(call), call->args[1], call->args[2]);
	if (call->what->kind == CALL_READ && call->what->flags &&
		call->args[call->what->flags] & MSG_PEEK) {
		len = asprintf(&text, "%s(MSG_PEEK)", words_name(call));
		return len < 0 ? NULL : text;
	}
	return strdup(words_name(call));
}

char *words_result(const struct trace_call *call)
{
	char *text = NULL;
	int len;

	if (call->what->kind == CALL_EXIT)
		return NULL;
	if (call->result == CALL_NEVER)
		return strdup("?");
	if (call->result == CALL_INTERRUPTED)
		return strdup("? (interrupted)");
	if (call->result < 0)
		return strdup(names_errno((int)-call->result));
	switch (call->what->kind) {
	case CALL_SOCKET:
	case CALL_CONNECT:
	case CALL_ACCEPT:
	case CALL_DUP:
	case CALL_DUP_ONTO:
	case CALL_FCNTL:
	case CALL_EXEC:
		return NULL;
	case CALL_READ:
		if (!call->result && peek_room(call))
			return strdup("0 (EOF)");
		break;
	case CALL_BIND:
	case CALL_LISTEN:
	case CALL_WRITE:
	case CALL_SENDFILE:
	case CALL_SPLICE:
	case CALL_SHUTDOWN:
	case CALL_CLOSE:
	case CALL_CLOSE_RANGE:
	case CALL_EXIT:
	case CALL_OPTION:
	case CALL_WAIT:
	case CALL_URING:
	case CALL_FILTER:
	case CALL_TRACE:
	case CALL_HANDLER:
		break;
	}
	len = asprintf(&text, "%" PRId64, call->result);
	return len < 0 ? NULL : text;
}

char *words_shown(const char *bytes, size_t len, size_t max)
{
	char *text = malloc(ESCAPE_SIZE(max));

	if (text)
		escape_text(text, bytes, escape_cut(bytes, len, max));
	return text;
}

char *words_text(const struct trace_call *call, size_t max)
{
	char path[256];
	char *bytes, *text;
	size_t len;

	if (call->what->kind == CALL_SENDFILE) {
		peek_path(call->thread, (int)call->args[1], path, sizeof(path));
		text = malloc(ESCAPE_SIZE(strlen(path)));
		if (text)
			escape_text(text, path, strlen(path));
		return text;
	}
	if (call->what->bytes == CALL_NO_BYTES ||
		(call->what->kind == CALL_READ && call->result <= 0))
		return NULL;
	len = call->result >= 0 ? (size_t)call->result : peek_room(call);
	/* What *mmsg give is a number of messages. */
	if (call->what->bytes == CALL_MESSAGES && call->result > 0)
		len = peek_message_bytes(call);
	/* So that a character at the end is whole, or is not there. */
	bytes = malloc(max + UTF8_BYTES_MAX);
	if (!bytes)
		return NULL;
	len = peek_bytes(call, len, bytes, max + UTF8_BYTES_MAX);
	text = words_shown(bytes, len, max);
	free(bytes);
	return text;
}
