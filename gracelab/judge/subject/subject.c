/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "subject.h"

#include <errno.h>
#include <fcntl.h>
#include <poll.h>
#include <sched.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/prctl.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

#include "lib/base/duration.h"
#include "lib/base/names.h"
#include "lib/base/signals.h"
#include "lib/base/start.h"
#include "lib/text/escape.h"

#define LOOK_MS 5

/* How much is kept of what a program says, while that can be helped. */
#define OUTPUT_BYTES (1024 * 1024)

/* How much is shown of what a program that did not start has said. */
#define SAID_BYTES 600

/* A copy of `text` with `name` replaced by `value`; the caller frees it. */
static char *replace(const char *text, const char *name, const char *value)
{
	char *result = NULL;
	size_t size;
	FILE *out = open_memstream(&result, &size);
	const char *found;

	if (!out)
		return NULL;
	while ((found = strstr(text, name))) {
		fprintf(out, "%.*s%s", (int)(found - text), text, value);
		text = found + strlen(name);
	}
	fputs(text, out);
	fclose(out);
	return result;
}

char *subject_fill_in(const char *word, const struct subject_ports *ports)
{
	char listen[8], backend[32], backend_port[8];
	const struct {
		const char *name, *value;
	} all[] = {
		{ "{listen}", listen },
		{ "{backend}", backend },
		{ "{backend_port}", backend_port },
		{ "{host}", "127.0.0.1" },
	};
	char *filled = strdup(word);

	snprintf(listen, sizeof(listen), "%u", ports->listen);
	snprintf(backend, sizeof(backend), "127.0.0.1:%u", ports->backend);
	snprintf(backend_port, sizeof(backend_port), "%u", ports->backend);
	for (size_t i = 0; i < sizeof(all) / sizeof(*all) && filled; i++) {
		char *next = replace(filled, all[i].name, all[i].value);

		free(filled);
		filled = next;
	}
	return filled;
}

/* What all processes of the family need to know. */
struct family {
	char *const *command;
	const struct subject_ports *ports;
	const sigset_t *outside;
	int output, news; /* news: FAMILY_NEWS, once in the family */
	pid_t parent;     /* whose end is everybody's */
	int lives[2];     /* a pipe that its keeper alone holds open */
};

#define FAMILY_NEWS (STDERR_FILENO + 1)

/*
 * Leaves the lab's descriptors and signals behind: a connection that a copy
 * holds open would not end when the lab closes it.
 */
static void leave_lab(struct family *family)
{
	dup2(open("/dev/null", O_RDONLY), STDIN_FILENO);
	dup2(family->output, STDOUT_FILENO);
	dup2(family->output, STDERR_FILENO);
	dup2(family->news, FAMILY_NEWS);
	closefrom(FAMILY_NEWS + 1);
	family->news = FAMILY_NEWS;
	signals_by_default();
	sigprocmask(SIG_SETMASK, family->outside, NULL);
}

/* Ends with the parent. It may have ended before that could be asked for. */
static void end_with_parent(int signal, pid_t parent)
{
	prctl(PR_SET_PDEATHSIG, signal);
	if (getppid() != parent)
		_exit(1);
}

/* The command itself. */
__attribute__((noreturn)) static void become(const struct family *family)
{
	size_t count = 0;

	while (family->command[count])
		count++;
	char **words = calloc(count + 1, sizeof(*words));

	for (size_t i = 0; words && i < count; i++)
		words[i] = subject_fill_in(family->command[i], family->ports);
	closefrom(STDERR_FILENO + 1);
	start_undo();
	if (words && words[0])
		execvp(words[0], words);
	dprintf(STDERR_FILENO, "cannot start %s: %s\n", family->command[0],
		strerror(errno));
	_exit(127);
}

/* Ends all that is left of the family, whose orphans are our children. */
__attribute__((noreturn)) static void end_all(void)
{
	char path[64], line[4096];

	snprintf(path, sizeof(path), "/proc/self/task/%d/children",
		(int)getpid());
	while (waitpid(-1, NULL, WNOHANG) >= 0) {
		FILE *in = fopen(path, "re");
		char *rest = line;
		long pid;

		if (in && fgets(line, sizeof(line), in))
			while ((pid = strtol(rest, &rest, 10)) > 0)
				kill((pid_t)pid, SIGKILL);
		if (in)
			fclose(in);
		poll(NULL, 0, LOOK_MS);
	}
	_exit(0);
}

/*
 * Looks after the command, and tells how it ends. Ends once nothing is left of
 * the family, or, asked by SIGTERM, ends all of it.
 */
__attribute__((noreturn)) static void look_after(const struct family *family)
{
	sigset_t awaited;
	int status, signal = 0;
	pid_t pid, self = getpid();

	sigemptyset(&awaited);
	sigaddset(&awaited, SIGCHLD);
	sigaddset(&awaited, SIGTERM);
	sigprocmask(SIG_BLOCK, &awaited, NULL);
	prctl(PR_SET_CHILD_SUBREAPER, 1);
	pid_t program = fork();

	if (program == 0) {
		end_with_parent(SIGKILL, self);
		become(family);
	}
	do {
		while ((pid = waitpid(-1, &status, WNOHANG)) > 0)
			if (pid == program &&
				write(family->news, &status, sizeof(status)) <
					0)
				end_all();
		if (pid < 0)
			_exit(0);
		signal = sigwaitinfo(&awaited, NULL);
	} while (signal != SIGTERM);
	end_all();
}

