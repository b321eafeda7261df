/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "subcommands.h"

#include <stdbool.h>
#include <stddef.h>
#include <string.h>

#include "gracelab/judge/inspect.h"
#include "list.h"
#include "live_lab.h"
#include "options.h"
#include "orders.h"
#include "show.h"
#include "verify.h"
#include "watch.h"

static const struct subcommand table[] = {
	{ "play", "Play experiments and show what happened", &options_play,
		show_run },
	{ "check", "Play experiments and compare them with their goldens",
		&options_check, verify_check },
	{ "record", "Play experiments and write their goldens", &options_record,
		verify_record },
	{ "explore", "Play every order of an experiment's moves, and count",
		&options_explore, orders_run },
	{ "live", "Play by hand, line by line", &options_live, live_lab_run },
	{ "list", "List the experiments", &options_list, list_run },
	{ "audit", "Judge how a server treats the end of a connection",
		&inspect_audit_argp, inspect_audit },
	{ "proxy", "Judge whether a proxy keeps half-closed connections",
		&inspect_proxy_argp, inspect_proxy },
	{ "client", "Judge how a client ends, and whether it loses a reply",
		&inspect_client_argp, inspect_client },
	{ "watch", "Show what any program does with its TCP connections",
		&watch_argp, watch_run },
};

#define SUBCOMMANDS (sizeof(table) / sizeof(*table))

const struct subcommand *subcommand_next(const struct subcommand *previous)
{
	const struct subcommand *next = previous ? previous + 1 : table;

	return next < table + SUBCOMMANDS ? next : NULL;
}

const struct subcommand *subcommand_find(const char *name)
{
	for (size_t i = 0; i < SUBCOMMANDS; i++)
		if (!strcmp(table[i].name, name))
			return &table[i];
	return NULL;
}

/*
 * Whether an option of this parser, by its name's first `len` bytes or, with
 * no name, its letter, takes an argument.
 */
static bool takes_argument(
	const struct argp *argp, const char *name, size_t len, int letter)
{
	const struct argp_option *option = argp->options;
	const struct argp_child *child = argp->children;

	for (; option && (option->name || option->key || option->doc); option++)
		if (option->arg &&
			(name ? option->name &&
						!strncmp(
							option->name, name, len)
			      : option->key == letter))
			return true;
	for (; child && child->argp; child++)
		if (takes_argument(child->argp, name, len, letter))
			return true;
	return false;
}

/* The same of any subcommand's. */
static bool any_takes_argument(const char *name, size_t len, int letter)
{
	for (size_t i = 0; i < SUBCOMMANDS; i++)
		if (takes_argument(table[i].argp, name, len, letter))
			return true;
	return false;
}

/* Whether the option's argument is the next word. */
static bool takes_next_word(const char *option)
{
	if (option[1] == '-')
		return !strchr(option, '=') &&
			any_takes_argument(option + 2, strlen(option + 2), 0);
	/* In a cluster, what stands behind the letter is its argument. */
	for (option++; *option; option++)
		if (any_takes_argument(NULL, 0, *option))
			return !option[1];
	return false;
}

int subcommand_place(int argc, char *const *argv)
{
	for (int i = 1; i < argc; i++) {
		if (!strcmp(argv[i], "--"))
			return i + 1 < argc ? i + 1 : 0;
		if (argv[i][0] != '-' || !argv[i][1])
			return i;
		i += takes_next_word(argv[i]);
	}
	return 0;
}
