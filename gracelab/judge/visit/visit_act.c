/* SPDX-License-Identifier: GPL-3.0-or-later */
/* What a server of ours does with its client, step by step. */
#include <errno.h>
#include <string.h>
#include <sys/ioctl.h>
#include <sys/socket.h>
#include <unistd.h>

#include "lib/base/duration.h"
#include "lib/net/tcp.h"
#include "request.h"
#include "visit_inside.h"

enum {
	/* Silence that ends a request of which nothing else tells the end. */
	QUIET_MS = 300,
	/* ... and that of a client which may wait for us to begin. */
	SILENT_MS = 1000,
	/* After this, one that goes on sending is answered meanwhile. */
	STREAM_MS = 1000,
	/* How long one more byte may take to be met. */
	MORE_MS = 300,
	/* How long to wait for what is sent to be read; it is looked at later
	 * too. */
	TAKEN_MS = 2000,
	/* How soon behind a close_notify a FIN of the client's own accord
	 * comes. */
	NOTIFIED_MS = 200,
};

static bool silent_for(const struct visit *visit, int64_t ms)
{
	return duration_now_ms() >= visit->active_ms + ms;
}

/* Whether a timed step is over; begins it the first time. */
static bool time_over(struct visit *visit, int64_t ms)
{
	if (ms == VISIT_PATIENCE)
		ms = visit->setting->patience_ms;
	if (!visit->until_ms)
		visit->until_ms = duration_deadline_ms(ms);
	return duration_now_ms() >= visit->until_ms;
}

static bool first_is_here(const struct visit *visit)
{
	return visit->heard.bytes || visit_has_ended(visit) ||
		silent_for(visit, SILENT_MS);
}

static bool request_is_here(const struct visit *visit)
{
	if (visit_has_ended(visit))
		return true;
	if (!visit->heard.bytes)
		return silent_for(visit, SILENT_MS);
	switch (request_state(&visit->heard, &visit->setting->rule)) {
	case REQUEST_WHOLE:
		return true;
	case REQUEST_BEGUN:
		return silent_for(visit, visit->setting->patience_ms);
	case REQUEST_OPEN:
		break;
	}
	return silent_for(visit, QUIET_MS) ||
		duration_now_s() >=
		visit->accepted_s + (double)STREAM_MS / 1000;
}

/* Until its half has ended: with TLS both layers of it, if both do. */
static bool do_watch(struct visit *visit, int64_t ms)
{
	bool waits = visit->notify && !visit->tcp_fin && !visit->tcp_rst &&
		duration_now_s() < visit->fin_s + (double)NOTIFIED_MS / 1000;

	return (visit_has_ended(visit) && !waits) || time_over(visit, ms);
}

/* Makes the answer at the first call; true once the kernel, or nobody, has it,
 * or the client does not make room for it. */
static bool do_answer(struct visit *visit)
{
	const struct client_setting *setting = visit->setting;

	if (visit->answered)
		return !visit_is_blocked(visit) ||
			time_over(visit, VISIT_PATIENCE);
	visit->http = request_is_http(&visit->heard);
	const struct answer_matter matter = {
		.reply = setting->reply,
		.reply_bytes = setting->reply_bytes,
		.http = (setting->http || visit->http) && !setting->verbatim,
		.head = request_is_head(&visit->heard),
	};

	visit->answered = true;
	visit->answered_s = duration_now_s();
	if (!answer_make(&visit->answer, visit->plan.answer, &matter))
		return true;
	if (!conn_send(&visit->conn, visit->answer.text, visit->answer.bytes))
		visit->taken = FATE_REFUSED;
	return !visit_is_blocked(visit);
}

/* Whether there is nothing more to wait for. */
static bool is_decided(struct visit *visit, enum visit_fate fate, int64_t ms)
{
	return fate != FATE_OPEN || visit->exited || time_over(visit, ms);
}

static bool do_more(struct visit *visit, struct kernel *kernel)
{
	if (visit->fin != MOMENT_AFTER)
		return true;
	if (!visit->until_ms && !conn_send(&visit->conn, "\n", 1)) {
		visit->more = FATE_REFUSED;
		return true;
	}
	/* Whoever is gone answers with RST, and that may be under way. */
	if (!visit->until_ms)
		return time_over(visit, MORE_MS);
	visit->more = visit_fate_of(visit, kernel);
	return is_decided(visit, visit->more, MORE_MS);
}

