/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * The time from FIN to the line that tells of EOF. Standard input is where the
 * program under test writes its lines: one with `accept` or `connect` in it
 * when a connection has begun, one with `eof` when EOF has come. Prints the
 * microseconds of each round.
 *
 *     fin connect ROUNDS PORT     to a server; as many connections
 *     fin listen ROUNDS           for a client that connects so often
 */
#include "bare.h"

/* After a line the program under test has yet to go back to its wait. */
#define SETTLE_NS 300000

static void await_line(const char *word)
{
	static char line[4096];

	do
		if (!fgets(line, sizeof(line), stdin))
			errx(1, "no line tells of %s", word);
	while (!strstr(line, word));
}

static double fin_to_line_us(int fd)
{
	double start_s = bare_now_s();

	shutdown(fd, SHUT_WR);
	await_line("eof");
	return (bare_now_s() - start_s) * 1e6;
}

int main(int argc, char **argv)
{
	if (argc < 3)
		errx(2, "connect ROUNDS PORT | listen ROUNDS");
	const struct timespec settle = { .tv_nsec = SETTLE_NS };
	int listener = argc < 4 ? bare_listen() : -1;

	for (long i = strtol(argv[2], NULL, 10); i > 0; i--) {
		int fd = listener < 0 ? bare_connect(argv[3])
				      : accept(listener, NULL, NULL);

		if (fd < 0)
			err(1, "accept");
		await_line(listener < 0 ? "accept" : "connect");
		nanosleep(&settle, NULL);
		printf("%.1f\n", fin_to_line_us(fd));
		close(fd);
	}
	return 0;
}
