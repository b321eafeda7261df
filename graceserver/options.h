/* SPDX-License-Identifier: GPL-3.0-or-later */
/* graceserver's command line. */
#ifndef GRACESERVER_OPTIONS_H
#define GRACESERVER_OPTIONS_H

#include <stddef.h>

#include "lib/base/options.h"
#include "lib/net/net.h"
#include "lib/typed/command.h"

/* Commands that are acted on when something happens, in order. */
struct reaction {
	struct command *commands; /* owned, `count` of them */
	size_t count;
};

/* When a message is answered. */
enum answering { ANSWER_AFTER_DELAY, ANSWER_WHEN_TOLD, ANSWER_NEVER };

struct server_options {
	struct common_options common;
	struct net_listen_options listen;
	enum answering answering;
	int64_t delay_ms; /* ANSWER_AFTER_DELAY */
	const char *greeting;
	size_t greeting_bytes;
	struct reaction on_accept, on_eof;
	bool default_on_eof;   /* on_eof was not said */
	char close_command[8]; /* what it is then, for the parser */
	bool once;
	bool accept_by_hand;      /* --accept=hold */
	unsigned max_connections; /* 0: no bound */
	int64_t idle_timeout_ms;  /* -1: none */
};

/* Ends the program after --help, --version and usage errors. */
void server_options_parse(
	int argc, char **argv, struct server_options *options);

void server_options_free(struct server_options *options);

#endif
