/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "page.h"

#include <errno.h>
#include <stdlib.h>

#include "lib/base/io.h"
#include "orders.h"
#include "parts.h"
#include "put.h"
#include "words.h"

static void put_title(FILE *out, const struct record *record)
{
	put_text(out, record->name);
	if (record->title) {
		fputs(": ", out);
		put_text(out, record->title);
	}
}

static void put_head(FILE *out, const struct record *record)
{
	fprintf(out,
		"<!DOCTYPE html>\n<html lang=\"en\">\n<head>\n"
		"<meta charset=\"utf-8\"/>\n"
		"<meta http-equiv=\"Content-Security-Policy\" content=\""
		"default-src &#39;none&#39;; script-src &#39;%s&#39;; "
		"style-src &#39;%s&#39;; img-src data:; base-uri "
		"&#39;none&#39;; form-action &#39;none&#39;\"/>\n"
		"<meta name=\"viewport\" content=\"width=device-width, "
		"initial-scale=1\"/>\n"
		"<meta name=\"color-scheme\" content=\"light dark\"/>\n"
		"<meta name=\"referrer\" content=\"no-referrer\"/>\n<title>",
		page_script_hash, page_style_hash);
	put_title(out, record);
	fprintf(out, "</title>\n<style>%s</style>\n</head>\n", page_style);
}

static void put_header(FILE *out, const struct record *record)
{
	fputs("<header>\n<!--book-->\n<h1>", out);
	put_text(out, record->title ? record->title : record->name);
	fputs("</h1>\n", out);
	if (record->asks) {
		fputs("<p id=\"asks\">", out);
		put_text(out, record->asks);
		fputs("</p>\n", out);
	}
	fputs("<!--claim-->\n</header>\n", out);
}

/* What could not be had or seen, what is to be noted, and why the play
 * failed. */
static void put_remarks(FILE *out, const struct record *record)
{
	char *remark;

	for (size_t i = 0; (remark = record_remark(record, i)); i++) {
		fputs("<p class=\"note\">", out);
		put_text(out, remark);
		fputs("</p>\n", out);
		free(remark);
	}
	if (!record->failed)
		return;
	fputs("<p id=\"failure\" role=\"alert\">The play failed: ", out);
	put_text(out, record_why_failed(record));
	fputs("</p>\n", out);
}

static void put_terminals(FILE *out, const struct record *record)
{
	fputs("<section id=\"terminals\">\n", out);
	for (unsigned who = 0; who < ACTORS_MAX; who++) {
		const char *text = record->terminals[who];

		if (!text)
			continue;
		fprintf(out,
			"<div class=\"terminal\"><h2>the %s&#39;s terminal</h2>"
			"<pre data-actor=\"%s\" tabindex=\"0\">",
			actor_name(who), actor_name(who));
		/* A newline that follows the tag is none of the text's. */
		fputc('\n', out);
		put_text(out, text);
		fputs("</pre></div>\n", out);
	}
	fputs("</section>\n", out);
}

/*
 * What the scripts fill stands here too, so that a page has its shape before
 * they run, and says what they need.
 */
static void put_stage(FILE *out, const struct record *record)
{
	fprintf(out,
		"<section id=\"stage\" aria-label=\"the ladder, step by "
		"step\">\n"
		"<div id=\"ladder\" aria-hidden=\"true\"></div>\n"
		"<p id=\"now\" aria-live=\"polite\"></p>\n"
		"<form id=\"guess\" hidden=\"hidden\"></form>\n"
		"</section>\n"
		"<div id=\"side\">\n<section id=\"states\">\n<h2>both "
		"ends&#39; states</h2>\n"
		"%s<p id=\"lit\"></p>\n</section>\n",
		record->over_unix ? page_unix : page_tcp);
}

static void put_controls(FILE *out)
{
	fputs("<nav id=\"controls\" aria-label=\"steps\">\n"
	      "<button type=\"button\" id=\"first\" title=\"Home\">"
	      "start</button>\n"
	      "<button type=\"button\" id=\"back\" title=\"left arrow\">"
	      "back</button>\n"
	      "<output id=\"place\"></output>\n"
	      "<button type=\"button\" id=\"next\" title=\"right arrow, "
	      "space\">next</button>\n"
	      "<button type=\"button\" id=\"last\" title=\"End\">"
	      "all</button>\n"
	      "<button type=\"button\" id=\"ask\" aria-pressed=\"false\" "
	      "title=\"g\">what will happen?</button>\n"
	      "<button type=\"button\" id=\"shade\" title=\"d\" "
	      "aria-label=\"dark or light\">&#9680;</button>\n</nav>\n",
		out);
}

static void put_foot(FILE *out, const struct record *record)
{
	fputs("<footer><p>", out);
	put_text(out, record->name);
	fputs(" &#183; ", out);
	put_text(out, record->system ? record->system : "?");
	fputs("</p></footer>\n", out);
}

/* The record, for the scripts; without memory for it the words remain. */
static void put_record(FILE *out, const struct record *record)
{
	json_t *json = record_to_json(record);

	fputs("<script type=\"application/json\" id=\"record\">", out);
	if (!json || !put_json(out, json))
		fputs("null", out);
	fputs("</script>\n", out);
	json_decref(json);
}

void page_write(FILE *out, const struct record *record)
{
	put_head(out, record);
	fprintf(out, "<body class=\"%s\">\n",
		record->orders ? "explored" : "played");
	put_header(out, record);
	fputs("<main>\n", out);
	if (record->orders) {
		orders_write(out, record);
	} else {
		put_stage(out, record);
		put_terminals(out, record);
		fputs("</div>\n<details id=\"in-words\" "
		      "open=\"open\"><summary>the "
		      "ladder in words</summary>\n<div class=\"wide\">",
			out);
		words_write(out, record);
		fputs("</div></details>\n", out);
	}
	put_remarks(out, record);
	fputs("</main>\n", out);
	put_foot(out, record);
	if (!record->orders)
		put_controls(out);
	put_record(out, record);
	fprintf(out, "<script>%s</script>\n</body>\n</html>\n", page_script);
}

int page_write_into(const char *folder, const struct record *record)
{
	char *path;

	if (asprintf(&path, "%s/%s.html", folder, record->name) < 0) {
		errno = ENOMEM;
		return -1;
	}
	FILE *out = fopen(path, "we");

	free(path);
	if (!out)
		return -1;
	page_write(out, record);
	return io_end_stream(out, 0);
}
