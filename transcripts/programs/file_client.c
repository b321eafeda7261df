/* SPDX-License-Identifier: GPL-3.0-or-later */
/* The textbook's: asks for a file by its name, and prints it up to EOF. */
#include <netinet/in.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

int main(int argc, char **argv)
{
	struct sockaddr_in there = { .sin_family = AF_INET,
		.sin_port = htons((in_port_t)atoi(argv[1])),
		.sin_addr = { htonl(INADDR_LOOPBACK) } };
	int connection = socket(AF_INET, SOCK_STREAM, 0);
	const char *name = argc > 2 ? argv[2] : "";
	char buffer[16];
	ssize_t n;

	if (connect(connection, (struct sockaddr *)&there, sizeof(there)))
		return 1;
	write(connection, name, strlen(name));
	while ((n = read(connection, buffer, sizeof(buffer))) > 0)
		fwrite(buffer, 1, (size_t)n, stdout);
	return n < 0;
}
