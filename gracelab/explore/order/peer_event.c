/* SPDX-License-Identifier: GPL-3.0-or-later */
/* What a peer's calls tell: what was lost, and whether anybody knows. */
#include <errno.h>
#include <string.h>

#include "peer.h"

static void tell(struct peer *peer, enum told told)
{
	if (*peer->told == TOLD_NOBODY)
		*peer->told = told;
}

/*
 * All sends have MSG_NOSIGNAL, since this process must outlive the program
 * that it acts for; SIGPIPE comes just where send(2) gives EPIPE.
 */
static void note_refused(struct peer *peer, const struct event *event)
{
	enum sigpipe_policy policy = peer->script->sides[peer->side].sigpipe;
	bool signalled = event->error == EPIPE &&
		(policy == SIGPIPE_DEFAULT || policy == SIGPIPE_HANDLE);
	bool own = event->error == EPIPE && peer->conn.shut_wr;

	if (!own && (event->error == EPIPE || event->error == ECONNRESET))
		peer->sent += event->bytes;
	if (signalled)
		tell(peer, TOLD_SEND_SIGPIPE);
	else if (event->error == EPIPE && !own)
		tell(peer, TOLD_SEND_EPIPE);
	else if (event->error == ECONNRESET)
		tell(peer, TOLD_SEND_ECONNRESET);
	/* The server that handles it reports, and ends. */
	peer->dying |= signalled &&
		(policy == SIGPIPE_DEFAULT || peer->side == SERVER);
}

void peer_note_event(void *owner, const struct event *event)
{
	struct peer *peer = owner;

	switch (event->kind) {
	case EVENT_SEND:
		peer->sent += event->bytes;
		break;
	case EVENT_RECV:
		peer->received += event->bytes;
		break;
	case EVENT_EOF:
		peer->read_over = peer->eof = true;
		break;
	case EVENT_ERROR:
		if (!strcmp(event->call, "send"))
			note_refused(peer, event);
		if (!strcmp(event->call, "recv")) {
			peer->read_over = true;
			if (event->error == ECONNRESET)
				tell(peer, TOLD_RECV_ECONNRESET);
		}
		break;
	case EVENT_LISTEN:
	case EVENT_CONNECT:
	case EVENT_ACCEPT:
	case EVENT_WOULD_BLOCK:
	case EVENT_SHUTDOWN:
	case EVENT_CLOSE:
	case EVENT_RESET:
	case EVENT_HOLD:
	case EVENT_RELEASE:
	case EVENT_STATE:
	case EVENT_PEEK:
	case EVENT_PROBE:
	case EVENT_SIGNAL:
	case EVENT_QUEUED:
	case EVENT_UNSENT:
	case EVENT_SAVED:
	case EVENT_FAILURE:
	case EVENT_OPTION:
	case EVENT_LISTENER:
	case EVENT_KILLED:
	case EVENT_DONE:
	case EVENT_EXIT:
		break;
	}
	if (peer->on_event)
		peer->on_event(peer, event);
}
