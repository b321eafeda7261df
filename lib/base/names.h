/* SPDX-License-Identifier: GPL-3.0-or-later */
/* The names of the kernel's numbers. */
#ifndef GRACE_NAMES_H
#define GRACE_NAMES_H

/* "EPIPE", or "E?" for an unknown number. Never changes. */
const char *names_errno(int error);

/* The number of an errno name, or 0. */
int names_errno_number(const char *name);

/* "SIGPIPE", or "SIG?" for an unknown number. Never changes. */
const char *names_signal(int signal);

/* The number of a signal by its name with or without SIG, or 0. */
int names_signal_number(const char *name);

/* "SHUT_WR" for an argument of shutdown(2); and back, -1 for no such name. */
const char *names_shutdown(int how);
int names_shutdown_number(const char *name);

/* Room for names_describe(). */
#define NAMES_DESCRIPTION_SIZE 128

/*
 * Writes "EPIPE (Broken pipe)" to `out` (room for NAMES_DESCRIPTION_SIZE,
 * terminated). Returns `out`.
 */
char *names_describe(char *out, int error);

#endif
