/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "json_text.h"

#include <stdlib.h>
#include <string.h>

#include "utf8.h"

static bool is_nul(uint32_t point)
{
	return !point;
}

json_t *json_text(const char *bytes, size_t len)
{
	/* jansson refuses what is not UTF-8, as it does without memory. */
	json_t *text =
		memchr(bytes, '\0', len) ? NULL : json_stringn(bytes, len);

	if (text)
		return text;
	char *fit = malloc(UTF8_FIT_SIZE(len));

	if (fit)
		text = json_stringn(fit, utf8_fit(fit, bytes, len, is_nul));
	free(fit);
	return text;
}
