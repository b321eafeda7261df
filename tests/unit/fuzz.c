/* SPDX-License-Identifier: GPL-3.0-or-later */
/* The same pseudo-random lines in every run, for tests/fuzz/lines.c. */
#include <stdint.h>

#include "tap.h"
#include "tests/fuzz/fuzz.h"

#define INPUTS      100000
#define INPUT_BYTES 300

/* xorshift64 (Marsaglia, 2003). */
static uint64_t state;

static uint64_t random_below(uint64_t bound)
{
	state ^= state << 13;
	state ^= state >> 7;
	state ^= state << 17;
	return state % bound;
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

static void any_bytes_hold(void)
{
	char bytes[INPUT_BYTES];

	state = 0x9e3779b97f4a7c15;
	for (int i = 0; i < INPUTS && tap_passing(); i++) {
		size_t len = random_bytes(bytes, i % 8 ? 24 : sizeof(bytes));

		tap_case("input %d", i);
		fuzz_lines((const uint8_t *)bytes, len);
	}
}

static void escapes_hold(void)
{
	static const char letters[] = "\\\\\\\\xn0178af\"q";
	char bytes[16];

	state = 0x2545f4914f6cdd1d;
	for (int i = 0; i < INPUTS && tap_passing(); i++) {
		size_t len = random_below(sizeof(bytes));

		for (size_t j = 0; j < len; j++)
			bytes[j] = letters[random_below(sizeof(letters) - 1)];
		tap_case("input %d: %.*s", i, (int)len, bytes);
		fuzz_lines((const uint8_t *)bytes, len);
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

static void commands_hold(void)
{
	char line[INPUT_BYTES];
	int taken = 0;

	state = 0xd1342543de82ef95;
	for (int i = 0; i < INPUTS && tap_passing(); i++) {
		size_t len = random_line(line, 128);

		tap_case("input %d: %.*s", i, (int)len, line);
		taken += fuzz_lines((const uint8_t *)line, len);
	}
	tap_case("%d of %d were taken", taken, INPUTS);
	EXPECT(taken > INPUTS / 20);
}

const struct tap_test tests_fuzz[] = {
	{ "fuzz: any bytes are shown harmless and resolve to themselves",
		any_bytes_hold },
	{ "fuzz: resolving never grows a text, and fails at a backslash",
		escapes_hold },
	{ "fuzz: what is parsed points into its line, errors are harmless",
		commands_hold },
	{ NULL, NULL },
};
