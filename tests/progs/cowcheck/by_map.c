// SPDX-License-Identifier: GPL-2.0
/* Stores through mappings of pages that are on loan. */
#define _GNU_SOURCE
#include "cowcheck.h"

#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/wait.h>
#include <unistd.h>

/* One octet, eight, some across a border, a page: of pages 1, 2, 3 … */
static void store_around(uint8_t *p)
{
	store(p, PAGE, 1);
	store(p, 2 * PAGE + 8, 8);
	store(p, 4 * PAGE - 5, 10);
	store(p, 6 * PAGE, PAGE);
	store(p, 8 * PAGE + 100, 3 * PAGE);
	store(p, size - 1, 1);
}

/* The first access by the mapping is the store. */
void by_map(void)
{
	uint8_t *p = map(BOTH, MAP_SHARED);

	store_around(p);
	look(p, "the mapping itself");
	check("while it is mapped");
	if (munmap(p, size))
		die("munmap");
}

void by_map_after_look(void)
{
	uint8_t *p = map(BOTH, MAP_SHARED);

	look(p, "before the stores");
	store_around(p);
	look(p, "the mapping itself");
	check("while it is mapped");
	/* Once it is clean it may be on loan again, and is stored to again. */
	if (msync(p, size, MS_SYNC))
		die("msync");
	posix_fadvise(fd, 0, 0, POSIX_FADV_DONTNEED);
	look(p, "after msync");
	store_around(p);
	look(p, "after the second stores");
	munmap(p, size);
}

/* A store by one mapping is seen in the others at once. */
void by_two_maps(void)
{
	int other = open(path, O_RDWR);
	uint8_t *p = map(BOTH, MAP_SHARED), *q = map_file(other, BOTH, MAP_SHARED);
	uint8_t *r = map(PROT_READ, MAP_SHARED), *s = map(BOTH, MAP_PRIVATE);

	look(p, "the first mapping");
	look(q, "the second mapping");
	look(r, "the third mapping");
	look(s, "the private mapping");
	store_around(p);
	look(q, "the second mapping, after stores by the first");
	look(r, "the third mapping, after stores by the first");
	look(s, "the private mapping, after stores by the first");
	store(q, PAGE + 10, 10);
	store(q, 12 * PAGE, 1);
	look(p, "the first mapping, after stores by the second");
	look(r, "the third mapping, after stores by the second");
	put(PAGE + 5, 10);
	put(13 * PAGE, 10);
	look(p, "the first mapping, after a write");
	look(s, "the private mapping, after a write");
	munmap(p, size);
	look(q, "the second mapping, when the first is gone");
	munmap(q, size);
	munmap(r, size);
	munmap(s, size);
	close(other);
}

/* Stores to a private mapping stay there. */
void by_private(void)
{
	uint8_t *p = map(BOTH, MAP_PRIVATE), *q = map(BOTH, MAP_SHARED);
	uint8_t first = want[0] ^ 0xff;

	look(q, "the shared mapping, at first");
	for (size_t at = 0; at < size; at += 2 * PAGE)
		p[at] = want[at] ^ 0xff;
	look(q, "the shared mapping, after private stores");
	check("after private stores");
	store(q, PAGE, 5);
	store(q, 2 * PAGE + 1, 5);
	put(4 * PAGE + 1, 5);
	if (p[0] != first)
		wrong("the private copy", 0, p[0], first);
	if (p[PAGE] != want[PAGE])
		wrong("the private mapping's untouched page", PAGE, p[PAGE], want[PAGE]);
	check("after shared stores");
	munmap(q, size);
	munmap(p, size);
}

static void store_in_child(void *p)
{
	store_around(p);
	look(p, "the child's mapping");
}

static void store_privately(void *p)
{
	store_around(p);
}

/* What is random in the child is what would have come next here. */
static void do_as_the_child(void)
{
	uint8_t *nowhere = calloc(1, ROOM);

	store_around(nowhere);
	free(nowhere);
}

void by_fork(void)
{
	uint8_t *p = map(BOTH, MAP_SHARED), *q = map(BOTH, MAP_PRIVATE);
	uint8_t mine = want[0] ^ 0xff;

	look(p, "the mapping, before the fork");
	for (size_t i = 0; i < 3; i++) {
		wait_for(child(store_in_child, p));
		do_as_the_child();
		look(p, "the mapping, after the child's stores");
		check("after the child's stores");
		store(p, (20 + i) * PAGE, 3);
		look(p, "after the parent's own stores");
	}
	q[0] = mine;
	wait_for(child(store_privately, q));
	if (q[0] != mine)
		wrong("a private page after the child's store", 0, q[0], mine);
	look(p, "the shared mapping, after private stores");
	munmap(p, size);
	munmap(q, size);
}

struct turns {
	int to_child[2], to_parent[2];
};

static void pass(int out)
{
	if (write(out, "x", 1) != 1)
		die("the pipe");
}

