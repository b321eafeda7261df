/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "checks.h"

#include <stddef.h>

enum {
	REQUEST = CHECKS_REQUEST_BYTES,
	ANSWER = 100,
	REPLY = 64 * 1024,
	PIECE = 1000,
	PIECES = 5,
	PIECE_PAUSE_MS = 100,
	STALL_MS = 1500,
	KIB = 1024,
	MIB = 1024 * 1024,
};

#define SCRIPT(...) ((const struct party_step[]){ __VA_ARGS__, { 0 } })

/* What stands in a script. */
/* clang-format off */
#define SEND(bytes)        { PARTY_SEND, (bytes), 0 }
#define SHUT               { PARTY_SHUT, 0, 0 }
#define CLOSE              { PARTY_CLOSE, 0, 0 }
#define RESET              { PARTY_RESET, 0, 0 }
#define DIE                { PARTY_DIE, 0, 0 }
#define PAUSE(ms)          { PARTY_PAUSE, 0, (ms) }
#define STALL              { PARTY_STALL, PARTY_SIZE, STALL_MS }
#define AWAIT_BYTES(bytes) { PARTY_AWAIT_BYTES, (bytes), 0 }
#define AWAIT_TAKEN        { PARTY_AWAIT_TAKEN, 0, 0 }
#define AWAIT_ALL          { PARTY_AWAIT_ALL, PARTY_SIZE, 0 }
#define AWAIT_END          { PARTY_AWAIT_END, 0, 0 }
#define LISTEN             { PARTY_LISTEN, PARTY_SIZE, PARTY_IDLE }
#define HOLD               { PARTY_HOLD, 0, 0 }
#define DEAF               { PARTY_DEAF, 0, 0 }
/* clang-format on */
/* What a server does that answers, and does not end first. */
#define ANSWERS AWAIT_BYTES(REQUEST), SEND(ANSWER), AWAIT_TAKEN
/* What comes to both ends, before a FIN. */
#define ENDED(client, server) \
	.gets = { (client), (server) }, .sees_eof = { true, true }
#define PIECES_AND_PAUSES                                                  \
	SEND(PIECE), PAUSE(PIECE_PAUSE_MS), SEND(PIECE),                   \
		PAUSE(PIECE_PAUSE_MS), SEND(PIECE), PAUSE(PIECE_PAUSE_MS), \
		SEND(PIECE), PAUSE(PIECE_PAUSE_MS), SEND(PIECE)

static const struct scene plain = {
	.scripts = {
		SCRIPT(SEND(REQUEST), AWAIT_BYTES(ANSWER), CLOSE),
		SCRIPT(ANSWERS, CLOSE),
	},
	.gets = { ANSWER, REQUEST },
};

const struct scene checks_held = {
	.scripts = {
		SCRIPT(SEND(REQUEST), AWAIT_BYTES(ANSWER), CLOSE),
		SCRIPT(AWAIT_BYTES(REQUEST), HOLD, SEND(ANSWER), AWAIT_TAKEN,
			CLOSE),
	},
	.gets = { ANSWER, REQUEST },
};

const struct scene checks_early = {
	.scripts = {
		SCRIPT(LISTEN, SEND(REQUEST), AWAIT_BYTES(ANSWER), CLOSE),
		SCRIPT(ANSWERS, CLOSE),
	},
	.gets = { ANSWER, REQUEST },
};

const struct scene checks_deaf = {
	.scripts = {
		SCRIPT(SEND(REQUEST), DEAF, AWAIT_END, CLOSE),
		SCRIPT(AWAIT_BYTES(REQUEST), SEND(PARTY_SIZE), CLOSE),
	},
	.gets = { PARTY_SIZE, REQUEST },
};

static const struct scene client_fin = {
	.scripts = {
		SCRIPT(SEND(REQUEST), SHUT, AWAIT_END, CLOSE),
		SCRIPT(AWAIT_END, PAUSE(CHECKS_THINK_MS), SEND(REPLY), CLOSE),
	},
	ENDED(REPLY, REQUEST),
};

