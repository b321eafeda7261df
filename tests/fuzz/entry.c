/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Where libFuzzer enters; FUZZ_TARGET is one of fuzz.h. */
#include <stdlib.h>

#include "fuzz.h"
#include "tests/unit/tap.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	FUZZ_TARGET(data, size);
	if (!tap_passing())
		abort();
	return 0;
}
