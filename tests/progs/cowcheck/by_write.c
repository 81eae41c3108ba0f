// SPDX-License-Identifier: GPL-2.0
/* Stores by write(2) and its relatives, to pages that are on loan. */
#define _GNU_SOURCE
#include "cowcheck.h"

#include <fcntl.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/uio.h>
#include <unistd.h>

/* Parts of pages, and across their borders. */
void by_part(void)
{
	for (size_t page = 1; page < 21; page += 2)
		put(page * PAGE + 1000, 100);
	check("parts of pages");
	for (size_t page = 2; page < 20; page += 4)
		put(page * PAGE - 100, 200);
	put(0, 1);
	put(size - 1, 1);
	check("across borders");
}

/* Whole pages, and more or less than that; a mapping shows it, too. */
void by_page(void)
{
	uint8_t *p = map(PROT_READ, MAP_SHARED);

	look(p, "the mapping, at first");
	put(3 * PAGE, PAGE);
	put(5 * PAGE, 3 * PAGE);
	look(p, "the mapping, after whole pages");
	put(10 * PAGE, PAGE + 1);
	put(14 * PAGE - 1, PAGE + 1);
	put(17 * PAGE - 1, 2 * PAGE + 2);
	look(p, "the mapping, after more");
	munmap(p, size);
}

void by_mixture(void)
{
	for (int i = 0; i < 300; i++) {
		size_t at = any() % (size - 1), n = 1 + any() % (any() % 4 ? 300 : 20000);

		put(at, n > size - at ? size - at : n);
		if (i % 50 == 0)
			check("in the midst");
		if (i % 100 == 50 && fsync(fd))
			die("fsync");
	}
}

/* The last page is on loan, too, and is not full. */
void by_append(void)
{
	struct iovec v[2];

	if (fcntl(fd, F_SETFL, O_APPEND))
		die("F_SETFL");
	for (size_t n = 1; n < 10000; n = n * 3 + 1) {
		random_octets(want + size, n);
		v[0] = (struct iovec){ want + size, n / 2 };
		v[1] = (struct iovec){ want + size + n / 2, n - n / 2 };
		if (writev(fd, v, 2) != (ssize_t)n)
			die("writev");
		size += n;
		check("after an append");
	}
}

/* What is cut off does not come back, although the frame on loan still has it. */
void by_truncate(void)
{
	uint8_t *p = map(PROT_READ | PROT_WRITE, MAP_SHARED);
	size_t whole = size;

	look(p, "the mapping, at first");
	resize(20 * PAGE + 123);
	check("cut");
	resize(24 * PAGE);
	check("cut and grown");
	resize(10 * PAGE + 1);
	put(10 * PAGE + 500, 100);
	check("cut and written behind");
	store(p, 10 * PAGE + 3, 1);
	resize(whole);
	check("grown to what it was");
	store(p, 25 * PAGE, 10);
	munmap(p, whole);
}

/* Changes that dom0 makes on its own: what is mapped here shows them. */
void by_range(void)
{
	uint8_t *p = map(PROT_READ | PROT_WRITE, MAP_SHARED);
	loff_t from = 2 * PAGE, to = 8 * PAGE + 10;

	look(p, "the mapping, at first");
	store(p, 3 * PAGE + 7, 9);
	if (fallocate(fd, FALLOC_FL_PUNCH_HOLE | FALLOC_FL_KEEP_SIZE, 5 * PAGE + 5, 2 * PAGE))
		die("fallocate");
	memset(want + 5 * PAGE + 5, 0, 2 * PAGE);
	look(p, "the mapping, after a hole was punched");
	while (from < (loff_t)(4 * PAGE)) {
		ssize_t n = copy_file_range(fd, &from, fd, &to, 4 * PAGE - (size_t)from, 0);

		if (n <= 0)
			die("copy_file_range");
		memcpy(want + (size_t)to - (size_t)n, want + (size_t)from - (size_t)n, (size_t)n);
	}
	look(p, "the mapping, after a copy within the file");
	store(p, 6 * PAGE, 2);
	store(p, 9 * PAGE, 2);
	munmap(p, size);
}