/* Whether our end has arrived, or cannot any more. */
static bool end_is_there(struct visit *visit)
{
	return visit->conn.fd < 0 || visit_has_ended(visit) ||
		visit->way->is_unix ||
		!tcp_unacknowledged_bytes(visit->conn.fd) ||
		time_over(visit, VISIT_PATIENCE);
}

/* Ends our half: close_notify where TLS is spoken, and a FIN. */
static bool do_end(struct visit *visit, bool notifies, bool fin)
{
	bool open = visit->conn.fd >= 0 && visit->conn.sending == SENDING_OPEN;

	/* Between records alone is room for a close_notify. */
	if (visit->tls && open && visit_is_blocked(visit) &&
		!time_over(visit, VISIT_PATIENCE))
		return false;
	if (notifies && open && !visit->notifies)
		visit_notify(visit, fin);
	visit->notifies = visit->notifies || notifies;
	if (visit->tls && open && visit_is_blocked(visit) &&
		!time_over(visit, VISIT_PATIENCE))
		return false;
	if (fin && open)
		conn_shutdown(&visit->conn, SHUT_WR);
	visit->shut = true;
	return end_is_there(visit);
}

static bool has_read_input(const struct visit *visit)
{
	int unread = 1;

	return visit->input >= 0 &&
		visit->input_sent == visit->setting->input_bytes &&
		!ioctl(visit->input, FIONREAD, &unread) && !unread;
}

/* A line more at its standard input. */
static bool do_feed(struct visit *visit, int64_t ms)
{
	static const char line[] = "more from gracelab\n";

	if (!visit->until_ms && !visit->fed_before) {
		visit->fed_before = true;
		visit->heard_at_end = visit->heard.bytes;
		visit->reads_input =
			visit->setting->input_bytes && has_read_input(visit);
	}
	if (!visit->until_ms && visit->input >= 0) {
		/* Who does not read it, or has ended, is not fed. */
		ssize_t ignored = write(visit->input, line, sizeof(line) - 1);

		(void)ignored;
	}
	return time_over(visit, ms) || visit->exited;
}

static bool do_exit(struct visit *visit)
{
	visit->given_up = !visit->exited && time_over(visit, VISIT_PATIENCE);
	return visit->exited || visit->given_up;
}

bool visit_act(struct visit *visit, struct kernel *kernel)
{
	const struct visit_step *step = visit->step;
	/* What it takes once its input has ended too shows nothing. */
	bool shows = !visit->plan.holds_input || visit->input >= 0;

	if (visit->answered && visit->taken == FATE_OPEN && shows)
		visit->taken = visit_fate_of(visit, kernel);

	visit->call_ns = duration_wall_ns();
	switch (step->act) {
	case VISIT_FIRST:
		return first_is_here(visit);
	case VISIT_REQUEST:
		return request_is_here(visit);
	case VISIT_WATCH:
		return do_watch(visit, step->ms);
	case VISIT_PAUSE:
		return visit->reset || visit->broken || visit->orphaned_s > 0 ||
			time_over(visit, step->ms);
	case VISIT_ANSWER:
		return do_answer(visit);
	case VISIT_TAKEN:
		return is_decided(visit, visit->taken, TAKEN_MS);
	case VISIT_MORE:
		return do_more(visit, kernel);
	case VISIT_SHUT:
		return do_end(visit, true, true);
	case VISIT_NOTIFY:
		return do_end(visit, true, false);
	case VISIT_FIN:
		return do_end(visit, false, true);
	case VISIT_RESET:
		if (visit->conn.fd >= 0)
			conn_reset(&visit->conn);
		return true;
	case VISIT_FEED:
		return do_feed(visit, step->ms);
	case VISIT_END_INPUT:
		visit_end_input(visit);
		return true;
	case VISIT_EXIT:
		return do_exit(visit);
	case VISIT_END:
		return false;
	}
	return false;
}
