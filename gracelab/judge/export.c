/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "export.h"

#include <stdlib.h>
#include <string.h>

#include "known.h"
#include "lib/text/json_text.h"
#include "lib/text/xml.h"

static const char *const kind_names[] = {
	[RESULT_GOOD] = "good",
	[RESULT_BAD] = "bad",
	[RESULT_REPORTED] = "reported",
	[RESULT_SKIPPED] = "skipped",
	[RESULT_UNPROVED] = "unproved",
};

static json_t *text(const char *string)
{
	return json_text(string, strlen(string));
}

static json_t *row_to_json(
	const struct results *results, const struct result *row)
{
	json_t *json = json_object();

	json_object_set_new(json, "id", text(row->name));
	json_object_set_new(json, "kind",
		text(known_has(results->known, row) ? "known"
						    : kind_names[row->kind]));
	json_object_set_new(json, "verdict", text(row->verdict));
	json_object_set_new(json, "measured", text(row->measured));
	json_object_set_new(json, "why", text(row->why));
	if (row->remedy)
		json_object_set_new(json, "remedy", text(row->remedy));
	json_object_set_new(json, "seconds", json_real(row->seconds));
	if (row->data)
		json_object_update(json, row->data);
	if (row->ladder)
		json_object_set(json, "ladder", row->ladder);
	return json;
}

void export_json(FILE *out, const struct results *results)
{
	json_t *json = json_object(), *rows = json_array();

	json_object_set_new(json, "title", text(results->title));
	if (results->suite)
		json_object_set_new(json, "name", text(results->suite));
	json_object_set_new(json, "overall", text(results->overall));
	json_object_set_new(json, "status", json_integer(results->status));
	json_object_set_new(json, "proof", text(results->proof));
	if (results->data)
		json_object_update(json, results->data);
	for (size_t i = 0; i < results->count; i++)
		json_array_append_new(
			rows, row_to_json(results, &results->rows[i]));
	json_object_set_new(json, "probes", rows);
	json_dumpf(json, out, JSON_INDENT(2) | JSON_REAL_PRECISION(6));
	fputc('\n', out);
	json_decref(json);
}

static void put_attribute(FILE *out, const char *name, const char *value)
{
	fprintf(out, " %s=\"", name);
	xml_write_text(out, value);
	fputc('"', out);
}

static void put_property(FILE *out, const char *name, const char *value)
{
	fputs("      <property", out);
	put_attribute(out, "name", name);
	put_attribute(out, "value", value);
	fputs("/>\n", out);
}

/* What was measured, a property each. */
static void put_measures(FILE *out, const struct result *row)
{
	const char *name;
	json_t *value;

	if (!row->data && !*row->measured && !row->remedy)
		return;
	fputs("    <properties>\n", out);
	if (*row->measured)
		put_property(out, "measured", row->measured);
	if (row->remedy)
		put_property(out, "remedy", row->remedy);
	json_object_foreach(row->data, name, value)
	{
		char *dumped = json_dumps(value,
			JSON_ENCODE_ANY | JSON_COMPACT |
				JSON_REAL_PRECISION(6));

		if (dumped)
			put_property(out, name, dumped);
		free(dumped);
	}
	fputs("    </properties>\n", out);
}

/* The reason as the message, and the verdict as its type. */
static void put_failure(FILE *out, const struct result *row)
{
	fputs("    <failure", out);
	put_attribute(out, "message", *row->why ? row->why : row->verdict);
	put_attribute(out, "type", row->verdict);
	fputc('>', out);
	xml_write_text(out, row->verdict);
	fputs(": ", out);
	xml_write_text(out, row->measured);
	if (row->picture) {
		fputc('\n', out);
		xml_write_text(out, row->picture);
	}
	fputs("</failure>\n", out);
}

/* One that --baseline names does not fail. */
static void put_known(FILE *out, const struct result *row)
{
	char message[sizeof(row->why) + 64];

	snprintf(message, sizeof(message), "known: %s: %s", row->verdict,
		row->why);
	fputs("    <skipped", out);
	put_attribute(out, "message", message);
	fputs("/>\n", out);
}

static void put_case(
	FILE *out, const struct results *results, const struct result *row)
{
	fputs("  <testcase", out);
	put_attribute(out, "classname", results->title);
	put_attribute(out, "name", row->name);
	fprintf(out, " time=\"%.3f\">\n", row->seconds);
	put_measures(out, row);
	switch (row->kind) {
	case RESULT_BAD:
		if (known_has(results->known, row))
			put_known(out, row);
		else
			put_failure(out, row);
		break;
	case RESULT_SKIPPED:
	case RESULT_UNPROVED:
		fputs("    <skipped", out);
		put_attribute(
			out, "message", *row->why ? row->why : row->verdict);
		fputs("/>\n", out);
		break;
	case RESULT_GOOD:
	case RESULT_REPORTED:
		fputs("    <system-out>", out);
		xml_write_text(out, row->verdict);
		fputs(*row->why ? ": " : "", out);
		xml_write_text(out, row->why);
		fputs("</system-out>\n", out);
		break;
	}
	fputs("  </testcase>\n", out);
}

void export_junit(FILE *out, const struct results *results)
{
	size_t bad = 0, skipped = 0;
	double seconds = 0;

	for (size_t i = 0; i < results->count; i++) {
		enum result_kind kind = results->rows[i].kind;

		bool known = known_has(results->known, &results->rows[i]);

		bad += kind == RESULT_BAD && !known;
		skipped += known || kind == RESULT_SKIPPED ||
			kind == RESULT_UNPROVED;
		seconds += results->rows[i].seconds;
	}
	fputs("<?xml version=\"1.0\" encoding=\"UTF-8\"?>\n<testsuite", out);
	put_attribute(
		out, "name", results->suite ? results->suite : results->title);
	fprintf(out,
		" tests=\"%zu\" failures=\"%zu\" errors=\"0\" "
		"skipped=\"%zu\" time=\"%.3f\">\n    <properties>\n",
		results->count, bad, skipped, seconds);
	put_property(out, "overall", results->overall);
	put_property(out, "proof", results->proof);
	if (results->notes)
		put_property(out, "baseline", results->notes);
	fputs("    </properties>\n", out);
	for (size_t i = 0; i < results->count; i++)
		put_case(out, results, &results->rows[i]);
	fputs("</testsuite>\n", out);
}
