/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "gracelab/judge/inspect.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "device.h"
#include "evidence.h"
#include "gracelab/judge/results.h"
#include "gracelab/observe/capture.h"
#include "gracelab/stage/stage.h"
#include "lib/base/names.h"
#include "lib/base/options.h"
#include "lib/base/status.h"
#include "lib/net/net.h"
#include "proxy.h"

/* On a private network these are free. */
#define PRIVATE_FRONT 43211
#define PRIVATE_BACK  43212

/* How long a proxy that we start may take until it listens. */
#define START_MS 10000

/* The control fails, or the proxy did not start. */
#define STATUS_NO_CONTROL 3

enum {
	OPTION_FRONT = 0x500,
	OPTION_BACK,
	OPTION_IDLE,
	OPTION_TIMEOUT,
};

static const struct argp_option entries[] = {
	{ "front", OPTION_FRONT, "HOST:PORT", 0,
		"A proxy that runs already and listens here", 1 },
	{ "back", OPTION_BACK, "PORT", 0,
		"... and connects to 127.0.0.1:PORT, which is ours", 1 },
	{ "idle", OPTION_IDLE, "DURATION", 0,
		"How long to leave a half-closed connection idle (default 5s)",
		2 },
	{ "timeout", OPTION_TIMEOUT, "DURATION", 0,
		"How long nothing may happen (default 5s)", 2 },
	{ 0 },
};

struct inspection {
	struct proxy_options proxy;
	char **command; /* of argv, or NULL */
	char *front;    /* owned: HOST:PORT cut in two */
	char front_port[8], back_port[8];
	struct inspect_options common;
	bool private_network;
	uint16_t front_number, back_number;
	struct device device;
	struct kernel *kernel;
	struct capture *wire;     /* NULL: not observed */
	struct evidence *finding; /* while one is drawn */
};

static void parse_front(struct argp_state *state, const char *argument)
{
	struct inspection *inspection = state->input;
	char *colon;

	free(inspection->front);
	inspection->front = strdup(argument);
	colon = inspection->front ? strrchr(inspection->front, ':') : NULL;
	if (!colon || !net_parse_port(colon + 1, &inspection->front_number) ||
		!inspection->front_number) {
		argp_error(state, "--front: expected HOST:PORT, not '%s'",
			argument);
		return;
	}
	*colon = '\0';
	inspection->proxy.front_host = inspection->front;
	snprintf(inspection->front_port, sizeof(inspection->front_port), "%u",
		inspection->front_number);
}

static void check_whole(struct argp_state *state)
{
	const struct inspection *inspection = state->input;
	bool running = inspection->front && inspection->back_number;

	if (inspection->common.list)
		return;
	if (inspection->command &&
		(inspection->front || inspection->back_number))
		argp_error(state,
			"a COMMAND, and --front with --back, exclude each "
			"other");
	if (!inspection->command && !running)
		argp_error(state,
			"expected -- COMMAND..., or --front HOST:PORT and "
			"--back PORT");
}

static error_t parse(int key, char *argument, struct argp_state *state)
{
	struct inspection *inspection = state->input;

	switch (key) {
	case ARGP_KEY_INIT:
		state->child_inputs[0] = &inspection->common;
		return 0;
	case OPTION_FRONT:
		parse_front(state, argument);
		return 0;
	case OPTION_BACK:
		if (!net_parse_port(argument, &inspection->back_number) ||
			!inspection->back_number)
			argp_error(state,
				"--back: expected a number from 1 to 65535, "
				"not '%s'",
				argument);
		return 0;
	case OPTION_IDLE:
		inspection->proxy.idle_ms =
			options_duration(state, "--idle", argument);
		return 0;
	case OPTION_TIMEOUT:
		inspection->proxy.patience_ms =
			options_duration(state, "--timeout", argument);
		return 0;
	case ARGP_KEY_ARG:
		/* All that follows is the command, its options too. */
		inspection->command = &state->argv[state->next - 1];
		state->next = state->argc;
		return 0;
	case ARGP_KEY_END:
		check_whole(state);
		return 0;
	default:
		return ARGP_ERR_UNKNOWN;
	}
}

static void show_progress(void *context, const char *check, bool control)
{
	(void)context;
	fprintf(stderr, "\r\033[K%s%s", check, control ? " (control)" : "");
}

static void on_event(void *context, int side, const struct event *event)
{
	struct inspection *inspection = context;

	if (inspection->finding)
		evidence_event(inspection->finding, side, event);
}

static void on_segment(void *context, const struct segment *segment)
{
	struct inspection *inspection = context;

	if (inspection->finding)
		evidence_segment(inspection->finding, segment);
}

/* Takes a port that is free on the host, or 0, until its socket is closed. */
static int take_free_port(uint16_t *port)
{
	char error[NET_ERROR_SIZE], address[NET_ADDRESS_SIZE];
	int fd = net_listen(
		&(struct net_listen_options){ .host = "127.0.0.1" }, error);

	*port = 0;
	if (fd >= 0) {
		net_format_end(fd, false, address);
		*port = (uint16_t)strtoul(strrchr(address, ':') + 1, NULL, 10);
	}
	return fd;
}

