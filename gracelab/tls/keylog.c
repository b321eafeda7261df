/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "keylog.h"

#include <errno.h>
#include <fcntl.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

enum {
	/* Of one line: more than any has that tells of what is known. */
	LINE_MAX_BYTES = 1024,
	/* More are not kept. */
	ENTRIES_MAX = 1 << 16,
};

struct entry {
	enum keylog_label label;
	uint8_t client_random[KEYLOG_RANDOM_BYTES];
	struct keylog_secret secret;
};

struct keylog {
	int folder; /* owned */
	char *name; /* owned */
	int fd;     /* -1: not there yet */
	char line[LINE_MAX_BYTES];
	size_t line_bytes;
	struct entry *entries; /* owned */
	size_t count;
};

static const char *const labels[] = {
	[KEYLOG_MASTER] = "CLIENT_RANDOM",
	[KEYLOG_CLIENT_HANDSHAKE] = "CLIENT_HANDSHAKE_TRAFFIC_SECRET",
	[KEYLOG_SERVER_HANDSHAKE] = "SERVER_HANDSHAKE_TRAFFIC_SECRET",
	[KEYLOG_CLIENT_TRAFFIC] = "CLIENT_TRAFFIC_SECRET_0",
	[KEYLOG_SERVER_TRAFFIC] = "SERVER_TRAFFIC_SECRET_0",
};

#define LABELS (sizeof(labels) / sizeof(*labels))

/* The value of a hexadecimal digit, or -1. */
static int digit(char c)
{
	static const char digits[] = "0123456789abcdef";
	const char *at = c >= '0' ? strchr(digits, c | 0x20) : NULL;

	return at ? (int)(at - digits) : -1;
}

/* Resolves a word of hexadecimal digits; 0: it is none, or does not fit. */
static size_t resolve(const char *word, size_t len, uint8_t *out, size_t max)
{
	if (!len || len % 2 || len / 2 > max)
		return 0;
	for (size_t i = 0; i < len / 2; i++) {
		int high = digit(word[2 * i]), low = digit(word[2 * i + 1]);

		if (high < 0 || low < 0)
			return 0;
		out[i] = (uint8_t)(high << 4 | low);
	}
	return len / 2;
}

bool keylog_parse(const char *line, size_t len, enum keylog_label *label,
	uint8_t client_random[KEYLOG_RANDOM_BYTES],
	struct keylog_secret *secret)
{
	if (len && line[len - 1] == '\r')
		len--;
	const char *first = memchr(line, ' ', len);
	const char *end = line + len;
	const char *second = first
		? memchr(first + 1, ' ', (size_t)(end - first - 1))
		: NULL;
	size_t i = 0;

	if (!second)
		return false;
	while (i < LABELS &&
		(strlen(labels[i]) != (size_t)(first - line) ||
			memcmp(labels[i], line, (size_t)(first - line)) != 0))
		i++;
	if (i == LABELS ||
		resolve(first + 1, (size_t)(second - first - 1), client_random,
			KEYLOG_RANDOM_BYTES) != KEYLOG_RANDOM_BYTES)
		return false;
	*label = (enum keylog_label)i;
	secret->len = resolve(second + 1, (size_t)(end - second - 1),
		secret->bytes, sizeof(secret->bytes));
	return secret->len;
}

struct keylog *keylog_open(int folder, const char *name)
{
	struct keylog *keylog = calloc(1, sizeof(*keylog));

	if (!keylog)
		return NULL;
	keylog->fd = -1;
	keylog->folder = folder == AT_FDCWD ? AT_FDCWD
					    : fcntl(folder, F_DUPFD_CLOEXEC, 0);
	keylog->name = strdup(name);
	if (keylog->name && keylog->folder != -1)
		return keylog;
	keylog_close(keylog);
	return NULL;
}

static void keep_line(struct keylog *keylog)
{
	struct entry entry;

	if (keylog->count == ENTRIES_MAX ||
		!keylog_parse(keylog->line, keylog->line_bytes, &entry.label,
			entry.client_random, &entry.secret))
		return;
	struct entry *entries = reallocarray(
		keylog->entries, keylog->count + 1, sizeof(*entries));

	if (!entries)
		return;
	keylog->entries = entries;
	entries[keylog->count++] = entry;
}

static void take(struct keylog *keylog, char c)
{
	if (c == '\n') {
		keep_line(keylog);
		keylog->line_bytes = 0;
	} else if (keylog->line_bytes < sizeof(keylog->line)) {
		keylog->line[keylog->line_bytes++] = c;
	}
}

/* Takes what stands in the file and was not read yet. */
static void catch_up(struct keylog *keylog)
{
	struct stat status;
	char bytes[4096];
	ssize_t n;

	if (keylog->fd < 0)
		keylog->fd = openat(keylog->folder, keylog->name,
			O_RDONLY | O_CLOEXEC | O_NONBLOCK);
	/* A pipe's bytes are somebody else's. */
	if (keylog->fd < 0 || fstat(keylog->fd, &status) ||
		!S_ISREG(status.st_mode))
		return;
	while ((n = read(keylog->fd, bytes, sizeof(bytes))) > 0)
		for (ssize_t i = 0; i < n; i++)
			take(keylog, bytes[i]);
}

static const struct entry *find(const struct keylog *keylog,
	enum keylog_label label, const uint8_t *client_random)
{
	/* The last are the likeliest. */
	for (size_t i = keylog->count; i; i--) {
		const struct entry *entry = &keylog->entries[i - 1];

		if (entry->label == label &&
			!memcmp(entry->client_random, client_random,
				KEYLOG_RANDOM_BYTES))
			return entry;
	}
	return NULL;
}

bool keylog_find(struct keylog *keylog, enum keylog_label label,
	const uint8_t client_random[KEYLOG_RANDOM_BYTES],
	struct keylog_secret *secret)
{
	if (!keylog)
		return false;
	const struct entry *entry = find(keylog, label, client_random);

	if (!entry) {
		catch_up(keylog);
		entry = find(keylog, label, client_random);
	}
	if (entry)
		*secret = entry->secret;
	return entry;
}

const char *keylog_name(const struct keylog *keylog)
{
	return keylog->name;
}

bool keylog_has_any(struct keylog *keylog)
{
	catch_up(keylog);
	return keylog->count;
}

void keylog_close(struct keylog *keylog)
{
	if (!keylog)
		return;
	if (keylog->fd >= 0)
		close(keylog->fd);
	if (keylog->folder >= 0)
		close(keylog->folder);
	free(keylog->name);
	free(keylog->entries);
	free(keylog);
}