static const struct scene thinking = {
	.scripts = {
		SCRIPT(SEND(REQUEST), AWAIT_BYTES(REPLY), CLOSE),
		SCRIPT(AWAIT_BYTES(REQUEST), PAUSE(CHECKS_THINK_MS),
			SEND(REPLY), AWAIT_TAKEN, CLOSE),
	},
	.gets = { REPLY, REQUEST },
};

static const struct scene server_fin = {
	.scripts = {
		SCRIPT(AWAIT_END, PIECES_AND_PAUSES, CLOSE),
		SCRIPT(SHUT, AWAIT_END, CLOSE),
	},
	ENDED(0, PIECES * PIECE),
	.silent = true,
};

static const struct scene piecemeal = {
	.scripts = {
		SCRIPT(PIECES_AND_PAUSES, AWAIT_TAKEN, CLOSE),
		SCRIPT(AWAIT_BYTES(PIECES * PIECE), CLOSE),
	},
	.gets = { 0, PIECES * PIECE },
};

static const struct scene gated = {
	.scripts = {
		SCRIPT(SEND(REQUEST), SHUT, AWAIT_END, CLOSE),
		SCRIPT(AWAIT_END, SEND(ANSWER), CLOSE),
	},
	ENDED(ANSWER, REQUEST),
};

/* Nothing but a FIN, which is answered. */
#define BARE(...) \
	.scripts = { \
		SCRIPT(__VA_ARGS__, AWAIT_END, CLOSE), \
		SCRIPT(AWAIT_END, SEND(ANSWER), CLOSE), \
	}, \
	ENDED(ANSWER, 0), .silent = true

static const struct scene bare_fin = { BARE(SHUT) };

/* It comes while the proxy's connection to the server is under way. */
static const struct scene bare_fin_amid = {
	BARE(PAUSE(PARTY_IDLE), SHUT),
	.needs_delay = true,
};

static const struct scene large_reply = {
	.scripts = {
		SCRIPT(SEND(REQUEST), SHUT, STALL, AWAIT_END, CLOSE),
		SCRIPT(AWAIT_END, SEND(PARTY_SIZE), CLOSE),
	},
	ENDED(PARTY_SIZE, REQUEST),
};

static const struct scene long_reply = {
	.scripts = {
		SCRIPT(SEND(REQUEST), STALL, AWAIT_BYTES(PARTY_SIZE), CLOSE),
		SCRIPT(AWAIT_BYTES(REQUEST), SEND(PARTY_SIZE), AWAIT_TAKEN,
			CLOSE),
	},
	.gets = { PARTY_SIZE, REQUEST },
};

static const struct scene large_upload = {
	.scripts = {
		SCRIPT(SEND(REQUEST), AWAIT_END, SEND(PARTY_SIZE), CLOSE),
		SCRIPT(AWAIT_BYTES(REQUEST), SHUT, STALL, AWAIT_END, CLOSE),
	},
	ENDED(0, PARTY_SIZE),
	.more = { 0, REQUEST },
};

static const struct scene long_upload = {
	.scripts = {
		SCRIPT(SEND(REQUEST), SEND(PARTY_SIZE), AWAIT_TAKEN, CLOSE),
		SCRIPT(AWAIT_BYTES(REQUEST), STALL, AWAIT_ALL, CLOSE),
	},
	.gets = { 0, PARTY_SIZE },
	.more = { 0, REQUEST },
};

static const struct scene idle_reply = {
	.scripts = {
		SCRIPT(SEND(REQUEST), SHUT, AWAIT_END, CLOSE),
		SCRIPT(AWAIT_END, PAUSE(PARTY_IDLE), SEND(ANSWER), CLOSE),
	},
	ENDED(ANSWER, REQUEST),
};

static const struct scene late_reply = {
	.scripts = {
		SCRIPT(SEND(REQUEST), AWAIT_BYTES(ANSWER), CLOSE),
		SCRIPT(AWAIT_BYTES(REQUEST), PAUSE(PARTY_IDLE), SEND(ANSWER),
			AWAIT_TAKEN, CLOSE),
	},
	.gets = { ANSWER, REQUEST },
};

