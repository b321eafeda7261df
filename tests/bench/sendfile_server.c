/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * Reference: sends a file by sendfile(2) to each that connects, shuts down
 * writing and prints the thanks that come before EOF.
 *
 *     sendfile_server FILE
 */
#include <sys/sendfile.h>

#include "bare.h"

int main(int argc, char **argv)
{
	if (argc < 2)
		errx(2, "FILE");
	int listener = bare_listen();

	for (;;) {
		int file = bare_open(argv[1], O_RDONLY);
		int fd = accept(listener, NULL, NULL);
		char thanks[64];
		ssize_t n;

		if (fd < 0)
			err(1, "accept");
		do
			n = sendfile(fd, file, NULL, 1 << 30);
		while (n > 0);
		if (n < 0)
			err(1, "sendfile");
		shutdown(fd, SHUT_WR);
		while ((n = read(fd, thanks, sizeof(thanks))) > 0)
			printf("%.*s\n", (int)n, thanks);
		fflush(stdout);
		close(file);
		close(fd);
	}
}
