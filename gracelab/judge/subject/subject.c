/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "subject.h"

#include <errno.h>
#include <fcntl.h>
#include <poll.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

#include "family.h"
#include "gracelab/observe/unix_table.h"
#include "lib/base/duration.h"
#include "lib/base/names.h"
#include "lib/text/escape.h"
#include "rest.h"

#define LOOK_MS 5

/* Who has rested for so long is not about to listen; who has not is waited for
 * so many times as long. */
#define RESTED_MS  500
#define LATE_TIMES 6

/* How much is kept of what a program says, while that can be helped. */
#define OUTPUT_BYTES (1024 * 1024)

/* How much is read of what a program that did not start has said, and how much
 * is shown of it, terminated. */
#define SAID_BYTES 2048
#define SHOWN_SIZE 240

/* A copy of `text` with `name` replaced by `value`; the caller frees it. */
static char *replace(const char *text, const char *name, const char *value)
{
	char *result = NULL;
	size_t size;
	FILE *out = open_memstream(&result, &size);
	const char *found;

	if (!out)
		return NULL;
	while ((found = strstr(text, name))) {
		fprintf(out, "%.*s%s", (int)(found - text), text, value);
		text = found + strlen(name);
	}
	fputs(text, out);
	fclose(out);
	return result;
}

char *subject_fill_in(const char *word, const struct subject_ports *ports)
{
	char listen[8], backend[32], backend_port[8], port[8];
	const struct {
		const char *name, *value;
	} all[] = {
		{ "{listen}", listen },
		{ "{backend}", backend },
		{ "{backend_port}", backend_port },
		{ "{host}", "127.0.0.1" },
		{ "{listen_unix}",
			ports->listen_unix ? ports->listen_unix : "" },
		{ "{backend_unix}",
			ports->backend_unix ? ports->backend_unix : "" },
		{ "{port}", ports->port ? port : "{port}" },
		{ "{unix}", ports->client_unix },
		{ "{cert}", ports->cert },
		{ "{key}", ports->key },
		{ "{pem}", ports->pem },
		{ "{ca}", ports->ca },
	};
	char *filled = strdup(word);

	snprintf(listen, sizeof(listen), "%u", ports->listen);
	snprintf(backend, sizeof(backend), "127.0.0.1:%u", ports->backend);
	snprintf(backend_port, sizeof(backend_port), "%u", ports->backend);
	snprintf(port, sizeof(port), "%u", ports->port);
	for (size_t i = 0; i < sizeof(all) / sizeof(*all) && filled; i++) {
		if (!all[i].value)
			continue;
		char *next = replace(filled, all[i].name, all[i].value);

		free(filled);
		filled = next;
	}
	return filled;
}

/* Fills in all words of a command; NULL without memory. */
static char **fill_in_all(
	char *const *command, const struct subject_ports *ports)
{
	size_t count = 0;

	while (command[count])
		count++;
	char **words = calloc(count + 1, sizeof(*words));

	for (size_t i = 0; words && i < count; i++)
		words[i] = subject_fill_in(command[i], ports);
	return words;
}

static void free_all(char **words)
{
	for (size_t i = 0; words && words[i]; i++)
		free(words[i]);
	free(words);
}

int subject_start_with(struct subject *subject, char *const *command,
	const struct subject_ports *ports, const sigset_t *outside,
	const struct subject_streams *streams)
{
	struct family family = {
		.words = fill_in_all(command, ports),
		.outside = outside,
		.input = streams->input,
		.output = streams->output,
		.errors = streams->errors,
		.parent = getpid(),
		.teller = { .out = streams->told,
			.ports = { ports->listen, ports->backend },
			.over_unix =
				ports->listen_unix || ports->backend_unix },
	};
	int news[2];

	*subject = (struct subject){ .output = -1 };
	if (!family.words || !family.words[0] ||
		pipe2(news, O_CLOEXEC | O_NONBLOCK)) {
		free_all(family.words);
		return -1;
	}
	subject->news = news[0];
	family.news = news[1];
	fflush(NULL);
	subject->keeper = fork();
	if (subject->keeper == 0)
		family_keep(&family);
	close(news[1]);
	free_all(family.words);
	if (subject->keeper > 0)
		return 0;
	subject->keeper = 0;
	return -1;
}

int subject_start(struct subject *subject, char *const *command,
	const struct subject_ports *ports, const sigset_t *outside, int told)
{
	int output = memfd_create("output", MFD_CLOEXEC);
	const struct subject_streams streams = { -1, output, output, told };
	int result =
		subject_start_with(subject, command, ports, outside, &streams);

	subject->output = output;
	return result;
}

