/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "orders.h"

#include <inttypes.h>
#include <signal.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "gracelab/explore/exec/exec.h"
#include "gracelab/explore/graph/picture.h"
#include "gracelab/explore/write.h"
#include "gracelab/page/page.h"
#include "gracelab/play/terminals.h"
#include "lib/base/signals.h"
#include "lib/base/status.h"
#include "playlist.h"
#include "show.h"

/* What makes a word of a number of things more than one. */
static const char *plural(uint64_t count)
{
	return count == 1 ? "" : "s";
}

static void fail(struct program *program, const char *why, int status)
{
	program_complain("%s", why ? why : "no memory");
	program->status = status;
}

/* Progress, where somebody sees it, and Ctrl-C. */

static void on_progress(void *context, uint64_t orders, size_t ends)
{
	const char *name = context;

	fprintf(stderr, "\r\033[K%s: %" PRIu64 " order%s, %zu end%s", name,
		orders, plural(orders), ends, plural(ends));
}

struct exploration {
	struct program *program;
	char *name; /* owned: fit for a terminal */
};

static void tell_progress(void *context, uint64_t orders, size_t ends)
{
	const struct exploration *exploration = context;

	if (exploration->name)
		on_progress(exploration->name, orders, ends);
}

static bool is_stopped(void *context)
{
	(void)context;
	signals_deliver();
	return signals_pending(SIGINT);
}

/* Explores with progress on a terminal. False: said, and in the status. */
static bool explore(struct program *program, struct experiment *experiment,
	const struct explore_options *options, struct explored *explored)
{
	struct exploration exploration = { .program = program };
	struct explore_options watched = *options;

	if (isatty(STDERR_FILENO))
		exploration.name = program_fit(experiment->name);
	watched.on_progress = tell_progress;
	watched.stops = is_stopped;
	watched.context = &exploration;
	bool good = playlist_explore(program, experiment, &watched, explored);

	if (exploration.name)
		fputs("\r\033[K", stderr);
	free(exploration.name);
	if (!good)
		fail(program, explored->why,
			explored->refused ? STATUS_FAILURE : STATUS_USAGE);
	return good;
}

/* The same of programs that exec starts. */
static void play_calls(struct program *program, struct experiment *experiment,
	const struct moves *moves, const char *about)
{
	const char *before = experiment->title;
	char *title = NULL;

	if (program->options.format == FORMAT_LAB) {
		program_complain("%s: --format=lab: no steps say in which "
				 "order programs of others make their calls",
			experiment->name);
		program->status = STATUS_USAGE;
		return;
	}
	if (asprintf(&title, "%s%s%s", before ? before : "", before ? ": " : "",
		    about) < 0)
		title = NULL;
	if (title)
		experiment->title = title;
	if (playlist_choose(program, moves))
		show_one(program, experiment);
	experiment->title = before;
	exec_forget(&program->play);
	free(title);
}

/* Plays an order in the lab, and shows it; `about` goes to its title. */
static void play_order(struct program *program, struct experiment *experiment,
	const struct explore_options *options, const struct moves *moves,
	const char *about)
{
	char *text = NULL;

	if (exec_is(experiment)) {
		play_calls(program, experiment, moves, about);
		return;
	}
	struct experiment *order = playlist_order(
		program, experiment, options, moves, about, &text);

	if (order && program->options.format == FORMAT_LAB)
		fputs(text, program->out);
	else if (order)
		show_one(program, order);
	experiment_free(order);
	free(text);
}

/* --order */
static void show_order(struct program *program, struct experiment *experiment,
	const struct explore_options *options)
{
	struct moves moves;

	if (playlist_moves(program, &moves))
		play_order(program, experiment, options, &moves,
			PLAYLIST_ABOUT_ORDER);
	free(moves.list);
}

/* --show */
static void show_class(struct program *program, struct experiment *experiment,
	const struct explore_options *options)
{
	unsigned k = program->options.orders.show;
	struct explored explored;
	char *about = NULL;

	if (explore(program, experiment, options, &explored)) {
		const struct table *table = &explored.table;
		const struct class *class =
			k <= table->count ? &table->classes[k - 1] : NULL;

		if (!class) {
			program_complain("%s: --show %u: there %s %zu class%s",
				experiment->name, k,
				table->count == 1 ? "is" : "are", table->count,
				table->count == 1 ? "" : "es");
			program->status = STATUS_USAGE;
		} else if (asprintf(&about,
				   "%" PRIu64 " of %" PRIu64
				   " order%s end%s like this one",
				   class->orders, table->orders,
				   plural(table->orders),
				   class->orders == 1 ? "s" : "") < 0) {
			fail(program, NULL, STATUS_FAILURE);
		} else {
			play_order(program, experiment, options, &class->first,
				about);
			free(about);
		}
	}
	explored_free(&explored);
}

