// SPDX-License-Identifier: GPL-2.0
/* The file, what it must hold, and the comparison of the two. */
#define _GNU_SOURCE
#include "cowcheck.h"

#include <errno.h>
#include <fcntl.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/prctl.h>
#include <sys/wait.h>
#include <unistd.h>

int fd;
const char *path, *local;
uint8_t *want;
size_t size;

static uint64_t state = 88172645463325252ull;

void die(const char *what)
{
	fprintf(stderr, "cowcheck: %s: %s\n", what, strerror(errno));
	exit(1);
}

void wrong(const char *what, size_t at, unsigned int got, unsigned int wanted)
{
	fprintf(stderr, "cowcheck: %s: octet %zu (page %zu) is %02x instead of %02x\n", what, at,
		at / PAGE, got, wanted);
	exit(1);
}

uint64_t any(void)
{
	state ^= state << 13;
	state ^= state >> 7;
	state ^= state << 17;
	return state;
}

void random_octets(uint8_t *to, size_t n)
{
	while (n--)
		*to++ = (uint8_t)(any() >> 32);
}

/* FNV-1a */
uint64_t model_hash(const uint8_t *data, size_t n)
{
	uint64_t sum = 14695981039346656037ull;

	for (size_t i = 0; i < n; i++)
		sum = (sum ^ data[i]) * 1099511628211ull;
	return sum;
}

/* Reads it all, so that what can be lent is lent now. */
void model_open(const char *file, const char *another)
{
	ssize_t n;

	path = file;
	local = another;
	fd = open(path, O_RDWR);
	if (fd < 0)
		die(path);
	want = calloc(1, ROOM);
	if (!want)
		die("memory");
	while ((n = pread(fd, want + size, ROOM - size, (off_t)size)) > 0)
		size += (size_t)n;
	if (n < 0)
		die("the first read");
	if (size < 32 * PAGE || size > ROOM / 2) {
		fprintf(stderr, "cowcheck: %s has %zu octets, not 32 pages to 4 MiB\n", path, size);
		exit(2);
	}
}

static void compare(const uint8_t *got, size_t at, size_t n, const char *what)
{
	if (!memcmp(got, want + at, n))
		return;
	for (size_t i = 0; i < n; i++)
		if (got[i] != want[at + i])
			wrong(what, at + i, got[i], want[at + i]);
}

uint8_t *map_file(int open_file, int prot, int flags)
{
	uint8_t *p = mmap(NULL, size, prot, flags, open_file, 0);

	if (p == MAP_FAILED)
		die("mmap");
	return p;
}

uint8_t *map(int prot, int flags)
{
	return map_file(fd, prot, flags);
}

/* Looks at a whole mapping: of lent pages there are page table entries then. */
void look(const uint8_t *p, const char *what)
{
	compare(p, 0, size, what);
}

/* The file holds what the model does: by read, by another descriptor, by a mapping. */
void check(const char *when)
{
	static uint8_t buf[64 * PAGE];
	int other = open(path, O_RDONLY);
	size_t at = 0;
	ssize_t n;
	uint8_t *p;
	char what[80];

	if (other < 0)
		die(path);
	snprintf(what, sizeof(what), "%s, by read", when);
	while ((n = pread(other, buf, sizeof(buf), (off_t)at)) > 0) {
		if (at + (size_t)n > size) {
			fprintf(stderr, "cowcheck: %s: more than %zu octets\n", what, size);
			exit(1);
		}
		compare(buf, at, (size_t)n, what);
		at += (size_t)n;
	}
	if (n < 0)
		die(what);
	if (at != size) {
		fprintf(stderr, "cowcheck: %s: %zu octets instead of %zu\n", what, at, size);
		exit(1);
	}
	snprintf(what, sizeof(what), "%s, by mapping", when);
	p = map_file(other, PROT_READ, MAP_SHARED);
	compare(p, 0, size, what);
	munmap(p, size);
	close(other);
}

/* Stores something else to a mapping, and to the model. */
void store(uint8_t *p, size_t at, size_t n)
{
	random_octets(want + at, n);
	memcpy(p + at, want + at, n);
}

/* The same by pwrite(). */
void put(size_t at, size_t n)
{
	random_octets(want + at, n);
	for (size_t done = 0; done < n; ) {
		ssize_t m = pwrite(fd, want + at + done, n - done, (off_t)(at + done));

		if (m <= 0)
			die("pwrite");
		done += (size_t)m;
	}
	if (at + n > size)
		size = at + n;
}

void resize(size_t n)
{
	if (ftruncate(fd, (off_t)n))
		die("ftruncate");
	if (n < size)
		memset(want + n, 0, size - n);
	size = n;
}

/* Takes octets of the other file. */
size_t read_local(uint8_t *to, size_t n, size_t at)
{
	int other = open(local, O_RDONLY);
	ssize_t m;

	if (other < 0)
		die(local);
	m = pread(other, to, n, (off_t)at);
	if (m != (ssize_t)n)
		die("the other file is too short");
	close(other);
	return n;
}

/* A child does not outlive its parent, nor wait without end. */
void not_for_ever(void)
{
	alarm(60);
	prctl(PR_SET_PDEATHSIG, SIGKILL);
}

pid_t child(void (*function)(void *), void *argument)
{
	pid_t pid = fork();

	if (pid < 0)
		die("fork");
	if (pid == 0) {
		not_for_ever();
		function(argument);
		_exit(0);
	}
	return pid;
}

void wait_for(pid_t pid)
{
	int status;

	if (waitpid(pid, &status, 0) < 0)
		die("waitpid");
	if (status) {
		fprintf(stderr, "cowcheck: a child ended with status %d\n", status);
		exit(1);
	}
}
