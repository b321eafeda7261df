/* SPDX-License-Identifier: GPL-3.0-or-later */
#include <stdio.h>
#include <string.h>

#include "gracelab/judge/inspect.h"
#include "inquire.h"
#include "lib/base/signals.h"
#include "lib/base/status.h"
#include "options.h"

static int judge(struct client_command *command, int argc, char **argv)
{
	struct results results;
	sigset_t outside;
	struct inquiry inquiry = {
		.setting = &command->setting,
		.tries = command->tries,
		.results = &results,
	};

	if (!inspect_begin(&command->common, argc, argv, &results))
		return STATUS_USAGE;
	/* A client may not read what stands at its standard input. */
	signals_sigpipe_apply(SIGPIPE_IGNORE);
	inspect_catch(&outside);
	command->setting.outside = &outside;
	memcpy(inquiry.chosen, command->chosen, sizeof(inquiry.chosen));
	snprintf(results.title, sizeof(results.title), "client %s%s%s",
		command->setting.command[0],
		command->setting.is_unix ? ", by a UNIX socket" : "",
		command->setting.tls ? ", with TLS" : "");
	inquire(&inquiry);
	if (*inquiry.failure)
		fprintf(stderr, "gracelab: client: %s\n", inquiry.failure);
	inquire_forget(&inquiry);
	return inspect_end(&command->common, &results);
}

int inspect_client(int argc, char **argv)
{
	struct client_command command;
	int status = STATUS_ORDER;

	client_command_parse(&command, argc, argv);
	if (command.common.list)
		inspect_list(&command.common);
	else
		status = judge(&command, argc, argv);
	client_command_free(&command);
	return status;
}