/* Hears the news; false once no process is left. */
static bool is_left(struct subject *subject)
{
	int status;

	if (!subject->ended &&
		read(subject->news, &status, sizeof(status)) ==
			sizeof(status)) {
		subject->ended = true;
		subject->status = status;
	}
	if (!subject->keeper)
		return false;
	if (waitpid(subject->keeper, NULL, WNOHANG) == 0)
		return true;
	subject->keeper = 0;
	return is_left(subject);
}

bool subject_is_over(struct subject *subject)
{
	return !is_left(subject) || subject->ended;
}

int subject_listens(struct kernel *kernel, const struct subject_ports *ports)
{
	uint32_t inode;

	if (!ports->listen_unix)
		return kernel_is_listening(kernel, ports->listen);
	if (unix_table_listener(ports->listen_unix, &inode))
		return -1;
	return inode != 0;
}

bool subject_has_ended(struct subject *subject, struct kernel *kernel,
	const struct subject_ports *ports)
{
	if (!is_left(subject))
		return true;
	return subject->ended && subject_listens(kernel, ports) == 0;
}

char *subject_describe_end(char *out, const struct subject *subject)
{
	if (WIFSIGNALED(subject->status))
		snprintf(out, SUBJECT_END_SIZE, "%s",
			names_signal(WTERMSIG(subject->status)));
	else
		snprintf(out, SUBJECT_END_SIZE, "status %d",
			WEXITSTATUS(subject->status));
	return out;
}

/* `why` and what the program has said, in a line; for the caller to free. */
static char *complain(struct subject *subject, const char *why)
{
	char said[SAID_BYTES], shown[SHOWN_SIZE] = "";
	char *both = NULL;
	ssize_t n = pread(subject->output, said, sizeof(said), 0);

	if (n > 0)
		escape_words(shown, sizeof(shown), said, (size_t)n);
	if (asprintf(&both, "%s%s%s", why, *shown ? ": " : "", shown) < 0)
		return NULL;
	return both;
}

void subject_trim_output(struct subject *subject)
{
	struct stat stat;

	if (subject->output >= 0 && !fstat(subject->output, &stat) &&
		stat.st_size > OUTPUT_BYTES)
		fallocate(subject->output,
			FALLOC_FL_PUNCH_HOLE | FALLOC_FL_KEEP_SIZE, 0,
			stat.st_size - OUTPUT_BYTES);
}

/* That nobody listens. */
static char *complain_of_none(
	struct subject *subject, const struct subject_ports *ports)
{
	char why[256];

	if (ports->listen_unix)
		snprintf(why, sizeof(why), "nobody listens at unix:%s",
			ports->listen_unix);
	else
		snprintf(why, sizeof(why),
			"nobody listens on the proxy's port %u", ports->listen);
	return complain(subject, why);
}

char *subject_await(struct subject *subject, struct kernel *kernel,
	const struct subject_ports *ports, int64_t patience_ms,
	bool (*goes_on)(void))
{
	int64_t begun_ms = duration_now_ms(), worked_ms = 0, ran_ms;
	char why[256], end[SUBJECT_END_SIZE];

	while (subject_listens(kernel, ports) != 1) {
		if (!is_left(subject)) {
			snprintf(why, sizeof(why),
				"the proxy ended with %s before it listened",
				subject_describe_end(end, subject));
			return complain(subject, why);
		}
		int64_t now_ms = duration_now_ms();

		if (!rest_of(subject->keeper, &ran_ms))
			worked_ms = now_ms;
		if (now_ms - begun_ms >= patience_ms * LATE_TIMES ||
			(now_ms - begun_ms >= patience_ms &&
				now_ms - worked_ms >= RESTED_MS))
			return complain_of_none(subject, ports);
		if (goes_on && !goes_on())
			return strdup("interrupted");
		poll(NULL, 0, LOOK_MS);
	}
	return NULL;
}

void subject_end(struct subject *subject)
{
	if (subject->keeper > 0) {
		/* It dies, and with it its PID namespace; or ends them all. */
		kill(subject->keeper, SIGTERM);
		waitpid(subject->keeper, NULL, 0);
	}
	if (subject->output >= 0)
		close(subject->output);
	/* 0 is never ours: start() has seen to that. */
	if (subject->news > 0)
		close(subject->news);
	*subject = (struct subject){ .output = -1 };
}
