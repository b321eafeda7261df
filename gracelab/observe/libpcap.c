/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "libpcap.h"

#include <errno.h>
#include <fcntl.h>
#include <stdio.h>

int libpcap_choose(pcap_t *pcap, uint16_t port)
{
	struct bpf_program program;
	char text[32] = "tcp";
	int result;

	if (port)
		snprintf(text, sizeof(text), "tcp port %u", port);
	if (pcap_compile(pcap, &program, text, 1, PCAP_NETMASK_UNKNOWN) < 0)
		return -1;
	result = pcap_setfilter(pcap, &program);
	pcap_freecode(&program);
	return result;
}

pcap_dumper_t *libpcap_save(pcap_t *pcap, const char *path)
{
	pcap_dumper_t *dumper = pcap_dump_open(pcap, path);

	if (dumper)
		fcntl(fileno(pcap_dump_file(dumper)), F_SETFD, FD_CLOEXEC);
	return dumper;
}

int libpcap_close(pcap_t *pcap, pcap_dumper_t *dumper)
{
	int error = dumper && pcap_dump_flush(dumper) < 0 ? errno : 0;

	if (dumper)
		pcap_dump_close(dumper);
	if (pcap)
		pcap_close(pcap);
	errno = error;
	return error ? -1 : 0;
}
