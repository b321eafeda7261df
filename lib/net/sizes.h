/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Room for what is written about addresses, terminators included. */
#ifndef GRACE_NET_SIZES_H
#define GRACE_NET_SIZES_H

/* An address as net_format() writes it: "[IPv6%scope]:port", with `PORT` too,
 * or `unix:PATH` escaped. */
#define NET_ADDRESS_SIZE 448

/* A failure's message. */
#define NET_ERROR_SIZE 768

#endif
