/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * Reference: a select(2) client. Sends a file while it saves what comes, shuts
 * down writing at the file's end and ends at EOF. With THANKS there is nothing
 * to send until EOF has come.
 *
 *     select_client PORT INPUT OUTPUT
 *     select_client PORT - OUTPUT THANKS
 */
#include <sys/select.h>

#include "bare.h"

static char in[BARE_BUFFER_BYTES], out[BARE_BUFFER_BYTES];

/* Sends the next piece of the file; false once all of it has been sent. */
static int send_more(int fd, int input)
{
	static ssize_t start, end;

	if (start == end) {
		start = 0;
		end = read(input, out, sizeof(out));
		if (end <= 0)
			return 0;
	}
	ssize_t n = send(fd, out + start, (size_t)(end - start), MSG_DONTWAIT);

	if (n < 0 && errno != EAGAIN)
		err(1, "send");
	start += n > 0 ? n : 0;
	return 1;
}

int main(int argc, char **argv)
{
	if (argc < 4)
		errx(2, "PORT INPUT OUTPUT [THANKS]");
	int fd = bare_connect(argv[1]);
	int sending = argc == 4;
	int input = sending ? bare_open(argv[2], O_RDONLY) : -1;
	int output = bare_open(argv[3], O_WRONLY | O_CREAT | O_TRUNC);
	ssize_t got = 1;

	while (got) {
		fd_set readable, writable;

		FD_ZERO(&readable);
		FD_ZERO(&writable);
		FD_SET(fd, &readable);
		if (sending)
			FD_SET(fd, &writable);
		if (select(fd + 1, &readable, &writable, NULL, NULL) < 0)
			err(1, "select");
		if (FD_ISSET(fd, &writable) && !send_more(fd, input)) {
			sending = 0;
			shutdown(fd, SHUT_WR);
		}
		if (!FD_ISSET(fd, &readable))
			continue;
		got = recv(fd, in, sizeof(in), 0);
		if (got < 0)
			err(1, "recv");
		bare_write(output, in, (size_t)got);
	}
	if (argc > 4)
		bare_write(fd, argv[4], strlen(argv[4]));
	return 0;
}
