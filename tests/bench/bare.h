/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * What the references share: bare sockets on loopback, as a programmer would
 * write them who wants nothing but the work done. A failure ends the program.
 */
#ifndef BENCH_BARE_H
#define BENCH_BARE_H

#include <arpa/inet.h>
#include <err.h>
#include <errno.h>
#include <fcntl.h>
#include <netinet/in.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <time.h>
#include <unistd.h>

/* What one call moves, as in the programs that are measured. */
#define BARE_BUFFER_BYTES (256 * 1024)

/* Seconds of CLOCK_MONOTONIC. */
static inline double bare_now_s(void)
{
	struct timespec now;

	clock_gettime(CLOCK_MONOTONIC, &now);
	return (double)now.tv_sec + (double)now.tv_nsec / 1e9;
}

/* 127.0.0.`host`, with the port as it is typed. */
static inline struct sockaddr_in bare_address(unsigned host, const char *port)
{
	return (struct sockaddr_in){
		.sin_family = AF_INET,
		.sin_port = htons((uint16_t)strtoul(port, NULL, 10)),
		.sin_addr.s_addr = htonl(0x7f000000 + host),
	};
}

/* Listens on 127.0.0.1 at a port of the kernel's choice, and prints it. */
static inline int bare_listen(void)
{
	struct sockaddr_in address = bare_address(1, "0");
	socklen_t size = sizeof(address);
	int fd = socket(AF_INET, SOCK_STREAM, 0);

	if (fd < 0 || bind(fd, (struct sockaddr *)&address, size) ||
		listen(fd, SOMAXCONN) ||
		getsockname(fd, (struct sockaddr *)&address, &size))
		err(1, "listen");
	printf("listening on 127.0.0.1:%u\n", ntohs(address.sin_port));
	fflush(stdout);
	return fd;
}

/* A blocking connection to 127.0.0.1. */
static inline int bare_connect(const char *port)
{
	struct sockaddr_in address = bare_address(1, port);
	int fd = socket(AF_INET, SOCK_STREAM, 0);

	if (fd < 0 || connect(fd, (struct sockaddr *)&address, sizeof(address)))
		err(1, "connect");
	return fd;
}

static inline int bare_open(const char *path, int flags)
{
	int fd = open(path, flags, 0666);

	if (fd < 0)
		err(1, "%s", path);
	return fd;
}

static inline void bare_write(int fd, const char *data, size_t len)
{
	while (len) {
		ssize_t n = write(fd, data, len);

		if (n < 0)
			err(1, "write");
		data += n;
		len -= (size_t)n;
	}
}

#endif
