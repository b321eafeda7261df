/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "head.h"

#include <stdlib.h>
#include <string.h>

#include "lib/text/escape.h"
#include "options.h"

/* More losses in one order than this have too many orders to be played. */
#define LOSSES_MAX 9

static bool take_title(struct scan *scan, struct experiment *experiment)
{
	return scan_text(scan, "a title", &experiment->title);
}

static bool take_asks(struct scan *scan, struct experiment *experiment)
{
	return scan_text(scan, "a question", &experiment->asks);
}

/* Options of one side; `exec` says that its program is another's. */
static bool take_options(struct scan *scan, const struct experiment *experiment,
	struct words *words)
{
	return options_take(scan, words) &&
		(!experiment->over_unix || !options_are_foreign(words) ||
			scan_fail(
				scan, "no exec: the connection is over unix"));
}

static bool take_server(struct scan *scan, struct experiment *experiment)
{
	return take_options(scan, experiment, &experiment->server);
}

static bool take_client(struct scan *scan, struct experiment *experiment)
{
	return take_options(scan, experiment, &experiment->client);
}

/* What a setting lacks, or NULL; only names of a network can be set. */
static const char *check_sysctl(const char *text)
{
	static const char letters[] = "abcdefghijklmnopqrstuvwxyz"
				      "ABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789_-.";
	const char *equals = strchr(text, '=');
	size_t len = equals ? (size_t)(equals - text) : 0;

	if (!equals || !equals[1])
		return "NAME=VALUE";
	if (strncmp(text, "net.", 4) != 0)
		return "a NAME=VALUE whose name begins with net.";
	if (strspn(text, letters) < len || memmem(text, len, "..", 2) ||
		equals[-1] == '.')
		return "a NAME=VALUE whose name has words with single dots "
		       "between them";
	return NULL;
}

static bool take_sysctl(struct scan *scan, struct experiment *experiment)
{
	const char *text = NULL;

	if (!scan_text(scan, "NAME=VALUE", &text))
		return false;
	const char *lack = check_sysctl(text);

	if (!lack)
		return scan_add_word(scan, &experiment->sysctls, (char *)text);
	scan_back_to(scan, text);
	return scan_fail(scan, lack);
}

static bool take_file(struct scan *scan, struct experiment *experiment)
{
	char *name, *text;
	size_t len;

	if (!scan_name(scan, &name))
		return false;
	bool good = *name && !strchr(name, '/') && name[0] != '.' &&
		escape_is_harmless(name, strlen(name));

	for (size_t i = 0; i < experiment->file_count; i++)
		good = good && strcmp(experiment->files[i].name, name);
	if (!good) {
		scan_back_to(scan, name);
		return scan_fail(
			scan, "a new file name without / or leading dot");
	}
	scan_space(scan);
	if (!scan_next_is(scan, '"'))
		return scan_fail(scan, "the file's text in double quotes");
	if (!scan_word(scan, &text, &len))
		return false;
	struct lab_file *files = reallocarray(
		experiment->files, experiment->file_count + 1, sizeof(*files));

	if (!files)
		return scan_no_memory(scan);
	experiment->files = files;
	files[experiment->file_count++] =
		(struct lab_file){ .name = name, .text = text, .bytes = len };
	return scan_end(scan);
}

static bool take_inherit(struct scan *scan, struct experiment *experiment)
{
	const char *text = "";

	if (!scan_text(scan, "SIGPIPE=ignore or SIGPIPE=default", &text))
		return false;
	experiment->inherits_sigpipe = true;
	experiment->sigpipe_ignored = !strcmp(text, "SIGPIPE=ignore");
	if (experiment->sigpipe_ignored || !strcmp(text, "SIGPIPE=default"))
		return true;
	scan_back_to(scan, text);
	return scan_fail(scan, "SIGPIPE=ignore or SIGPIPE=default");
}

/* A UNIX socket needs grace's own programs, which know where it is. */
static bool take_over(struct scan *scan, struct experiment *experiment)
{
	scan_space(scan);
	if (!scan_keyword(scan, "unix"))
		return scan_fail(scan, "unix");
	if (experiment->wired || experiment->explored ||
		options_are_foreign(&experiment->server) ||
		options_are_foreign(&experiment->client)) {
		return scan_fail(scan,
			"no over unix beside wire, explore or exec: a UNIX "
			"socket has no wire, and its orders no counts");
	}
	experiment->over_unix = true;
	return scan_end(scan);
}

/* Whether what stands here cannot stand beside `over unix`. */
static bool fits(struct scan *scan, const struct experiment *experiment)
{
	return !experiment->over_unix ||
		scan_fail(scan,
			"nothing of wire, explore or exec: the "
			"connection is over unix");
}

static bool take_wire(struct scan *scan, struct experiment *experiment)
{
	if (!fits(scan, experiment))
		return false;
	experiment->wired = true;
	return scan_end(scan);
}

/* Whose records it is, is known of programs that are traced alone. */
static bool take_tls(struct scan *scan, struct experiment *experiment)
{
	if (!options_are_foreign(&experiment->server) ||
		!options_are_foreign(&experiment->client))
		return scan_fail(scan,
			"server exec and client exec above it: the records "
			"are those of programs of others");
	experiment->tls = true;
	return scan_end(scan);
}

static bool take_losses(struct scan *scan, struct experiment *experiment)
{
	char *word, *end;

	if (!scan_name(scan, &word))
		return false;
	unsigned long count = strtoul(word, &end, 10);

	experiment->losses = (unsigned)count;
	if (*word >= '1' && *word <= '9' && !*end && count <= LOSSES_MAX)
		return true;
	scan_back_to(scan, word);
	return scan_fail(scan, "how many segments may be lost, from 1");
}

/* [wire [losses N]] [merge] */
static bool take_explore(struct scan *scan, struct experiment *experiment)
{
	if (!fits(scan, experiment))
		return false;
	experiment->explored = true;
	for (;;) {
		scan_space(scan);
		if (scan_at_end(scan) || scan_next_is(scan, '#'))
			return true;
		if (scan_keyword(scan, "wire"))
			experiment->explored_wired = true;
		else if (scan_keyword(scan, "merge"))
			experiment->merged = true;
		else if (experiment->explored_wired &&
			scan_keyword(scan, "losses")) {
			if (!take_losses(scan, experiment))
				return false;
		} else
			return scan_fail(scan,
				experiment->explored_wired
					? "nothing, losses N, or merge"
					: "nothing, wire, or merge");
	}
}

static const struct {
	const char *name;
	bool (*take)(struct scan *scan, struct experiment *experiment);
} lines[] = {
	{ "title", take_title },
	{ "asks", take_asks },
	{ "server", take_server },
	{ "client", take_client },
	{ "sysctl", take_sysctl },
	{ "file", take_file },
	{ "inherit", take_inherit },
	{ "wire", take_wire },
	{ "over", take_over },
	{ "tls", take_tls },
	{ "explore", take_explore },
};

#define LINES (sizeof(lines) / sizeof(*lines))

/* Says what a head can have. */
static bool fail_unknown(struct scan *scan)
{
	char expected[256] = "";

	for (size_t i = 0; i < LINES; i++) {
		strcat(expected, lines[i].name);
		strcat(expected, ", ");
	}
	strcat(expected, "or a step such as client> LINE");
	return scan_fail(scan, expected);
}

bool head_take(struct scan *scan, struct experiment *experiment)
{
	for (size_t i = 0; i < LINES; i++)
		if (scan_keyword(scan, lines[i].name))
			return lines[i].take(scan, experiment);
	return fail_unknown(scan);
}
