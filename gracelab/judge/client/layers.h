/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * The layers of an end with TLS, RFC 8446 section 6.1: close_notify says that
 * no more is sent, FIN that no more can come. Pure.
 */
#ifndef GRACELAB_CLIENT_LAYERS_H
#define GRACELAB_CLIENT_LAYERS_H

#include "seen.h"

/* Which of them have ended the client's half. */
struct seen layers_of(const struct visit *visit);

/* ... of a client that has ended TLS otherwise. */
struct seen layers_broken(const struct visit *visit);

#endif
