/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "gracelab/judge/inspect.h"

#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "audit.h"
#include "conclude.h"
#include "gracelab/judge/results.h"
#include "lib/base/escape.h"
#include "lib/base/io.h"
#include "lib/base/names.h"
#include "lib/base/options.h"
#include "lib/base/status.h"
#include "lib/net/net.h"

/* A request or preamble longer than this is none. */
#define REQUEST_BYTES_MAX (64 * 1024 * 1024)

enum {
	OPTION_SEND = 0x400,
	OPTION_REQUEST,
	OPTION_HTTP,
	OPTION_PREAMBLE,
	OPTION_EXPECT,
	OPTION_TIMEOUT,
	OPTION_TRIES,
};

static const struct argp_option entries[] = {
	{ "send", OPTION_SEND, "TEXT", 0, "The request; C escapes hold in it",
		1 },
	{ "request", OPTION_REQUEST, "FILE", 0, "The request is in FILE", 1 },
	{ "http", OPTION_HTTP, "PATH", 0, "The request is GET PATH", 1 },
	{ "preamble", OPTION_PREAMBLE, "FILE", 0,
		"Send FILE first and wait for its answer (CONNECT, SOCKS5)",
		1 },
	{ "expect", OPTION_EXPECT, "BYTES", 0, "The reply's length, if known",
		2 },
	{ "timeout", OPTION_TIMEOUT, "DURATION", 0,
		"How long nothing may happen (default 5s)", 2 },
	{ "tries", OPTION_TRIES, "N", 0, "Tries of fin-glued (default 8)", 2 },
	{ 0 },
};

struct options {
	struct audit_options audit;
	char *request;  /* owned, or NULL */
	char *preamble; /* owned, or NULL */
	const char *http;
	struct inspect_options common;
};

/* A whole file, for free(3); ends the program where it cannot be read. */
static char *read_file(
	struct argp_state *state, const char *path, size_t *bytes)
{
	char *text = io_read_file(path, REQUEST_BYTES_MAX, bytes);

	if (!text && errno == EFBIG)
		argp_error(state, "%s is longer than %d bytes", path,
			REQUEST_BYTES_MAX);
	else if (!text)
		argp_error(state, "cannot read %s: %s", path, strerror(errno));
	return text;
}

static void set_request(struct argp_state *state, char *request, size_t bytes)
{
	struct options *options = state->input;

	if (options->request || options->http)
		argp_error(state,
			"--send, --request and --http exclude each other");
	options->request = request;
	options->audit.plan.request = request;
	options->audit.plan.request_bytes = bytes;
}

static void parse_send(struct argp_state *state, const char *argument)
{
	size_t bytes = strlen(argument);
	char *text = strdup(argument);

	if (text && !escape_resolve(text, &bytes))
		argp_error(state, "--send: unknown escape '%.4s'",
			argument + bytes);
	set_request(state, text, bytes);
}

static void parse_place(struct argp_state *state, const char *argument)
{
	struct options *options = state->input;
	uint16_t port;

	if (state->arg_num == 0) {
		options->audit.plan.host = argument;
	} else if (state->arg_num == 1) {
		if (!net_parse_port(argument, &port) || !port)
			argp_error(state,
				"PORT: expected a number from 1 to 65535, not "
				"'%s'",
				argument);
		options->audit.plan.port = argument;
	} else {
		argp_error(state, "unexpected argument '%s'", argument);
	}
}

static void check_whole(struct argp_state *state)
{
	struct options *options = state->input;

	if (options->common.list)
		return;
	if (!options->audit.plan.port)
		argp_error(state, "expected HOST and PORT");
	if (options->http &&
		asprintf(&options->request,
			"GET %s HTTP/1.1\r\nHost: %s\r\n"
			"Connection: close\r\n\r\n",
			options->http, options->audit.plan.host) > 0) {
		options->audit.plan.request = options->request;
		options->audit.plan.request_bytes = strlen(options->request);
	}
	if (!options->audit.plan.request_bytes)
		argp_error(state, "expected --send, --request or --http");
}

static error_t parse(int key, char *argument, struct argp_state *state)
{
	struct options *options = state->input;
	size_t bytes;

	switch (key) {
	case ARGP_KEY_INIT:
		state->child_inputs[0] = &options->common;
		return 0;
	case OPTION_SEND:
		parse_send(state, argument);
		return 0;
	case OPTION_REQUEST: {
		char *text = read_file(state, argument, &bytes);

		set_request(state, text, bytes);
		return 0;
	}
	case OPTION_HTTP:
		if (options->request)
			argp_error(state,
				"--send, --request and --http exclude each "
				"other");
		options->http = argument;
		return 0;
	case OPTION_PREAMBLE:
		free(options->preamble);
		options->preamble = read_file(state, argument, &bytes);
		options->audit.plan.preamble = options->preamble;
		options->audit.plan.preamble_bytes = bytes;
		return 0;
	case OPTION_EXPECT:
		options->audit.plan.expect_bytes =
			options_count(state, "--expect", argument);
		return 0;
	case OPTION_TIMEOUT:
		options->audit.timeout_ms =
			options_duration(state, "--timeout", argument);
		return 0;
	case OPTION_TRIES:
		options->audit.tries =
			options_count(state, "--tries", argument);
		return 0;
	case ARGP_KEY_ARG:
		parse_place(state, argument);
		return 0;
	case ARGP_KEY_END:
		check_whole(state);
		return 0;
	default:
		return ARGP_ERR_UNKNOWN;
	}
}

