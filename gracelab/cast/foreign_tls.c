/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "foreign_tls.h"

#include <sched.h>
#include <stdlib.h>
#include <sys/socket.h>

#include "gracelab/trace/peek.h"
#include "gracelab/trace/tracer.h"
#include "kind.h"
#include "lib/base/duration.h"

/* What one call moves of a play's few bytes. */
#define BYTES_MAX (1 << 20)

/* So often it is looked without a pause whether a call has come. */
#define LOOKS_AT_ONCE 64

bool foreign_tls_begin(struct foreign *foreign)
{
	struct cast *cast = foreign->cast;

	if (!cast->experiment->tls)
		return true;
	foreign->keylog = keylog_open(cast->scratch, FOREIGN_TLS_KEYLOG);
	if (!foreign->keylog)
		return false;
	foreign->dialogue = tls_dialogue_begin(foreign->keylog);
	return foreign->dialogue;
}

struct tls_taken foreign_tls_take(
	struct foreign *foreign, const struct trace_call *call)
{
	struct tls_taken taken = { 0 };
	enum side side = actor_side(foreign->who);
	enum side sender =
		call->what->kind == CALL_READ ? side_other(side) : side;
	size_t len = call->result > 0 ? (size_t)call->result : 0;
	bool peeks =
		call->what->flags && (call->args[call->what->flags] & MSG_PEEK);

	if (!foreign->dialogue || !len || peeks)
		return taken;
	char *bytes = len <= BYTES_MAX ? malloc(len) : NULL;

	if (bytes && call->what->bytes != CALL_NO_BYTES &&
		call->what->bytes != CALL_MESSAGES &&
		peek_bytes(call, len, bytes, len) == len)
		tls_dialogue_take(
			foreign->dialogue, sender, bytes, len, &taken);
	else
		tls_dialogue_lose(foreign->dialogue, sender);
	free(bytes);
	if (!foreign->secured && tls_dialogue_is_secured(foreign->dialogue)) {
		foreign->secured = foreign->tracer.holds = true;
		foreign->version = tls_dialogue_version(foreign->dialogue);
	}
	return taken;
}

static const char *not_secured(struct cast *cast, unsigned who)
{
	const struct foreign *foreign = cast->members[who].foreign;

	return cast_say(cast,
		"no TLS handshake of the %s was seen to its end%s; the "
		"secrets must be written where SSLKEYLOGFILE says",
		actor_name(who), foreign->ended ? ", and it has ended" : "");
}

/* The secrets behind Finished, whoever logs them, are logged before the next
 * call is made: later than the call that moved Finished. */
static const char *await_secrets(struct cast *cast, int64_t deadline_ms)
{
	const struct tls_dialogue *dialogue =
		cast->members[CLIENT].foreign->dialogue;

	for (unsigned who = 0; who < ACTORS_MORE; who++) {
		enum cast_call can;
		const char *error = tls_dialogue_has_secrets(dialogue)
			? NULL
			: cast->members[who].kind->can_call(
				  cast, who, &can, deadline_ms);

		if (error)
			return error;
	}
	if (tls_dialogue_has_secrets(dialogue))
		return NULL;
	return cast_say(cast,
		"the secrets of the TLS connection were logged by neither "
		"side; they must be written where SSLKEYLOGFILE says");
}

const char *foreign_tls_secure(struct cast *cast, int64_t deadline_ms)
{
	for (unsigned looks = 0;; looks++) {
		bool any = false, secured = true;

		for (unsigned who = 0; who < ACTORS_MORE; who++) {
			struct foreign *foreign = cast->members[who].foreign;

			any = tracer_handle(&foreign->tracer) || any;
			secured = secured && foreign->secured;
		}
		if (secured) {
			cast->tls_version =
				cast->members[CLIENT].foreign->version;
			return await_secrets(cast, deadline_ms);
		}
		for (unsigned who = 0; who < ACTORS_MORE; who++) {
			const struct foreign *foreign =
				cast->members[who].foreign;

			if (!foreign->secured &&
				(foreign->ended ||
					duration_now_ms() >= deadline_ms))
				return not_secured(cast, who);
			if (looks > LOOKS_AT_ONCE)
				actor_attend(&cast->members[who].actor, 1);
		}
		if (any)
			looks = 0;
		sched_yield();
	}
}

void foreign_tls_end(struct foreign *foreign)
{
	tls_dialogue_free(foreign->dialogue);
	keylog_close(foreign->keylog);
	foreign->dialogue = NULL;
	foreign->keylog = NULL;
}
