/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * The wire between two hosts, held in one's hands: each segment that a kernel
 * sends is taken from it, and given to the other kernel, now or when told, or
 * never. What is no TCP is lost without a word.
 *
 * Nothing happens by itself: a segment travels during a call of one of these
 * functions only, and when that returns both kernels have acted on all that
 * arrived, and nothing is under way but what waits. Only then do their states
 * tell of the segments (kernel.h), and only a kernel's timer changes them.
 *
 *     send(client, "data1", 5, 0);
 *     wire_hold(wire, SERVER);       what the server sends shall wait
 *     wire_pump(wire);               data1 arrives; its ACK waits
 *     for (s = wire_first(wire); s; s = s->next)   what waits, in order
 *             if (!segment_is_pure_ack(&s->segment)) ...
 *     wire_pass(wire, s);            s is gone then
 *
 * The functions that give an int give 0, or -1 with errno: the wire is broken.
 */
#ifndef GRACELAB_WIRE_H
#define GRACELAB_WIRE_H

#include "forge.h"
#include "hosts.h"
#include "lib/net/segment.h"
#include "waiting.h"

/* What became of a segment; everything is borrowed for one call. */
struct wire_news {
	enum wire_fate fate;
	enum side sender;
	const struct segment *segment;
	unsigned id; /* SENT, ARRIVED, LOST: of one that waited; else 0 */
	bool copy;   /* ARRIVED, LOST: one of these has arrived already */
	bool again;  /* a retransmission */
	const uint8_t *packet; /* the whole IP packet */
	size_t packet_bytes;
};

struct wire;

/*
 * Begins with nothing held. on_news (or NULL) is told of every segment, pure
 * ACKs too; it calls nothing of the wire. The hosts are borrowed, also over a
 * reboot. NULL with errno.
 */
struct wire *wire_open(struct hosts *hosts,
	void (*on_news)(void *context, const struct wire_news *news),
	void *context);

/*
 * on_given, with wire_open()'s context, is called as often as a kernel has
 * acted on a segment, and before anything else travels.
 */
void wire_on_given(struct wire *wire, void (*on_given)(void *context));

void wire_close(struct wire *wire);

/* Takes all that both kernels have sent; passes on what is not held. */
int wire_pump(struct wire *wire);

/* For poll(2): POLLIN says that wire_pump() may find something. */
int wire_descriptor(const struct wire *wire, enum side side);

/* What that side sends shall wait. */
void wire_hold(struct wire *wire, enum side sender);
bool wire_is_held(const struct wire *wire, enum side sender);

/*
 * What waits, in order of departure; NULL: nothing. A retransmission of a
 * segment that still waits takes its place, and one whose ACK waits, or has
 * arrived, is none; one of a segment that was lost, or whose ACK was, waits
 * itself, but is not told of: when a timer fires is not for others to know
 * until they look.
 */
const struct wire_segment *wire_first(const struct wire *wire);

/* Which side's segments; WIRE_ANY: either's. */
enum wire_side { WIRE_CLIENT = CLIENT, WIRE_SERVER = SERVER, WIRE_ANY };

/* The first segment that waits and has this name (segment_text(); NULL: any).
 * NULL: there is none. */
const struct wire_segment *wire_find(
	const struct wire *wire, enum wire_side sender, const char *name);

/* Tells of it as WIRE_SENT, if that has not been done. */
void wire_reveal(struct wire *wire, const struct wire_segment *segment);

/* It arrives; it is lost; it arrives and goes on waiting. The first two end
 * `segment`. */
int wire_pass(struct wire *wire, const struct wire_segment *segment);
int wire_drop(struct wire *wire, const struct wire_segment *segment);
int wire_copy(struct wire *wire, const struct wire_segment *segment);

/* All that waits arrives, in order of departure, and behind it what is sent
 * upon that; nothing is held any more. */
int wire_release(struct wire *wire);

/* All that is sent from now on is lost; no more. What waits goes on waiting. */
void wire_cut(struct wire *wire, bool is_cut);

/*
 * A segment arrives that nobody sent, of the connection that began last.
 * EINVAL: there is none yet. EMSGSIZE: it is longer than a packet.
 */
int wire_forge(struct wire *wire, const struct forged *forged);

/* Begins anew for another play with the same hosts: what waits is lost without
 * a word, nothing is held or cut, connections are forgotten. */
void wire_clear(struct wire *wire);

#endif
