/* SPDX-License-Identifier: GPL-3.0-or-later */
/* The same pseudo-random inputs in every run, and what must hold for all. */
#include <stdint.h>
#include <stdlib.h>
#include <sys/socket.h>

#include "lib/duration.h"
#include "lib/escape.h"
#include "lib/parse.h"
#include "tests/unit/tap.h"

#define ESCAPE_INPUTS 200000
#define PARSE_INPUTS  200000
#define INPUT_BYTES   300

/* xorshift64 (Marsaglia, 2003). */
static uint64_t state;

static uint64_t random_below(uint64_t bound)
{
	state ^= state << 13;
	state ^= state >> 7;
	state ^= state << 17;
	return state % bound;
}

/* The last byte of the well-formed character at `p`, or NULL; RFC 3629. */
static const unsigned char *well_formed(
	const unsigned char *p, const unsigned char *end)
{
	static const struct {
		unsigned char first, last;       /* of the first byte */
		unsigned char second, second_to; /* of the second byte */
		size_t len;
	} forms[] = {
		{ 0x00, 0x7f, 0, 0, 1 },
		{ 0xc2, 0xdf, 0x80, 0xbf, 2 },
		{ 0xe0, 0xe0, 0xa0, 0xbf, 3 },
		{ 0xe1, 0xec, 0x80, 0xbf, 3 },
		{ 0xed, 0xed, 0x80, 0x9f, 3 },
		{ 0xee, 0xef, 0x80, 0xbf, 3 },
		{ 0xf0, 0xf0, 0x90, 0xbf, 4 },
		{ 0xf1, 0xf3, 0x80, 0xbf, 4 },
		{ 0xf4, 0xf4, 0x80, 0x8f, 4 },
	};

	for (size_t i = 0; i < sizeof(forms) / sizeof(*forms); i++) {
		size_t len = forms[i].len;

		if (*p < forms[i].first || *p > forms[i].last)
			continue;
		if ((size_t)(end - p) < len)
			return NULL;
		if (len > 1 &&
			(p[1] < forms[i].second || p[1] > forms[i].second_to))
			return NULL;
		for (size_t j = 2; j < len; j++)
			if (p[j] < 0x80 || p[j] > 0xbf)
				return NULL;
		return p + len - 1;
	}
	return NULL;
}

/* Whether a text can be given to a terminal. */
static bool harmless(const char *text, size_t len)
{
	const unsigned char *p = (const unsigned char *)text, *end = p + len;

	for (; p < end; p++) {
		const unsigned char *last = well_formed(p, end);

		if (!last || *p < ' ' || *p == 0x7f)
			return false;
		if (*p == 0xc2 && p[1] < 0xa0)
			return false;
		if (last == p + 2 && p[0] == 0xe2 &&
			((p[1] == 0x80 &&
				 (p[2] == 0x8e || p[2] == 0x8f ||
					 (p[2] >= 0xaa && p[2] <= 0xae))) ||
				(p[1] == 0x81 && p[2] >= 0xa6 && p[2] <= 0xa9)))
			return false;
		if (p[0] == 0xd8 && p[1] == 0x9c)
			return false;
		p = last;
	}
	return true;
}

/* A few bytes that a careless escape would get wrong, or any. */
static size_t random_piece(char *out)
{
	static const char *const pieces[] = { "a", "\\", "\"", "\n", "\x1b[",
		"\xc2\x9b", "\xe2\x80\xae", "\xc3\xa9", "\xe2\x82\xac",
		"\xf0\x9f\x98\x80", "\xed\xa0\x80", "\xc0\x80", "\xe2\x82",
		"\xf4\x90\x80\x80", "\\x41", "\\n", "\x7f" };

	if (random_below(3) == 0) {
		*out = (char)random_below(256);
		return 1;
	}
	const char *piece =
		pieces[random_below(sizeof(pieces) / sizeof(*pieces))];
	size_t len = strlen(piece);

	memcpy(out, piece, len);
	return len;
}

static size_t random_bytes(char *out, size_t most)
{
	size_t len = random_below(most - 4), used = 0;

	while (used < len)
		used += random_piece(out + used);
	return used;
}

static void check_escape(const char *bytes, size_t len)
{
	static char out[ESCAPE_SIZE(INPUT_BYTES)];
	size_t used = escape_text(out, bytes, len);

	EXPECT(used >= len && used <= 4 * len);
	EXPECT_INT(strlen(out), used);
	EXPECT(harmless(out, used));
	EXPECT(escape_resolve(out, &used));
	EXPECT_BYTES(bytes, len, out, used);
}

static void check_line_and_cut(const char *bytes, size_t len)
{
	char out[ESCAPE_LINE_SIZE];
	size_t max = random_below(INPUT_BYTES);
	size_t cut = escape_cut(bytes, len, max);

	EXPECT(cut <= len && cut <= max);
	EXPECT(cut == len || cut + 3 >= max);
	escape_line(out, bytes, len);
	EXPECT(strlen(out) < sizeof(out));
	EXPECT(harmless(out, strlen(out)));
}

static void escaped_text_is_harmless(void)
{
	char bytes[INPUT_BYTES];

	state = 0x9e3779b97f4a7c15;
	for (int i = 0; i < ESCAPE_INPUTS && tap_passing(); i++) {
		size_t len = random_bytes(bytes, i % 8 ? 24 : sizeof(bytes));

		tap_case("input %d", i);
		check_escape(bytes, len);
		check_line_and_cut(bytes, len);
	}
}

