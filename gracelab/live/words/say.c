/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "say.h"

#include <stdlib.h>
#include <string.h>
#include <sys/ioctl.h>
#include <unistd.h>

#include "gracelab/record/text.h"
#include "lib/event/wrap.h"
#include "lib/text/escape.h"

static struct winsize screen(void)
{
	struct winsize size = { 0 };

	if (ioctl(STDOUT_FILENO, TIOCGWINSZ, &size))
		size = (struct winsize){ 0 };
	return size;
}

size_t say_columns(void)
{
	size_t columns = screen().ws_col;

	return columns ? columns : 80;
}

size_t say_lines(void)
{
	return screen().ws_row;
}

void say_begin(struct say *say)
{
	say->text = NULL;
	say->out = open_memstream(&say->text, &say->size);
}

static void end(struct say *say, FILE *to, bool ascii)
{
	char *fit = NULL;

	if (say->out && !fclose(say->out)) {
		fit = malloc(ESCAPE_SIZE(say->size));
		if (fit)
			escape_lines(fit, say->text, say->size);
	}
	if (fit && ascii)
		text_write_ascii(to, fit);
	else if (fit)
		fputs(fit, to);
	free(fit);
	free(say->text);
	fflush(to);
}

void say_end(struct say *say, bool ascii)
{
	end(say, stdout, ascii);
}

void say_paragraph(FILE *to, const char *first, const char *text, bool ascii)
{
	size_t indent = text_columns(first), room = say_columns() - 1;
	size_t columns = room > indent + 10 ? room - indent : 10;
	struct say say;

	say_begin(&say);
	do {
		/* Lines that are there stay; a pipe's are as long as they are.
		 */
		size_t line = strcspn(text, "\n"), skipped = 0;
		size_t len = isatty(fileno(to))
			? wrap_line(text, columns, &skipped)
			: line;

		if (len >= line) {
			len = line;
			skipped = text[len] == '\n';
		}
		if (say.out)
			fprintf(say.out, "%s%*s%.*s\n", first,
				*first ? 0 : (int)indent, "", (int)len, text);
		first = "";
		text += len + skipped;
	} while (*text);
	end(&say, to, ascii);
}
