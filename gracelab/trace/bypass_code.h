/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * What a program is led through where it moves in bulk, as machine code. Pure.
 *
 * One page of code, and behind it a table of counts:
 *
 *     site n, fast      a call of that number, on a descriptor whose row of
 *                       the table says so, is made without a stop (the filter
 *                       knows the address) and counted; one that gave no bytes
 *                       is reported by a call that stops
 *     site n, slow      any other is made as before, and stops
 *     table n           BYPASS_DESCRIPTORS rows
 */
#ifndef GRACELAB_BYPASS_CODE_H
#define GRACELAB_BYPASS_CODE_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "call.h"

/* Where programs call the kernel from, each with one number. */
#define BYPASS_SITES       8
#define BYPASS_DESCRIPTORS 512

/* Less than this is no bulk, for calls that say how much they want. */
#define BYPASS_CALL_BYTES 4096

/* A result that is no bulk is told of by a call that there is not: its number
 * is the result, less this. */
#define BYPASS_REPORT 8192

/* The code's address, but for bits that BYPASS_ADDRESS_MASK has not: so that
 * one of them is near each program and library. */
#define BYPASS_ADDRESS      UINT32_C(0x1ace5000)
#define BYPASS_ADDRESS_MASK UINT32_C(0x3fffffff)
#define BYPASS_CODE_BYTES   4096
#define BYPASS_BYTES         \
	(BYPASS_CODE_BYTES + \
		BYPASS_SITES * BYPASS_DESCRIPTORS * sizeof(struct bypass_row))

/* At a site: the instruction, and the one behind it. */
#define BYPASS_PATCH_BYTES 8

/* The masked address behind the calls that do not stop: the bits of a site's
 * number are none of BYPASS_FAST_MASK. */
#define BYPASS_FAST_MASK    (BYPASS_ADDRESS_MASK & ~UINT32_C(0x700))
#define BYPASS_FAST_ADDRESS (BYPASS_ADDRESS + bypass_fast_offset)
extern const uint32_t bypass_fast_offset;

/* What goes through. */
enum {
	BYPASS_NONE,
	BYPASS_BIG, /* calls of at least BYPASS_CALL_BYTES */
	BYPASS_ALL,
};

/* A row of the table: of a site and a descriptor. */
struct bypass_row {
	uint64_t what;
	uint64_t bytes, calls; /* of those that gave some */
	uint64_t again;        /* those that gave EAGAIN */
};

/* Where a site's calls return to. */
struct bypass_returns {
	uint64_t fast;    /* the result is not counted yet */
	uint64_t counted; /* it needs not be */
	uint64_t slow;
	uint64_t report; /* of the call that tells of a result */
};

/* Whether calls of that kind can be led through. */
bool bypass_suits(const struct call *call);

/* The least result of such a call that is bulk. */
int64_t bypass_least(const struct call *call);

/*
 * Composes a site: `code` (BYPASS_CODE_BYTES) gets its part, `patch` what has
 * to stand at `address` (of the instruction that calls), where `before` stands
 * now; `page` is the code's address. False: the instructions are not of the
 * kind that is known, or this is not the machine.
 */
bool bypass_compose(unsigned char *code, uint64_t page, unsigned site,
	uint64_t address, const struct call *call,
	const unsigned char before[BYPASS_PATCH_BYTES],
	unsigned char patch[BYPASS_PATCH_BYTES]);

struct bypass_returns bypass_returns(uint64_t page, unsigned site);

/* The address of a row. */
uint64_t bypass_row_address(uint64_t page, unsigned site, int fd);

/* The pages where the code may be, near an address; `n` from 0, nearest first
 * or not; 0: no more. */
uint64_t bypass_page(uint64_t near_address, unsigned n);

#endif
