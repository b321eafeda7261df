/* SPDX-License-Identifier: GPL-3.0-or-later */
/* TLS records: tls_dialogue_take(), whatever comes, and however it is cut. */
#include <fcntl.h>
#include <stdlib.h>
#include <unistd.h>

#include "fuzz.h"
#include "gracelab/tls/dialogue.h"
#include "tests/unit/tap.h"

enum { PIECE_OF_SERVER = 0x80, PIECE_OF_LOG = 0xff };

/* What one reading of the input has come to. */
struct reading {
	struct tls_dialogue *dialogue;
	struct tls_record *records; /* whole ones */
	size_t count;
	char *text;
	size_t text_bytes;
};

static void check_record(const struct tls_record *record)
{
	char text[TLS_TEXT_SIZE], description[TLS_DESCRIPTION_SIZE];
	struct tls_record again = *record;

	EXPECT(record->message_count <= TLS_MESSAGES_MAX);
	EXPECT(record->length <= (1 << 14) + 2048);
	memset(text, 't', sizeof(text));
	tls_record_text(record, text);
	EXPECT(*text && memchr(text, '\0', sizeof(text)));
	EXPECT(fuzz_is_harmless(text, strlen(text)));
	tls_record_description(record, description);
	if (*description) {
		EXPECT(tls_record_describe(&again, description));
		EXPECT(tls_record_is_same(record, &again));
	}
}

static void keep(struct reading *reading, const struct tls_taken *taken)
{
	for (size_t i = 0; i < taken->count; i++) {
		check_record(&taken->records[i]);
		/* What is left of one is told last, and its cut is ours. */
		if (taken->records[i].partial) {
			EXPECT(i + 1 == taken->count);
			continue;
		}
		struct tls_record *records = reallocarray(
			reading->records, reading->count + 1, sizeof(*records));

		if (!EXPECT(records))
			return;
		reading->records = records;
		records[reading->count++] = taken->records[i];
	}
	if (!taken->text_bytes)
		return;
	char *text =
		realloc(reading->text, reading->text_bytes + taken->text_bytes);

	if (!EXPECT(text))
		return;
	memcpy(text + reading->text_bytes, taken->text, taken->text_bytes);
	reading->text = text;
	reading->text_bytes += taken->text_bytes;
}

static void take(struct reading *reading, enum side sender, const uint8_t *data,
	size_t len)
{
	struct tls_taken taken = { 0 };
	char *copy = fuzz_copy(data, len);

	tls_dialogue_take(reading->dialogue, sender, copy, len, &taken);
	EXPECT(!taken.incomplete);
	keep(reading, &taken);
	tls_taken_free(&taken);
	free(copy);
}

static struct reading read_pieces(
	const uint8_t *data, size_t size, size_t cut, struct keylog *keylog)
{
	struct reading reading = { .dialogue = tls_dialogue_begin(keylog) };

	EXPECT(reading.dialogue);
	while (size > 1 && reading.dialogue) {
		enum side sender = *data & PIECE_OF_SERVER ? SERVER : CLIENT;
		bool logs = *data == PIECE_OF_LOG;
		size_t len = (size_t)(*data & 0x7f) + 1;

		data++;
		size--;
		len = len < size ? len : size;
		for (size_t at = 0; at < len && !logs; at += cut)
			take(&reading, sender, data + at,
				len - at < cut ? len - at : cut);
		data += len;
		size -= len;
	}
	return reading;
}

/* The log's pieces, in a file. */
static void write_log(int fd, const uint8_t *data, size_t size)
{
	while (size > 1) {
		bool logs = *data == PIECE_OF_LOG;
		size_t len = (size_t)(*data & 0x7f) + 1;

		data++;
		size--;
		len = len < size ? len : size;
		if (logs)
			EXPECT_INT(len, write(fd, data, len));
		data += len;
		size -= len;
	}
}

static void free_reading(struct reading *reading)
{
	tls_dialogue_free(reading->dialogue);
	free(reading->records);
	free(reading->text);
}

bool fuzz_records(const uint8_t *data, size_t size)
{
	char path[] = "/tmp/grace-fuzz-XXXXXX";
	bool logs = memchr(data, PIECE_OF_LOG, size);
	int fd = logs ? mkstemp(path) : -1;
	struct keylog *keylog = NULL;

	if (logs && EXPECT(fd >= 0)) {
		write_log(fd, data, size);
		keylog = keylog_open(AT_FDCWD, path);
	}
	struct reading whole = read_pieces(data, size, size, keylog);
	struct reading bytes = read_pieces(data, size, 1, keylog);
	bool any = whole.count;

	EXPECT_INT(whole.count, bytes.count);
	for (size_t i = 0; i < whole.count && i < bytes.count; i++)
		EXPECT(tls_record_is_same(
			&whole.records[i], &bytes.records[i]));
	EXPECT_BYTES(
		whole.text, whole.text_bytes, bytes.text, bytes.text_bytes);
	free_reading(&whole);
	free_reading(&bytes);
	keylog_close(keylog);
	if (fd >= 0) {
		close(fd);
		unlink(path);
	}
	return any;
}
