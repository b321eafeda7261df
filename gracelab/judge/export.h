/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Results for other programs: JSON, and JUnit's XML. */
#ifndef GRACELAB_EXPORT_H
#define GRACELAB_EXPORT_H

#include <stdio.h>

#include "result.h"

/* Each writes one whole document, well-formed whatever bytes a peer sent. */
void export_json(FILE *out, const struct results *results);
void export_junit(FILE *out, const struct results *results);

#endif
