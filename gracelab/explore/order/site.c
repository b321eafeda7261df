/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "site.h"

#include <errno.h>
#include <fcntl.h>
#include <signal.h>
#include <stdlib.h>
#include <string.h>
#include <sys/prctl.h>
#include <sys/wait.h>
#include <unistd.h>

#include "gracelab/stage/scratch.h"

/* Where the lines name files, they are those of the experiment. */
static bool enter_folder(const struct script *script, char *why)
{
	int folder =
		script->needs_files ? scratch_open(script->experiment) : -1;
	bool good = !script->needs_files || (folder >= 0 && !fchdir(folder));

	if (!good)
		snprintf(why, GROUND_WHY_SIZE, "no folder for the files: %s",
			strerror(errno));
	if (folder >= 0)
		close(folder);
	return good;
}

bool site_enter(struct site *site, const struct site_plan *plan, char *why)
{
	const struct ground_kind *kind =
		plan->wired ? &ground_wire : &ground_loopback;

	*site = (struct site){ .ground = kind->enter(plan->script->experiment,
				       plan->losses, why) };
	if (!site->ground || !enter_folder(plan->script, why))
		return false;
	if (order_init(&site->order, plan->script, site->ground, plan->losses))
		return true;
	snprintf(why, GROUND_WHY_SIZE, "no memory");
	return false;
}

void site_leave(struct site *site)
{
	order_free(&site->order);
	if (site->ground)
		site->ground->kind->leave(site->ground);
}

__attribute__((noreturn)) static void be_aside(
	bool (*write)(FILE *out, void *context), void *context, int fd,
	pid_t parent)
{
	FILE *out = fdopen(fd, "w");

	prctl(PR_SET_PDEATHSIG, SIGKILL);
	if (getppid() != parent || !out)
		_exit(2);
	bool good = write(out, context);

	if (fclose(out))
		_exit(2);
	_exit(good ? 0 : 1);
}

/* Everything that comes, terminated; NULL without memory. */
static char *read_all(int fd, size_t *bytes)
{
	char *text = NULL, buffer[16384];
	FILE *out = open_memstream(&text, bytes);
	ssize_t n = 1;

	while (n > 0 || (n < 0 && errno == EINTR)) {
		n = read(fd, buffer, sizeof(buffer));
		if (out && n > 0)
			fwrite(buffer, 1, (size_t)n, out);
	}
	close(fd);
	if (out && !fclose(out))
		return text;
	free(text);
	return NULL;
}

bool site_write_aside(bool (*write)(FILE *out, void *context), void *context,
	char **text, size_t *bytes)
{
	pid_t parent = getpid();
	int ends[2], status = 0;
	size_t ignored;

	*text = NULL;
	if (pipe2(ends, O_CLOEXEC))
		return false;
	fflush(NULL);
	pid_t pid = fork();

	if (pid == 0)
		be_aside(write, context, ends[1], parent);
	close(ends[1]);
	*text = read_all(ends[0], bytes ? bytes : &ignored);
	if (pid < 0)
		return false;
	while (waitpid(pid, &status, 0) < 0 && errno == EINTR)
		;
	if (WIFSIGNALED(status)) {
		free(*text);
		*text = strdup("the process that played the orders died");
	}
	return *text && WIFEXITED(status) && !WEXITSTATUS(status);
}
