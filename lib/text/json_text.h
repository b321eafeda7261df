/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Texts in JSON, whatever bytes they are. */
#ifndef GRACE_JSON_TEXT_H
#define GRACE_JSON_TEXT_H

#include <jansson.h>
#include <stddef.h>

/*
 * `len` bytes as a string: UTF-8 as it is, each byte that is not, and NUL,
 * which many a reader refuses, as `\xNN`. A new reference, or NULL without
 * memory.
 */
json_t *json_text(const char *bytes, size_t len);

#endif
