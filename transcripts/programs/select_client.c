/* SPDX-License-Identifier: GPL-3.0-or-later */
/* The textbook's: it ends with its input, whatever is still to come. */
#include <netinet/in.h>
#include <stdlib.h>
#include <string.h>
#include <sys/select.h>
#include <sys/socket.h>
#include <unistd.h>

int main(int argc, char **argv)
{
	struct sockaddr_in there = { .sin_family = AF_INET,
		.sin_port = htons((in_port_t)atoi(argv[argc - 1])),
		.sin_addr = { htonl(INADDR_LOOPBACK) } };
	int connection = socket(AF_INET, SOCK_STREAM, 0);
	char buffer[100];
	ssize_t n;

	if (connect(connection, (struct sockaddr *)&there, sizeof(there)))
		return 1;
	for (;;) {
		fd_set ready;

		FD_ZERO(&ready);
		FD_SET(0, &ready);
		FD_SET(connection, &ready);
		select(connection + 1, &ready, NULL, NULL, NULL);
		if (FD_ISSET(connection, &ready)) {
			n = read(connection, buffer, sizeof(buffer));
			if (n <= 0)
				return n < 0;
			write(1, buffer, (size_t)n);
		}
		if (FD_ISSET(0, &ready)) {
			n = read(0, buffer, sizeof(buffer));
			if (n <= 0 || !memcmp(buffer, "quit\n", 5))
				return 0;
			write(connection, buffer, (size_t)n);
		}
	}
}
