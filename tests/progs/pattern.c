// SPDX-License-Identifier: GPL-2.0
/*
 * pattern COMMAND FILE SIZE SEED [STEP] - files whose content follows from a
 * seed, so that nobody has to remember it. SIZE and STEP may end in K or M.
 *
 *	write	write(2) of 1 MiB each, or STEP; fsync at the end
 *	map	stores through one mapping of it all; msync at the end
 *	synced	write(2) of STEP octets and fsync, in turns; after each prints how
 *		many octets are safe
 *	check	the first SIZE octets are right
 *
 * Status 0 only if all went well.
 */
#define _GNU_SOURCE
#include <errno.h>
#include <fcntl.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <unistd.h>

#define CHUNK (1ul << 20)

static uint64_t seed;

static void die(const char *what, size_t at)
{
	fprintf(stderr, "pattern: %s at octet %zu: %s\n", what, at, strerror(errno));
	exit(1);
}

/* splitmix64 */
static uint64_t word(uint64_t index)
{
	uint64_t z = seed * 0x632be59bd9b4e019ull + (index + 1) * 0x9e3779b97f4a7c15ull;

	z = (z ^ (z >> 30)) * 0xbf58476d1ce4e5b9ull;
	z = (z ^ (z >> 27)) * 0x94d049bb133111ebull;
	return z ^ (z >> 31);
}

/* Octets [at, at + n) of the content. */
static void fill(uint8_t *to, size_t at, size_t n)
{
	while (n) {
		uint64_t w = word(at / 8);
		size_t skip = at % 8, m = 8 - skip < n ? 8 - skip : n;

		memcpy(to, (uint8_t *)&w + skip, m);
		to += m;
		at += m;
		n -= m;
	}
}

static size_t number(const char *s)
{
	char *end;
	size_t n = strtoull(s, &end, 0);

	if (*end == 'K')
		n <<= 10;
	else if (*end == 'M')
		n <<= 20;
	return n;
}

static void put(int fd, size_t at, size_t n)
{
	static uint8_t buf[CHUNK];

	fill(buf, at, n);
	for (size_t done = 0; done < n; ) {
		ssize_t m = pwrite(fd, buf + done, n - done, (off_t)(at + done));

		if (m <= 0)
			die("write", at + done);
		done += (size_t)m;
	}
}

static void write_all(int fd, size_t size, size_t step)
{
	for (size_t at = 0; at < size; at += step)
		put(fd, at, size - at < step ? size - at : step);
	if (fsync(fd))
		die("fsync", size);
}

static void map_all(int fd, size_t size)
{
	uint8_t *p;

	if (ftruncate(fd, (off_t)size))
		die("ftruncate", size);
	p = mmap(NULL, size, PROT_READ | PROT_WRITE, MAP_SHARED, fd, 0);
	if (p == MAP_FAILED)
		die("mmap", size);
	for (size_t at = 0; at < size; at += CHUNK)
		fill(p + at, at, size - at < CHUNK ? size - at : CHUNK);
	if (msync(p, size, MS_SYNC))
		die("msync", size);
	munmap(p, size);
}

static void write_synced(int fd, size_t size, size_t step)
{
	for (size_t at = 0; at < size; at += step) {
		size_t n = size - at < step ? size - at : step;

		put(fd, at, n);
		if (fsync(fd))
			die("fsync", at + n);
		printf("%zu\n", at + n);
		fflush(stdout);
	}
}

static void check(int fd, size_t size)
{
	static uint8_t got[CHUNK], wanted[CHUNK];

	for (size_t at = 0; at < size; ) {
		size_t want = size - at < CHUNK ? size - at : CHUNK;
		ssize_t n = pread(fd, got, want, (off_t)at);

		if (n < 0)
			die("read", at);
		if (n == 0) {
			fprintf(stderr, "pattern: it ends at octet %zu, not %zu\n", at, size);
			exit(1);
		}
		fill(wanted, at, (size_t)n);
		for (size_t i = 0; i < (size_t)n; i++)
			if (got[i] != wanted[i]) {
				fprintf(stderr, "pattern: octet %zu is %02x instead of %02x\n",
					at + i, got[i], wanted[i]);
				exit(1);
			}
		at += (size_t)n;
	}
}

int main(int argc, char **argv)
{
	size_t size, step = CHUNK;
	const char *command;
	int fd;

	if (argc < 5)
		goto usage;
	command = argv[1];
	size = number(argv[3]);
	seed = strtoull(argv[4], NULL, 0);
	if (argc > 5)
		step = number(argv[5]);
	if (!step || step > CHUNK)
		goto usage;
	fd = open(argv[2], strcmp(command, "check") ? O_RDWR | O_CREAT : O_RDONLY, 0644);
	if (fd < 0)
		die(argv[2], 0);
	if (!strcmp(command, "write"))
		write_all(fd, size, step);
	else if (!strcmp(command, "map"))
		map_all(fd, size);
	else if (!strcmp(command, "synced"))
		write_synced(fd, size, step);
	else if (!strcmp(command, "check"))
		check(fd, size);
	else
		goto usage;
	if (close(fd))
		die("close", size);
	return 0;
usage:
	fprintf(stderr, "usage: pattern write|map|synced|check FILE SIZE SEED [STEP]\n");
	return 2;
}
