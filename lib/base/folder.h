/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Folders that a program makes for itself, and removes. */
#ifndef GRACE_FOLDER_H
#define GRACE_FOLDER_H

/*
 * Removes it with all that is in it; links are followed nowhere. What must not
 * be removed stays, and so does what it is in.
 */
void folder_remove(const char *path);

#endif
