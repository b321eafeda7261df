/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Texts of any bytes on a page. */
#ifndef GRACELAB_PAGE_PUT_H
#define GRACELAB_PAGE_PUT_H

#include <jansson.h>
#include <stdbool.h>
#include <stdio.h>

/*
 * Writes a terminated text as that of an element, or as the value of a quoted
 * attribute: no markup, no control character but newlines, nothing that turns
 * the direction of what stands beside it.
 */
void put_text(FILE *out, const char *text);

/*
 * Writes JSON as the text of a script that is data: with none of `<`, `>` and
 * `&`, and all ASCII, so that no text in it ends or begins anything. False
 * without memory.
 */
bool put_json(FILE *out, const json_t *json);

/* Writes `data:image/svg+xml` with the text in base64, for an attribute. */
void put_svg_url(FILE *out, const char *svg);

#endif
