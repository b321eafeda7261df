/* SPDX-License-Identifier: GPL-3.0-or-later */
/* What several ask of libpcap. */
#ifndef GRACELAB_LIBPCAP_H
#define GRACELAB_LIBPCAP_H

#include <pcap/pcap.h>
#include <stdint.h>

/* Lets TCP alone through, of that port, or with 0 of all. Returns 0, or -1 with
 * pcap_geterr(3). */
int libpcap_choose(pcap_t *pcap, uint16_t port);

/* Begins a savefile, close-on-exec; for libpcap_close(). NULL with
 * pcap_geterr(3). */
pcap_dumper_t *libpcap_save(pcap_t *pcap, const char *path);

/* Flushes and closes the savefile, then the rest; each may be NULL. Returns 0,
 * or -1 with errno where the savefile could not be written. */
int libpcap_close(pcap_t *pcap, pcap_dumper_t *dumper);

#endif