static void await(int in)
{
	char c;

	if (read(in, &c, 1) != 1)
		die("the other process has gone");
}

#define ROUNDS	20u

/* Which octet is stored in a round, and what; both know. */
static size_t place(unsigned int round)
{
	return (round * 3 % 31) * PAGE + round * 17;
}

static uint8_t value(unsigned int round)
{
	return (uint8_t)(0xa0 + round);
}

static void take_turns(uint8_t *p, int in, int out, unsigned int mine)
{
	for (unsigned int round = 0; round < ROUNDS; round++) {
		if (round % 2 == mine) {
			p[place(round)] = value(round);
			pass(out);
		} else {
			await(in);
		}
		for (unsigned int i = 0; i <= round; i++)
			if (p[place(i)] != value(i))
				wrong("a store of the other process", place(i), p[place(i)],
				      value(i));
		/* The other may not go on while we look. */
		if (round % 2 == mine)
			await(in);
		else
			pass(out);
	}
}

static void second_process(void *argument)
{
	struct turns *t = argument;
	int f = open(path, O_RDWR);
	uint8_t *p = map_file(f, BOTH, MAP_SHARED);

	look(p, "the second process, at first");
	pass(t->to_parent[1]);
	take_turns(p, t->to_child[0], t->to_parent[1], 1);
}

/* Two processes with a mapping each store in turns. */
void by_processes(void)
{
	struct turns t;
	uint8_t *p = map(BOTH, MAP_SHARED);
	pid_t pid;

	look(p, "the first process, at first");
	if (pipe(t.to_child) || pipe(t.to_parent))
		die("pipe");
	pid = child(second_process, &t);
	await(t.to_parent[0]);
	take_turns(p, t.to_parent[0], t.to_child[1], 0);
	wait_for(pid);
	for (unsigned int i = 0; i < ROUNDS; i++)
		want[place(i)] = value(i);
	munmap(p, size);
}

#define ADDITIONS 20000u

static void add(uint8_t *p)
{
	for (unsigned int i = 0; i < ADDITIONS; i++)
		__atomic_fetch_add((uint32_t *)(p + (i % 16) * PAGE), 1, __ATOMIC_SEQ_CST);
}

static void add_in_child(void *argument)
{
	uint8_t *p = map(BOTH, MAP_SHARED);
	int *ready = argument;

	look(p, "the child's mapping");
	pass(ready[1]);
	add(p);
}

/* Reading and storing are one: what was read must not be of another page. */
void by_atomic(void)
{
	uint8_t *p = map(BOTH, MAP_SHARED);
	int ready[2];
	pid_t pid;

	look(p, "the mapping, at first");
	if (pipe(ready))
		die("pipe");
	pid = child(add_in_child, ready);
	await(ready[0]);
	add(p);
	wait_for(pid);
	for (size_t page = 0; page < 16; page++) {
		uint32_t was;

		memcpy(&was, want + page * PAGE, 4);
		was += 2 * ADDITIONS / 16;
		memcpy(want + page * PAGE, &was, 4);
	}
	look(p, "the sums");
	munmap(p, size);
}

static void read_only_process(void *argument)
{
	volatile uint8_t *p = map(PROT_READ, MAP_SHARED);
	int *ready = argument;

	look((const uint8_t *)p, "the reader, at first");
	pass(ready[1]);
	/* No call that asks the kernel for anything about the file. */
	while (p[9 * PAGE] == want[9 * PAGE] || p[11 * PAGE + 5] == want[11 * PAGE + 5])
		usleep(1000);
}

/* A process that only has the lent pages mapped sees the stores of another. */
void by_reader(void)
{
	int ready[2];
	pid_t pid;
	uint8_t *p;

	if (pipe(ready))
		die("pipe");
	pid = child(read_only_process, ready);
	await(ready[0]);
	p = map(BOTH, MAP_SHARED);
	want[9 * PAGE] ^= 0xff;
	p[9 * PAGE] = want[9 * PAGE];
	want[11 * PAGE + 5] ^= 0xff;
	if (pwrite(fd, want + 11 * PAGE + 5, 1, 11 * PAGE + 5) != 1)
		die("pwrite");
	wait_for(pid);
	munmap(p, size);
}

