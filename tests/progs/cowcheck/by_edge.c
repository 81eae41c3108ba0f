// SPDX-License-Identifier: GPL-2.0
/* Mappings and the file's end, holes; when what was stored reaches the server. */
#define _GNU_SOURCE
#include "cowcheck.h"

#include <fcntl.h>
#include <setjmp.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/wait.h>
#include <unistd.h>

static sigjmp_buf before_fault;

static void caught(int sig)
{
	(void)sig;
	siglongjmp(before_fault, 1);
}

static bool load_faults(volatile uint8_t *p)
{
	if (sigsetjmp(before_fault, 1))
		return true;
	(void)*p;
	return false;
}

static bool store_faults(volatile uint8_t *p)
{
	if (sigsetjmp(before_fault, 1))
		return true;
	*p = 0xee;
	return false;
}

/* Neither loads nor stores reach this page. */
static void nothing_at(uint8_t *p, size_t at, const char *when)
{
	if (!load_faults(p + at))
		wrong(when, at, p[at], 0);
	if (!store_faults(p + at)) {
		fprintf(stderr, "cowcheck: %s: a store at octet %zu raises no SIGBUS\n", when, at);
		exit(1);
	}
}

static uint8_t *map_more(size_t n)
{
	uint8_t *p = mmap(NULL, n, BOTH, MAP_SHARED, fd, 0);

	if (p == MAP_FAILED)
		die("mmap");
	signal(SIGBUS, caught);
	return p;
}

static size_t page_end(void)
{
	return (size + PAGE - 1) / PAGE * PAGE;
}

/* Behind the end: zeros to the end of the page, then nothing. */
void by_beyond(void)
{
	uint8_t *p = map_more(size + 40 * PAGE);
	size_t end = page_end();

	if (size == end)
		resize(size - 100);
	look(p, "the mapping");
	for (size_t at = size; at < end; at++)
		if (p[at])
			wrong("behind the end", at, p[at], 0);
	nothing_at(p, end, "behind the last page");
	nothing_at(p, end + 20 * PAGE, "far behind the last page");
	store(p, size - 3, 3);
	/* What is stored behind the end is not part of the file, now or later. */
	p[size] = 0xdd;
	p[end - 1] = 0xdd;
	check("after stores behind the end");
	resize(size + 30 * PAGE);
	look(p, "after growing");
	store(p, size - 10, 10);
	munmap(p, end);
}

/* The file is cut while it is mapped, stored to, and grows again. */
void by_cut(void)
{
	size_t whole = size, short_size = 12 * PAGE + 77;
	uint8_t *p = map_more(whole + 8 * PAGE);

	look(p, "at first");
	for (size_t at = 0; at < whole; at += PAGE)
		store(p, at, 1);
	resize(short_size);
	nothing_at(p, 13 * PAGE, "behind the cut");
	nothing_at(p, whole / PAGE * PAGE, "at the old end");
	look(p, "what remained");
	for (size_t at = short_size; at < 13 * PAGE; at++)
		if (p[at])
			wrong("behind the cut, in its page", at, p[at], 0);
	store(p, 5 * PAGE, 10);
	resize(whole);
	look(p, "grown again");
	store(p, 20 * PAGE, 10);
	if (truncate(path, (off_t)(16 * PAGE)))
		die("truncate");
	memset(want + 16 * PAGE, 0, size - 16 * PAGE);
	size = 16 * PAGE;
	nothing_at(p, 16 * PAGE, "behind the second cut");
	check("after the second cut");
	resize(0);
	nothing_at(p, 0, "of the empty file");
	resize(40 * PAGE);
	look(p, "grown from nothing");
	store(p, 39 * PAGE, PAGE);
	munmap(p, whole);
}

/* A mapping that is larger than the file: it fills as the file grows. */
void by_grow(void)
{
	size_t room = 2 << 20;
	uint8_t *p = map_more(room);

	for (size_t n = size; n < room - PAGE; n += n / 3 + 1000) {
		resize(n);
		store(p, n - 1, 1);
		store(p, n / 2, 100);
		nothing_at(p, page_end(), "behind the end, as it grows");
	}
	look(p, "grown");
	put(size + 5000, 10);
	look(p, "grown by a write");
	munmap(p, room);
}

/* Holes: no load fills them, stores fill what they touch. */
void by_sparse(void)
{
	uint8_t *p;

	resize(0);
	resize(4 << 20);
	p = map_more(size);
	look(p, "all hole");
	for (size_t at = 0; at < size; at += 512 * 1024)
		store(p, at + any() % 500000, 10);
	look(p, "after the stores");
	put((1 << 20) + 50, 100);
	look(p, "after a write");
	munmap(p, size);
}

static void print_what_it_must_hold(void)
{
	printf("%016llx %zu\n", (unsigned long long)model_hash(want, size), size);
	fflush(stdout);
}

static void store_everywhere(uint8_t *p)
{
	for (size_t at = 0; at + 300 < size; at += 1 + any() % (3 * PAGE))
		store(p, at, 300);
}

/* msync() has brought it to the server, while it stays mapped. */
void by_hold(void)
{
	uint8_t *p = map_more(size);

	look(p, "at first");
	store_everywhere(p);
	if (msync(p, size, MS_SYNC))
		die("msync");
	print_what_it_must_hold();
	for (int i = 0; i < 600 && access("/tmp/cowcheck-go", F_OK); i++)
		usleep(100000);
	look(p, "after msync");
	munmap(p, size);
}

/* The descriptor is closed first: the mapping's end is the last use. */
void by_close_first(void)
{
	uint8_t *p = map_more(size);

	look(p, "at first");
	if (close(fd))
		die("close");
	store_everywhere(p);
	if (munmap(p, size))
		die("munmap");
	fd = open(path, O_RDWR);
	if (fd < 0)
		die(path);
}

/* The process ends with all dirty, mapped and open. */
void by_exit(void)
{
	uint8_t *p = map_more(size);

	store_everywhere(p);
	print_what_it_must_hold();
	_exit(0);
}
