/* SPDX-License-Identifier: GPL-3.0-or-later */
#include <errno.h>
#include <fcntl.h>
#include <unistd.h>

#include "lib/base/names.h"
#include "lib/base/signals.h"
#include "lib/base/start.h"
#include "lib/event/report.h"
#include "loop.h"
#include "options.h"

/* Where lines come from: standard input, a file, or -1 for -e alone. */
static int open_input(
	const struct client_options *options, struct report *report)
{
	char why[NAMES_DESCRIPTION_SIZE];

	if (!options->script_path)
		return options->has_script ? -1 : STDIN_FILENO;
	int fd = open(options->script_path, O_RDONLY | O_CLOEXEC);

	if (fd < 0) {
		report->status->failed = true;
		report_complaint(report, "cannot read %s: %s",
			options->script_path, names_describe(why, errno));
	}
	return fd;
}

int main(int argc, char **argv)
{
	struct client_options options;
	struct status status = { 0 };
	struct report report;

	start(&argc, &argv, "graceclient");
	client_options_parse(argc, argv, &options);
	signals_sigpipe_apply(options.common.sigpipe);
	if (report_open(&report, CLIENT, options.common.quiet,
		    options.common.events, &status) ||
		(options.common.events_ack &&
			report_await_acks(&report, options.common.events_ack)))
		return STATUS_FAILURE;
	int input_fd = open_input(&options, &report);

	int deadly_signal =
		status.failed ? 0 : loop_run(&options, &report, input_fd);

	report_event(&report,
		&(struct event){
			.kind = EVENT_EXIT, .status = status_exit(&status) });
	report_close(&report);
	if (deadly_signal)
		signals_die(deadly_signal);
	return status_exit(&status);
}
