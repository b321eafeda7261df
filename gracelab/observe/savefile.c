/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "savefile.h"

#include <errno.h>
#include <fcntl.h>
#include <pcap/pcap.h>
#include <stdio.h>
#include <stdlib.h>
#include <time.h>

#include "lib/text/utf8.h"

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
	savefile->dumper = pcap_dump_open(savefile->pcap, path);
	if (savefile->dumper) {
		fcntl(fileno(pcap_dump_file(savefile->dumper)), F_SETFD,
			FD_CLOEXEC);
		return savefile;
	}
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
	int error = 0;

	if (!savefile)
		return 0;
	if (savefile->dumper) {
		if (pcap_dump_flush(savefile->dumper) < 0)
			error = errno;
		pcap_dump_close(savefile->dumper);
	}
	pcap_close(savefile->pcap);
	free(savefile);
	errno = error;
	return error ? -1 : 0;
}
