/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "bypass_code.h"

#include <string.h>
#include <sys/syscall.h>

#define SITE_BYTES  256
#define SLOW_OFFSET (BYPASS_SITES * SITE_BYTES)

_Static_assert(2 * SLOW_OFFSET == BYPASS_CODE_BYTES, "two halves");
_Static_assert(sizeof(struct bypass_row) == 32, "shifted by 5 for a row");

/* What is written where. */
struct code {
	unsigned char *bytes;
	uint64_t address; /* of bytes[0] */
	size_t at;
};

static void put(struct code *code, const void *bytes, size_t count)
{
	memcpy(code->bytes + code->at, bytes, count);
	code->at += count;
}

#define PUT(code, ...)                                    \
	put(code, (const unsigned char[]){ __VA_ARGS__ }, \
		sizeof((const unsigned char[]){ __VA_ARGS__ }))

static void put_number(struct code *code, uint32_t number)
{
	put(code, &number, sizeof(number));
}

/* Relative to the end of the instruction, which is the end of this. */
static void put_relative(struct code *code, uint64_t target)
{
	put_number(code, (uint32_t)(target - (code->address + code->at + 4)));
}

bool bypass_suits(const struct call *call)
{
	switch (call->kind) {
	case CALL_READ:
	case CALL_WRITE:
		return (call->bytes == CALL_BUFFER ||
			       call->bytes == CALL_VECTOR) &&
			!call_has_condition(call);
	case CALL_SENDFILE:
		return true;
	default:
		return false;
	}
}

int64_t bypass_least(const struct call *call)
{
	return call->bytes == CALL_VECTOR ? BYPASS_CALL_BYTES : 1;
}

uint64_t bypass_row_address(uint64_t page, unsigned site, int fd)
{
	return page + BYPASS_CODE_BYTES +
		((uint64_t)site * BYPASS_DESCRIPTORS + (uint64_t)fd) *
		sizeof(struct bypass_row);
}

uint64_t bypass_page(uint64_t near_address, unsigned n)
{
	static const int64_t away[] = { 0, 1, -1, -2 };
	uint64_t step = (uint64_t)BYPASS_ADDRESS_MASK + 1;

	if (n >= sizeof(away) / sizeof(*away))
		return 0;
	return (near_address & ~(uint64_t)BYPASS_ADDRESS_MASK) +
		(uint64_t)away[n] * step + BYPASS_ADDRESS;
}

#if defined(__x86_64__)

/*
 * The offsets of the parts below, which compose_fast() checks. The instruction
 * that calls the kernel leaves nothing in rcx and r11, so both are free before
 * and behind it; the stack is not used, as a program may have its own below it.
 */
enum {
	FAST = 63,
	COUNTED = 95,
	REPORT = 128,
	SLOW = SLOW_OFFSET + 2,
};

const uint32_t bypass_fast_offset = FAST;

/* rcx and r11: the row of the descriptor. */
static void put_row(struct code *code, uint64_t table)
{
	PUT(code, 0x89, 0xf9);       /* mov ecx, edi */
	PUT(code, 0xc1, 0xe1, 5);    /* shl ecx, 5 */
	PUT(code, 0x4c, 0x8d, 0x1d); /* lea r11, [rip + ...] */
	put_relative(code, table);
}

/* What stood behind the call, and back to what stands behind that. */
static void put_return(
	struct code *code, const unsigned char *before, uint64_t address)
{
	put(code, before + 2, BYPASS_PATCH_BYTES - 2);
	PUT(code, 0xe9); /* jmp */
	put_relative(code, address + BYPASS_PATCH_BYTES);
}

