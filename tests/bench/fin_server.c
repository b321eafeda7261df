/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * Reference: waits by select(2) and read(2) for EOF, one connection after the
 * other, and writes a line when one begins and when its EOF has come.
 */
#include <sys/select.h>

#include "bare.h"

int main(void)
{
	int listener = bare_listen();

	for (;;) {
		int fd = accept(listener, NULL, NULL);
		char buffer[4096];
		ssize_t n;

		if (fd < 0)
			err(1, "accept");
		bare_write(STDOUT_FILENO, "accept\n", 7);
		do {
			fd_set readable;

			FD_ZERO(&readable);
			FD_SET(fd, &readable);
			select(fd + 1, &readable, NULL, NULL, NULL);
			n = read(fd, buffer, sizeof(buffer));
		} while (n > 0);
		bare_write(STDOUT_FILENO, "eof\n", 4);
		close(fd);
	}
}
