/* SPDX-License-Identifier: GPL-3.0-or-later */
/* How long the texts of lib/net are. */
#ifndef GRACE_SIZES_H
#define GRACE_SIZES_H

/* Room for an address as net_format() writes it: "[IPv6%scope]:port", with
 * `PORT` too, or `unix:PATH` escaped; and the terminator. */
#define NET_ADDRESS_SIZE 448

/* Room for a failure's message, terminated. */
#define NET_ERROR_SIZE 768

#endif
