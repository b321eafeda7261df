/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * Fuzz targets: what must hold of any input, by the checks of
 * tests/unit/tap.h. libFuzzer calls them (entry.c), and so do the unit tests
 * with what they generate and with what is kept in corpus/.
 */
#ifndef GRACE_TESTS_FUZZ_H
#define GRACE_TESTS_FUZZ_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

/* Typed lines: taken one by one, escaped, resolved and parsed. */
bool fuzz_lines(const uint8_t *data, size_t size);

/* A .lab file. */
bool fuzz_experiment(const uint8_t *data, size_t size);

/* A program's name and its arguments, a line each. */
bool fuzz_arguments(const uint8_t *data, size_t size);

/* A captured packet from its IP header on. */
bool fuzz_packet(const uint8_t *data, size_t size);

/* A reply without FIN; behind a NUL, if there is one, a reply to a probe. */
bool fuzz_reply(const uint8_t *data, size_t size);

/* What a server has written to --events until it ended, however that was. */
bool fuzz_events(const uint8_t *data, size_t size);

/*
 * What went over a TLS connection and a key log: pieces, each behind a byte
 * that says whose it is (0x80: the server's, 0xff: the log's) and how long.
 * True: there was a record.
 */
bool fuzz_records(const uint8_t *data, size_t size);

/* Each returns whether its program takes any of the input. */

/* Whether a text can be given to a terminal: UTF-8 that does not drive it. */
bool fuzz_is_harmless(const char *text, size_t len);

/*
 * `len` bytes alone in memory, so that a sanitizer sees what is read behind
 * them; the second adds one byte, `behind`. For free().
 */
char *fuzz_copy(const void *bytes, size_t len);
char *fuzz_copy_before(const void *bytes, size_t len, char behind);

#endif
