/* SPDX-License-Identifier: GPL-3.0-or-later */
/* The record as a Mermaid sequence diagram, for Markdown pages. */
#ifndef GRACELAB_MERMAID_H
#define GRACELAB_MERMAID_H

#include <stdio.h>

#include "record.h"

/*
 * Writes one `sequenceDiagram`, without a fence around it, whatever bytes the
 * record has.
 */
void mermaid_write(FILE *out, const struct record *record);

#endif
