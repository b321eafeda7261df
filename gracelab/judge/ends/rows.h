/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * A try as a ladder: both ends' calls and both hops, in the order of time, as
 * lines for a person and as rows for a program.
 */
#ifndef GRACELAB_ENDS_ROWS_H
#define GRACELAB_ENDS_ROWS_H

#include <jansson.h>
#include <stdio.h>

#include "source.h"

/*
 * The ladder as text under `title`, of 80 columns, or more where a call of the
 * proxy's needs them beside what it sent; that names its hop where its author
 * has a descriptor. What stands in a column stands in line.
 */
void rows_write(FILE *out, const char *title, const struct rows_source *source);

/*
 * An array of rows: `t`, and `side`, `call`, `result` of a call, `hop`, `from`
 * and `segment` of a segment; a segment stands with the call that sent it. A
 * call of side `proxy` has `hop`, `pid` and `thread`; without a hop it is one
 * of a whole process. A row of grace's own has `event`. A new reference, or
 * NULL without memory.
 */
json_t *rows_json(const struct rows_source *source);

#endif
