/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * One end of a try, ours: it acts on a script, reads whatever comes meanwhile,
 * and keeps what it has seen.
 */
#ifndef GRACELAB_PARTY_H
#define GRACELAB_PARTY_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "between.h"
#include "evidence.h"
#include "gracelab/judge/tls/tls.h"
#include "lib/base/side.h"
#include "lib/conn/conn.h"
#include "prologue.h"
#include "stream.h"

enum party_act {
	PARTY_END,         /* of the script */
	PARTY_SEND,        /* `bytes` */
	PARTY_SHUT,        /* shutdown(SHUT_WR) */
	PARTY_CLOSE,       /* the last act */
	PARTY_RESET,       /* the last act too */
	PARTY_DIE,         /* so is this: TLS ends as if its process died,
			    * by a FIN without close_notify */
	PARTY_PAUSE,       /* `ms` */
	PARTY_STALL,       /* see party_act() */
	PARTY_AWAIT_BYTES, /* until `bytes` have come in all */
	PARTY_AWAIT_ALL,   /* until all has come, `bytes` at least, and the
			    * other end can send no more */
	PARTY_AWAIT_TAKEN, /* until the other end has got all that was sent */
	PARTY_AWAIT_END,   /* EOF or RST */
	PARTY_LISTEN, /* until `bytes` connections have arrived, or for `ms` */
	PARTY_HOLD,   /* until the gate opens */
	PARTY_DEAF,   /* the same, and nothing is read meanwhile */
};

/* In a step: the size, or the time, of the try. */
#define PARTY_SIZE (-1)
#define PARTY_IDLE (-1)

struct party_step {
	enum party_act act;
	int64_t bytes;
	int64_t ms;
};

/* What both ends of all tries share. */
struct party_common {
	char *pattern; /* owned: stream.h */
	char *buffer;  /* owned: STREAM_BUFFER_BYTES, for one call */
	bool gate;     /* PARTY_HOLD and PARTY_DEAF go on */
	/* Called behind each step, so that what it sent is seen beside it; or
	 * NULL. */
	void (*on_step)(void *context);
	void *context;
	uint64_t *arrivals; /* how many connections have arrived; borrowed */
};

/* False without memory. party_common_free() in any case. */
bool party_common_init(struct party_common *common);
void party_common_free(struct party_common *common);

/* Who plays, for party_init(). */
struct party_role {
	const struct party_step *script; /* borrowed; ends with PARTY_END */
	int64_t size, idle_ms;           /* for PARTY_SIZE, PARTY_IDLE */
	int64_t more_ms;   /* that each pause and stall lasts longer */
	const char *token; /* of what it sends; copied */
	const struct preamble *preamble; /* what it says first; or NULL */
	const char *expected;       /* ... and gets; copied; NULL: any token */
	struct tls_context *secure; /* TLS is spoken then; NULL: it is not */
	struct between *between;    /* borrowed; NULL: nothing */
	enum between_goal goal;     /* how much of PARTY_SIZE is sent */
};

struct party {
	struct party_common *common; /* borrowed */
	struct party *other;         /* the other end, or NULL: not known, */
	struct between *between;     /* and what lies between */
	struct between_wait wait;    /* for between_rests() */
	bool rested;                 /* PARTY_LISTEN: it was seen to */
	enum between_goal goal;
	uint64_t allowed; /* how much of PARTY_SIZE it may send by now */
	int64_t taken; /* how much of what it sent had been read in between */
	int64_t taken_ms; /* ... when that was seen to have changed last */
	struct evidence calls;
	struct conn_context context;
	struct conn conn;
	struct prologue prologue;   /* before the first step */
	struct tls_context *secure; /* borrowed; NULL: no TLS */
	struct tls *tls;            /* owned; NULL: none, or not yet */
	const struct party_step *step;
	int64_t size, idle_ms, more_ms;
	char token[STREAM_TOKEN_BYTES + 1], expected[STREAM_TOKEN_BYTES + 1];
	char got_token[STREAM_TOKEN_BYTES + 1]; /* as far as it has come */
	bool any_token;

