/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "remarks.h"

#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "gracelab/tls/keylog.h"
#include "speaker.h"
#include "words.h"

void remarks_note(void *context, pid_t process, enum tracer_remark remark)
{
	static const char *const words[] = {
		[TRACER_URING] = "asked for io_uring(7), whose calls nobody "
				 "can see, and was told ENOSYS",
		[TRACER_URING_SEEN] = "uses io_uring(7): what it does by that "
				      "is missing here",
		[TRACER_FILTER] = "installed a seccomp(2) filter of its own: "
				  "calls which that refuses are missing here",
		[TRACER_HIDES] = "asked not to be looked into, "
				 "PR_SET_DUMPABLE, and was told so in vain",
		[TRACER_HIDDEN] = "must not be looked into: its calls are "
				  "missing here",
		[TRACER_TRACES] = "uses ptrace(2), which is refused: what is "
				  "watched cannot be traced by another too",
		[TRACER_FOREIGN] = "makes calls of another ABI, which are "
				   "missing here",
		[TRACER_PRIVILEGED] = "is set-user-ID or set-group-ID, and "
				      "runs without that privilege",
	};
	struct story *story = context;
	char name[64] = "?", path[64], *text = NULL;
	FILE *file;

	snprintf(path, sizeof(path), "/proc/%d/comm", process);
	file = fopen(path, "re");
	if (file && fgets(name, sizeof(name), file))
		name[strcspn(name, "\n")] = '\0';
	if (file)
		fclose(file);
	if (asprintf(&text, "%s (process %d) %s", name, process,
		    words[remark]) >= 0)
		story->plan.note(story->plan.context, text);
	free(text);
}

/* Only SIGPIPE is about connections; what else kills is told at the end. */
bool remarks_signal(
	struct story *story, const struct thread *thread, int signal)
{
	struct row *row;

	if (signal != SIGPIPE || !speaker_is(story, thread->process))
		return false;
	row = rows_at(
		&story->rows, rows_add(&story->rows, story_seconds(story, 0)));
	if (!row)
		return false;
	row->rung.caller =
		(int)speaker_side(story, thread->process, thread->root);
	row->rung.call = strdup(words_sigpipe(thread->process));
	row->rung.process = thread->process;
	row->rung.thread = thread->number;
	return true;
}

/* Records that were to be opened, and none was. */
static void note_sealed(struct story *story)
{
	struct keylog *keylog = story->plan.keylog;
	char *text = NULL;

	if (!keylog || !story->sealed || story->opened)
		return;
	if (asprintf(&text, "No encrypted TLS record could be opened: %s %s",
		    keylog_has_any(keylog) ? "there is no fitting secret in"
					   : "no secrets were logged to",
		    keylog_name(keylog)) >= 0)
		story->plan.note(story->plan.context, text);
	free(text);
}

/* Of a network that others use too, only calls tell which are the program's. */
static const char *none_of(const struct story_plan *plan)
{
	return plan->traced || plan->own_network
		? "No TCP connection was seen."
		: "Without calls it is not known which connections of this "
		  "machine are the program's: none is shown. With --server "
		  "and --client all are.";
}

void remarks_end(struct story *story)
{
	if (!story->connections.last_number)
		story->plan.note(story->plan.context, none_of(&story->plan));
	note_sealed(story);
}
