/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Texts in XML 1.0, whatever bytes they are. */
#ifndef GRACE_XML_H
#define GRACE_XML_H

#include <stddef.h>
#include <stdio.h>

#include "utf8.h"

/*
 * Copies `len` bytes to `out`, each byte of what is not UTF-8, or is excluded
 * by XML's Char (most control characters, U+FFFE, U+FFFF), as `\xNN`. `out`
 * has room for UTF8_FIT_SIZE(len) and is terminated. Returns its length. What
 * has to be measured before it is written is measured so.
 */
size_t xml_fit(char *out, const void *bytes, size_t len);

/*
 * Writes `len` bytes as the text of an element or the value of an attribute in
 * either quotes: xml_fit(), and markup by references. In an attribute a reader
 * gets a space for a newline or tab, as XML has it.
 */
void xml_write(FILE *out, const void *bytes, size_t len);

/* xml_write() of a terminated text. */
void xml_write_text(FILE *out, const char *text);

#endif
