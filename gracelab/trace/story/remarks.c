/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "remarks.h"

#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "story.h"
#include "subject.h"
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
void remarks_signal(void *context, const struct thread *thread, int signal)
{
	struct story *story = context;
	struct row *row;

	if (signal != SIGPIPE || !subject_has_spoken(story, thread->process))
		return;
	row = rows_at(
		&story->rows, rows_add(&story->rows, story_seconds(story, 0)));
	if (!row)
		return;
	row->rung.caller =
		(int)subject_side(story, thread->process, thread->root);
	row->rung.call = strdup(words_sigpipe(thread->process));
	row->rung.process = thread->process;
	row->rung.thread = thread->number;
	story_settle(story, false);
}
