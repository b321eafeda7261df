/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * What a program relies on and inherits from whoever started it: descriptors,
 * signals, limits, its name.
 */
#ifndef GRACE_START_H
#define GRACE_START_H

/*
 * To be called first of all, with the arguments of main(). `name` is what the
 * program is called in its messages, whatever argv[0] holds; it is not copied.
 *
 *  - What is missing of descriptors 0 to 2 is opened, for nothing to be read
 *    and nothing to be written, so that no file or socket takes its place and
 *    no complaint ends in it.
 *  - SIGCHLD has its default: while it is ignored no child can be waited for.
 *  - SIGXFSZ is ignored: write(2) fails with EFBIG, which can be told.
 *  - No signal is blocked but SIGPIPE, whose policy is the program's to choose.
 *  - As many descriptors may be open as the hard limit allows.
 *  - A program that would end with 0 ends with STATUS_FAILURE, and says why,
 *    if what stdio has for standard output cannot be written.
 */
void start(int *argc, char ***argv, const char *name);

/*
 * In a child that becomes somebody else's program: signals, mask and limits are
 * again what start() found. Safe behind fork(2) and vfork(2).
 */
void start_undo(void);

#endif
