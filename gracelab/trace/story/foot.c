/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "foot.h"

#include <stdio.h>
#include <stdlib.h>

#include "gracelab/tls/keylog.h"

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

void foot_note(struct story *story)
{
	if (!story->connections.last_number)
		story->plan.note(story->plan.context, none_of(&story->plan));
	note_sealed(story);
}
