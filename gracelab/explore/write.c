/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "write.h"

#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "lib/text/json_text.h"

static const char *what_became(bool lost)
{
	return lost ? "lost" : "whole";
}

/* In tenths of a percent; never all or nothing but where it is so. */
static unsigned permille(uint64_t part, uint64_t whole)
{
	unsigned value = (unsigned)((part * 1000 + whole / 2) / whole);

	if (part < whole && value == 1000)
		return 999;
	return part && !value ? 1 : value;
}

/* How many orders lose what a side sent; `untold`: of these, untold. */
static uint64_t count_lost(
	const struct table *table, enum side sender, uint64_t *untold)
{
	uint64_t lost = 0;

	*untold = 0;
	for (size_t i = 0; i < table->count; i++) {
		const struct class *class = &table->classes[i];

		if (!class->ending.lost[sender])
			continue;
		lost += class->orders;
		if (class->ending.told == TOLD_NOBODY)
			*untold += class->orders;
	}
	return lost;
}

/* What makes a word of a number of things more than one. */
static const char *plural(uint64_t count)
{
	return count == 1 ? "" : "s";
}

static void write_sum(FILE *out, const struct table *table, enum side sender,
	const char *what)
{
	uint64_t untold, lost = count_lost(table, sender, &untold);

	fprintf(out,
		"%s is lost in %" PRIu64 " of %" PRIu64 " order%s; in %" PRIu64
		" of them no call on either side tells.\n",
		what, lost, table->orders, plural(table->orders), untold);
}

static void write_stopped(FILE *out, const struct explore_options *options,
	const struct explored *explored)
{
	double percent = explored->covered * 100;

	if (explored->complete)
		return;
	if (explored->stopped)
		fprintf(out, "\nStopped by hand");
	else
		fprintf(out, "\nStopped by --limit=%" PRIu64, options->limit);
	fprintf(out,
		" after %" PRIu64 " order%s. With all choices equally likely,"
		"\nan order is one of these with a probability of %.*f %%.%s\n",
		explored->table.orders, plural(explored->table.orders),
		percent < 0.1 ? 6 : 1, percent > 99.9 ? 99.9 : percent,
		explored->calls ? "" : " --merge counts all.");
}

/* How the orders came about, where it is not the plainest way. */
static void write_how(FILE *out, const struct explore_options *options,
	const struct explored *explored)
{
	if (explored->calls)
		fputs("of the programs' own calls\n", out);
	if (options->wired)
		fprintf(out, "on a wire: a segment arrives whenever it can");
	if (options->wired && options->losses)
		fprintf(out, ", or is lost (at most %u)", options->losses);
	if (options->wired)
		fputc('\n', out);
	if (explored->states)
		fputs("each move of each state was played once, and the ways "
		      "were counted\n",
			out);
}

/* How many digits the greatest number of orders has, or `least`. */
static int digits(const struct table *table, int least)
{
	int count = 1;

	for (uint64_t orders = table->orders; orders > 9; orders /= 10)
		count++;
	return count > least ? count : least;
}

static void write_table(FILE *out, const struct experiment *experiment,
	const struct explore_options *options, const struct explored *explored)
{
	const struct table *table = &explored->table;
	int wide = digits(table, (int)strlen("orders"));
	uint64_t untold;

	fprintf(out, "%s%s%s\n", experiment->name,
		experiment->title ? ": " : "",
		experiment->title ? experiment->title : "");
	fprintf(out, "every order%s: %" PRIu64 " order%s, %zu end%s\n",
		options->from ? " from here" : "", table->orders,
		plural(table->orders), table->count, plural(table->count));
	write_how(out, options, explored);
	fprintf(out,
		"\n  %*s            the answers      the request   "
		"who is told\n",
		wide, "orders");
	for (size_t i = 0; i < table->count; i++) {
		const struct class *class = &table->classes[i];
		unsigned share = permille(class->orders, table->orders);

		fprintf(out, "  %*" PRIu64 "  %3u.%u %%   %-14s   %-11s   %s\n",
			wide, class->orders, share / 10, share % 10,
			what_became(class->ending.lost[SERVER]),
			what_became(class->ending.lost[CLIENT]),
			table_told(class->ending.told));
	}
	fputc('\n', out);
	if (count_lost(table, CLIENT, &untold))
		write_sum(out, table, CLIENT, "The request");
	write_sum(out, table, SERVER, "An answer");
	write_stopped(out, options, explored);
}

char *write_text(const struct experiment *experiment,
	const struct explore_options *options, const struct explored *explored)
{
	char *text = NULL;
	size_t size;
	FILE *out = open_memstream(&text, &size);

	if (!out)
		return NULL;
	write_table(out, experiment, options, explored);
	if (!fclose(out))
		return text;
	free(text);
	return NULL;
}

static json_t *moves_to_json(const struct moves *moves)
{
	json_t *array = json_array();

	for (size_t i = 0; i < moves->count; i++)
		json_array_append_new(array,
			json_string(order_move_name(
				(enum order_move)moves->list[i])));
	return array;
}

json_t *write_json(const struct experiment *experiment,
	const struct explore_options *options, const struct explored *explored)
{
	json_t *classes = json_array();

	for (size_t i = 0; i < explored->table.count; i++) {
		const struct class *class = &explored->table.classes[i];

		json_array_append_new(classes,
			json_pack("{s:I, s:s, s:s, s:s, s:o}", "orders",
				(json_int_t) class->orders, "answers",
				what_became(class->ending.lost[SERVER]),
				"request",
				what_became(class->ending.lost[CLIENT]), "told",
				table_told(class->ending.told), "order",
				moves_to_json(&class->first)));
	}
	return json_pack("{s:o, s:b, s:i, s:I, s:b, s:f, s:o*, s:o}",
		"experiment",
		json_text(experiment->name, strlen(experiment->name)), "wire",
		options->wired, "losses", (int)options->losses, "orders",
		(json_int_t)explored->table.orders, "complete",
		explored->complete, "covered", explored->covered, "states",
		explored->states ? json_integer((json_int_t)explored->states)
				 : NULL,
		"classes", classes);
}
