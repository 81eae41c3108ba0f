// SPDX-License-Identifier: GPL-2.0
/*
 * cowcheck MODE FILE LOCAL - stores to a file whose pages are on loan, in one of
 * the ways in which a store can come about, and looks that it arrived and that
 * nothing else did. FILE has 32 pages at least; LOCAL is another file, of any
 * filesystem, with other content and no smaller. Prints a hash of what the file
 * must hold, and its size.
 *
 * cowcheck hash FILE - prints the same of a file, as it is.
 * cowcheck modes - lists the modes.
 *
 * Status 0 only if all was right, as far as can be seen from here.
 */
#define _GNU_SOURCE
#include "cowcheck.h"

#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

static const struct mode {
	const char *name;
	void (*run)(void);
} modes[] = {
	{ "part", by_part },
	{ "page", by_page },
	{ "mixture", by_mixture },
	{ "append", by_append },
	{ "truncate", by_truncate },
	{ "range", by_range },
	{ "map", by_map },
	{ "map-after-look", by_map_after_look },
	{ "two-maps", by_two_maps },
	{ "private", by_private },
	{ "fork", by_fork },
	{ "processes", by_processes },
	{ "atomic", by_atomic },
	{ "reader", by_reader },
	{ "mremap", by_mremap },
	{ "mprotect", by_mprotect },
	{ "madvise", by_madvise },
	{ "mlock", by_mlock },
	{ "splice", by_splice },
	{ "vmsplice", by_vmsplice },
	{ "sendfile", by_sendfile },
	{ "read-into", by_read_into },
	{ "direct", by_direct },
	{ "vmwrite", by_vmwrite },
	{ "ptrace", by_ptrace },
	{ "proc-mem", by_proc_mem },
	{ "aio", by_aio },
	{ "everything", by_everything },
	{ "beyond", by_beyond },
	{ "cut", by_cut },
	{ "grow", by_grow },
	{ "sparse", by_sparse },
	{ "hold", by_hold },
	{ "close-first", by_close_first },
	{ "exit", by_exit },
};

#define COUNT (sizeof(modes) / sizeof(modes[0]))

static void print_hash(const uint8_t *data, size_t n)
{
	printf("%016llx %zu\n", (unsigned long long)model_hash(data, n), n);
}

static int hash_file(const char *file)
{
	uint8_t *data = malloc(ROOM);
	int f = open(file, O_RDONLY);
	size_t n = 0;
	ssize_t m;

	if (f < 0 || !data)
		die(file);
	while ((m = read(f, data + n, ROOM - n)) > 0)
		n += (size_t)m;
	if (m < 0)
		die(file);
	print_hash(data, n);
	return 0;
}

int main(int argc, char **argv)
{
	if (argc == 2 && !strcmp(argv[1], "modes")) {
		for (size_t i = 0; i < COUNT; i++)
			puts(modes[i].name);
		return 0;
	}
	if (argc == 3 && !strcmp(argv[1], "hash"))
		return hash_file(argv[2]);
	for (size_t i = 0; argc == 4 && i < COUNT; i++) {
		if (strcmp(modes[i].name, argv[1]))
			continue;
		alarm(100);
		model_open(argv[2], argv[3]);
		modes[i].run();
		check("at the end");
		if (close(fd))
			die("close");
		check("after it was closed");
		print_hash(want, size);
		return 0;
	}
	fprintf(stderr, "usage: cowcheck MODE FILE LOCAL | hash FILE | modes\n");
	return 2;
}
