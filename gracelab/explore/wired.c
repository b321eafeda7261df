/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "ground.h"
const struct ground_kind ground_wire = { 0 };