/* The first process of the PID namespace, so that its end is the end of all. */
__attribute__((noreturn)) static void be_first(const struct family *family)
{
	struct pollfd keeper = { .fd = family->lives[0] };

	/* The parent is in another namespace and has no number here; but with
	 * it the pipe's other end is gone. */
	close(family->lives[1]);
	prctl(PR_SET_PDEATHSIG, SIGKILL);
	if (poll(&keeper, 1, 0) != 0)
		_exit(1);
	look_after(family);
}

/*
 * Enters a PID namespace, which counts for children only: the first of them
 * looks after the command, and this process waits for it.
 */
__attribute__((noreturn)) static void keep(struct family *family)
{
	setpgid(0, 0);
	leave_lab(family);
	if (unshare(CLONE_NEWPID) || pipe(family->lives)) {
		/* SIGTERM finds all that there is. */
		sigset_t term;

		sigemptyset(&term);
		sigaddset(&term, SIGTERM);
		sigprocmask(SIG_BLOCK, &term, NULL);
		end_with_parent(SIGTERM, family->parent);
		look_after(family);
	}
	end_with_parent(SIGKILL, family->parent);
	pid_t first = fork();

	if (first == 0)
		be_first(family);
	while (waitpid(first, NULL, 0) < 0 && errno == EINTR)
		;
	_exit(0);
}

int subject_start(struct subject *subject, char *const *command,
	const struct subject_ports *ports, const sigset_t *outside)
{
	struct family family = {
		.command = command,
		.ports = ports,
		.outside = outside,
		.parent = getpid(),
	};
	int news[2];

	if (pipe2(news, O_CLOEXEC | O_NONBLOCK))
		return -1;
	*subject = (struct subject){
		.output = memfd_create("output", MFD_CLOEXEC),
		.news = news[0],
	};
	family.output = subject->output;
	family.news = news[1];
	fflush(NULL);
	subject->keeper = fork();
	if (subject->keeper == 0)
		keep(&family);
	close(news[1]);
	if (subject->keeper > 0)
		return 0;
	subject->keeper = 0;
	return -1;
}

/* Hears the news; false once no process is left. */
static bool is_left(struct subject *subject)
{
	int status;

	if (!subject->ended &&
		read(subject->news, &status, sizeof(status)) ==
			sizeof(status)) {
		subject->ended = true;
		subject->status = status;
	}
	if (!subject->keeper)
		return false;
	if (waitpid(subject->keeper, NULL, WNOHANG) == 0)
		return true;
	subject->keeper = 0;
	return is_left(subject);
}

bool subject_has_ended(
	struct subject *subject, struct kernel *kernel, uint16_t port)
{
	if (!is_left(subject))
		return true;
	return subject->ended && kernel_is_listening(kernel, port) == 0;
}

char *subject_describe_end(char *out, const struct subject *subject)
{
	if (WIFSIGNALED(subject->status))
		snprintf(out, SUBJECT_END_SIZE, "%s",
			names_signal(WTERMSIG(subject->status)));
	else
		snprintf(out, SUBJECT_END_SIZE, "status %d",
			WEXITSTATUS(subject->status));
	return out;
}

/* `why` and what the program has said, escaped; for the caller to free. */
static char *complain(struct subject *subject, const char *why)
{
	char said[SAID_BYTES], shown[ESCAPE_SIZE(SAID_BYTES)] = "";
	char *both = NULL;
	ssize_t n = pread(subject->output, said, sizeof(said), 0);

	while (n > 0 && said[n - 1] == '\n')
		n--;
	if (n > 0)
		escape_text(shown, said, (size_t)n);
	if (asprintf(&both, "%s%s%s", why, *shown ? ": " : "", shown) < 0)
		return NULL;
	return both;
}

void subject_trim_output(struct subject *subject)
{
	struct stat stat;

	if (subject->output >= 0 && !fstat(subject->output, &stat) &&
		stat.st_size > OUTPUT_BYTES)
		fallocate(subject->output,
			FALLOC_FL_PUNCH_HOLE | FALLOC_FL_KEEP_SIZE, 0,
			stat.st_size - OUTPUT_BYTES);
}

char *subject_await(struct subject *subject, struct kernel *kernel,
	uint16_t port, int64_t patience_ms, bool (*goes_on)(void))
{
	int64_t deadline_ms = duration_deadline_ms(patience_ms);
	char why[128], end[SUBJECT_END_SIZE];

	while (kernel_is_listening(kernel, port) != 1) {
		if (!is_left(subject)) {
			snprintf(why, sizeof(why),
				"the proxy ended with %s before it listened",
				subject_describe_end(end, subject));
			return complain(subject, why);
		}
		if (duration_now_ms() >= deadline_ms) {
			snprintf(why, sizeof(why),
				"nobody listens on the proxy's port %u", port);
			return complain(subject, why);
		}
		if (goes_on && !goes_on())
			return strdup("interrupted");
		poll(NULL, 0, LOOK_MS);
	}
	return NULL;
}

void subject_end(struct subject *subject)
{
	if (subject->keeper > 0) {
		/* It dies, and with it its PID namespace; or ends them all. */
		kill(subject->keeper, SIGTERM);
		waitpid(subject->keeper, NULL, 0);
	}
	if (subject->output >= 0) {
		close(subject->output);
		close(subject->news);
	}
	*subject = (struct subject){ .output = -1 };
}
