/* SPDX-License-Identifier: GPL-3.0-or-later */
/* The record as one HTML page that needs no other file. */
#ifndef GRACELAB_PAGE_H
#define GRACELAB_PAGE_H

#include <stdio.h>

#include "gracelab/record/record.h"

/*
 * Writes a whole HTML document, UTF-8, whatever bytes the record has. It asks
 * for nothing, also not by the network, and its Content-Security-Policy allows
 * no script and no style but its own. Without scripts, and for who does not
 * see, the ladder is a table of words. Comments stand where a book
 * may put its links: `<!--book-->`, `<!--claim-->`, and `<!--order K-->` for
 * each class of orders.
 */
void page_write(FILE *out, const struct record *record);

/* The same to NAME.html in that folder. Returns 0, or -1 with errno. */
int page_write_into(const char *folder, const struct record *record);

#endif
