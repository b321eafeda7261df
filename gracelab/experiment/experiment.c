/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "experiment.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "head.h"
#include "lib/base/io.h"
#include "lib/base/names.h"
#include "options.h"
#include "steps.h"

/* What some editors put before UTF-8. */
#define BYTE_ORDER_MARK "\xef\xbb\xbf"

static bool take_line(struct scan *scan, struct experiment *experiment)
{
	scan_space(scan);
	if (scan_at_end(scan) || scan_next_is(scan, '#'))
		return true;
	switch (steps_take(scan, experiment)) {
	case STEPS_TAKEN:
		return true;
	case STEPS_FAILED:
		return false;
	case STEPS_NONE:
		break;
	}
	if (experiment->step_count)
		return scan_fail(scan,
			"a step: client> LINE, client: OUTCOME, client! "
			"SIGNAL, the same of server, wire> or wire:");
	return head_take(scan, experiment);
}

/* Takes every line of experiment->words, `bytes` long, which it cuts up. */
static bool take_lines(
	struct experiment *experiment, size_t bytes, struct scan *scan)
{
	size_t start = 0;

	while (start < bytes) {
		char *line = experiment->words + start;
		size_t len = strcspn(line, "\n");

		/* The copy that is left as it is serves messages. */
		scan_begin_line(scan, experiment->text + start, line, len);
		if (start + len < bytes && line[len] == '\0')
			return scan_fail(scan, "text without NUL bytes");
		line[len] = experiment->text[start + len] = '\0';
		if (!start &&
			!strncmp(
				line, BYTE_ORDER_MARK, strlen(BYTE_ORDER_MARK)))
			return scan_fail(scan,
				"text without a byte order mark (BOM), which "
				"this file begins with");
		if (!take_line(scan, experiment))
			return false;
		start += len + 1;
	}
	scan_begin_line(scan, "", experiment->words + bytes, 0);
	/* Programs of others make their calls with nobody telling them to. */
	bool told = !experiment->explored ||
		!options_are_foreign(&experiment->client) ||
		!options_are_foreign(&experiment->server);

	return experiment->step_count || !told ||
		scan_fail(scan, "a step such as client> LINE");
}

struct experiment *experiment_parse(const char *path, const char *name,
	const char *text, size_t bytes, char **error)
{
	struct experiment *experiment = calloc(1, sizeof(*experiment));

	*error = NULL;
	if (!experiment)
		return NULL;
	experiment->plays[CLIENT] = experiment->plays[SERVER] = true;
	experiment->path = strdup(path);
	experiment->name = strdup(name);
	experiment->text = malloc(bytes + 1);
	experiment->words = malloc(bytes + 1);
	if (experiment->path && experiment->name && experiment->text &&
		experiment->words) {
		struct scan scan = { .path = path };

		memcpy(experiment->text, text, bytes);
		memcpy(experiment->words, text, bytes);
		experiment->text[bytes] = experiment->words[bytes] = '\0';
		if (take_lines(experiment, bytes, &scan))
			return experiment;
		*error = scan.error;
	}
	experiment_free(experiment);
	return NULL;
}

struct experiment *experiment_read(const char *path, char **error)
{
	const char *slash = strrchr(path, '/');
	char *name = strdup(slash ? slash + 1 : path);
	char why[NAMES_DESCRIPTION_SIZE];
	struct experiment *experiment = NULL;
	size_t bytes;
	char *text = io_read_file(path, EXPERIMENT_BYTES_MAX, &bytes);

	if (!text || !name) {
		if (asprintf(error, "cannot read %s: %s", path,
			    names_describe(why, errno)) < 0)
			*error = NULL;
	} else {
		char *suffix = strrchr(name, '.');

		if (suffix && suffix != name && !strcmp(suffix, ".lab"))
			*suffix = '\0';
		experiment = experiment_parse(path, name, text, bytes, error);
	}
	free(text);
	free(name);
	return experiment;
}

void experiment_free(struct experiment *experiment)
{
	if (!experiment)
		return;
	for (size_t i = 0; i < experiment->step_count; i++)
		free(experiment->steps[i].options.list);
	free(experiment->steps);
	free(experiment->files);
	free(experiment->server.list);
	free(experiment->client.list);
	free(experiment->sysctls.list);
	free(experiment->words);
	free(experiment->text);
	free(experiment->path);
	free(experiment->name);
	free(experiment);
}
