/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Prints the synopsis of gracelab(1), mdoc(7), from the table of subcommands.
 */
#include <ctype.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "gracelab/subcommands.h"

/* More options than these make no line: they stand in their own section. */
#define OPTIONS_MAX 8

static int count_options(const struct argp *argp)
{
	const struct argp_option *option = argp->options;
	const struct argp_child *child = argp->children;
	int count = 0;

	for (; option && option->name; option++)
		count++;
	for (; child && child->argp; child++)
		count += count_options(child->argp);
	return count;
}

/* `[--format=FORMAT]`, `[-o FILE]` */
static void print_options(const struct argp *argp)
{
	const struct argp_option *option = argp->options;
	const struct argp_child *child = argp->children;

	for (; option && option->name; option++) {
		if (option->key < 128 && isalnum(option->key))
			printf(".Op Fl %c%s%s\n", option->key,
				option->arg ? " Ar " : "",
				option->arg ? option->arg : "");
		else
			printf(".Op Fl Fl %s%s%s\n", option->name,
				option->arg ? " Ns = Ns Ar " : "",
				option->arg ? option->arg : "");
	}
	for (; child && child->argp; child++)
		print_options(child->argp);
}

/*
 * A word of the arguments: `EXPERIMENT...`, `[HOST]`, `--front`, `--`. What
 * stands in brackets may be several, `[--at ADDR:PORT]`, and is one line: in it
 * is whether the words before have left one open, and the result whether this
 * one leaves it so.
 */
static bool print_word(const char *word, int len, bool in)
{
	bool opens = word[0] == '[', closes = word[len - 1] == ']';

	word += opens;
	len -= opens + closes;
	int repeated = len > 3 && !strncmp(word + len - 3, "...", 3);

	if (repeated)
		len -= 3;
	printf("%s%s", in ? " " : ".", opens ? "Op " : "");
	if (!strncmp(word, "--", 2) && len >= 2)
		printf("Fl Fl%s%.*s", len > 2 ? " " : "", len - 2, word + 2);
	else
		printf("Ar %.*s%s", len, word, repeated ? " ..." : "");
	if ((opens || in) && !closes)
		return true;
	putchar('\n');
	return false;
}

/* One way to call it; `line` is what the arguments are. */
static void print_usage(const struct subcommand *entry, const char *line)
{
	bool in_brackets = false;

	printf(".Nm\n.Cm %s\n", entry->name);
	if (count_options(entry->argp) > OPTIONS_MAX)
		puts(".Op Ar OPTION ...");
	else
		print_options(entry->argp);
	while (*line && *line != '\n') {
		int len = (int)strcspn(line, " \n");

		in_brackets = print_word(line, len, in_brackets);
		line += len + (line[len] == ' ');
	}
}

int main(void)
{
	const struct subcommand *entry = NULL;

	while ((entry = subcommand_next(entry))) {
		const char *line =
			entry->argp->args_doc ? entry->argp->args_doc : "";
		const char *newline;

		print_usage(entry, line);
		while ((newline = strchr(line, '\n'))) {
			line = newline + 1;
			print_usage(entry, line);
		}
	}
	return EXIT_SUCCESS;
}
