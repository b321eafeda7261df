/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Programs that may write in one folder only, and read everywhere. */
#ifndef GRACELAB_CONFINE_H
#define GRACELAB_CONFINE_H

/*
 * Prepares a confinement, landlock(7), to `folder`, a descriptor: beneath it
 * anything may be made, written and removed, elsewhere nothing but /dev/null
 * be written; what is open
 * already stays so. Returns a close-on-exec descriptor, or -1 with errno:
 * ENOSYS or EOPNOTSUPP where the kernel has no Landlock.
 */
int confine_open(int folder);

/*
 * Confines the calling thread, for good, with all that it starts; it gets no
 * privilege by execve(2) any more. Calls nothing but the kernel, so that it
 * can be called between vfork(2) and execve(2). Returns 0, or -1 with errno.
 */
int confine_enter(int confinement);

#endif
