// SPDX-License-Identifier: GPL-2.0
/* Making files, and being somebody else for a while. */
#define _GNU_SOURCE
#include "fsop.h"

#include <grp.h>
#include <sys/wait.h>

void make(const char *path, const char *text)
{
	int fd = open(path, O_WRONLY | O_CREAT | O_TRUNC, 0644);
	ssize_t n = -1;

	if (fd >= 0) {
		n = write(fd, text, strlen(text));
		if (close(fd))
			n = -1;
	}
	if (n != (ssize_t)strlen(text))
		say("%s cannot be made: %s", path, error_name(errno));
}

/* A file of so many octets, which depend on the seed. */
void fill(const char *path, size_t size, unsigned int seed)
{
	uint8_t *data = malloc(size + 1);
	int fd = open(path, O_WRONLY | O_CREAT | O_TRUNC, 0644);
	uint32_t x = seed * 2654435761u + 1;

	for (size_t i = 0; i < size; i++) {
		x ^= x << 13;
		x ^= x >> 17;
		x ^= x << 5;
		data[i] = (uint8_t)x;
	}
	if (fd < 0 || write(fd, data, size) != (ssize_t)size || close(fd))
		say("%s cannot be filled: %s", path, error_name(errno));
	free(data);
}

static pid_t fork_quietly(void)
{
	pid_t pid;

	fflush(stdout);
	pid = fork();
	if (pid < 0) {
		perror("fsop: fork");
		exit(1);
	}
	return pid;
}

/* Waits for a child that reports by itself. */
static void wait_for(pid_t pid)
{
	int status;

	if (waitpid(pid, &status, 0) < 0 || status)
		say("a child ended with status %d", status);
}

void in_child(void (*function)(void))
{
	pid_t pid = fork_quietly();

	if (pid == 0) {
		function();
		fflush(stdout);
		_exit(0);
	}
	wait_for(pid);
}

static uid_t next_user;
static void (*next_function)(void);

static void change_user(void)
{
	gid_t groups[] = { HIS_GROUP };

	if (setgroups(next_user == SOMEBODY ? 1 : 0, groups) ||
	    setresgid(next_user, next_user, next_user) ||
	    setresuid(next_user, next_user, next_user)) {
		say("cannot become user %u: %s", next_user, error_name(errno));
		return;
	}
	next_function();
}

/* Root alone can: in other runs the function is left out. */
void as_user(uid_t uid, void (*function)(void))
{
	if (geteuid() != 0)
		return;
	say("-- user %u:", uid);
	next_user = uid;
	next_function = function;
	in_child(change_user);
	say("-- end");
}

/* A child that does something at the same time; its status is what it returns. */
pid_t start(int (*function)(void))
{
	pid_t pid = fork_quietly();

	if (pid == 0)
		_exit(function());
	return pid;
}

/* Says how a child of start() ended: 0, an errno, or a signal. */
void report_child(const char *what, pid_t pid)
{
	int status;

	if (waitpid(pid, &status, 0) < 0)
		say("%s: lost: %s", what, error_name(errno));
	else if (WIFSIGNALED(status))
		say("%s: signal %d", what, WTERMSIG(status));
	else
		say("%s: %s", what, WEXITSTATUS(status) ? error_name(WEXITSTATUS(status)) : "ok");
}

void pause_ms(unsigned int ms)
{
	struct timespec t = { ms / 1000, ms % 1000 * 1000000 };

	nanosleep(&t, NULL);
}
