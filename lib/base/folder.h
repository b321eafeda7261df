/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Folders that a program makes for itself, and removes. */
#ifndef GRACE_FOLDER_H
#define GRACE_FOLDER_H

/* Removes it with the files in it; what else is in it stays, and so does it. */
void folder_remove(const char *path);

#endif