static bool compose_fast(struct code *code, uint64_t table, uint64_t address,
	const struct call *call, const unsigned char *before)
{
	uint64_t slow = code->address + SLOW_OFFSET;
	/* Where sendfile(2) and writev(2) say how much. */
	uint32_t least = call->bytes == CALL_BUFFER ? BYPASS_CALL_BYTES : 0;

	PUT(code, 0x3d); /* cmp eax, number */
	put_number(code, (uint32_t)call->number);
	PUT(code, 0x0f, 0x85); /* jne slow */
	put_relative(code, slow);
	PUT(code, 0x81, 0xff); /* cmp edi, BYPASS_DESCRIPTORS */
	put_number(code, BYPASS_DESCRIPTORS);
	PUT(code, 0x0f, 0x83); /* jae slow */
	put_relative(code, slow);
	put_row(code, table);
	PUT(code, 0x41, 0x83, 0x3c, 0x0b, 1); /* cmp dword [r11+rcx], 1 */
	PUT(code, 0x0f, 0x82);                /* jb slow */
	put_relative(code, slow);
	PUT(code, 0x77, 13);         /* ja, over the next two */
	PUT(code, 0x48, 0x81, 0xfa); /* cmp rdx, least */
	put_number(code, least);
	PUT(code, 0x0f, 0x82); /* jb slow */
	put_relative(code, slow);
	PUT(code, 0x0f, 0x05); /* syscall */
	if (code->at != FAST)
		return false;
	put_row(code, table);
	PUT(code, 0x48, 0x3d); /* cmp rax, least */
	put_number(code, (uint32_t)bypass_least(call));
	PUT(code, 0x7c, 0); /* jl odd */
	size_t odd = code->at;

	PUT(code, 0xf0, 0x49, 0x01, 0x44, 0x0b, 8);  /* lock add rax */
	PUT(code, 0xf0, 0x49, 0xff, 0x44, 0x0b, 16); /* lock inc */
	if (code->at != COUNTED)
		return false;
	put_return(code, before, address);
	code->bytes[odd - 1] = (unsigned char)(code->at - odd);
	PUT(code, 0x48, 0x83, 0xf8, 0xf5); /* cmp rax, -EAGAIN */
	PUT(code, 0x75, 8);                /* jne, over the next two */
	PUT(code, 0xf0, 0x49, 0xff, 0x44, 0x0b, 24);
	PUT(code, 0xeb, (unsigned char)(COUNTED - (int)code->at - 2));
	PUT(code, 0x48, 0x2d); /* sub rax, BYPASS_REPORT */
	put_number(code, BYPASS_REPORT);
	PUT(code, 0x0f, 0x05); /* syscall */
	if (code->at != REPORT)
		return false;
	PUT(code, 0xeb, (unsigned char)(COUNTED - (int)code->at - 2));
	return code->at <= SITE_BYTES;
}

bool bypass_compose(unsigned char *bytes, uint64_t page, unsigned site,
	uint64_t address, const struct call *call,
	const unsigned char before[BYPASS_PATCH_BYTES],
	unsigned char patch[BYPASS_PATCH_BYTES])
{
	/* syscall; cmp rax, -4095 or -4096: what every C library and Go do. */
	static const unsigned char known[2][BYPASS_PATCH_BYTES] = {
		{ 0x0f, 0x05, 0x48, 0x3d, 0x01, 0xf0, 0xff, 0xff },
		{ 0x0f, 0x05, 0x48, 0x3d, 0x00, 0xf0, 0xff, 0xff },
	};
	size_t offset = (size_t)site * SITE_BYTES;
	struct code fast = { bytes + offset, page + offset, 0 };
	struct code slow = { bytes + SLOW_OFFSET + offset,
		page + SLOW_OFFSET + offset, 0 };
	struct code there = { patch, address, 0 };
	int64_t away = (int64_t)(page - address);

	if (memcmp(before, known[0], BYPASS_PATCH_BYTES) != 0 &&
		memcmp(before, known[1], BYPASS_PATCH_BYTES) != 0)
		return false;
	if (away > INT32_MAX - BYPASS_CODE_BYTES ||
		away < INT32_MIN + BYPASS_CODE_BYTES)
		return false;
	if (!compose_fast(&fast, bypass_row_address(page, site, 0), address,
		    call, before))
		return false;
	PUT(&slow, 0x0f, 0x05);
	put_return(&slow, before, address);
	PUT(&there, 0xe9);
	put_relative(&there, fast.address);
	PUT(&there, 0x0f, 0x1f, 0x00);
	return true;
}

struct bypass_returns bypass_returns(uint64_t page, unsigned site)
{
	uint64_t start = page + (uint64_t)site * SITE_BYTES;

	return (struct bypass_returns){
		.fast = start + FAST,
		.counted = start + COUNTED,
		.slow = start + SLOW,
		.report = start + REPORT,
	};
}

#else

const uint32_t bypass_fast_offset = 0;

bool bypass_compose(unsigned char *code, uint64_t page, unsigned site,
	uint64_t address, const struct call *call,
	const unsigned char before[BYPASS_PATCH_BYTES],
	unsigned char patch[BYPASS_PATCH_BYTES])
{
	(void)code, (void)page, (void)site, (void)address, (void)call;
	(void)before, (void)patch;
	return false;
}

struct bypass_returns bypass_returns(uint64_t page, unsigned site)
{
	(void)site;
	return (struct bypass_returns){ page, page, page, page };
}

#endif
