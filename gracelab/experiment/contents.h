/* SPDX-License-Identifier: GPL-3.0-or-later */
/* What an experiment consists of: data alone, for experiment.h and its parts.
 */
#ifndef GRACELAB_CONTENTS_H
#define GRACELAB_CONTENTS_H

#include <stdbool.h>
#include <stddef.h>

#include "actors.h"
#include "outcome.h"
#include "scan.h"
#include "wire_step.h"

enum step_kind {
	STEP_TYPE,   /* line */
	STEP_EXPECT, /* outcome */
	STEP_SIGNAL, /* number */
	STEP_START,  /* options */
	STEP_WIRE,   /* wire */
	STEP_REBOOT,
};

struct step {
	enum step_kind kind;
	enum side side;
	unsigned who; /* actors.h */
	unsigned line_number;
	const char *source; /* the line as it stands, for messages */
	const char *line;   /* TYPE */
	struct outcome outcome;
	int signal;
	struct words options;
	struct wire_step wire;
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
	bool explored;       /* not one play is asked for, but every order: */
	bool explored_wired; /* with a wire */
	unsigned losses;     /* and so many losses in an order */
	bool merged;         /* counted by states, each move played once */
	bool over_unix; /* the connection is a UNIX socket's, without a wire */
	bool tls;   /* programs of others that speak it: records are shown */
	bool wired; /* on two hosts: `wire` was said, or a step needs it */
	/* By number: who plays, and of the clients behind the first, whether
	 * they start by a step of their own, not before all steps. */
	bool plays[ACTORS_MAX], starts_late[ACTORS_MAX];
	bool many;          /* there are such clients */
	struct step *steps; /* owned */
	size_t step_count;
};

#endif
