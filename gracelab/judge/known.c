/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "known.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "lib/base/io.h"
#include "lib/base/names.h"
#include "lib/base/status.h"
#include "lib/text/escape.h"

#define FILE_BYTES_MAX (1024 * 1024)

static const char blanks[] = " \t\r";

static bool add(struct known *known, const struct known_finding *finding)
{
	struct known_finding *findings = reallocarray(
		known->findings, known->count + 1, sizeof(*findings));

	if (!findings)
		return false;
	known->findings = findings;
	findings[known->count++] = *finding;
	return true;
}

/* A word of the line, or NULL where there is none; `*line` is behind it. */
static char *next_word(char **line)
{
	char *word = *line + strspn(*line, blanks);
	size_t len = strcspn(word, blanks);

	*line = word + len;
	if (**line)
		*(*line)++ = '\0';
	return len ? word : NULL;
}

static void complain(const struct known *known, unsigned line, const char *what,
	const char *word, char *error)
{
	char shown[ESCAPE_LINE_SIZE];

	snprintf(error, KNOWN_ERROR_SIZE, "%s:%u: %s '%.100s'", known->path,
		line, what, escape_made_fit(shown, word));
}

bool known_read(struct known *known, const char *path,
	bool (*is_id)(const void *context, const char *word),
	bool (*is_verdict)(const char *word), const void *context, char *error)
{
	unsigned number = 0;
	char why[NAMES_DESCRIPTION_SIZE];
	size_t bytes;
	char *rest, *line;

	*known = (struct known){ .path = path };
	known->text = rest = io_read_file(path, FILE_BYTES_MAX, &bytes);
	if (!rest) {
		snprintf(error, KNOWN_ERROR_SIZE, "cannot read %s: %s", path,
			names_describe(why, errno));
		return false;
	}
	while ((line = strsep(&rest, "\n"))) {
		struct known_finding finding = { .line = ++number };
		const char *more;

		line[strcspn(line, "#")] = '\0';
		finding.id = next_word(&line);
		finding.verdict = finding.id ? next_word(&line) : NULL;
		more = finding.verdict ? next_word(&line) : NULL;
		if (!finding.id)
			continue;
		if (!is_id(context, finding.id)) {
			complain(known, number, "there is no", finding.id,
				error);
			return false;
		}
		if (finding.verdict &&
			(!is_verdict || !is_verdict(finding.verdict))) {
			complain(known, number, "there is no verdict",
				finding.verdict, error);
			return false;
		}
		if (more) {
			complain(known, number,
				"expected ID or ID VERDICT, not", more, error);
			return false;
		}
		if (!add(known, &finding))
			return false;
	}
	return true;
}

static bool names(const struct known_finding *finding, const struct result *row)
{
	return !strcmp(finding->id, row->name) &&
		(!finding->verdict || !strcmp(finding->verdict, row->verdict));
}

bool known_has(const struct known *known, const struct result *row)
{
	for (size_t i = 0; known && row->kind == RESULT_BAD && i < known->count;
		i++)
		if (names(&known->findings[i], row))
			return true;
	return false;
}

/* Whether what a line names was asked, and does not fail so. */
static bool no_longer_fails(
	const struct known_finding *finding, const struct results *results)
{
	bool asked = false;

	for (size_t i = 0; i < results->count; i++) {
		const struct result *row = &results->rows[i];

		if (strcmp(finding->id, row->name) != 0)
			continue;
		if (row->kind == RESULT_BAD && names(finding, row))
			return false;
		asked = asked || row->kind == RESULT_GOOD ||
			row->kind == RESULT_BAD || row->kind == RESULT_REPORTED;
	}
	return asked;
}

/* Writes the bad rows that are known, or those that are not. */
static json_t *list_bad(const struct known *known,
	const struct results *results, bool wanted, const char *what, FILE *out)
{
	json_t *list = json_array();
	const char *separator = what;

	for (size_t i = 0; i < results->count; i++) {
		const struct result *row = &results->rows[i];

		if (row->kind != RESULT_BAD || known_has(known, row) != wanted)
			continue;
		fprintf(out, "%s%s %s", separator, row->name, row->verdict);
		separator = ", ";
		json_array_append_new(list, json_string(row->name));
	}
	if (json_array_size(list))
		fputc('\n', out);
	return list;
}

static json_t *list_mended(
	const struct known *known, const struct results *results, FILE *out)
{
	json_t *list = json_array();

	for (size_t i = 0; i < known->count; i++) {
		const struct known_finding *finding = &known->findings[i];

		if (!no_longer_fails(finding, results))
			continue;
		fprintf(out, "%s:%u: %s%s%s no longer fails%s\n", known->path,
			finding->line, finding->id, finding->verdict ? " " : "",
			finding->verdict ? finding->verdict : "",
			finding->verdict ? " so" : "");
		json_array_append_new(list, json_string(finding->id));
	}
	return list;
}

void known_conclude(const struct known *known, struct results *results)
{
	size_t bytes;
	FILE *out = open_memstream(&results->notes, &bytes);
	json_t *old, *new, *mended;

	if (!out)
		return;
	old = list_bad(known, results, true, "Known: ", out);
	new = list_bad(known, results, false, "New: ", out);
	mended = list_mended(known, results, out);
	if (json_array_size(old) && !json_array_size(new) &&
		results->status == STATUS_FAILURE) {
		results->status = STATUS_ORDER;
		results->overall = "KNOWN";
	}
	if (!results->data)
		results->data = json_object();
	json_object_set_new(results->data, "baseline",
		json_pack("{s:o, s:o, s:o}", "known", old, "new", new,
			"no_longer_fails", mended));
	if (fclose(out)) {
		free(results->notes);
		results->notes = NULL;
	}
}

void known_free(struct known *known)
{
	free(known->text);
	free(known->findings);
	*known = (struct known){ 0 };
}
