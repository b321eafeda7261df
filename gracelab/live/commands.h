/* SPDX-License-Identifier: GPL-3.0-or-later */
/* The session's own commands: one table. */
#ifndef GRACELAB_LIVE_COMMANDS_H
#define GRACELAB_LIVE_COMMANDS_H

#include "session.h"

struct live_command {
	const char *name;
	const char *synopsis; /* of the arguments, or "" */
	const char *help;     /* one line */
	const char *example;  /* a line to type */
	const char *words;    /* that complete the first argument, or NULL */
	bool takes_path;      /* an argument is one */
	/* `arguments` is what stands behind the name, without blanks. */
	void (*run)(struct session *session, char *arguments);
};

/* The entry after `previous`, the first for NULL; NULL at the end. */
const struct live_command *commands_next(const struct live_command *previous);

/* The entry with this name, of `len` bytes, or NULL. */
const struct live_command *commands_find(const char *name, size_t len);

/* Does a line that is a command; says so where it is none. */
void commands_run(struct session *session, char *line);

/* files.c: where the lesson goes. */
void files_save(struct session *session, char *arguments);
void files_record(struct session *session, char *arguments);
void files_check(struct session *session, char *arguments);
void files_show(struct session *session, char *arguments);

/* future.c: what could happen, from here. */
void future_next(struct session *session, char *arguments);
void future_all(struct session *session, char *arguments);
void future_explore(struct session *session, char *arguments);

/* guide.c */
void guide_help(struct session *session, char *arguments);

#endif
