/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "lib/typed/command.h"

#include "tests/unit/tap.h"

/* The table of the design, in any order. */
static const struct {
	const char *name;
	unsigned sides;
} contract[] = {
	{ "send", COMMAND_BOTH },
	{ "close", COMMAND_BOTH },
	{ "shutdown", COMMAND_BOTH },
	{ "reset", COMMAND_BOTH },
	{ "hold", COMMAND_BOTH },
	{ "release", COMMAND_BOTH },
	{ "pause", COMMAND_BOTH },
	{ "resume", COMMAND_BOTH },
	{ "read", COMMAND_BOTH },
	{ "peek", COMMAND_BOTH },
	{ "state", COMMAND_BOTH },
	{ "probe", COMMAND_BOTH },
	{ "sendfile", COMMAND_BOTH },
	{ "save", COMMAND_BOTH },
	{ "every", COMMAND_CLIENT },
	{ "sleep", COMMAND_BOTH },
	{ "wait", COMMAND_BOTH },
	{ "open", COMMAND_CLIENT },
	{ "reply", COMMAND_SERVER },
	{ "use", COMMAND_SERVER },
	{ "list", COMMAND_SERVER },
	{ "fill", COMMAND_BOTH },
	{ "more", COMMAND_BOTH },
	{ "block", COMMAND_BOTH },
	{ "linger", COMMAND_BOTH },
	{ "linger2", COMMAND_BOTH },
	{ "keepalive", COMMAND_BOTH },
	{ "user-timeout", COMMAND_BOTH },
	{ "quickack", COMMAND_BOTH },
	{ "blocking", COMMAND_BOTH },
	{ "accept", COMMAND_SERVER },
	{ "listener", COMMAND_SERVER },
	{ "quit", COMMAND_BOTH },
	{ "help", COMMAND_BOTH },
};

#define CONTRACT (sizeof(contract) / sizeof(*contract))

static const enum side both_sides[] = { CLIENT, SERVER };

static void each_is_found_at_its_side(void)
{
	for (size_t i = 0; i < CONTRACT; i++) {
		for (size_t s = 0; s < 2; s++) {
			const char *name = contract[i].name;
			const struct command_spec *spec =
				command_find(both_sides[s], name, strlen(name));

			tap_case(
				"%s at the %s", name, side_name(both_sides[s]));
			if (!(contract[i].sides & 1u << both_sides[s]))
				EXPECT(!spec);
			else if (EXPECT(spec))
				EXPECT_TEXT(name, spec->name);
		}
	}
}

static void no_other_is_there(void)
{
	for (size_t s = 0; s < 2; s++) {
		const struct command_spec *spec = NULL;
		size_t found = 0, expected = 0;

		for (size_t i = 0; i < CONTRACT; i++)
			expected += !!(contract[i].sides & 1u << both_sides[s]);
		while ((spec = command_next(1u << both_sides[s], spec)))
			found++;
		tap_case("%s", side_name(both_sides[s]));
		EXPECT_INT(expected, found);
	}
}

static void names_are_found_whole_only(void)
{
	static const char *const others[] = { "", "s", "clos", "closed",
		"Close", "CLOSE", " close", "close " };

	for (size_t i = 0; i < sizeof(others) / sizeof(*others); i++) {
		tap_case("'%s'", others[i]);
		EXPECT(!command_find(CLIENT, others[i], strlen(others[i])));
	}
	tap_case("a name that is not terminated");
	const struct command_spec *spec =
		command_find(CLIENT, "closed", strlen("close"));

	if (EXPECT(spec))
		EXPECT_INT(COMMAND_CLOSE, spec->id);
	tap_case("NUL behind the name");
	EXPECT(!command_find(CLIENT, "close\0", sizeof("close")));
}

static void each_has_its_own_id(void)
{
	const struct command_spec *a = NULL, *b;

	while ((a = command_next(COMMAND_BOTH, a)))
		for (b = a; (b = command_next(COMMAND_BOTH, b));) {
			tap_case("%s and %s", a->name, b->name);
			EXPECT(a->id != b->id);
			EXPECT(strcmp(a->name, b->name) != 0);
		}
}

static void each_is_explained(void)
{
	const struct command_spec *spec = NULL;

	while ((spec = command_next(COMMAND_BOTH, spec))) {
		tap_case("%s", spec->name);
		EXPECT(spec->synopsis);
		EXPECT(spec->help && *spec->help);
		EXPECT(spec->help && !strchr(spec->help, '\n'));
		EXPECT_INT(spec->arguments == ARGUMENTS_NONE,
			spec->synopsis && !*spec->synopsis);
	}
}

static void words_complete_the_synopsis(void)
{
	const struct command_spec *spec = NULL;

	while ((spec = command_next(COMMAND_BOTH, spec))) {
		const char *word = spec->words;

		while (word && *word) {
			char text[32];
			size_t len = strcspn(word, " ");

			tap_case("%s %s", spec->name, word);
			if (!EXPECT(len < sizeof(text)))
				return;
			memcpy(text, word, len);
			text[len] = '\0';
			EXPECT(strstr(spec->synopsis, text));
			word += len + (word[len] == ' ');
		}
	}
}

static void what_was_meant_is_found(void)
{
	static const struct {
		enum side side;
		const char *word, *near;
	} list[] = {
		{ CLIENT, "shutdwon", "shutdown" },
		{ CLIENT, "closet", "close" },
		{ CLIENT, "exit", "quit" },
		{ SERVER, "exit", "quit" },
		{ SERVER, "lst", "list" },
		{ CLIENT, "lst", NULL },
		{ CLIENT, "data1", NULL },
		{ CLIENT, "hello", NULL },
		{ CLIENT, "a-word-that-is-far-too-long-to-be-one", NULL },
	};

	for (size_t i = 0; i < sizeof(list) / sizeof(*list); i++) {
		tap_case("%s", list[i].word);
		EXPECT_TEXT(list[i].near,
			command_near(list[i].side, list[i].word,
				strlen(list[i].word)));
	}
	EXPECT(!command_near(CLIENT, "close\0", sizeof("close")));
}

static void sides_have_names(void)
{
	EXPECT_TEXT("client", side_name(CLIENT));
	EXPECT_TEXT("server", side_name(SERVER));
}

const struct tap_test tests_command[] = {
	{ "command: each command is found at its side, and only there",
		each_is_found_at_its_side },
	{ "command: there are no commands that the design does not name",
		no_other_is_there },
	{ "command: a name is found whole and exact only",
		names_are_found_whole_only },
	{ "command: no two have a name or an id in common",
		each_has_its_own_id },
	{ "command: each has one line of help and says its arguments",
		each_is_explained },
	{ "command: the words that complete stand in the synopsis",
		words_complete_the_synopsis },
	{ "command: what a misspelt word stands for is found",
		what_was_meant_is_found },
	{ "command: the sides are client and server", sides_have_names },
	{ NULL, NULL },
};
