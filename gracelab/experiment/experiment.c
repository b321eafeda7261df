/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "experiment.h"

#include <errno.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "gracelab/stage/stage.h"
#include "lib/base/escape.h"
#include "lib/base/io.h"
#include "lib/base/names.h"
#include "outcome.h"
#include "scan.h"

/* A file longer than this is no experiment. */
#define FILE_BYTES_MAX (1024 * 1024)

static bool add_word(struct scan *scan, struct words *words, char *word)
{
	char **list =
		reallocarray(words->list, words->count + 2, sizeof(*list));

	if (!list)
		return scan_fail(scan, "memory");
	words->list = list;
	list[words->count++] = word;
	list[words->count] = NULL;
	return true;
}

static bool take_words(struct scan *scan, struct words *words)
{
	char *word;

	for (;;) {
		scan_space(scan);
		if (scan_at_end(scan))
			return true;
		if (!scan_name(scan, &word))
			return false;
		if (!add_word(scan, words, word))
			return false;
	}
}

/* The options of a program, but for those that would give it its lines. */
static bool take_options(struct scan *scan, struct words *words)
{
	scan_space(scan);
	if (!scan_at_end(scan) && strchr(">:!", *scan->at))
		return scan_fail(scan, "no space before > : and !");
	if (!take_words(scan, words))
		return false;
	for (size_t i = 0; i < words->count; i++) {
		const char *word = words->list[i];

		if (strncmp(word, "-e", 2) && strncmp(word, "-f", 2) &&
			strncmp(word, "--file", 6))
			continue;
		scan_back_to(scan, word);
		return scan_fail(scan, "no -e or -f: the lab types the lines");
	}
	return true;
}

static bool take_text(struct scan *scan, const char *what, const char **text)
{
	scan_space(scan);
	if (scan_at_end(scan))
		return scan_fail(scan, what);
	*text = scan_rest(scan);
	if (escape_is_printable(*text, strlen(*text)))
		return true;
	scan_back_to(scan, *text);
	return scan_fail(scan, "UTF-8 without control characters");
}

static bool take_sysctl(struct scan *scan, struct experiment *experiment)
{
	const char *text = NULL;
	char expected[200] = "another NAME=VALUE: ";

	if (!take_text(scan, "NAME=VALUE", &text))
		return false;
	scan_back_to(scan, text);
	if (stage_check_sysctl(text, expected + strlen(expected),
		    sizeof(expected) - strlen(expected)))
		return scan_fail(scan, expected);
	return add_word(scan, &experiment->sysctls, (char *)text);
}

static bool take_file(struct scan *scan, struct experiment *experiment)
{
	char *name, *text;
	size_t len;

	if (!scan_name(scan, &name))
		return false;
	bool good = *name && !strchr(name, '/') && name[0] != '.' &&
		escape_is_printable(name, strlen(name));

	for (size_t i = 0; i < experiment->file_count; i++)
		good = good && strcmp(experiment->files[i].name, name);
	if (!good) {
		scan_back_to(scan, name);
		return scan_fail(
			scan, "a new file name without / or leading dot");
	}
	scan_space(scan);
	if (!scan_next_is(scan, '"'))
		return scan_fail(scan, "the file's text in double quotes");
	if (!scan_word(scan, &text, &len))
		return false;
	struct lab_file *files = reallocarray(
		experiment->files, experiment->file_count + 1, sizeof(*files));

	if (!files)
		return scan_fail(scan, "memory");
	experiment->files = files;
	files[experiment->file_count++] =
		(struct lab_file){ .name = name, .text = text, .bytes = len };
	return scan_end(scan);
}

static bool take_inherit(struct scan *scan, struct experiment *experiment)
{
	const char *text = "";

	if (!take_text(scan, "SIGPIPE=ignore or SIGPIPE=default", &text))
		return false;
	experiment->inherits_sigpipe = true;
	experiment->sigpipe_ignored = !strcmp(text, "SIGPIPE=ignore");
	if (experiment->sigpipe_ignored || !strcmp(text, "SIGPIPE=default"))
		return true;
	scan_back_to(scan, text);
	return scan_fail(scan, "SIGPIPE=ignore or SIGPIPE=default");
}

/* A line before the first step. */
static bool take_head(struct scan *scan, struct experiment *experiment)
{
	static const char expected[] =
		"title, asks, server, client, sysctl, file, inherit, or a step "
		"such as client> LINE";

	if (experiment->step_count)
		return scan_fail(scan,
			"a step: client> LINE, client: OUTCOME, client! "
			"SIGNAL, or the same of server");
	if (scan_keyword(scan, "title"))
		return take_text(scan, "a title", &experiment->title);
	if (scan_keyword(scan, "asks"))
		return take_text(scan, "a question", &experiment->asks);
	if (scan_keyword(scan, "server"))
		return take_options(scan, &experiment->server);
	if (scan_keyword(scan, "client"))
		return take_options(scan, &experiment->client);
	if (scan_keyword(scan, "sysctl"))
		return take_sysctl(scan, experiment);
	if (scan_keyword(scan, "file"))
		return take_file(scan, experiment);
	if (scan_keyword(scan, "inherit"))
		return take_inherit(scan, experiment);
	return scan_fail(scan, expected);
}

