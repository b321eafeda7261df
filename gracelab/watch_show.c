/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "watch_show.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <sys/utsname.h>
#include <unistd.h>

#include "gracelab/page/page.h"
#include "gracelab/record/ladder.h"
#include "gracelab/record/mermaid.h"
#include "gracelab/record/svg.h"
#include "gracelab/record/text.h"
#include "lib/base/io.h"
#include "lib/base/names.h"
#include "program.h"

void watch_show_flush(void *context)
{
	struct watch_show *show = context;

	if (fflush(show->out) && !show->error)
		show->error = errno;
}

/* Rows appear as they happen: somebody may look on, be it through a pipe; but
 * who looks at a file sees no milliseconds. */
static void flush_row(struct watch_show *show)
{
	if (!show->patient)
		watch_show_flush(show);
}

static bool is_file(FILE *out)
{
	struct stat status;

	return !fstat(fileno(out), &status) && S_ISREG(status.st_mode);
}

bool watch_show_open(struct watch_show *show)
{
	struct utsname system = { 0 };
	char why[NAMES_DESCRIPTION_SIZE];

	uname(&system);
	show->record.name = strdup("watch");
	if (asprintf(&show->record.system, "%s %s", system.sysname,
		    system.release) < 0)
		show->record.system = NULL;
	show->out = show->output ? io_create_stream(show->output)
				 : fdopen(dup(STDERR_FILENO), "w");
	if (!show->out)
		program_complain("cannot write %s: %s",
			show->output ? show->output : "standard error",
			names_describe(why, errno));
	/* What the programs say meanwhile shall not stand within a row. */
	if (show->out)
		setvbuf(show->out, show->row, _IOFBF, sizeof(show->row));
	/* Standard error may be a file that the programs write to, too. */
	show->patient = show->output && show->out && is_file(show->out);
	return show->out && show->record.name && show->record.system;
}

/* Writes what `write` composes, fit for a terminal. */
static void put(struct watch_show *show,
	void (*write)(FILE *out, struct watch_show *show, const void *what),
	const void *what)
{
	char *text = NULL, *fit = NULL;
	size_t size;
	FILE *composed = open_memstream(&text, &size);

	if (composed) {
		write(composed, show, what);
		if (!fclose(composed) && !show->ascii)
			fit = program_fit_page(text);
	}
	if (text && show->ascii)
		text_write_ascii(show->out, text);
	else if (fit)
		fputs(fit, show->out);
	else
		show->incomplete = true;
	flush_row(show);
	free(text);
	free(fit);
}

static void write_head(FILE *out, struct watch_show *show, const void *what)
{
	(void)what;
	ladder_write_head(out, &show->record);
}

void watch_show_begin(void *context, const struct record *record)
{
	struct watch_show *show = context;

	(void)record;
	show->begun = true;
	if (show->format == FORMAT_TEXT)
		put(show, write_head, NULL);
}

/* Who it is: known, or added in place of who spoke longest ago. */
static const struct watch_speaker *find_speaker(
	struct watch_speakers *speakers, int process, int thread)
{
	struct watch_speaker speaker = { .process = process, .thread = thread };

	for (size_t i = 0; i < speakers->count; i++) {
		const struct watch_speaker *other = &speakers->list[i];

		if (other->process != process)
			continue;
		if (other->thread == thread)
			return other;
		speaker.process_number = other->process_number;
		if (speaker.thread_number <= other->thread_number)
			speaker.thread_number = other->thread_number + 1;
	}
	if (!speaker.process_number)
		speaker.process_number = ++speakers->processes;
	if (!speaker.thread_number)
		speaker.thread_number = 1;
	struct watch_speaker *place = &speakers->list[speakers->next];

	*place = speaker;
	speakers->next = (speakers->next + 1) % WATCH_SPEAKERS;
	if (speakers->count < WATCH_SPEAKERS)
		speakers->count++;
	return place;
}

/* The call with who made it before it, if it is not the side's first. */
static char *name_speaker(struct watch_show *show, const struct rung *rung)
{
	const struct watch_speaker *speaker;
	char process[16] = "", thread[16] = "", *text = NULL;

	if (!rung->process)
		return NULL;
	speaker = find_speaker(
		&show->speakers[rung->caller], rung->process, rung->thread);
	if (speaker->process_number > 1)
		snprintf(process, sizeof(process), "p%u ",
			speaker->process_number);
	/* A process ends as a whole. */
	if (speaker->thread_number > 1 && strncmp(rung->call, "exit(", 5) &&
		strncmp(rung->call, "killed ", 7))
		snprintf(
			thread, sizeof(thread), "t%u ", speaker->thread_number);
	if (!*process && !*thread && !rung->tie)
		return NULL;
	if (asprintf(&text, "%s%s%s%s", rung->tie ? "~ " : "", process, thread,
		    rung->call) < 0)
		return NULL;
	return text;
}