static void resolving_stays_in_its_text(void)
{
	static const char letters[] = "\\\\\\\\xn0178af\"q";
	char bytes[16], copy[16];

	state = 0x2545f4914f6cdd1d;
	for (int i = 0; i < ESCAPE_INPUTS && tap_passing(); i++) {
		size_t len = random_below(sizeof(bytes)), after = len;

		for (size_t j = 0; j < len; j++)
			bytes[j] = letters[random_below(sizeof(letters) - 1)];
		memcpy(copy, bytes, len);
		tap_case("input %d: %.*s", i, (int)len, bytes);
		if (escape_resolve(copy, &after))
			EXPECT(after <= len);
		else
			EXPECT(after < len && bytes[after] == '\\');
	}
}

/* A line that is nearly a command, of at most `most` bytes. */
static size_t random_line(char *out, size_t most)
{
	static const char *const words[] = { "send", "close", "shutdown", "wr",
		"rd", "reset", "hold", "child", "release", "pause", "read",
		"state", "probe", "sendfile", "save", "until", "every", "sleep",
		"wait", "reply", "eof", "open", "use", "list", "quit", "help",
		"1s", "200ms", "0", "99999999999", "\"", "\"a b\"", "\"\\n\"",
		"\"\\", "\\", "\"\\0\"", "::1", "43211", "\t" };
	size_t used = 0, count = random_below(6);

	for (size_t i = 0; i < count && used + 24 < most; i++) {
		const char *word =
			words[random_below(sizeof(words) / sizeof(*words))];
		size_t len = strlen(word);

		memcpy(out + used, word, len);
		used += len;
		if (random_below(8) == 0)
			used += random_piece(out + used);
		if (random_below(8) != 0)
			out[used++] = ' ';
	}
	return used;
}

struct parsed_line {
	const char *line;
	size_t len;
	struct command command;
	char error[PARSE_ERROR_SIZE];
};

static bool is_inside(const struct parsed_line *p, const char *text, size_t len)
{
	return text >= p->line && text + len <= p->line + p->len;
}

/* A terminated text, if there is one; its terminator may be behind the line. */
static bool is_string_inside(const struct parsed_line *p, const char *text)
{
	const char *end = p->line + p->len + 1;

	return !text ||
		(is_inside(p, text, 0) &&
			memchr(text, '\0', (size_t)(end - text)));
}

static void check_command(enum side side, const struct parsed_line *p)
{
	const struct command *command = &p->command;

	if (!EXPECT(command->spec))
		return;
	EXPECT(command->spec->sides & side);
	EXPECT(!command->text ||
		is_inside(p, command->text, command->text_bytes));
	EXPECT(!command->text ==
		(command->spec->id != COMMAND_SEND &&
			command->spec->id != COMMAND_EVERY));
	EXPECT(is_string_inside(p, command->path));
	EXPECT(is_string_inside(p, command->host));
	EXPECT(is_string_inside(p, command->port));
	EXPECT(!command->host == !command->port);
	EXPECT(!command->path ==
		(command->spec->id != COMMAND_SENDFILE &&
			command->spec->id != COMMAND_SAVE));
	EXPECT(command->how >= SHUT_RD && command->how <= SHUT_RDWR);
	EXPECT(command->until >= -1 && command->until <= 255);
	EXPECT(command->duration_ms >= -1 &&
		command->duration_ms <= DURATION_MAX_MS);
	EXPECT(!command->topic || command->topic->sides & side);
}

static void check_error(const struct parsed_line *p)
{
	const char *end = memchr(p->error, '\0', sizeof(p->error));

	if (EXPECT(end && end > p->error))
		EXPECT(harmless(p->error, (size_t)(end - p->error)));
}

static void check_parse(enum side side, const char *line, size_t len)
{
	/* Alone in memory, so that a sanitizer sees what is read behind it. */
	char *copy = malloc(len + 1);
	struct parsed_line p = { .line = copy, .len = len };

	if (!EXPECT(copy))
		return;
	memcpy(copy, line, len);
	copy[len] = 'x';
	switch (parse_command(side, copy, len, &p.command, p.error)) {
	case PARSE_DONE:
		check_command(side, &p);
		break;
	case PARSE_EMPTY:
		EXPECT(!len || side == SIDE_SERVER);
		break;
	case PARSE_ERROR:
		check_error(&p);
		break;
	}
	free(copy);
}

static void a_parsed_line_keeps_to_itself(void)
{
	char line[INPUT_BYTES];

	state = 0xd1342543de82ef95;
	for (int i = 0; i < PARSE_INPUTS && tap_passing(); i++) {
		size_t len =
			i % 4 ? random_line(line, 128) : random_bytes(line, 48);

		tap_case("input %d: %.*s", i, (int)len, line);
		check_parse(i & 16 ? SIDE_CLIENT : SIDE_SERVER, line, len);
	}
}

const struct tap_test tests_fuzz[] = {
	{ "fuzz: escaped text is harmless UTF-8, and resolves to its bytes",
		escaped_text_is_harmless },
	{ "fuzz: resolving never grows a text, and fails at a backslash",
		resolving_stays_in_its_text },
	{ "fuzz: what is parsed points into its line, errors are harmless",
		a_parsed_line_keeps_to_itself },
	{ NULL, NULL },
};