/* --find */
static void show_found(struct program *program, struct experiment *experiment,
	const struct explore_options *options)
{
	const char *what = program->options.orders.find;
	struct explore_options looking = *options;
	struct explored explored;
	struct find find;
	char *about = NULL;

	if (!find_parse(&find, what)) {
		program_complain("--find: expected EPIPE, 'recv ECONNRESET', "
				 "SIGPIPE or eof, not '%s'",
			what);
		program->status = STATUS_USAGE;
		return;
	}
	looking.find = &find;
	if (explore(program, experiment, &looking, &explored)) {
		const struct moves *found = &explored.table.found;

		if (!found->list) {
			program_complain("%s: %s is met in none of %" PRIu64
					 " order%s",
				experiment->name, what, explored.table.orders,
				plural(explored.table.orders));
			program->status = STATUS_FAILURE;
		} else if (asprintf(&about, "the first order that meets %s",
				   what) < 0) {
			fail(program, NULL, STATUS_FAILURE);
		} else {
			play_order(program, experiment, &looking, found, about);
			free(about);
		}
	}
	explored_free(&explored);
}

static void write_table(struct program *program, struct experiment *experiment,
	const struct explore_options *options, const struct explored *explored)
{
	char *text = write_text(experiment, options, explored);
	char *fit = text ? program_fit_page(text) : NULL;

	if (fit)
		fputs(fit, program->out);
	else
		fail(program, NULL, STATUS_FAILURE);
	free(fit);
	free(text);
}

static void show_table(struct program *program, struct experiment *experiment,
	const struct explore_options *options, json_t *array)
{
	struct explored explored;

	if (explore(program, experiment, options, &explored)) {
		if (program->options.format == FORMAT_TEXT)
			write_table(program, experiment, options, &explored);
		else if (json_array_append_new(array,
				 write_json(experiment, options, &explored)))
			fail(program, NULL, STATUS_FAILURE);
	}
	explored_free(&explored);
}

/* The table and the tree, as a page. */
static void show_page(struct program *program, struct experiment *experiment,
	const struct explore_options *options)
{
	struct explored explored;
	struct record record;

	if (explore(program, experiment, options, &explored)) {
		terminals_name(&record, experiment);
		record.private_network = record.wire = record.states = true;
		record.picture = playlist_picture(experiment, options);
		record.orders = write_json(experiment, options, &explored);
		if (record.orders)
			page_write(program->out, &record);
		else
			fail(program, NULL, STATUS_FAILURE);
		record_free(&record);
	}
	explored_free(&explored);
}

static void show_picture(struct program *program, struct experiment *experiment,
	const struct explore_options *options)
{
	bool is_svg = program->options.format == FORMAT_SVG;
	char *text;

	if (picture_text(experiment, options,
		    is_svg ? PICTURE_SVG : PICTURE_DOT, &text))
		fputs(text, program->out);
	else
		fail(program, text, STATUS_FAILURE);
	free(text);
}

static void show(
	struct program *program, struct experiment *experiment, json_t *array)
{
	struct explore_options options =
		playlist_explore_options(program, experiment);
	const struct orders_options *asked = &program->options.orders;

	options.wired |= program->options.wire;
	if (options.losses && !options.wired) {
		program_complain("--losses: without --wire nothing is lost");
		program->status = STATUS_USAGE;
	} else if (asked->order) {
		show_order(program, experiment, &options);
	} else if (asked->show) {
		show_class(program, experiment, &options);
	} else if (asked->find) {
		show_found(program, experiment, &options);
	} else if (program->options.format == FORMAT_HTML) {
		show_page(program, experiment, &options);
	} else if (program->options.format == FORMAT_SVG ||
		program->options.format == FORMAT_DOT) {
		show_picture(program, experiment, &options);
	} else {
		show_table(program, experiment, &options, array);
	}
}

/* One object of one experiment, an array of several. */
static void put_json(struct program *program, json_t *array)
{
	json_t *json = program->count == 1 ? json_array_get(array, 0) : array;

	if (json && json_dumpf(json, program->out, JSON_INDENT(2)))
		fail(program, NULL, STATUS_FAILURE);
	if (json)
		fputc('\n', program->out);
}

int orders_run(int argc, char **argv)
{
	struct program program;
	json_t *array = json_array();

	if (program_begin(&program, &options_explore, argc, argv)) {
		signals_catch(SIGINT);
		for (size_t i = 0;
			i < program.count && !signals_pending(SIGINT); i++) {
			if (i && program.options.format == FORMAT_TEXT)
				fputs("\n\n", program.out);
			show(&program, program.experiments[i], array);
		}
		if (json_array_size(array))
			put_json(&program, array);
	}
	json_decref(array);
	int status = program_end(&program);

	if (signals_take(SIGINT))
		signals_die(SIGINT);
	return status;
}
