/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "speaker.h"

#include <errno.h>
#include <stdlib.h>

/* The kernel's highest process number, proc(5), pid_max. */
#define STORY_PROCESSES (1 << 22)

/* What is known of a process that has made a call on a TCP socket. */
enum { SPEAKS = 1, SERVES = 2, HAS_SIDE = 4, HIDDEN = 8, SPEAKER_BITS = 4 };

static unsigned known_of(const struct story *story, pid_t process)
{
	if (!story->spoken || process >= STORY_PROCESSES)
		return 0;
	return (unsigned)story->spoken[process * SPEAKER_BITS / 8] >>
		process * SPEAKER_BITS % 8 &
		0xfU;
}

static void set_speaker(struct story *story, pid_t process, unsigned bits)
{
	unsigned shift = (unsigned)process * SPEAKER_BITS % 8;

	if (!story->spoken)
		story->spoken = calloc(STORY_PROCESSES * SPEAKER_BITS / 8, 1);
	if (!story->spoken || process >= STORY_PROCESSES)
		return;
	unsigned char *byte = &story->spoken[process * SPEAKER_BITS / 8];

	*byte = (unsigned char)((*byte & 0xf0U >> shift) | bits << shift);
}

bool speaker_hides(struct story *story, pid_t process)
{
	unsigned known = known_of(story, process);

	if ((errno != EACCES && errno != EPERM) || known & HIDDEN)
		return false;
	set_speaker(story, process, known | HIDDEN);
	return true;
}

enum side speaker_side(const struct story *story, pid_t process, int root)
{
	unsigned known = known_of(story, process);

	if (story->plan.pair)
		return root == SERVER ? SERVER : CLIENT;
	return known & HAS_SIDE && known & SERVES ? SERVER : CLIENT;
}

bool speaker_is(const struct story *story, pid_t process)
{
	return known_of(story, process) & SPEAKS;
}

void speaker_note(
	struct story *story, pid_t process, const struct trace_socket *socket)
{
	unsigned known = known_of(story, process) | SPEAKS;

	if (socket && (socket->connection || socket->listening))
		known = (known & HIDDEN) | SPEAKS | HAS_SIDE |
			(socket->side == SERVER ? SERVES : 0);
	set_speaker(story, process, known);
}

void speaker_forget(struct story *story, pid_t process)
{
	if (known_of(story, process))
		set_speaker(story, process, 0);
}
