/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "seen.h"

#include <stdarg.h>
#include <stdio.h>
#include <string.h>
#include <sys/wait.h>

#include "lib/base/names.h"

/* As much of an output is searched. */
#define OUTPUT_BYTES 65536

const char *seen_name(enum seen_word word)
{
	static const char *const names[SEEN_WORDS] = {
		[SEEN_NO_CONNECTION] = "no connection",
		[SEEN_NO_HANDSHAKE] = "no handshake",
		[SEEN_SERVED] = "pass",
		[SEEN_UNSERVED] = "not served",
		[SEEN_HALF_CLOSE] = "half-close",
		[SEEN_CLOSE] = "close",
		[SEEN_RESET] = "reset",
		[SEEN_NEVER] = "never",
		[SEEN_ALERT] = "breaks TLS",
		[SEEN_NOTIFY_ALONE] = "close_notify alone",
		[SEEN_NOTIFY_FIN] = "close_notify and FIN",
		[SEEN_NOTIFY_RST] = "close_notify and RST",
		[SEEN_FIN_ALONE] = "FIN alone",
		[SEEN_TAKEN] = "taken",
		[SEEN_LOST] = "LOST",
		[SEEN_UNREAD] = "UNREAD",
		[SEEN_SENDS_ON] = "sends on",
		[SEEN_STOPS] = "stops",
		[SEEN_SIGPIPE] = "SIGPIPE",
		[SEEN_SURVIVES] = "survives",
		[SEEN_TELLS] = "tells",
		[SEEN_SILENT] = "silent",
		[SEEN_HANGS] = "HANGS",
		[SEEN_DIES] = "DIES",
		[SEEN_UNKNOWN] = "cannot tell",
	};

	return names[word];
}

struct seen seen_say(
	enum seen_word word, enum result_kind kind, const char *format, ...)
{
	struct seen seen = { .word = word, .kind = kind };
	va_list arguments;

	va_start(arguments, format);
	vsnprintf(seen.why, sizeof(seen.why), format, arguments);
	va_end(arguments);
	return seen;
}

char *seen_exit(char *out, const struct visit *visit)
{
	if (!visit->exited)
		snprintf(out, SEEN_EXIT_SIZE, "no end in %.3g s",
			(double)visit->setting->patience_ms / 1000);
	else if (WIFSIGNALED(visit->status))
		snprintf(out, SEEN_EXIT_SIZE, "%s",
			names_signal(WTERMSIG(visit->status)));
	else
		snprintf(out, SEEN_EXIT_SIZE, "status %d",
			WEXITSTATUS(visit->status));
	return out;
}

bool seen_in_output(const struct visit *visit)
{
	static const size_t most = 256;
	char output[OUTPUT_BYTES];
	size_t got = visit_said(visit->output, output, sizeof(output));
	const char *body = visit->answer.body;
	size_t bytes = visit->answer.body_bytes;

	return bytes && memmem(output, got, body, bytes < most ? bytes : most);
}

struct seen_terms seen_terms(const struct client_setting *setting)
{
	struct seen_terms terms = { "FIN", "no FIN", "RST", "RST" };

	if (setting->is_unix)
		terms = (struct seen_terms){ "end", "no end", "EPIPE",
			"ECONNRESET" };
	if (setting->tls) {
		terms.end = "close_notify";
		terms.none = "neither close_notify nor FIN";
	}
	return terms;
}

const char *seen_its_end(const struct visit *visit)
{
	if (!visit->setting->tls || visit->notify)
		return seen_terms(visit->setting).end;
	return "FIN without close_notify";
}
