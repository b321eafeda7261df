/* SPDX-License-Identifier: GPL-3.0-or-later */
/* The half of a check that stands where the proxy connects to. */
#ifndef GRACELAB_FAR_H
#define GRACELAB_FAR_H

#include <stdint.h>

/*
 * Is it, until a signal asks it to end: listens at `host` (NULL: the loopback)
 * and `port`, where the proxy connects to, and at `at`, an ADDR:PORT (NULL:
 * 127.0.0.1:43212), for the near half. Returns the exit status.
 */
int far_serve(const char *at, const char *host, uint16_t port);

#endif
