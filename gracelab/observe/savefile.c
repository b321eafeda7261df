/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "savefile.h"

#include <stdlib.h>
#include <time.h>

#include "lib/text/utf8.h"
#include "libpcap.h"

#define PACKET_BYTES 65535

struct savefile {
	pcap_t *pcap;
	pcap_dumper_t *dumper;
};

struct savefile *savefile_open(const char *path, char *why, size_t why_size)
{
	struct savefile *savefile = calloc(1, sizeof(*savefile));

	if (savefile)
		savefile->pcap = pcap_open_dead_with_tstamp_precision(
			DLT_RAW, PACKET_BYTES, PCAP_TSTAMP_PRECISION_NANO);
	if (!savefile || !savefile->pcap) {
		utf8_print(why, why_size, "%s: no memory", path);
		free(savefile);
		return NULL;
	}
	savefile->dumper = libpcap_save(savefile->pcap, path);
	if (savefile->dumper)
		return savefile;
	utf8_print(why, why_size, "%s", pcap_geterr(savefile->pcap));
	savefile_close(savefile);
	return NULL;
}

void savefile_add(struct savefile *savefile, const uint8_t *packet, size_t len)
{
	struct pcap_pkthdr header = { .caplen = (bpf_u_int32)len,
		.len = (bpf_u_int32)len };
	struct timespec now;

	clock_gettime(CLOCK_REALTIME, &now);
	/* With nanosecond precision tv_usec holds nanoseconds. */
	header.ts.tv_sec = now.tv_sec;
	header.ts.tv_usec = now.tv_nsec;
	pcap_dump((u_char *)savefile->dumper, &header, packet);
}

int savefile_close(struct savefile *savefile)
{
	int result;

	if (!savefile)
		return 0;
	result = libpcap_close(savefile->pcap, savefile->dumper);
	free(savefile);
	return result;
}
