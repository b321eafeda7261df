/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Why a handshake has failed, or what it waits for. */
#include <errno.h>
#include <openssl/err.h>
#include <stdio.h>
#include <string.h>

#include "inside.h"
#include "lib/base/names.h"
#include "lib/text/escape.h"
#include "tls.h"

/* The types of records, RFC 8446 section 5.1. */
static bool is_tls(const struct tls *tls)
{
	return tls->head_bytes < 3 ||
		(tls->head[0] >= 0x14 && tls->head[0] <= 0x18 &&
			tls->head[1] == 3);
}

static void say_plain_text(const struct tls *tls, char *why)
{
	char text[ESCAPE_SIZE(TLS_HEAD_BYTES)];

	escape_text(text, tls->head, tls->head_bytes);
	if (tls->context->server)
		snprintf(why, TLS_WHY_SIZE,
			"what comes is no TLS: \"%s\"; it may speak plain text",
			text);
	else
		snprintf(why, TLS_WHY_SIZE,
			"the answer is no TLS: \"%s\"; it may speak plain text "
			"here, or want a --preamble first (STARTTLS)",
			text);
}

static void say_alert(const struct tls *tls, char *why)
{
	bool version = !strcmp(tls->end.alert, "protocol version");
	const char *wanted = tls_version_name(tls->context->wish.version);

	if (version && *wanted)
		snprintf(why, TLS_WHY_SIZE,
			"the peer sends the alert \"%s\": it does not speak "
			"TLS %s",
			tls->end.alert, wanted);
	else
		snprintf(why, TLS_WHY_SIZE, "the peer sends the alert \"%s\"",
			tls->end.alert);
}

static void say_complaint(char *why)
{
	unsigned long code = ERR_peek_last_error();
	const char *text = ERR_reason_error_string(code);

	if (ERR_GET_REASON(code) == SSL_R_UNSUPPORTED_PROTOCOL)
		snprintf(why, TLS_WHY_SIZE,
			"the peer speaks another version of TLS than is asked "
			"for");
	else
		snprintf(why, TLS_WHY_SIZE, "%s",
			text ? text : "what comes is no TLS");
}

char *tls_explain(const struct tls *tls, char *why)
{
	const struct tls_end *end = &tls->end;
	long verified = SSL_get_verify_result(tls->ssl);
	char error[NAMES_DESCRIPTION_SIZE];

	if (!tls->context->server && !tls->context->wish.insecure &&
		verified != X509_V_OK)
		snprintf(why, TLS_WHY_SIZE,
			"the certificate does not verify (%.100s): --ca FILE "
			"says whom to believe, --insecure that it does not "
			"matter",
			X509_verify_cert_error_string(verified));
	else if (!is_tls(tls))
		say_plain_text(tls, why);
	else if (*end->alert)
		say_alert(tls, why);
	else if (end->error)
		snprintf(why, TLS_WHY_SIZE, "the connection ends with %.120s",
			names_describe(error, end->error));
	else if (end->fin || end->notified)
		snprintf(why, TLS_WHY_SIZE, "the peer closes the connection%s",
			tls->head_bytes ? "" : " without a word of TLS");
	else if (!tls->failed)
		snprintf(why, TLS_WHY_SIZE, "nothing%s comes%s",
			tls->head_bytes ? " more" : "",
			tls->context->server
				? ""
				: ": it may speak plain text here, or serve "
				  "nobody else meanwhile");
	else
		say_complaint(why);
	return why;
}