static void show_progress(
	void *context, const char *probe, unsigned try, unsigned tries)
{
	(void)context;
	fprintf(stderr, "\r\033[K%s %u of %u", probe, try, tries);
}

static void fill_row(const struct inspect_item *probe,
	const struct audit_finding *finding, const struct baseline *baseline,
	struct result *row)
{
	row->name = probe->name;
	if (!finding->played) {
		row->kind = RESULT_SKIPPED;
		row->verdict = "skipped";
		snprintf(row->why, sizeof(row->why), "%s", finding->skipped);
		return;
	}
	snprintf(row->why, sizeof(row->why), "%s", finding->why);
	if (!probe->judged) {
		row->kind = RESULT_REPORTED;
		row->verdict = "reported";
		return;
	}
	row->kind = verdict_is_honoured(finding->verdict) ? RESULT_GOOD
							  : RESULT_BAD;
	row->verdict = verdict_name(finding->verdict);
	snprintf(row->measured, sizeof(row->measured),
		"%u of %u, %llu of %llu bytes", finding->agreed, finding->tries,
		(unsigned long long)finding->bytes,
		(unsigned long long)baseline->bytes);
	if (!*row->why && finding->first_byte_after_fin_s >= 0)
		snprintf(row->why, sizeof(row->why),
			"first byte %.3f s after the FIN",
			finding->first_byte_after_fin_s);
	row->data = json_pack("{s:i, s:i, s:I, s:I, s:f}", "tries",
		(int)finding->tries, "agreed", (int)finding->agreed, "bytes",
		(json_int_t)finding->bytes, "expected",
		(json_int_t)baseline->bytes, "first_byte_after_fin_s",
		finding->first_byte_after_fin_s);
}

static void fill_results(const struct options *options,
	const struct audit_report *report, struct results *results)
{
	const struct inspect_item *probes = audit_probes();
	struct result *row;

	snprintf(results->title, sizeof(results->title), "audit of %s:%s",
		options->audit.plan.host, options->audit.plan.port);
	results->overall = conclude_name(report->overall);
	results->status = conclude_status(report->overall);
	snprintf(results->proof, sizeof(results->proof), "%s", report->proof);
	if (!report->has_baseline)
		return;
	row = results_add(results);
	if (row) {
		row->name = "base";
		row->kind = RESULT_REPORTED;
		row->verdict = "reply";
		snprintf(row->measured, sizeof(row->measured), "%llu bytes",
			(unsigned long long)report->baseline.bytes);
		snprintf(row->why, sizeof(row->why),
			"first byte after %.3f s, no FIN sent",
			report->baseline.first_byte_s);
	}
	for (int id = 0; id < AUDIT_PROBES; id++) {
		const struct audit_finding *finding = &report->findings[id];

		if (!finding->played && !*finding->skipped)
			continue;
		row = results_add(results);
		if (row)
			fill_row(&probes[id], finding, &report->baseline, row);
	}
}

static const struct argp_child children[] = {
	{ &inspect_argp, 0, NULL, 0 },
	{ 0 },
};

const struct argp inspect_audit_argp = {
	.options = entries,
	.parser = parse,
	.args_doc = "HOST PORT",
	.children = children,
	.doc = "Does a server keep a half-closed connection until its "
	       "reply is sent?\vExit status: 0 it does, proved; 1 it "
	       "does not; 3 no baseline, or not proved; 2 usage.",
};

int inspect_audit(int argc, char **argv)
{
	struct options options = {
		.audit = { .timeout_ms = 5000, .tries = 8 },
	};
	struct audit_report *report = calloc(1, sizeof(*report));
	struct results results;

	options.common = (struct inspect_options){
		.command = "audit",
		.items = audit_probes(),
		.count = AUDIT_PROBES,
		.chosen = options.audit.chosen,
	};
	inspect_choose_all(&options.common);
	options_parse(&inspect_audit_argp, argc, argv, &options);
	if (isatty(STDERR_FILENO))
		options.audit.progress = show_progress;
	int status = STATUS_ORDER;

	if (options.common.list) {
		inspect_list(&options.common);
	} else if (!report) {
		status = STATUS_FAILURE;
	} else if (!inspect_begin(&options.common, argc, argv, &results)) {
		status = STATUS_USAGE;
	} else {
		audit_run(&options.audit, report);
		if (options.audit.progress)
			fputs("\r\033[K", stderr);
		fill_results(&options, report, &results);
		status = inspect_end(&options.common, &results);
	}
	free(options.request);
	free(options.preamble);
	free(report);
	return status;
}
