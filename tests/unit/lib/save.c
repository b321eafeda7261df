/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "lib/conn/save.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <unistd.h>

#include "tests/unit/tap.h"

static char path[] = "/tmp/grace-unit-XXXXXX";

static struct save *begin(int until)
{
	strcpy(path + strlen(path) - 6, "XXXXXX");
	int fd = mkstemp(path);

	if (!EXPECT(fd >= 0))
		exit(EXIT_FAILURE);
	close(fd);
	struct save *save = save_begin(path, until);

	if (!EXPECT(save))
		exit(EXIT_FAILURE);
	return save;
}

static void expect_file(const char *expected, size_t expected_bytes)
{
	char content[64];
	FILE *file = fopen(path, "r");

	if (EXPECT(file)) {
		size_t n = fread(content, 1, sizeof(content), file);

		EXPECT_BYTES(expected, expected_bytes, content, n);
		fclose(file);
	}
	unlink(path);
}

static void everything_goes_to_the_file(void)
{
	struct save *save = begin(-1);
	size_t taken = 0;

	EXPECT_TEXT(path, save_path(save));
	EXPECT(save_take(save, "one\0", 4, &taken));
	EXPECT_INT(4, taken);
	EXPECT(save_take(save, "\xff\n", 2, &taken));
	EXPECT_INT(2, taken);
	EXPECT_INT(6, save_arrived_bytes(save));
	EXPECT_INT(6, save_written_bytes(save));
	EXPECT_INT(0, save_close(save));
	save_free(save);
	expect_file("one\0\xff\n", 6);
}

static void the_end_mark_ends_it(void)
{
	struct save *save = begin('#');
	size_t taken = 0;

	EXPECT(save_take(save, "abc", 3, &taken));
	EXPECT_INT(3, taken);
	EXPECT(!save_marked(save));
	EXPECT(save_take(save, "de#fg#", 6, &taken));
	EXPECT(save_marked(save));
	EXPECT_INT(3, taken);
	EXPECT_INT(save_written_bytes(save), save_arrived_bytes(save));
	EXPECT_INT(0, save_close(save));
	save_free(save);
	expect_file("abcde", 5);
}

static void any_byte_may_be_the_mark(void)
{
	static const int marks[] = { 0, '\n', 0x80, 0xff };

	for (size_t i = 0; i < sizeof(marks) / sizeof(*marks); i++) {
		struct save *save = begin(marks[i]);
		const char data[] = { 'a', (char)marks[i], 'b' };
		size_t taken = 0;

		tap_case("mark %d", marks[i]);
		EXPECT(save_take(save, data, 3, &taken));
		EXPECT(save_marked(save));
		EXPECT_INT(2, taken);
		EXPECT_INT(0, save_close(save));
		save_free(save);
		unlink(path);
	}
}

static void a_full_disk_is_told_once(void)
{
	struct save *save = save_begin("/dev/full", '#');
	size_t taken = 0;

	if (!save)
		return;
	errno = 0;
	EXPECT(!save_take(save, "abc", 3, &taken));
	EXPECT_INT(ENOSPC, errno);
	EXPECT_INT(3, taken);
	EXPECT_INT(3, save_arrived_bytes(save));
	EXPECT_INT(0, save_written_bytes(save));
	EXPECT(save_take(save, "de", 2, &taken));
	EXPECT_INT(2, taken);
	EXPECT_INT(5, save_arrived_bytes(save));
	EXPECT(!save_marked(save));
	EXPECT(save_take(save, "f#g", 3, &taken));
	EXPECT_INT(2, taken);
	EXPECT(save_marked(save));
	save_free(save);
}

static void a_mark_is_seen_where_writing_fails(void)
{
	struct save *save = save_begin("/dev/full", '#');
	size_t taken = 0;

	if (!save)
		return;
	EXPECT(!save_take(save, "ab#c", 4, &taken));
	EXPECT_INT(3, taken);
	EXPECT(save_marked(save));
	save_free(save);
}

static void a_path_that_cannot_be_made_is_told(void)
{
	EXPECT(!save_begin("/nowhere/file", -1));
	EXPECT_INT(ENOENT, errno);
}

const struct tap_test tests_save[] = {
	{ "save: everything that arrives goes to the file",
		everything_goes_to_the_file },
	{ "save: the end mark ends it, and what follows is not taken",
		the_end_mark_ends_it },
	{ "save: any byte may be the end mark", any_byte_may_be_the_mark },
	{ "save: a full disk is told once, and what arrives is counted",
		a_full_disk_is_told_once },
	{ "save: the end mark is seen where writing fails",
		a_mark_is_seen_where_writing_fails },
	{ "save: a file that cannot be made gives errno",
		a_path_that_cannot_be_made_is_told },
	{ NULL, NULL },
};
