/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "gracelab/explore/write.h"
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
int orders_run(int argc, char **argv);
int orders_run(int argc, char **argv)
{
	char error[512];
	struct explore_options options = { .limit = 100000 };
	bool json = false;
	for (int i = 1; i < argc; i++) {
		if (!strcmp(argv[i], "--wire")) {
			options.wired = true;
			continue;
		}
		if (!strcmp(argv[i], "--json")) {
			json = true;
			continue;
		}
		if (!strncmp(argv[i], "--losses=", 9)) {
			options.losses = atoi(argv[i] + 9);
			continue;
		}
		if (!strncmp(argv[i], "--limit=", 8)) {
			options.limit = strtoul(argv[i] + 8, 0, 10);
			continue;
		}
		if (!strncmp(argv[i], "--jobs=", 7)) {
			options.workers = atoi(argv[i] + 7);
			continue;
		}
		struct experiment *e = experiment_read(argv[i], error);
		struct explored x;
		if (!e) {
			fprintf(stderr, "%s\n", error);
			return 2;
		}
		if (!explore_run(e, &options, &x))
			fprintf(stderr, "%s\n", x.why);
		else if (json) {
			json_dumpf(write_json(e, &options, &x), stdout,
				JSON_INDENT(2));
			puts("");
		} else
			write_text(stdout, e, &options, &x);
		explored_free(&x);
	}
	return 0;
}