/* Two ports that are free at this moment: both are taken, so they differ. */
static void choose_ports(struct inspection *inspection)
{
	int front = take_free_port(&inspection->front_number);
	int back = take_free_port(&inspection->back_number);

	if (front >= 0)
		close(front);
	if (back >= 0)
		close(back);
}

/* Where everything takes place: a private network if that may be had. */
static void choose_place(struct inspection *inspection)
{
	struct stage stage = { .result = STAGE_HOST };

	if (inspection->command)
		stage_probe(&stage);
	if (stage.result == STAGE_PRIVATE)
		stage_enter(NULL, 0, &stage);
	inspection->private_network = stage.result == STAGE_PRIVATE;
	if (inspection->private_network) {
		inspection->front_number = PRIVATE_FRONT;
		inspection->back_number = PRIVATE_BACK;
	} else if (inspection->command) {
		choose_ports(inspection);
	}
	if (inspection->command) {
		inspection->proxy.front_host = "127.0.0.1";
		snprintf(inspection->front_port, sizeof(inspection->front_port),
			"%u", inspection->front_number);
	}
	snprintf(inspection->back_port, sizeof(inspection->back_port), "%u",
		inspection->back_number);
	inspection->proxy.front_port = inspection->front_port;
	inspection->proxy.back_port = inspection->back_port;
}

/* Gets everything ready; NULL, or why not, for the caller to free. */
static char *prepare(struct inspection *inspection)
{
	char error[NET_ERROR_SIZE], why[240];

	choose_place(inspection);
	inspection->proxy.listener =
		net_listen(&(struct net_listen_options){ .host = "127.0.0.1",
				   .port = inspection->back_number,
				   .reuseaddr = true },
			error);
	if (inspection->proxy.listener < 0)
		return strdup(error);
	inspection->kernel = kernel_open();
	if (inspection->private_network)
		inspection->wire = capture_open(0, NULL, why, sizeof(why));
	if (!inspection->command)
		return NULL;
	const struct device_ports ports = {
		.listen = inspection->front_number,
		.backend = inspection->back_number,
	};

	if (!inspection->kernel ||
		device_start(&inspection->device, inspection->command, &ports))
		return strdup("the proxy cannot be started");
	return device_await(&inspection->device, inspection->kernel,
		inspection->front_number, START_MS);
}

/* Plays a check that failed once more, and draws what is seen. */
static char *draw(struct inspection *inspection, enum proxy_id id, bool control)
{
	char title[96];

	snprintf(title, sizeof(title), "%s, %s:", proxy_checks()[id].name,
		control ? "without the proxy (control)" : "through the proxy");
	inspection->finding =
		evidence_begin(control ? 0 : inspection->front_number,
			inspection->back_number);
	if (!inspection->finding)
		return NULL;
	if (inspection->wire)
		capture_drain(inspection->wire, on_segment, inspection);
	evidence_end(inspection->finding);
	inspection->finding =
		evidence_begin(control ? 0 : inspection->front_number,
			inspection->back_number);
	proxy_replay(&inspection->proxy, id, control);
	if (inspection->wire && inspection->finding)
		capture_drain(inspection->wire, on_segment, inspection);
	char *text = inspection->finding
		? evidence_text(inspection->finding, title)
		: NULL;

	evidence_end(inspection->finding);
	inspection->finding = NULL;
	return text;
}

/* Both ladders of a failed check, one after the other. */
static char *draw_both(struct inspection *inspection, enum proxy_id id)
{
	char *control = draw(inspection, id, true);
	char *test = draw(inspection, id, false), *both = NULL;

	if (!control || !test || asprintf(&both, "%s\n%s", control, test) < 0)
		both = NULL;
	free(control);
	free(test);
	return both;
}

static void add_row(struct inspection *inspection, enum proxy_id id,
	struct results *results)
{
	struct proxy_finding finding;

	proxy_run(&inspection->proxy, id, &finding);
	/* Nobody draws it; the capture must not run over. */
	if (inspection->wire)
		capture_drain(inspection->wire, on_segment, inspection);
	struct result *row = results_add(results);

