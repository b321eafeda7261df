/* SPDX-License-Identifier: GPL-3.0-or-later */
/* The textbook's: a file's name comes, the file goes, and EOF ends it. */
#include <fcntl.h>
#include <netinet/in.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/socket.h>
#include <unistd.h>

int main(int argc, char **argv)
{
	struct sockaddr_in here = { .sin_family = AF_INET,
		.sin_port = htons((in_port_t)atoi(argv[argc - 1])) };
	int listener = socket(AF_INET, SOCK_STREAM, 0);
	char name[100], buffer[16];
	ssize_t n;

	bind(listener, (struct sockaddr *)&here, sizeof(here));
	listen(listener, 5);
	int connection = accept(listener, NULL, NULL);

	n = read(connection, name, sizeof(name) - 1);
	name[n > 0 ? n : 0] = '\0';
	int file = open(name, O_RDONLY);

	while ((n = read(file, buffer, sizeof(buffer))) > 0)
		write(connection, buffer, (size_t)n);
	close(connection);
	return 0;
}
