/* SPDX-License-Identifier: GPL-3.0-or-later */
/* What is typed at the client, and what threads do that were typed. */
#ifndef GRACECLIENT_COMMANDS_H
#define GRACECLIENT_COMMANDS_H

#include "session.h"

/* The console's part that is the client's own. */
struct console_program commands_program(struct session *session);

/* Calls that threads made have returned. */
void commands_returned(struct session *session);

#endif
