/* SPDX-License-Identifier: GPL-3.0-or-later */
#include <sys/resource.h>

#include "lib/base/io.h"
#include "lib/base/signals.h"
#include "lib/event/report.h"
#include "options.h"
#include "server.h"

/* A descriptor each connection: as many as the system lets us have. */
static void raise_descriptor_limit(void)
{
	struct rlimit limit;

	if (getrlimit(RLIMIT_NOFILE, &limit))
		return;
	limit.rlim_cur = limit.rlim_max;
	setrlimit(RLIMIT_NOFILE, &limit);
}

int main(int argc, char **argv)
{
	struct server_options options;
	struct status status = { 0 };
	struct report report;

	io_keep_standard();
	server_options_parse(argc, argv, &options);
	signals_sigpipe_apply(options.common.sigpipe);
	raise_descriptor_limit();
	if (report_open(&report, SERVER, options.common.quiet,
		    options.common.events, &status) ||
		(options.common.events_ack &&
			report_await_acks(&report, options.common.events_ack)))
		return STATUS_FAILURE;
	report.numbered = !options.once;
	server_run(&options, &report);
	report_event(&report,
		&(struct event){
			.kind = EVENT_EXIT, .status = status_exit(&status) });
	report_close(&report);
	server_options_free(&options);
	return status_exit(&status);
}