static void write_rung(FILE *out, struct watch_show *show, const void *what)
{
	ladder_write_rung(out, &show->record, what);
}

/* As pictures have it: a connection is named where there are several. */
static void show_rung(struct watch_show *show, const struct rung *rung)
{
	struct rung shown = *rung;
	char *call = rung->call ? name_speaker(show, rung) : NULL;

	if (call)
		shown.call = call;
	if (show->connections <= 1 || show->connection)
		shown.connection = 0;
	if (show->ascii) {
		put(show, write_rung, &shown);
	} else {
		/* It makes the texts fit, and the rest is ours. */
		ladder_write_rung(show->out, &show->record, &shown);
		flush_row(show);
	}
	free(call);
}

void watch_show_row(void *context, struct rung *rung)
{
	struct watch_show *show = context;
	struct rung *kept;

	if (rung->connection > show->connections)
		show->connections = rung->connection;
	if (show->connection && rung->connection &&
		rung->connection != show->connection) {
		record_free_rung(rung);
		return;
	}
	if (show->format == FORMAT_TEXT) {
		show_rung(show, rung);
		record_free_rung(rung);
		return;
	}
	kept = record_add(&show->record, rung->seconds);
	if (kept) {
		*kept = *rung;
	} else {
		record_free_rung(rung);
		show->incomplete = true;
	}
}

void watch_show_note(void *context, const char *text)
{
	struct watch_show *show = context;

	show->incomplete |= !record_note(&show->record, text);
}

static void write_foot(FILE *out, struct watch_show *show, const void *what)
{
	(void)what;
	if (show->begun)
		fprintf(out, "\n  %s\n", show->record.system);
	ladder_write_remarks(out, &show->record);
}

static void write_json(struct watch_show *show)
{
	json_t *json = record_to_json(&show->record);

	if (!json ||
		json_dumpf(json, show->out,
			JSON_INDENT(2) | JSON_REAL_PRECISION(9)))
		show->incomplete = true;
	fputc('\n', show->out);
	json_decref(json);
}

/* Names who spoke, and connections, as the text does. */
static void name_all(struct watch_show *show)
{
	for (size_t i = 0; i < show->record.rung_count; i++) {
		struct rung *rung = &show->record.rungs[i];
		char *call = rung->call ? name_speaker(show, rung) : NULL;

		if (call) {
			free(rung->call);
			rung->call = call;
		}
		if (show->connections <= 1 || show->connection)
			rung->connection = 0;
	}
}

static void write_rest(struct watch_show *show)
{
	switch (show->format) {
	case FORMAT_TEXT:
		put(show, write_foot, NULL);
		break;
	case FORMAT_JSON:
		write_json(show);
		break;
	case FORMAT_SVG:
		name_all(show);
		svg_write(show->out, &show->record);
		break;
	case FORMAT_MERMAID:
		name_all(show);
		mermaid_write(show->out, &show->record);
		break;
	case FORMAT_HTML:
		name_all(show);
		page_write(show->out, &show->record);
		break;
	case FORMAT_DOT:
	case FORMAT_LAB:
		/* Of orders only: the options have refused them. */
		break;
	}
}

/* The one that was asked for was not seen; that there was none is said. */
static void note_absence(struct watch_show *show)
{
	char text[80];

	if (!show->connections || show->connection <= show->connections)
		return;
	snprintf(text, sizeof(text), "There is no connection %u: %u %s seen.",
		show->connection, show->connections,
		show->connections == 1 ? "was" : "were");
	watch_show_note(show, text);
	/* Where the ladder goes to a file it would be met too late. */
	if (show->output)
		program_complain("--connection=%u: %u %s seen",
			show->connection, show->connections,
			show->connections == 1 ? "was" : "were");
}

bool watch_show_end(struct watch_show *show)
{
	char why[NAMES_DESCRIPTION_SIZE];

	note_absence(show);
	write_rest(show);
	if (io_end_stream(show->out, show->error))
		show->error = errno;
	if (show->error || show->incomplete)
		program_complain("cannot write %s: %s",
			show->output ? show->output : "standard error",
			show->error ? names_describe(why, show->error)
				    : "no memory");
	record_free(&show->record);
	return !show->error && !show->incomplete;
}
