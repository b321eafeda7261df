/* SPDX-License-Identifier: GPL-3.0-or-later */
/* An experiment: a .lab file as data (grace-lab(5)). */
#ifndef GRACELAB_EXPERIMENT_H
#define GRACELAB_EXPERIMENT_H

#include <stdbool.h>
#include <stddef.h>

#include "lib/event/event.h"
#include "lib/typed/command.h"

/* What must be seen. */
enum outcome_kind {
	OUTCOME_SENT,     /* bytes */
	OUTCOME_RECEIVED, /* text, bytes */
	OUTCOME_EOF,
	OUTCOME_NOTHING, /* the call would block */
	OUTCOME_ERRNO,   /* number */
	OUTCOME_SIGNAL,  /* number: caught */
	OUTCOME_EXIT,    /* number: the status */
	OUTCOME_KILLED,  /* number: the signal */
	OUTCOME_STATE,   /* state */
	OUTCOME_PROBE,   /* probe */
};

struct outcome {
	enum outcome_kind kind;
	char *text; /* RECEIVED: not terminated, may hold NUL */
	size_t bytes;
	int number;
	enum tcp_state state;
	enum event_probe probe;
};

enum step_kind {
	STEP_TYPE,   /* line */
	STEP_EXPECT, /* outcome */
	STEP_SIGNAL, /* number */
	STEP_START,  /* options */
};

/* A list of words that ends with NULL, as execv(3) takes it. */
struct words {
	char **list; /* owned; its texts are the experiment's */
	size_t count;
};

struct step {
	enum step_kind kind;
	enum side side;
	unsigned line_number;
	const char *source; /* the line as it stands, for messages */
	const char *line;   /* TYPE */
	struct outcome outcome;
	int signal;
	struct words options;
};

struct lab_file {
	const char *name;
	const char *text; /* `bytes` long */
	size_t bytes;
};

struct experiment {
	char *name;  /* owned */
	char *path;  /* owned */
	char *text;  /* owned: the file, which the rest points into */
	char *words; /* owned: the file again, for resolved words */
	const char *title, *asks; /* or NULL */
	struct words server, client, sysctls;
	struct lab_file *files; /* owned */
	size_t file_count;
	bool inherits_sigpipe; /* said, and so: */
	bool sigpipe_ignored;
	struct step *steps; /* owned */
	size_t step_count;
};

#define EXPERIMENT_ERROR_SIZE 512

/*
 * Parses `bytes` of text as the file `path`. Returns it, for
 * experiment_free(), or NULL with `PATH:LINE:COLUMN: what was expected` in
 * `error` (room for EXPERIMENT_ERROR_SIZE, terminated).
 */
struct experiment *experiment_parse(const char *path, const char *name,
	const char *text, size_t bytes, char *error);

/* The same of a file; the name is the path's last part without `.lab`. */
struct experiment *experiment_read(const char *path, char *error);

void experiment_free(struct experiment *experiment);

#endif