/* Whether a program that leaves the signal alone ends of it; 0: none. */
static bool ends_process(int signal)
{
	return signal && signal != SIGCHLD && signal != SIGCONT &&
		signal != SIGSTOP && signal != SIGTSTP;
}

static bool take_action(struct scan *scan, struct step *step)
{
	char *word;

	scan_space(scan);
	if (step->side == SERVER && scan_keyword(scan, "start")) {
		step->kind = STEP_START;
		return take_words(scan, &step->options);
	}
	if (!scan_name(scan, &word))
		return false;
	step->kind = STEP_SIGNAL;
	step->signal = names_signal_number(word);
	if (!ends_process(step->signal)) {
		scan_back_to(scan, word);
		return scan_fail(scan,
			step->side == SERVER
				? "start, or a signal such as SIGKILL"
				: "a signal such as SIGKILL");
	}
	return scan_end(scan);
}

/* Whether the line is a step of `side`: its name and one of > : ! */
static bool is_step(const struct scan *scan, enum side side, char *mark)
{
	const char *name = side_name(side);
	size_t len = strlen(name);

	if (strncmp(scan->at, name, len))
		return false;
	*mark = scan->at[len];
	return *mark == '>' || *mark == ':' || *mark == '!';
}

static struct step *new_step(struct experiment *experiment)
{
	struct step *steps = reallocarray(
		experiment->steps, experiment->step_count + 1, sizeof(*steps));

	if (!steps)
		return NULL;
	experiment->steps = steps;
	steps[experiment->step_count] = (struct step){ 0 };
	return &steps[experiment->step_count++];
}

static bool take_step(struct scan *scan, struct experiment *experiment,
	enum side side, char mark)
{
	struct step *step = new_step(experiment);

	if (!step)
		return scan_fail(scan, "memory");
	step->side = side;
	step->line_number = scan->line_number;
	step->source = scan->source;
	scan->at += strlen(side_name(side)) + 1;
	switch (mark) {
	case '>':
		step->kind = STEP_TYPE;
		if (*scan->at == ' ')
			scan->at++;
		step->line = scan_rest(scan);
		return *step->line || scan_fail(scan, "a line to type");
	case ':':
		step->kind = STEP_EXPECT;
		scan_space(scan);
		return outcome_scan(scan, &step->outcome) && scan_end(scan);
	default:
		return take_action(scan, step);
	}
}

static bool take_line(struct scan *scan, struct experiment *experiment)
{
	char mark;

	scan_space(scan);
	if (scan_at_end(scan) || scan_next_is(scan, '#'))
		return true;
	if (is_step(scan, CLIENT, &mark))
		return take_step(scan, experiment, CLIENT, mark);
	if (is_step(scan, SERVER, &mark))
		return take_step(scan, experiment, SERVER, mark);
	return take_head(scan, experiment);
}

/* Takes every line of experiment->words, `bytes` long, which it cuts up. */
static bool take_lines(struct experiment *experiment, size_t bytes, char *error)
{
	struct scan scan = { .path = experiment->path, .error = error };
	size_t start = 0;

	while (start < bytes) {
		char *line = experiment->words + start;
		size_t len = strcspn(line, "\n");

		/* The copy that is left as it is serves messages. */
		scan_begin_line(&scan, experiment->text + start, line, len);
		if (start + len < bytes && line[len] == '\0')
			return scan_fail(&scan, "text without NUL bytes");
		line[len] = '\0';
		experiment->text[start + len] = '\0';
		if (!take_line(&scan, experiment))
			return false;
		start += len + 1;
	}
	scan_begin_line(&scan, "", experiment->words + bytes, 0);
	if (!experiment->step_count)
		return scan_fail(&scan, "a step such as client> LINE");
	return true;
}

struct experiment *experiment_parse(const char *path, const char *name,
	const char *text, size_t bytes, char *error)
{
	struct experiment *experiment = calloc(1, sizeof(*experiment));

	if (experiment) {
		experiment->path = strdup(path);
		experiment->name = strdup(name);
		experiment->text = malloc(bytes + 1);
		experiment->words = malloc(bytes + 1);
	}
	if (!experiment || !experiment->path || !experiment->name ||
		!experiment->text || !experiment->words) {
		snprintf(error, EXPERIMENT_ERROR_SIZE, "%s: no memory", path);
		experiment_free(experiment);
		return NULL;
	}
	memcpy(experiment->text, text, bytes);
	memcpy(experiment->words, text, bytes);
	experiment->text[bytes] = experiment->words[bytes] = '\0';
	if (take_lines(experiment, bytes, error))
		return experiment;
	experiment_free(experiment);
	return NULL;
}

struct experiment *experiment_read(const char *path, char *error)
{
	const char *slash = strrchr(path, '/');
	char *name = strdup(slash ? slash + 1 : path);
	char why[NAMES_DESCRIPTION_SIZE];
	struct experiment *experiment = NULL;
	size_t bytes;
	char *text = io_read_file(path, FILE_BYTES_MAX, &bytes);

	if (!text || !name) {
		snprintf(error, EXPERIMENT_ERROR_SIZE, "cannot read %s: %s",
			path, names_describe(why, errno));
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
