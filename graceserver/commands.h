/* SPDX-License-Identifier: GPL-3.0-or-later */
/* What is typed at the server, and what threads do that were typed. */
#ifndef GRACESERVER_COMMANDS_H
#define GRACESERVER_COMMANDS_H

#include "server.h"

/* The console's part that is the server's own. */
struct console_program commands_program(struct server *server);

/* Calls that threads made have returned. */
void commands_returned(struct server *server);

#endif
