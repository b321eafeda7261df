/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Events as whoever listens has them: JSON lines made events again. */
#ifndef GRACE_HEARD_H
#define GRACE_HEARD_H

#include <stdbool.h>
#include <stddef.h>

#include "event.h"
#include "lib/net/tls_record.h"

/* An event that owns its texts; for heard_free(). */
struct heard {
	struct event event; /* `data`: the bytes, not escaped any more */
	size_t data_bytes;  /* of `event.data`: not more than `event.bytes` */
	int how;            /* shutdown: SHUT_RD, SHUT_WR, SHUT_RDWR; else -1 */
	char *texts[5];     /* owned: what the event's pointers point to */
	/* Of a program of others: the TLS records that its call has moved;
	 * borrowed for one call, and `data` is what was inside them. */
	const struct tls_record *records;
	size_t record_count;
};

enum heard_result {
	HEARD_EVENT,
	HEARD_NOTHING, /* the line is no event */
	HEARD_NO_MEMORY,
};

/*
 * Reads a line that event_to_json() wrote, `len` bytes without its newline.
 * What the line lacks, or has in another form, is zero. Only with HEARD_EVENT
 * there is something to free.
 */
enum heard_result heard_read(struct heard *heard, const char *line, size_t len);

void heard_free(struct heard *heard);

#endif