	bool connected;
	uint64_t sent, received; /* bytes */
	bool other_bytes;        /* not what the other end has sent */
	bool eof, reset;
	bool is_unix;       /* a UNIX socket's end, which has no RST */
	bool notified;      /* TLS: close_notify is sent */
	bool cut;           /* TLS: a FIN without close_notify */
	bool hung_up;       /* poll(2) has told of an end that was not read */
	int error;          /* errno: why not connected, or reset */
	double first_s;     /* when its first bytes were sent; -1: never */
	double fin_s;       /* when it has ended its sending; -1: never */
	double end_s;       /* when EOF or RST was seen; -1: never */
	int64_t active_ms;  /* when something happened last */
	int64_t blocked_ms; /* since when it cannot send; 0: it can */
	int64_t until_ms;   /* when a timed step is over; 0: none */
	int64_t peeked_ms;  /* when it has read during a stall */
	int64_t looked_ms;  /* when it has looked for whether all rests */
	bool may_peek;      /* so that it may do so now */
	uint64_t call_ns;   /* when the call under way began */
	uint64_t arrivals;  /* how many had come when it began */
	uint64_t step_sent; /* bytes, of the step under way */
};

void party_init(struct party *party, struct party_common *common,
	const struct party_role *role);

/*
 * Takes over a connected socket, which it has since `time_ns` (CLOCK_REALTIME);
 * `kind` is EVENT_CONNECT or EVENT_ACCEPT. It must not be moved from now on.
 */
void party_enter(
	struct party *party, int fd, enum event_kind kind, uint64_t time_ns);

/*
 * Has it speak TLS from now on. One whose handshake is over, or has begun, is
 * the party's from now on; NULL begins one where the role says so.
 */
void party_secure(struct party *party, struct tls *tls);

/* Goes on with the handshake; secure.c. */
void party_shake_hands(struct party *party);

/*
 * Before the party's half ends: close_notify, once all before it is sent. True
 * once the kernel has both.
 */
bool party_notify(struct party *party);

/* Reads what TLS has in store, as far as it is wanted. */
void party_read_on(struct party *party);

/* Whether something is left that the kernel has no room for. */
bool party_is_blocked(const struct party *party);

/* Notes since when, if it is. */
void party_note_blocked(struct party *party);

/*
 * Acts as far as it can. A stall ends `ms` after the other end has handed
 * `bytes` to its kernel and can do no more, having closed where its script says
 * so, and all that lies between rests; until then just as much is read as lets
 * the other end go on, once all rests that could do so by itself. So whatever
 * lies between the ends is as full as it can be when the stall begins.
 */
void party_act(struct party *party);

/* The bytes of the step under way. */
int64_t party_step_bytes(const struct party *party);

/* Takes bytes that have come: they must be the other end's, each of them. */
void party_check_bytes(struct party *party, const char *bytes, size_t count);

/* Takes bytes that somebody else has read for it, and notes that. */
void party_take(struct party *party, const char *bytes, size_t count);

/* What poll(2) is to look for; -1: not to be polled. */
int party_events(const struct party *party);

/* Does what poll(2) has found possible. */
void party_serve(struct party *party, short revents);

/* When a stalled end is to look for whether all rests; -1: never. */
int64_t party_look_due_ms(const struct party *party);

/* Whether it has to look for whether it may send more; and when. */
bool party_holds_back(const struct party *party);
int64_t party_again_ms(const struct party *party);

/* When it is due to act without anybody's doing; -1: never. */
int64_t party_due_ms(const struct party *party);

/* Whether it only waits for time to pass. */
bool party_is_pausing(const struct party *party);

/* Whether the whole script was acted on. */
bool party_is_done(const struct party *party);

/* Closes the connection if it is open; what was seen stays. */
void party_leave(struct party *party);

/* Frees what it holds. */
void party_free(struct party *party);

#endif
