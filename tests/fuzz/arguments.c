/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * Command lines: the options of all three programs. A usage error ends a
 * program inside argp_parse(3); so that it does not end the test, the linker
 * puts the two wrappers below in its way (ld(1), --wrap).
 */
#include <argp.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/socket.h>

#include "fuzz.h"
#include "graceclient/options.h"
#include "gracelab/options.h"
#include "gracelab/subcommands.h"
#include "graceserver/options.h"
#include "lib/base/duration.h"
#include "tests/unit/tap.h"

#define ARGUMENTS_MAX 32

error_t __real_argp_parse(const struct argp *argp, int argc, char **argv,
	unsigned flags, int *index, void *input);
error_t __wrap_argp_parse(const struct argp *argp, int argc, char **argv,
	unsigned flags, int *index, void *input);
void __wrap_argp_error(const struct argp_state *state, const char *format, ...)
	__attribute__((format(printf, 2, 3)));

/* Usage errors of the command line under test. */
static unsigned refusals;

error_t __wrap_argp_parse(const struct argp *argp, int argc, char **argv,
	unsigned flags, int *index, void *input)
{
	error_t error = __real_argp_parse(argp, argc, argv,
		flags | ARGP_NO_EXIT | ARGP_NO_ERRS | ARGP_NO_HELP, index,
		input);

	refusals += error != 0;
	return error;
}

void __wrap_argp_error(const struct argp_state *state, const char *format, ...)
{
	va_list arguments;
	char *message;

	(void)state;
	refusals++;
	va_start(arguments, format);
	if (EXPECT(vasprintf(&message, format, arguments) > 0))
		free(message);
	va_end(arguments);
}

struct line {
	char *list[ARGUMENTS_MAX + 1]; /* ends with NULL; [0] is the program */
	int count;
	char *whole; /* owned: what the others point into */
	size_t bytes;
};

static struct line take_line(const uint8_t *data, size_t size)
{
	struct line line = { .whole = fuzz_copy_before(data, size, '\0'),
		.bytes = size };
	char *rest = line.whole;

	while (rest && line.count < ARGUMENTS_MAX)
		line.list[line.count++] = strsep(&rest, "\n");
	return line;
}

static bool is_inside(const struct line *line, const char *text)
{
	return text >= line->whole && text <= line->whole + line->bytes;
}

static void check_common(
	const struct line *line, const struct common_options *options)
{
	EXPECT(!options->events || is_inside(line, options->events));
	EXPECT(options->sigpipe <= SIGPIPE_INHERIT);
}

static void check_client(struct line *line)
{
	struct client_options options;
	uint16_t port;

	client_options_parse(line->count, line->list, &options);
	if (!refusals) {
		check_common(line, &options.common);
		EXPECT(options.host && options.port);
		EXPECT(net_parse_port(options.port, &port) && port);
		EXPECT(options.family == AF_UNSPEC ||
			options.family == AF_INET ||
			options.family == AF_INET6);
		EXPECT(options.connect_timeout_ms >= -1 &&
			options.connect_timeout_ms <= DURATION_MAX_MS);
		EXPECT(!options.has_script || !options.script_path);
		EXPECT(options.has_script == (options.script.end > 0));
	}
	lines_free(&options.script);
}

static void check_reaction(const struct reaction *reaction)
{
	for (size_t i = 0; i < reaction->count; i++) {
		const struct command *command = &reaction->commands[i];

		EXPECT(command->spec && command->spec->on_connection);
		EXPECT(command->spec && command->spec->sides & COMMAND_SERVER);
	}
}

static void check_server(struct line *line)
{
	struct server_options options;

	server_options_parse(line->count, line->list, &options);
	if (!refusals) {
		check_common(line, &options.common);
		EXPECT(options.listen.host);
		EXPECT(options.delay_ms >= 0 &&
			options.delay_ms <= DURATION_MAX_MS);
		EXPECT_INT(strlen(options.greeting), options.greeting_bytes);
		EXPECT(options.idle_timeout_ms >= -1 &&
			options.idle_timeout_ms <= DURATION_MAX_MS);
		EXPECT(options.max_connections <= INT32_MAX);
		check_reaction(&options.on_accept);
		check_reaction(&options.on_eof);
		EXPECT(!options.default_on_eof || options.on_eof.count == 1);
	}
	server_options_free(&options);
}

static bool is_lab_s(const struct argp *argp)
{
	return argp == &options_play || argp == &options_check ||
		argp == &options_record || argp == &options_list;
}

/* What main.c does: the subcommand is taken out, and its options are parsed. */
static void check_lab(struct line *line)
{
	char *experiments[ARGUMENTS_MAX];
	struct lab_options options;
	int place = subcommand_place(line->count, line->list);
	const struct subcommand *subcommand =
		place ? subcommand_find(line->list[place]) : NULL;

	EXPECT(place >= 0 && place < line->count);
	options_begin(&options, experiments);
	/* The others have options of another type. */
	if (!subcommand || !is_lab_s(subcommand->argp)) {
		refusals++;
		return;
	}
	memmove(&line->list[place], &line->list[place + 1],
		(size_t)(line->count - place) * sizeof(*line->list));
	options_parse(subcommand->argp, --line->count, line->list, &options);
	if (refusals)
		return;
	EXPECT(options.format <= FORMAT_HTML);
	EXPECT(subcommand->argp != &options_play || options.experiment_count);
	EXPECT(subcommand->argp != &options_list || !options.experiment_count);
	EXPECT(options.experiment_count < line->count);
	for (int i = 0; i < options.experiment_count; i++)
		EXPECT(is_inside(line, options.experiments[i]));
	EXPECT(options.patience_ms >= 0 &&
		options.patience_ms <= DURATION_MAX_MS);
	EXPECT(!options.pcap || options.experiment_count == 1);
	EXPECT(!options.output || is_inside(line, options.output));
	EXPECT(!options.transcripts || is_inside(line, options.transcripts));
}

bool fuzz_arguments(const uint8_t *data, size_t size)
{
	struct line line = take_line(data, size);
	bool known = true;

	refusals = 0;
	if (!strcmp(line.list[0], "graceclient"))
		check_client(&line);
	else if (!strcmp(line.list[0], "graceserver"))
		check_server(&line);
	else if (!strcmp(line.list[0], "gracelab"))
		check_lab(&line);
	else
		known = false;
	free(line.whole);
	return known && !refusals;
}
