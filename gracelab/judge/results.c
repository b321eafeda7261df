/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "results.h"

#include <stdlib.h>
#include <string.h>

static const char *const kind_names[] = {
	[RESULT_GOOD] = "good",
	[RESULT_BAD] = "bad",
	[RESULT_REPORTED] = "reported",
	[RESULT_SKIPPED] = "skipped",
};

int results_parse_format(const char *name)
{
	static const char *const names[] = { "text", "json", "junit" };

	for (int i = 0; i < 3; i++)
		if (!strcmp(names[i], name))
			return i;
	return -1;
}

struct result *results_add(struct results *results)
{
	struct result *rows =
		reallocarray(results->rows, results->count + 1, sizeof(*rows));

	if (!rows)
		return NULL;
	results->rows = rows;
	rows[results->count] = (struct result){ .verdict = "" };
	return &rows[results->count++];
}

static void write_text(FILE *out, const struct results *results)
{
	fprintf(out, "%s\n\n", results->title);
	for (size_t i = 0; i < results->count; i++) {
		const struct result *row = &results->rows[i];
		const char *mark = row->kind == RESULT_BAD ? "!" : " ";

		fprintf(out, "%s %-13s ", mark, row->name);
		if (*row->measured || *row->why)
			fprintf(out, "%-13s %s%s%s\n", row->verdict,
				row->measured,
				*row->measured && *row->why ? "; " : "",
				row->why);
		else
			fprintf(out, "%s\n", row->verdict);
	}
	fprintf(out, "\n%s%s%s\n", results->overall,
		*results->proof ? ": " : "", results->proof);
	for (size_t i = 0; i < results->count; i++)
		if (results->rows[i].ladder)
			fprintf(out, "\n%s", results->rows[i].ladder);
}

static void write_json(FILE *out, const struct results *results)
{
	json_t *rows = json_array();

	for (size_t i = 0; i < results->count; i++) {
		const struct result *row = &results->rows[i];
		json_t *object = json_pack("{s:s, s:s, s:s, s:s, s:s}", "id",
			row->name, "kind", kind_names[row->kind], "verdict",
			row->verdict, "measured", row->measured, "why",
			row->why);

		if (object && row->data)
			json_object_update(object, row->data);
		if (object && row->ladder)
			json_object_set_new(
				object, "ladder", json_string(row->ladder));
		if (object)
			json_array_append_new(rows, object);
	}
	json_t *whole = json_pack("{s:s, s:s, s:i, s:s, s:o}", "title",
		results->title, "overall", results->overall, "status",
		results->status, "proof", results->proof, "probes", rows);

	json_dumpf(whole, out, JSON_INDENT(2) | JSON_REAL_PRECISION(6));
	fputc('\n', out);
	json_decref(whole);
}

static void put_xml(FILE *out, const char *text)
{
	for (; *text; text++) {
		switch (*text) {
		case '&':
			fputs("&amp;", out);
			break;
		case '<':
			fputs("&lt;", out);
			break;
		case '"':
			fputs("&quot;", out);
			break;
		default:
			fputc(*text, out);
		}
	}
}

static void write_case(
	FILE *out, const struct results *results, const struct result *row)
{
	fputs("  <testcase classname=\"", out);
	put_xml(out, results->title);
	fprintf(out, "\" name=\"%s\">\n", row->name);
	if (row->kind == RESULT_BAD) {
		fprintf(out, "    <failure message=\"%s\">", row->verdict);
		put_xml(out, row->why);
		if (row->ladder) {
			fputc('\n', out);
			put_xml(out, row->ladder);
		}
		fputs("</failure>\n", out);
	} else if (row->kind == RESULT_SKIPPED) {
		fputs("    <skipped message=\"", out);
		put_xml(out, row->why);
		fputs("\"/>\n", out);
	} else {
		fputs("    <system-out>", out);
		put_xml(out, row->verdict);
		fputs(" ", out);
		put_xml(out, row->why);
		fputs("</system-out>\n", out);
	}
	fputs("  </testcase>\n", out);
}

static void write_junit(FILE *out, const struct results *results)
{
	size_t bad = 0, skipped = 0;

	for (size_t i = 0; i < results->count; i++) {
		bad += results->rows[i].kind == RESULT_BAD;
		skipped += results->rows[i].kind == RESULT_SKIPPED;
	}
	fputs("<?xml version=\"1.0\" encoding=\"UTF-8\"?>\n<testsuite name=\"",
		out);
	put_xml(out, results->title);
	fprintf(out,
		"\" tests=\"%zu\" failures=\"%zu\" skipped=\"%zu\">\n"
		"  <properties><property name=\"overall\" value=\"",
		results->count, bad, skipped);
	put_xml(out, results->overall);
	fputs(": ", out);
	put_xml(out, results->proof);
	fputs("\"/></properties>\n", out);
	for (size_t i = 0; i < results->count; i++)
		write_case(out, results, &results->rows[i]);
	fputs("</testsuite>\n", out);
}

void results_write(
	FILE *out, const struct results *results, enum results_format format)
{
	switch (format) {
	case RESULTS_TEXT:
		write_text(out, results);
		break;
	case RESULTS_JSON:
		write_json(out, results);
		break;
	case RESULTS_JUNIT:
		write_junit(out, results);
		break;
	}
}

int results_save(const char *path, const struct results *results,
	enum results_format format)
{
	FILE *out = path ? fopen(path, "we") : stdout;

	if (!out)
		return -1;
	results_write(out, results, format);
	bool bad = fflush(out) || ferror(out);

	if (path)
		bad = fclose(out) || bad;
	return bad ? -1 : 0;
}

void results_free(struct results *results)
{
	for (size_t i = 0; i < results->count; i++) {
		json_decref(results->rows[i].data);
		free(results->rows[i].ladder);
	}
	free(results->rows);
	*results = (struct results){ 0 };
}
