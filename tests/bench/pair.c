/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * Two programs to be watched, which say how long the client took:
 *
 *     pair serve|take PORT MIB        a file's worth, by 64 KiB
 *     pair echo|ask PORT ROUNDS       five bytes there and back
 *     pair accept|short PORT ROUNDS   as many connections, one after the other
 */
#include "bare.h"

#include <stdbool.h>

enum { PIECE = 64 * 1024 };

static char piece[PIECE];

static int connected(const char *port)
{
	struct sockaddr_in to = bare_address(1, port);
	int fd;

	/* Outside of gracelab nobody says when the server listens. */
	for (;;) {
		fd = socket(AF_INET, SOCK_STREAM, 0);
		if (!connect(fd, (struct sockaddr *)&to, sizeof(to)))
			return fd;
		close(fd);
		usleep(1000);
	}
}

static int listening(const char *port)
{
	struct sockaddr_in here = bare_address(1, port);
	int fd = socket(AF_INET, SOCK_STREAM, 0), on = 1;

	setsockopt(fd, SOL_SOCKET, SO_REUSEADDR, &on, sizeof(on));
	if (bind(fd, (struct sockaddr *)&here, sizeof(here)) || listen(fd, 64))
		err(1, "port %s", port);
	return fd;
}

static void swap(int fd, bool asks)
{
	if (asks && write(fd, "hello", 5) != 5)
		err(1, "write");
	if (read(fd, piece, 5) != 5)
		err(1, "read");
	if (!asks && write(fd, "hello", 5) != 5)
		err(1, "write");
}

static void serve(const char *mode, const char *port, long count)
{
	int listener = listening(port), fd = -1;

	if (strcmp(mode, "accept") != 0)
		fd = accept(listener, NULL, NULL);
	for (long i = 0; i < count; i++) {
		if (!strcmp(mode, "accept")) {
			fd = accept(listener, NULL, NULL);
			swap(fd, false);
			close(fd);
		} else if (!strcmp(mode, "echo")) {
			swap(fd, false);
		} else {
			for (int part = 0; part < (1 << 20) / PIECE; part++)
				if (write(fd, piece, PIECE) != PIECE)
					err(1, "write");
		}
	}
}

int main(int argc, char **argv)
{
	const char *mode = argc == 4 ? argv[1] : "";
	long count = argc == 4 ? strtol(argv[3], NULL, 10) : 0;
	double began;

	if (!strcmp(mode, "serve") || !strcmp(mode, "echo") ||
		!strcmp(mode, "accept")) {
		serve(mode, argv[2], count);
		return 0;
	}
	if (argc != 4)
		errx(1, "usage: pair MODE PORT COUNT");
	int fd = connected(argv[2]);

	began = bare_now_s();
	if (!strcmp(mode, "take"))
		while (read(fd, piece, PIECE) > 0)
			;
	for (long i = 0; !strcmp(mode, "ask") && i < count; i++)
		swap(fd, true);
	for (long i = 0; !strcmp(mode, "short") && i < count; i++) {
		swap(fd, true);
		close(fd);
		if (i + 1 < count)
			fd = connected(argv[2]);
	}
	printf("%.6f\n", bare_now_s() - began);
	return 0;
}
