/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "lib/base/signals.h"
#include "lib/base/start.h"
#include "lib/event/report.h"
#include "loop.h"
#include "options.h"

int main(int argc, char **argv)
{
	struct server_options options;
	struct status status = { 0 };
	struct report report;

	start(&argc, &argv, "graceserver");
	server_options_parse(argc, argv, &options);
	signals_sigpipe_apply(options.common.sigpipe);
	if (report_open(&report, SERVER, options.common.quiet,
		    options.common.events, &status) ||
		(options.common.events_ack &&
			report_await_acks(&report, options.common.events_ack)))
		return STATUS_FAILURE;
	report.numbered = !options.once;
	loop_run(&options, &report);
	report_event(&report,
		&(struct event){
			.kind = EVENT_EXIT, .status = status_exit(&status) });
	report_close(&report);
	server_options_free(&options);
	return status_exit(&status);
}
