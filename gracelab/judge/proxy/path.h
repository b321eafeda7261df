/* SPDX-License-Identifier: GPL-3.0-or-later */
/* What the way to the proxy and from it is like: --delay, --loss, --cut. */
#ifndef GRACELAB_PATH_H
#define GRACELAB_PATH_H

#include <argp.h>
#include <stdbool.h>
#include <stddef.h>

#include "gracelab/stage/line.h"

/* A child parser; its input is a struct line_plan. */
extern const struct argp path_argp;

/* Whether it is to be another than the loopback is. */
bool path_is_other(const struct line_plan *plan);

/* Writes ", 10 ms each way" and the like to `out`, terminated. */
void path_describe(const struct line_plan *plan, char *out, size_t size);

#endif
