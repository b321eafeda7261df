/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "every.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "lib/base/duration.h"
#include "lib/typed/act.h"

void every_start(struct every *every, const struct command *command,
	struct report *report)
{
	every->text = malloc(command->text_bytes + 1);
	if (!every->text) {
		act_failed(report, "every", NULL, ENOMEM);
		return;
	}
	memcpy(every->text, command->text, command->text_bytes);
	every->text_bytes = command->text_bytes;
	every->interval_ms = command->duration_ms;
	every->due_ms = duration_now_ms();
	if (report->terminal)
		report_note(report, 0,
			"again and again; Ctrl-C or a line "
			"that is typed ends that");
}

void every_stop(struct every *every)
{
	free(every->text);
	every->text = NULL;
}

void every_run(struct every *every, struct conn *conn, struct report *report)
{
	if (!every->text || duration_now_ms() < every->due_ms ||
		conn->queue.head)
		return;
	if (conn->fd < 0) {
		act_refuse(report, "every", "there is no connection");
		every_stop(every);
		return;
	}
	report_sending(report, every->text, every->text_bytes);
	if (!conn_send(conn, every->text, every->text_bytes))
		every_stop(every);
	every->due_ms = duration_deadline_ms(every->interval_ms);
}

int64_t every_due_ms(const struct every *every, const struct conn *conn)
{
	return every->text && !conn->queue.head ? every->due_ms : -1;
}
