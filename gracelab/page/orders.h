/* SPDX-License-Identifier: GPL-3.0-or-later */
/* What was explored, as a part of a page. */
#ifndef GRACELAB_PAGE_ORDERS_H
#define GRACELAB_PAGE_ORDERS_H

#include <stdio.h>

#include "gracelab/record/record.h"

/*
 * Writes the table of the record's orders, an order of each class, move by
 * move, and the tree of all of them where the record has its picture.
 */
void orders_write(FILE *out, const struct record *record);

#endif
