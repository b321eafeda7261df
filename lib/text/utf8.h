/* SPDX-License-Identifier: GPL-3.0-or-later */
/* UTF-8 (RFC 3629) in bytes that may be anything. */
#ifndef GRACE_UTF8_H
#define GRACE_UTF8_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

/* The most bytes of a character. */
#define UTF8_MAX 4

/*
 * The length of the character that begins at `bytes`, of which `len` (at least
 * 1) are there, and its code point; 0 if it is not well-formed.
 */
size_t utf8_decode(const void *bytes, size_t len, uint32_t *point);

/* The room, terminator included, that `len` bytes may need in utf8_fit(). */
#define UTF8_FIT_SIZE(len) ((len)*4 + 1)

/* Room for `\xNN` and its terminator. */
#define UTF8_HEX_SIZE 5

/* Writes a byte as `\xNN`, terminated. Returns where the terminator stands. */
char *utf8_put_hex(char *out, unsigned char byte);

/*
 * Copies `len` bytes to `out`, each byte of what is not well-formed or holds
 * by `excluded` as `\xNN`. `out` has room for UTF8_FIT_SIZE(len), is
 * terminated and holds well-formed UTF-8. Returns its length.
 */
size_t utf8_fit(char *out, const void *bytes, size_t len,
	bool (*excluded)(uint32_t point));

/*
 * Takes the beginning of a character off the end of a terminated text, where
 * snprintf(3) has left it for want of room.
 */
void utf8_trim(char *text);

/* snprintf(3), terminated, and what is too long is cut between characters. */
void utf8_print(char *out, size_t size, const char *format, ...)
	__attribute__((format(printf, 3, 4)));

#endif