	if (!row)
		return;
	row->name = proxy_checks()[id].name;
	switch (finding.verdict) {
	case PROXY_REPORTED:
		row->kind = RESULT_REPORTED;
		row->verdict = "reported";
		break;
	case PROXY_PASS:
		row->kind = RESULT_GOOD;
		row->verdict = "pass";
		break;
	case PROXY_FAIL:
		row->kind = RESULT_BAD;
		row->verdict = "FAIL";
		results->status =
			results->status ? results->status : STATUS_FAILURE;
		break;
	case PROXY_CONTROL_FAILS:
		row->kind = RESULT_BAD;
		row->verdict = "NO-CONTROL";
		results->status = STATUS_NO_CONTROL;
		break;
	}
	snprintf(row->why, sizeof(row->why), "%s", finding.why);
	/* If it has never taken a connection there is no proxy to judge. */
	if (finding.unreachable && results->count == 1) {
		row->verdict = "NO-PROXY";
		results->status = STATUS_NO_CONTROL;
		return;
	}
	if (finding.verdict == PROXY_FAIL)
		row->picture = draw_both(inspection, id);
	if (finding.verdict == PROXY_CONTROL_FAILS || finding.next_served)
		return;
	row = results_add(results);
	if (!row)
		return;
	row->name = "next";
	row->kind = RESULT_BAD;
	row->verdict = "FAIL";
	snprintf(row->why, sizeof(row->why),
		"after %s the next connection is not served",
		proxy_checks()[id].name);
	results->status = results->status ? results->status : STATUS_FAILURE;
}

/* What a pass is proved for depends on what was played. */
static void say_proof(
	const struct inspection *inspection, struct results *results)
{
	const bool *chosen = inspection->proxy.chosen;

	snprintf(results->proof, sizeof(results->proof), "proved for%s%s%s",
		chosen[PROXY_CLIENT_FIN] ? " a think time of 1 s" : "",
		chosen[PROXY_CLIENT_FIN] && chosen[PROXY_LARGE] ? " and" : "",
		chosen[PROXY_LARGE] ? " 16 MiB to a stalled reader" : "");
	if (!chosen[PROXY_CLIENT_FIN] && !chosen[PROXY_LARGE])
		snprintf(results->proof, sizeof(results->proof),
			"proved for no think time and no size");
}

static void inspect(struct inspection *inspection, struct results *results)
{
	snprintf(results->title, sizeof(results->title), "proxy %s",
		inspection->command ? inspection->command[0]
				    : inspection->front);
	for (int id = 0; id < PROXY_CHECKS; id++)
		if (inspection->proxy.chosen[id] &&
			results->status != STATUS_NO_CONTROL) {
			add_row(inspection, (enum proxy_id)id, results);
			results_show(results);
		}
	switch (results->status) {
	case STATUS_ORDER:
		results->overall = "PASS";
		say_proof(inspection, results);
		break;
	case STATUS_NO_CONTROL:
		results->overall = "NO-VERDICT";
		break;
	default:
		results->overall = "FAIL";
		snprintf(results->proof, sizeof(results->proof),
			"without the proxy all of it works");
	}
}

static int run(struct inspection *inspection, int argc, char **argv)
{
	struct results results;
	int status = STATUS_USAGE;
	char *why;

	if (!inspect_begin(&inspection->common, argc, argv, &results))
		goto out;
	why = prepare(inspection);
	if (why) {
		fprintf(stderr, "gracelab: proxy: %s\n", why);
		results.status = STATUS_NO_CONTROL;
		results.overall = "NO-VERDICT";
		snprintf(results.title, sizeof(results.title), "proxy");
		snprintf(results.proof, sizeof(results.proof), "%.230s", why);
	} else {
		inspect(inspection, &results);
		if (inspection->proxy.progress)
			fputs("\r\033[K", stderr);
	}
	free(why);
	status = inspect_end(&inspection->common, &results);
out:
	device_end(&inspection->device);
	kernel_close(inspection->kernel);
	capture_close(inspection->wire);
	return status;
}

static const struct argp_child children[] = {
	{ &inspect_argp, 0, NULL, 0 },
	{ 0 },
};

const struct argp inspect_proxy_argp = {
	.options = entries,
	.parser = parse,
	.children = children,
	.args_doc = "-- COMMAND...\n--front HOST:PORT --back PORT",
	.doc = "Does a proxy keep half-closed connections?\vIn "
	       "COMMAND, "
	       "{listen} is the port to listen on and {backend} the "
	       "HOST:PORT to connect to. Exit status: 0 it does; 1 it "
	       "does not; 3 the control fails or the proxy did not "
	       "start; 2 usage.",
};

int inspect_proxy(int argc, char **argv)
{
	struct inspection inspection = {
		.proxy = { .patience_ms = 5000, .idle_ms = 5000 },
		.device = { .output = -1 },
	};
	int status = STATUS_ORDER;

	inspection.common = (struct inspect_options){
		.command = "proxy",
		.items = proxy_checks(),
		.count = PROXY_CHECKS,
		.chosen = inspection.proxy.chosen,
	};
	inspect_choose_all(&inspection.common);
	inspection.proxy.on_event = on_event;
	inspection.proxy.context = &inspection;
	if (isatty(STDERR_FILENO))
		inspection.proxy.progress = show_progress;
	options_parse(&inspect_proxy_argp, argc, argv, &inspection);
	if (inspection.common.list)
		inspect_list(&inspection.common);
	else
		status = run(&inspection, argc, argv);
	free(inspection.front);
	return status;
}
