/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Texts of any length in lines of so many columns. */
#ifndef GRACE_WRAP_H
#define GRACE_WRAP_H

#include <stddef.h>

/*
 * How many bytes of a terminated text go to the next line of `columns` columns,
 * cut at a blank where there is one; 0 columns: all of it. `*skipped` is how
 * many blanks behind them are dropped. A character counts for one column.
 */
size_t wrap_line(const char *text, size_t columns, size_t *skipped);

#endif
