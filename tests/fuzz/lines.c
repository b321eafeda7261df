/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Typed lines: lines.h, escape.h, duration.h, parse.h. */
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/socket.h>

#include "fuzz.h"
#include "lib/base/duration.h"
#include "lib/base/lines.h"
#include "lib/net/net.h"
#include "lib/net/unix.h"
#include "lib/text/escape.h"
#include "lib/typed/parse.h"
#include "tests/unit/tap.h"

/* How far each place to cut is tried. */
#define CUTS 40

static void check_escape(const char *bytes, size_t len)
{
	char *out = malloc(ESCAPE_SIZE(len));

	if (!EXPECT(out))
		return;
	size_t used = escape_text(out, bytes, len);

	EXPECT(used >= len && used <= 4 * len);
	EXPECT_INT(strlen(out), used);
	EXPECT(fuzz_is_harmless(out, used));
	EXPECT(escape_resolve(out, &used));
	EXPECT_BYTES(bytes, len, out, used);
	free(out);
}

static void check_line(const char *bytes, size_t len)
{
	char out[ESCAPE_LINE_SIZE];

	escape_line(out, bytes, len);
	EXPECT(strlen(out) < sizeof(out));
	EXPECT(fuzz_is_harmless(out, strlen(out)));
}

static void check_cuts(const char *bytes, size_t len)
{
	bool harmless = len < CUTS && fuzz_is_harmless(bytes, len);

	for (size_t max = 0; max <= len + 1 && max < CUTS; max++) {
		size_t cut = escape_cut(bytes, len, max);

		EXPECT(cut <= len && cut <= max);
		EXPECT(cut == len || cut + 3 >= max);
		EXPECT(!harmless || fuzz_is_harmless(bytes, cut));
	}
}

static void check_resolve(const char *bytes, size_t len)
{
	char *copy = fuzz_copy(bytes, len);
	size_t after = len;

	if (escape_resolve(copy, &after))
		EXPECT(after <= len);
	else
		EXPECT(after < len && bytes[after] == '\\');
	free(copy);
}

static void check_duration(const char *text)
{
	int64_t duration_ms = -7, again_ms = -7;
	char written[32];

	if (!duration_parse(text, &duration_ms)) {
		EXPECT_INT(-7, duration_ms);
		return;
	}
	EXPECT(duration_ms >= 0 && duration_ms <= DURATION_MAX_MS);
	snprintf(written, sizeof(written), "%" PRId64 "ms", duration_ms);
	EXPECT(duration_parse(written, &again_ms));
	EXPECT_INT(duration_ms, again_ms);
}

static void check_port(const char *text)
{
	uint16_t port;

	if (net_parse_port(text, &port))
		EXPECT_INT(port, strtoull(text, NULL, 10));
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
	EXPECT(command->spec->sides & 1u << side);
	EXPECT(!command->text ||
		is_inside(p, command->text, command->text_bytes));
	EXPECT(!command->text ==
		(command->spec->id != COMMAND_SEND &&
			command->spec->id != COMMAND_EVERY));
	EXPECT(is_string_inside(p, command->path));
	EXPECT(is_string_inside(p, command->host));
	EXPECT(is_string_inside(p, command->port));
	/* A UNIX socket has no port. */
	EXPECT(!command->port == (!command->host || unix_is(command->host)));
	EXPECT(command->path || command->spec->id != COMMAND_SENDFILE);
	EXPECT(!command->path || command->spec->id == COMMAND_SENDFILE ||
		command->spec->id == COMMAND_SAVE);
	EXPECT(command->how >= SHUT_RD && command->how <= SHUT_RDWR);
	EXPECT(command->until >= -1 && command->until <= 255);
	EXPECT(command->duration_ms >= -1 &&
		command->duration_ms <= DURATION_MAX_MS);
	EXPECT(!command->topic || command->topic->sides & 1u << side);
}

static void check_error(const struct parsed_line *p)
{
	const char *end = memchr(p->error, '\0', sizeof(p->error));

	if (EXPECT(end && end > p->error))
		EXPECT(fuzz_is_harmless(p->error, (size_t)(end - p->error)));
}

static bool check_parse(enum side side, const char *line, size_t len)
{
	char *copy = fuzz_copy_before(line, len, 'x');
	struct parsed_line p = { .line = copy, .len = len };
	enum parse_result result =
		parse_command(side, copy, len, &p.command, p.error);

	switch (result) {
	case PARSE_DONE:
		check_command(side, &p);
		break;
	case PARSE_EMPTY:
		EXPECT(!len || side == SERVER);
		break;
	case PARSE_ERROR:
		check_error(&p);
		break;
	}
	free(copy);
	return result == PARSE_DONE;
}

static bool check_typed(const char *line, size_t len)
{
	char *text = fuzz_copy_before(line, len, '\0');
	bool taken;

	check_escape(line, len);
	check_line(line, len);
	check_cuts(line, len);
	check_resolve(line, len);
	check_duration(text);
	check_port(text);
	free(text);
	taken = check_parse(CLIENT, line, len);
	return check_parse(SERVER, line, len) || taken;
}

bool fuzz_lines(const uint8_t *data, size_t size)
{
	struct lines lines = { 0 };
	size_t piece = 1 + size % 7, given = 0, used = 0, len;
	char *line, *again = fuzz_copy_before(data, size, '\0');
	bool taken = false;

	/* In pieces, so that a line comes in several. */
	while (given < size && size <= LINES_MAX_BYTES) {
		size_t more = size - given < piece ? size - given : piece;

		EXPECT(lines_add(&lines, (const char *)data + given, more));
		given += more;
		lines.ended = given == size;
		while (lines_take(&lines, &line, &len) == LINES_TAKEN) {
			if (!EXPECT(used + len <= size))
				break;
			memcpy(again + used, line, len);
			used += len;
			again[used++] = '\n';
			taken |= check_typed(line, len);
		}
	}
	EXPECT(!given || lines_exhausted(&lines));
	/* The last line may have lacked its newline. */
	EXPECT(used == given || (used == given + 1 && data[size - 1] != '\n'));
	EXPECT_BYTES(data, given, again, given);
	free(again);
	lines_free(&lines);
	return taken;
}
