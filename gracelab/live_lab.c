/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "live_lab.h"

#include <stdlib.h>
#include <unistd.h>

#include "gracelab/live/live.h"
#include "lib/base/status.h"
#include "program.h"
#include "show.h"
#include "verify.h"

/* The program with that experiment alone, and its own way out. */
static struct program aside(
	const struct program *program, struct experiment **experiment)
{
	struct program copy = *program;

	copy.experiments = experiment;
	copy.count = 1;
	copy.status = STATUS_ORDER;
	return copy;
}

static int record(void *context, struct experiment *experiment)
{
	struct program program = aside(context, &experiment);

	/* As its file says, since that is what is compared with it. */
	program.play.wire = false;
	verify_record_program(&program);
	return program.status;
}

static int check(void *context, struct experiment *experiment)
{
	struct program program = aside(context, &experiment);

	verify_check_program(&program);
	fflush(program.out);
	return program.status;
}

static bool has_golden(void *context, const struct experiment *experiment)
{
	char *path = catalog_golden(experiment->path);
	bool is_there = path && !access(path, F_OK);

	(void)context;
	free(path);
	return is_there;
}

static int show(void *context, struct experiment *experiment,
	const char *format, const char *file)
{
	struct program program = aside(context, &experiment);

	if (!options_format_named(format, &program.options.format)) {
		program_complain("show: expected %s, not '%s'",
			options_format_names(), format);
		return STATUS_USAGE;
	}
	program.options.output = file;
	if (!program_open_output(&program))
		return STATUS_FAILURE;
	show_one(&program, experiment);
	program_close_output(&program);
	return program.status;
}

int live_lab_run(int argc, char **argv)
{
	struct program program;

	if (!program_begin(&program, &options_live, argc, argv))
		return program_end(&program);
	const struct experiment *experiment =
		program.count ? program.experiments[0] : NULL;

	program.status = live_run(&(struct live_options){
		.play = program.play,
		.wire = program.play.wire,
		.keeps_history = !program.options.no_history,
		.big = program.options.big,
		.ascii = program.options.ascii,
		.path = experiment ? experiment->path : NULL,
		.experiment = experiment,
		.desk = { .context = &program,
			.record = record,
			.check = check,
			.has_golden = has_golden,
			.show = show,
			.format = options_format_name },
	});
	return program_end(&program);
}
