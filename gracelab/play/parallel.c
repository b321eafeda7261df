/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "parallel.h"

#include <errno.h>
#include <fcntl.h>
#include <poll.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/prctl.h>
#include <sys/wait.h>
#include <unistd.h>

#include "lib/base/io.h"
#include "lib/base/names.h"

/* More plays at a time than this would only hold more memory. */
#define PLAYS_AT_ONCE 48

/* One play under way, or over and waiting for those before it. */
struct running {
	pid_t pid;
	int fd;     /* the record arrives here; -1: it has */
	char *text; /* owned: the record as JSON */
	size_t bytes;
	bool complete; /* the newline at its end has come */
	int error;     /* why there is no such process; 0: there is, or was */
};

/* The child: plays, hands over the record as one line, cleans up. */
__attribute__((noreturn)) static void play_in_child(
	const struct experiment *experiment, const struct play_options *options,
	int fd, pid_t parent)
{
	struct record record = { 0 };

	const struct sigaction ignore = { .sa_handler = SIG_IGN };

	prctl(PR_SET_PDEATHSIG, SIGKILL);
	if (getppid() != parent)
		_exit(1);
	/* An actor that has ended reads no line: that is an observation. */
	sigaction(SIGPIPE, &ignore, NULL);
	struct play *play = play_run(experiment, options, &record);
	json_t *json = play ? record_to_json(&record) : NULL;
	char *text = json ? json_dumps(json, JSON_COMPACT) : NULL;
	bool written = text && io_write(fd, text, strlen(text)) &&
		io_write(fd, "\n", 1);

	/* Who waits for the record need not wait until all is cleaned up. */
	close(fd);
	free(text);
	json_decref(json);
	record_free(&record);
	play_end(play);
	_exit(written ? 0 : 1);
}

static void begin(struct running *run, const struct experiment *experiment,
	const struct play_options *options)
{
	pid_t parent = getpid();
	int ends[2];

	*run = (struct running){ .fd = -1 };
	if (pipe2(ends, O_CLOEXEC)) {
		run->error = errno;
		return;
	}
	fflush(NULL);
	run->pid = fork();
	if (run->pid == 0)
		play_in_child(experiment, options, ends[1], parent);
	if (run->pid < 0)
		run->error = errno;
	close(ends[1]);
	run->fd = ends[0];
}

/* Takes what has come of the record. */
static void take(struct running *run)
{
	char buffer[16384];
	ssize_t n = read(run->fd, buffer, sizeof(buffer));

	if (n < 0 && errno == EINTR)
		return;
	char *text = n > 0 ? realloc(run->text, run->bytes + (size_t)n) : NULL;

	if (text) {
		memcpy(text + run->bytes, buffer, (size_t)n);
		run->text = text;
		run->bytes += (size_t)n;
		run->complete = buffer[n - 1] == '\n';
	}
	if (!text || run->complete) {
		close(run->fd);
		run->fd = -1;
	}
}

/* Waits until something has come from one of the runs [first, end). */
static void wait_for_any(struct running *runs, size_t first, size_t end)
{
	struct pollfd polled[PLAYS_AT_ONCE];
	nfds_t count = 0;

	for (size_t i = first; i < end; i++)
		if (runs[i].fd >= 0)
			polled[count++] = (struct pollfd){ .fd = runs[i].fd,
				.events = POLLIN };
	if (poll(polled, count, -1) <= 0)
		return;
	for (size_t i = first, p = 0; i < end; i++)
		if (runs[i].fd >= 0 && polled[p++].revents)
			take(&runs[i]);
}

static char *why_nothing_came(const struct running *run)
{
	char why[NAMES_DESCRIPTION_SIZE], *text = NULL;

	if (!run->error)
		return strdup(run->complete
				? "the play's process gave no whole record"
				: "the play's process died");
	if (asprintf(&text, "cannot start a play: %s",
		    names_describe(why, run->error)) < 0)
		return NULL;
	return text;
}

static void show(struct running *run, const struct experiment *experiment,
	size_t index,
	void (*on_record)(
		void *context, size_t index, const struct record *record),
	void *context)
{
	json_t *json = run->complete
		? json_loadb(run->text, run->bytes, 0, NULL)
		: NULL;
	struct record record = { 0 };

	if (!json || !record_from_json(&record, json)) {
		record_free(&record);
		record.name = strdup(experiment->name);
		record.system = strdup("?");
		record.failed = true;
		record.failure = why_nothing_came(run);
	}
	on_record(context, index, &record);
	record_free(&record);
	json_decref(json);
	free(run->text);
	run->text = NULL;
}

void parallel_play(struct experiment *const *experiments, size_t count,
	const struct play_options *options,
	void (*on_record)(
		void *context, size_t index, const struct record *record),
	void *context)
{
	struct running *runs = calloc(count ? count : 1, sizeof(*runs));
	size_t begun = 0, shown = 0;

	while (runs && shown < count) {
		while (begun < count && begun - shown < PLAYS_AT_ONCE) {
			begin(&runs[begun], experiments[begun], options);
			begun++;
		}
		while (shown < begun && runs[shown].fd < 0) {
			show(&runs[shown], experiments[shown], shown, on_record,
				context);
			shown++;
		}
		if (shown < begun)
			wait_for_any(runs, shown, begun);
	}
	for (size_t i = 0; i < begun; i++)
		while (runs[i].pid > 0 && waitpid(runs[i].pid, NULL, 0) < 0 &&
			errno == EINTR)
			;
	free(runs);
}