void by_mremap(void)
{
	size_t pages = (size + PAGE - 1) / PAGE;
	uint8_t *p = map(BOTH, MAP_SHARED), *room, *twice;

	look(p, "before the move");
	room = mmap(NULL, (pages + 16) * PAGE, PROT_NONE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
	p = mremap(p, size, size, MREMAP_MAYMOVE | MREMAP_FIXED, room);
	if (p == MAP_FAILED)
		die("mremap: move");
	store(p, 3 * PAGE, 10);
	look(p, "after the move");
	twice = mremap(p + 8 * PAGE, 0, 4 * PAGE, MREMAP_MAYMOVE);
	if (twice == MAP_FAILED)
		die("mremap: duplicate");
	store(p, 8 * PAGE + 1, 10);
	store(twice - 8 * PAGE, 9 * PAGE + 1, 10);
	look(p, "after stores to the duplicate");
	if (memcmp(twice, want + 8 * PAGE, 4 * PAGE))
		wrong("the duplicate", 8 * PAGE, twice[0], want[8 * PAGE]);
	p = mremap(p, size, 6 * PAGE, 0);
	if (p == MAP_FAILED)
		die("mremap: shrink");
	store(p, 5 * PAGE, 10);
	munmap(p, 6 * PAGE);
	store(twice - 8 * PAGE, 10 * PAGE, 1);
	munmap(twice, 4 * PAGE);
}

void by_mprotect(void)
{
	uint8_t *p = map(PROT_READ, MAP_SHARED);

	look(p, "the mapping for reading");
	if (mprotect(p, size, BOTH))
		die("mprotect");
	store_around(p);
	look(p, "after the stores");
	if (mprotect(p, size, PROT_READ))
		die("mprotect back");
	look(p, "for reading again");
	if (mprotect(p, 16 * PAGE, PROT_WRITE))
		die("mprotect of a part");
	store(p, 15 * PAGE + 7, 1);
	munmap(p, size);
}

static void advise(uint8_t *p, int advice, const char *name)
{
	if (madvise(p, size, advice) && errno != EINVAL)
		die(name);
	look(p, name);
	store(p, any() % 30 * PAGE + any() % 4000, 50);
	look(p, name);
}

void by_madvise(void)
{
	uint8_t *p = map(BOTH, MAP_SHARED);

	look(p, "at first");
	advise(p, MADV_DONTNEED, "MADV_DONTNEED");
	advise(p, MADV_DONTNEED, "MADV_DONTNEED of dirty pages");
	advise(p, MADV_WILLNEED, "MADV_WILLNEED");
	advise(p, MADV_COLD, "MADV_COLD");
	advise(p, MADV_PAGEOUT, "MADV_PAGEOUT");
	advise(p, MADV_RANDOM, "MADV_RANDOM");
	advise(p, 22 /* MADV_POPULATE_READ */, "MADV_POPULATE_READ");
	if (madvise(p, 4 * PAGE, 23 /* MADV_POPULATE_WRITE */))
		die("MADV_POPULATE_WRITE");
	advise(p, MADV_NORMAL, "after MADV_POPULATE_WRITE");
	/* dirtied all at once */
	if (madvise(p, size, 23))
		die("MADV_POPULATE_WRITE of all");
	look(p, "after MADV_POPULATE_WRITE of all");
	for (size_t at = 0; at < size; at += PAGE)
		store(p, at, 1);
	munmap(p, size);
}

void by_mlock(void)
{
	uint8_t *p = map(BOTH, MAP_SHARED);

	if (mlock(p, 16 * PAGE))
		die("mlock");
	look(p, "while it is locked");
	store_around(p);
	put(7 * PAGE + 1, 10);
	look(p, "after the stores");
	if (munlock(p, 16 * PAGE))
		die("munlock");
	munmap(p, size);
	p = mmap(NULL, size, BOTH, MAP_SHARED | MAP_POPULATE | MAP_LOCKED, fd, 0);
	if (p == MAP_FAILED)
		die("MAP_LOCKED");
	store(p, 20 * PAGE, 10);
	look(p, "locked from the beginning");
	munmap(p, size);
}

static void drop_caches(void)
{
	int f = open("/proc/sys/vm/drop_caches", O_WRONLY);

	if (f >= 0 && write(f, "3", 1) != 1)
		die("drop_caches");
	close(f);
}

/* Writes, stores, looks and all that moves pages about, mixed. */
void by_everything(void)
{
	uint8_t *p = map(BOTH, MAP_SHARED), buf[20000];

	for (int i = 0; i < 400; i++) {
		size_t at = any() % (size - 20000), n = 1 + any() % (any() % 3 ? 200 : 20000);

		switch (any() % 16) {
		case 0 ... 4:
			put(at, n);
			break;
		case 5 ... 9:
			store(p, at, n);
			break;
		case 10:
			look(p, "the mapping, in the midst");
			break;
		case 11:
			check("in the midst");
			break;
		case 12:
			if (any() % 2 ? fsync(fd) : msync(p, size, MS_SYNC))
				die("fsync or msync");
			break;
		case 13:
			madvise(p, size, MADV_DONTNEED);
			posix_fadvise(fd, 0, 0, POSIX_FADV_DONTNEED);
			break;
		case 14:
			if (any() % 4 == 0)
				drop_caches();
			break;
		default:
			if (pread(fd, buf, n, (off_t)at) != (ssize_t)n)
				die("pread");
			if (memcmp(buf, want + at, n))
				wrong("what was read, in the midst", at, buf[0], want[at]);
		}
	}
	munmap(p, size);
}
