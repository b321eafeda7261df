/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "io.h"

#include <errno.h>
#include <fcntl.h>
#include <poll.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

size_t io_write(int fd, const void *data, size_t len)
{
	size_t done = 0;

	while (done < len) {
		ssize_t n = write(fd, (const char *)data + done, len - done);

		if (n >= 0) {
			done += (size_t)n;
		} else if (errno == EAGAIN) {
			struct pollfd pollfd = { .fd = fd, .events = POLLOUT };

			poll(&pollfd, 1, -1);
		} else if (errno != EINTR) {
			break;
		}
	}
	return done;
}

int io_create(const char *path)
{
	static const char prefix[] = "/dev/fd/";

	if (!strncmp(path, prefix, sizeof(prefix) - 1)) {
		const char *digits = path + sizeof(prefix) - 1;
		char *end;
		unsigned long fd = strtoul(digits, &end, 10);

		if (*digits >= '0' && *digits <= '9' && !*end && fd < 1u << 20)
			return fcntl((int)fd, F_DUPFD_CLOEXEC, 0);
	}
	return open(path, O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC, 0666);
}
