/* SPDX-License-Identifier: GPL-3.0-or-later */
/* The textbook's: an echo server that takes its time. */
#include <netinet/in.h>
#include <stdlib.h>
#include <sys/socket.h>
#include <unistd.h>

int main(int argc, char **argv)
{
	struct sockaddr_in here = { .sin_family = AF_INET,
		.sin_port = htons((in_port_t)atoi(argv[argc - 1])) };
	int listener = socket(AF_INET, SOCK_STREAM, 0);
	char buffer[100];
	ssize_t n;

	bind(listener, (struct sockaddr *)&here, sizeof(here));
	listen(listener, 5);
	int connection = accept(listener, NULL, NULL);

	while ((n = read(connection, buffer, sizeof(buffer))) > 0) {
		usleep(50000);
		write(connection, buffer, (size_t)n);
	}
	close(connection);
	return n < 0;
}