static const struct scene idle_upload = {
	.scripts = {
		SCRIPT(SEND(REQUEST), AWAIT_END, PAUSE(PARTY_IDLE),
			SEND(PIECE), CLOSE),
		SCRIPT(AWAIT_BYTES(REQUEST), SHUT, AWAIT_END, CLOSE),
	},
	ENDED(0, REQUEST + PIECE),
};

static const struct scene late_upload = {
	.scripts = {
		SCRIPT(SEND(REQUEST), PAUSE(PARTY_IDLE), SEND(PIECE),
			AWAIT_TAKEN, CLOSE),
		SCRIPT(AWAIT_BYTES(REQUEST + PIECE), CLOSE),
	},
	.gets = { 0, REQUEST + PIECE },
};

static const struct scene reset_forward = {
	.scripts = {
		SCRIPT(SEND(REQUEST), AWAIT_BYTES(ANSWER), RESET),
		SCRIPT(AWAIT_BYTES(REQUEST), SEND(ANSWER), AWAIT_END, CLOSE),
	},
	.gets = { ANSWER, REQUEST },
	.sees_reset = { false, true },
};

static const struct scene reset_back = {
	.scripts = {
		SCRIPT(SEND(REQUEST), AWAIT_END, CLOSE),
		SCRIPT(ANSWERS, RESET),
	},
	.gets = { ANSWER, REQUEST },
	.sees_reset = { true, false },
};

static const struct scene cut_back = {
	.scripts = {
		SCRIPT(SEND(REQUEST), AWAIT_END, CLOSE),
		SCRIPT(ANSWERS, DIE),
	},
	.gets = { ANSWER, REQUEST },
	.sees_reset = { true, false },
	.needs_tls = true,
};

static const struct scene large_request = {
	.scripts = {
		SCRIPT(SEND(REQUEST), SEND(PARTY_SIZE), SHUT, AWAIT_END,
			CLOSE),
		SCRIPT(AWAIT_BYTES(REQUEST), STALL, AWAIT_END, SEND(ANSWER),
			CLOSE),
	},
	ENDED(ANSWER, PARTY_SIZE),
	.more = { 0, REQUEST },
};

static const struct scene large_greeting = {
	.scripts = {
		SCRIPT(SEND(REQUEST), STALL, AWAIT_END, SEND(PIECE), CLOSE),
		SCRIPT(AWAIT_BYTES(REQUEST), SEND(PARTY_SIZE), SHUT,
			AWAIT_END, CLOSE),
	},
	ENDED(PARTY_SIZE, REQUEST + PIECE),
};
#define PARTS(...) ((const struct check_part[]){ __VA_ARGS__, { 0 } })

/*
 * Replies and uploads go through the half that is still open after the other's
 * FIN; requests and greetings have the first FIN behind them.
 */
static const struct check_part large[] = {
	{ &large_request, &long_upload, 6 * MIB, true, "request of 6 MiB" },
	{ &large_greeting, &long_reply, 6 * MIB, true, "greeting of 6 MiB" },
	{ &large_request, &long_upload, 3 * MIB, false, "request of 3 MiB" },
	{ &large_greeting, &long_reply, 3 * MIB, false, "greeting of 3 MiB" },
	{ &large_request, &long_upload, 1 * MIB, true, "request of 1 MiB" },
	{ &large_greeting, &long_reply, 1 * MIB, true, "greeting of 1 MiB" },
	{ &large_reply, &long_reply, 16 * MIB, false, "reply of 16 MiB" },
	{ &large_upload, &long_upload, 16 * MIB, false, "upload of 16 MiB" },
	{ &large_reply, &long_reply, 6 * MIB, false, "reply of 6 MiB" },
	{ &large_upload, &long_upload, 6 * MIB, false, "upload of 6 MiB" },
	{ &large_reply, &long_reply, 3 * MIB, false, "reply of 3 MiB" },
	{ &large_upload, &long_upload, 3 * MIB, false, "upload of 3 MiB" },
	{ &large_reply, &long_reply, 1 * MIB, false, "reply of 1 MiB" },
	{ &large_upload, &long_upload, 1 * MIB, false, "upload of 1 MiB" },
	{ &large_reply, &long_reply, 64 * KIB, false, "reply of 64 KiB" },
	{ &large_upload, &long_upload, 64 * KIB, false, "upload of 64 KiB" },
	{ 0 },
};

