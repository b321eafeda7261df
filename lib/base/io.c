/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "io.h"

#include <errno.h>
#include <fcntl.h>
#include <poll.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
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

int io_open_file(const char *path)
{
	struct stat facts;
	/* Without O_NONBLOCK a FIFO that nobody writes would hold us up. */
	int fd = open(path, O_RDONLY | O_CLOEXEC | O_NONBLOCK);

	if (fd < 0)
		return -1;
	if (!fstat(fd, &facts) && S_ISREG(facts.st_mode))
		return fd;
	close(fd);
	errno = S_ISDIR(facts.st_mode) ? EISDIR : ESPIPE;
	return -1;
}

char *io_read_file(const char *path, size_t max_bytes, size_t *bytes)
{
	int fd = open(path, O_RDONLY | O_CLOEXEC);
	char *text = fd < 0 ? NULL : malloc(max_bytes + 1);
	ssize_t n = 1;

	*bytes = 0;
	while (text && n > 0 && *bytes <= max_bytes) {
		n = read(fd, text + *bytes, max_bytes + 1 - *bytes);
		if (n > 0)
			*bytes += (size_t)n;
		else if (n < 0 && errno == EINTR)
			n = 1;
	}
	int error = *bytes > max_bytes ? EFBIG : errno;

	if (fd >= 0)
		close(fd);
	if (!text || n < 0 || *bytes > max_bytes) {
		free(text);
		errno = error;
		return NULL;
	}
	text[*bytes] = '\0';
	return text;
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
	/* Without O_NONBLOCK a FIFO that nobody reads would hold us up. */
	int fd = open(path,
		O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC | O_NONBLOCK, 0666);

	if (fd >= 0)
		fcntl(fd, F_SETFL, fcntl(fd, F_GETFL) & ~O_NONBLOCK);
	return fd;
}

FILE *io_create_stream(const char *path)
{
	int fd = io_create(path);
	FILE *stream = fd < 0 ? NULL : fdopen(fd, "w");

	if (fd >= 0 && !stream)
		io_close(fd);
	return stream;
}

int io_end_stream(FILE *stream, int error)
{
	if (fflush(stream) && !error)
		error = errno;
	if (ferror(stream) && !error)
		error = EIO;
	if (stream != stdout && fclose(stream) && !error)
		error = errno;
	errno = error;
	return error ? -1 : 0;
}

void io_close(int fd)
{
	int error = errno;

	close(fd);
	errno = error;
}
