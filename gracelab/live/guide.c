/* SPDX-License-Identifier: GPL-3.0-or-later */
#include <stdlib.h>
#include <string.h>

#include "commands.h"
#include "gracelab/live/words/say.h"
#include "gracelab/record/text.h"
#include "lib/typed/explain.h"
#include "tell.h"

/* The lines that are no commands of the session: what is done in the play. */
static const struct {
	const char *name, *usage, *help, *text, *example;
} lines[] = {
	{ "client", "client LINE, c LINE", "type a line at the client",
		"What is no command of the client is sent as it is. A program "
		"reads when it is told to: `c read'. client2 to client8, or "
		"c2 to c8, are further clients; `c2! start' starts one. `c: "
		"OUTCOME' says what must be seen, and reads for that; `c! "
		"SIGKILL' is a signal, `c! reboot' another host in its place. "
		"`client --sigpipe=default' gives it options, and begins "
		"anew.",
		"c data1\nc shutdown\nc read\nc: eof\nc! SIGKILL" },
	{ "server", "server LINE, s LINE", "type a line at the server",
		"The server answers when it is told to: `s reply'.",
		"s read\ns reply\ns close\ns: received \"data1\"" },
	{ "wire", "wire LINE, w LINE",
		"hold, pass, drop, copy, release, cut, mend, forge",
		"What is held waits until it is passed or lost; the prompt "
		"shows it. A segment is named as the ladder has it. `w: FIN' "
		"says that the first that waits must be that, and awaits it.",
		"w hold\nw pass client FIN\nw drop\nw release\n"
		"w forge client RST seq+100\nw: nothing" },
};

#define LINES (sizeof(lines) / sizeof(*lines))

/* A usage and what it does: beside each other where there is room. */
static void put_entry(
	struct session *session, const char *usage, const char *text)
{
	bool narrow = say_columns() < 70;
	char first[128];

	snprintf(first, sizeof(first), narrow ? "  %s" : "  %-30s", usage);
	if (narrow) {
		puts(first);
		say_paragraph(stdout, "      ", text, session->paint.ascii);
	} else {
		say_paragraph(stdout, first, text, session->paint.ascii);
	}
}

static void put_command(
	struct session *session, const struct live_command *command)
{
	char usage[100];

	snprintf(usage, sizeof(usage), "%s%s%s", command->name,
		*command->synopsis ? " " : "", command->synopsis);
	put_entry(session, usage, command->help);
}

static void put_list(struct session *session)
{
	const struct live_command *command = NULL;

	for (size_t i = 0; i < LINES; i++)
		put_entry(session, lines[i].usage, lines[i].help);
	put_entry(session, "title TEXT, sysctl NAME=VALUE",
		"a line of the experiment's head: title, asks, sysctl, file, "
		"inherit, over unix, tls");
	while ((command = commands_next(command)))
		put_command(session, command);
	say_paragraph(stdout, "",
		"`help COMMAND' explains one, with examples: `help "
		"wire', `help close'. Programs read only when told "
		"to: `s read'. gracelab(1) and grace-lab(5) have "
		"the rest.",
		session->paint.ascii);
}

/* Each line of the example with `before`. */
static void put_example(const char *before, const char *example)
{
	puts("  For example:");
	while (*example) {
		size_t len = strcspn(example, "\n");

		printf("      %s%.*s\n", before, (int)len, example);
		example += len + (example[len] == '\n');
	}
}

/* The commands that the side's program reads. */
static void put_names(struct session *session, enum side side)
{
	const struct command_spec *spec = NULL;
	char *text = NULL;
	size_t size;
	FILE *out = open_memstream(&text, &size);

	if (!out)
		return;
	fprintf(out, "Its commands:");
	while ((spec = command_next(1u << side, spec)))
		fprintf(out, " %s", spec->name);
	if (!fclose(out))
		say_paragraph(stdout, "  ", text, session->paint.ascii);
	free(text);
}

static bool explain_line(struct session *session, const char *topic)
{
	for (size_t i = 0; i < LINES; i++) {
		if (strcmp(lines[i].name, topic) != 0 &&
			(*lines[i].name != *topic || topic[1]))
			continue;
		put_entry(session, lines[i].usage, lines[i].help);
		say_paragraph(
			stdout, "  ", lines[i].text, session->paint.ascii);
		if (i < SIDES)
			put_names(session, (enum side)i);
		put_example("", lines[i].example);
		return true;
	}
	return false;
}

/* What a program's command does. */
static bool explain_typed(struct session *session, const char *topic)
{
	const struct command_spec *spec =
		command_find(CLIENT, topic, strlen(topic));
	const char *before = "c ";
	char usage[100];

	if (!spec) {
		spec = command_find(SERVER, topic, strlen(topic));
		before = "s ";
	}
	if (!spec)
		return false;
	const struct explanation *explanation = explain(spec->id);

	snprintf(usage, sizeof(usage), "%s%s %s", before, spec->name,
		spec->synopsis);
	put_entry(session, usage, spec->help);
	if (*explanation->text)
		say_paragraph(
			stdout, "  ", explanation->text, session->paint.ascii);
	put_example(before, explanation->example);
	return true;
}

void guide_help(struct session *session, char *arguments)
{
	const struct live_command *command =
		commands_find(arguments, strlen(arguments));
	bool known = !*arguments || command;

	/* wire is both, and its lines are what is asked for. */
	if (!*arguments) {
		put_list(session);
	} else if (explain_line(session, arguments)) {
		known = true;
	} else if (command) {
		put_command(session, command);
		put_example("", command->example);
	} else {
		known = explain_typed(session, arguments);
	}
	if (!known)
		tell_refusal(
			session, "help: there is no command '%s'", arguments);
	fflush(stdout);
}
