/* SPDX-License-Identifier: GPL-3.0-or-later */
/* What is known to help programs that many use. */
#ifndef GRACELAB_REMEDY_H
#define GRACELAB_REMEDY_H

/*
 * What makes a proxy of that name keep half-closed connections, or NULL where
 * nothing is known; never changes. The name is the kernel's: /proc/PID/comm.
 */
const char *remedy_of_proxy(const char *program);

/* The same of a client that gives up too soon after its FIN, by the word or
 * path that it is started with. */
const char *remedy_of_client(const char *command);

#endif
