/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "find.h"

#include <errno.h>
#include <string.h>

#include "lib/base/names.h"

/* A call and what it gave, by one name. */
static bool parse_result(struct find *find, const char *result)
{
	bool is_eof = !strcmp(result, "eof");
	bool is_sigpipe = !strcmp(result, "SIGPIPE");

	if (is_sigpipe && *find->call && strcmp(find->call, "send") != 0)
		return false;
	if (is_sigpipe)
		strcpy(find->call, "send");
	find->error = is_sigpipe ? EPIPE : names_errno_number(result);
	return find->error || (is_eof && !*find->call);
}

bool find_parse(struct find *find, const char *text)
{
	const char *space = strchr(text, ' ');
	size_t len = space ? (size_t)(space - text) : 0;

	*find = (struct find){ 0 };
	if (len >= sizeof(find->call))
		return false;
	memcpy(find->call, text, len);
	return parse_result(find, space ? space + 1 : text);
}

bool find_is(const struct find *find, const struct event *event)
{
	if (event->kind == EVENT_EOF)
		return !find->error;
	return event->kind == EVENT_ERROR && find->error == event->error &&
		(!*find->call || !strcmp(find->call, event->call));
}
