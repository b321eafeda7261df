/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * TLS on a connected socket that does not block, in the terms of the socket's
 * own calls. It has an end more: close_notify, RFC 8446 section 6.1, which says
 * that nothing more comes, as a FIN does; a FIN without one may be a cut.
 */
#ifndef GRACELAB_TLS_H
#define GRACELAB_TLS_H

#include <stdbool.h>
#include <stddef.h>
#include <sys/types.h>

#include "data.h"

struct tls;
struct tls_context;

/*
 * Begins, as a client or as a server as the context has it; the socket is
 * borrowed. NULL without memory. tls_free() closes nothing.
 */
struct tls *tls_new(struct tls_context *context, int fd);
void tls_free(struct tls *tls);

enum tls_step { TLS_DONE, TLS_WAITS, TLS_FAILED };

/* Goes on with the handshake. */
enum tls_step tls_handshake(struct tls *tls);

/* Room for tls_explain(). */
#define TLS_WHY_SIZE 240

/*
 * Writes why the handshake has failed, or what it waits for, to `why` (room for
 * TLS_WHY_SIZE), terminated. Returns it.
 */
char *tls_explain(const struct tls *tls, char *why);

/* What the handshake has agreed on; TLS_ANY before. */
enum tls_version tls_version(const struct tls *tls);

/*
 * Like send(2) with MSG_NOSIGNAL and, for `more`, MSG_MORE. A record of which
 * the kernel takes but a part is sent, and tls_has_output() until tls_flush()
 * got rid of it; meanwhile nothing else is taken (EAGAIN), nor is it during
 * another handshake that the peer has asked for (RFC 5246 section 7.4.1.1).
 */
ssize_t tls_send(struct tls *tls, const void *data, size_t len, bool more);

/*
 * Sends close_notify, once; behind a handshake that the peer has asked for
 * meanwhile, and until then tls_has_output(). Returns 0, or -1 with errno; as
 * tls_send().
 */
int tls_notify(struct tls *tls, bool more);

/*
 * Whether nothing can be sent any more, since the peer has asked for another
 * handshake, and then ended its half: it cannot do its part.
 */
bool tls_is_stuck(const struct tls *tls);

bool tls_has_output(const struct tls *tls);

/*
 * What poll(2) has to find before more can be sent: POLLOUT; or POLLIN, for the
 * peer's part of another handshake; or 0 where what it has sent before that is
 * to be read first. NULL: no TLS, and POLLOUT.
 */
short tls_awaits(const struct tls *tls);

/* Returns 0, also where some is left, or -1 with errno. */
int tls_flush(struct tls *tls);

/* A read for less may leave a part of a record to be read without poll(2). */
#define TLS_RECORD_BYTES 16384

/*
 * Like recv(2): 0 is the end of the peer's half, of which tls_end() tells more.
 * EPROTO where what has come is no TLS, or is an alert. `*at_s`, by the clock
 * of duration_now_s(), is when the last of the bytes arrived, or the end did.
 */
ssize_t tls_recv(struct tls *tls, void *buffer, size_t size, double *at_s);

/* Whether tls_recv() has something that poll(2) does not know of. */
bool tls_has_input(const struct tls *tls);

/*
 * After close_notify: looks whether TCP has ended too, and notes it. Bytes that
 * come behind it are thrown away, as many as a look may take.
 */
bool tls_look_for_end(struct tls *tls);

const struct tls_end *tls_end(const struct tls *tls);

#endif
