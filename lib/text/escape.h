/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Bytes made fit to show, and typed escapes made bytes. */
#ifndef GRACE_ESCAPE_H
#define GRACE_ESCAPE_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

/* What a terminal line shows of a text, in bytes of the text. */
#define ESCAPE_LINE_BYTES 200

/* What an event carries of a text, in bytes of the text. */
#define ESCAPE_EVENT_BYTES 65536

/* The room, terminator included, that `len` bytes may need when escaped. */
#define ESCAPE_SIZE(len) ((len)*4 + 1)

/* Whether a character may drive a terminal: C0, DEL, C1, bidirectional. */
bool escape_is_control(uint32_t point);

/*
 * Writes `len` bytes to `out` so that no terminal is driven by them: `\\`,
 * `\n`, `\t`; `\xNN` for each byte of every other control character (C0, DEL,
 * C1, bidirectional controls) and of invalid UTF-8; other UTF-8 as it is.
 * `out` has room for ESCAPE_SIZE(len) and is terminated; it holds valid UTF-8.
 * Returns its length.
 */
size_t escape_text(char *out, const void *bytes, size_t len);

/*
 * The same for a text that is escaped already, or was on a screen, and yet
 * may drive one: a backslash stays as it is, and so `\n` and `\t` are \x0a and
 * \x09.
 */
size_t escape_shown(char *out, const void *bytes, size_t len);

/* Whether `len` bytes are UTF-8 that drives no terminal, on one line. */
bool escape_is_harmless(const void *bytes, size_t len);

/* The same of a text of several lines: newlines stay too. */
size_t escape_lines(char *out, const void *bytes, size_t len);

/* Room for escape_line(): escaped text, ellipsis, terminator. */
#define ESCAPE_LINE_SIZE (ESCAPE_SIZE(ESCAPE_LINE_BYTES) + sizeof("…"))

/*
 * escape_text() of at most ESCAPE_LINE_BYTES, and `…` where that cuts. `out`
 * has room for ESCAPE_LINE_SIZE. Returns `out`.
 */
char *escape_line(char *out, const void *bytes, size_t len);

/*
 * The words of a text of several lines as one line: what is blank between them,
 * newlines too, is one space, and around them none; the rest as by
 * escape_text(). What finds no room in `size`, of which at least 4 bytes are
 * there, is cut between characters, and `…` stands there. Terminated. Returns
 * `out`.
 */
char *escape_words(char *out, size_t size, const void *bytes, size_t len);

/*
 * A text that a stranger may have written, fit for a terminal: itself if it is
 * harmless, else escape_line() of it, in `out` with room for ESCAPE_LINE_SIZE.
 */
const char *escape_made_fit(char *out, const char *text);

/*
 * How many of `len` bytes to take so that they are at most `max` and no UTF-8
 * character is split.
 */
size_t escape_cut(const void *bytes, size_t len, size_t max);

/*
 * Resolves the C escapes of a typed text, in place: \a \b \e \f \n \r \t \v \\
 * \" \' \?, one to three octal digits, \x and one or two hexadecimal digits.
 * `*len` is its length before and after; the text is not terminated and may
 * hold NUL afterwards. On an unknown or unfinished escape returns false and
 * `*len` is the offset of its backslash.
 */
bool escape_resolve(char *text, size_t *len);

#endif