const struct check_part checks_filled[] = {
	{ &large_reply, &long_reply, 0, false, "reply" },
	{ &large_upload, &long_upload, 0, false, "upload" },
	{ 0 },
};

static const struct check_part idle[] = {
	{ &idle_reply, &late_reply, 0, false, "client's half closed" },
	{ &idle_upload, &late_upload, 0, false, "server's half closed" },
	{ 0 },
};

const struct check checks[CHECKS] = {
	[CHECK_PLAIN] = { PARTS({ &plain, NULL, 0, false, "" }), 1, 1, false,
		"a plain connection is not served" },
	[CHECK_CLIENT_FIN] = { PARTS({ &client_fin, &thinking, 0, false, "" }),
		3, 1, false, "replies are lost" },
	[CHECK_SERVER_FIN] = { PARTS({ &server_fin, &piecemeal, 0, false, "" }),
		3, 3, false, "what follows the server's FIN is lost" },
	[CHECK_GATED] = { PARTS({ &gated, NULL, 0, false, "" }), 3, 3, false,
		"the client's FIN does not get through, or costs the reply" },
	[CHECK_BARE_FIN] = { PARTS({ &bare_fin, NULL, 0, false, "" },
				     { &bare_fin_amid, NULL, 0, false,
					     "while the proxy connects" }),
		40, 40, true, "a FIN with nothing sent costs the reply" },
	[CHECK_LARGE] = { large, 1, 1, false,
		"what is large does not arrive whole" },
	[CHECK_IDLE] = { idle, 3, 1, false,
		"what follows a long silence after a FIN is lost" },
	[CHECK_RESET_FORWARD] = { PARTS({ &reset_forward, NULL, 0, false, "" }),
		1, 1, false, "a cut request looks whole" },
	[CHECK_RESET_BACK] = { PARTS({ &reset_back, NULL, 0, false, "" },
				       { &cut_back, NULL, 0, false,
					       "FIN without close_notify" }),
		1, 1, false, "a cut reply looks whole" },
	[CHECK_NEXT] = { PARTS({ &plain, NULL, 0, false, "" }), 1, 1, false,
		"it stops serving" },
	[CHECK_HELD] = { NULL, 0, 0, false, "sockets are kept for ever" },
};

const struct inspect_item checks_items[CHECKS] = {
	[CHECK_PLAIN] = { "plain",
		"request, reply, no half-close; always, and first", true,
		false },
	[CHECK_CLIENT_FIN] = { "client-fin",
		"request, FIN; the server thinks 1 s and answers 64 KiB", true,
		false },
	[CHECK_SERVER_FIN] = { "server-fin",
		"the server's FIN first; then the client sends 5 x 1000 bytes",
		true, false },
	[CHECK_GATED] = { "gated", "the server answers at EOF only", true,
		false },
	[CHECK_BARE_FIN] = { "bare-fin", "a FIN and nothing sent, 40 times",
		true, false },
	[CHECK_LARGE] = { "large",
		"64 KiB to 16 MiB in the half still open; the reader stalls",
		true, false },
	[CHECK_IDLE] = { "idle", "how long is a half-closed connection kept?",
		true, false },
	[CHECK_RESET_FORWARD] = { "reset-forward",
		"does the client's RST cross as RST?", false, false },
	[CHECK_RESET_BACK] = { "reset-back",
		"does the server's RST cross as RST?", false, false },
	[CHECK_NEXT] = { "next",
		"is a plain connection served? (after each check too)", true,
		false },
	[CHECK_HELD] = { "held",
		"the sockets that it still holds after each check", false,
		false },
};
