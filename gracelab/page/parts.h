/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * The parts of a page that are files, by embed.sh: each terminated, ASCII or
 * UTF-8, and the hashes of two as a Content-Security-Policy has them, with
 * `sha256-` before them.
 */
#ifndef GRACELAB_PAGE_PARTS_H
#define GRACELAB_PAGE_PARTS_H

extern const char page_style[], page_script[], page_tcp[], page_unix[];
extern const char page_style_hash[], page_script_hash[];

#endif
