// SPDX-License-Identifier: GPL-2.0
/*
 * fsx FILE SEED OPERATIONS - random operations on a file, each compared with a
 * model in memory. After Apple's fsx, which does this for any filesystem.
 *
 * Every content that was read, by read(2), O_DIRECT or a mapping, must be the
 * model's; so must the size. Ends with 0, or tells what differed and the last
 * operations.
 */
#define _GNU_SOURCE
#include <errno.h>
#include <fcntl.h>
#include <linux/falloc.h>
#include <stdarg.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/stat.h>
#include <unistd.h>

#define MAX_SIZE	(1 << 20)
#define MAX_LEN		50000
#define PAGE		4096
#define LOG_LINES	30

static const char *path;
static int fd, afd, dfd = -1;
static unsigned char model[MAX_SIZE], buf[MAX_SIZE] __attribute__((aligned(PAGE)));
static size_t size;
static unsigned char *map;	/* of MAX_SIZE, while it is kept */
static unsigned int no_falloc;	/* modes that the filesystem does not have */
static char lines[LOG_LINES][160];
static unsigned long nr_lines;

static void note(const char *format, ...)
{
	va_list args;

	va_start(args, format);
	vsnprintf(lines[nr_lines++ % LOG_LINES], sizeof(lines[0]), format, args);
	va_end(args);
}

static void die(const char *format, ...)
{
	unsigned long i;
	va_list args;

	fprintf(stderr, "fsx: after %lu operations: ", nr_lines);
	va_start(args, format);
	vfprintf(stderr, format, args);
	va_end(args);
	fprintf(stderr, " (%s)\nthe last ones, the newest last:\n", strerror(errno));
	for (i = nr_lines > LOG_LINES ? nr_lines - LOG_LINES : 0; i < nr_lines; i++)
		fprintf(stderr, "  %s\n", lines[i % LOG_LINES]);
	exit(1);
}

static size_t below(size_t n)
{
	return n ? (size_t)random() % n : 0;
}

/* Mostly small, often at the borders of pages. */
static void choose(size_t limit, size_t *off, size_t *len)
{
	*off = below(limit);
	*len = 1 + below(below(4) ? 3000 : MAX_LEN);
	if (!below(4))
		*off &= ~(size_t)(PAGE - 1);
	if (!below(4))
		*len = (*len + PAGE - 1) & ~(size_t)(PAGE - 1);
	if (*off + *len > limit)
		*len = limit - *off;
}

static void compare(const unsigned char *got, size_t off, size_t len, const char *how)
{
	size_t i;

	for (i = 0; i < len; i++)
		if (got[i] != model[off + i])
			die("%s: octet %zu (page %zu + %zu) is %02x, should be %02x",
			    how, off + i, (off + i) / PAGE, (off + i) % PAGE,
			    got[i], model[off + i]);
}

static void check_size(void)
{
	struct stat st;

	if (fstat(fd, &st))
		die("fstat");
	if ((size_t)st.st_size != size)
		die("the size is %zu, should be %zu", (size_t)st.st_size, size);
}

static void fill(unsigned char *p, size_t len)
{
	size_t i;

	for (i = 0; i < len; i++)
		p[i] = random() >> 8;
}

static void put(size_t off, size_t len)
{
	memcpy(model + off, buf, len);
	if (off + len > size)
		size = off + len;
}

static void do_write(void)
{
	size_t off, len;

	choose(MAX_SIZE, &off, &len);
	note("write %zu+%zu, size %zu", off, len, size);
	fill(buf, len);
	if (pwrite(fd, buf, len, off) != (ssize_t)len)
		die("write");
	put(off, len);
}

static void do_append(void)
{
	size_t len = 1 + below(6000);

	if (size + len > MAX_SIZE)
		return;
	note("append %zu, size %zu", len, size);
	fill(buf, len);
	if (write(afd, buf, len) != (ssize_t)len)
		die("append");
	put(size, len);
}

static void do_direct_write(void)
{
	size_t off = below(MAX_SIZE / PAGE - 16) * PAGE, len = PAGE * (1 + below(15));

	if (dfd < 0)
		return;
	note("direct write %zu+%zu, size %zu", off, len, size);
	fill(buf, len);
	if (pwrite(dfd, buf, len, off) != (ssize_t)len)
		die("direct write");
	put(off, len);
}

static void read_by(int from, size_t off, size_t len, const char *how)
{
	ssize_t n;

	note("%s %zu+%zu, size %zu", how, off, len, size);
	n = pread(from, buf, len, off);
	if (n != (ssize_t)(off >= size ? 0 : off + len > size ? size - off : len))
		die("%s: got %zd", how, n);
	compare(buf, off, n, how);
}

static void do_read(void)
{
	size_t off, len;

	choose(MAX_SIZE, &off, &len);
	read_by(fd, off, len, "read");
}

static void do_direct_read(void)
{
	if (dfd >= 0)
		read_by(dfd, below(MAX_SIZE / PAGE - 16) * PAGE,
			PAGE * (1 + below(15)), "direct read");
}

static void do_map_write(void)
{
	size_t off, len;

	if (!size)
		return;
	choose(size, &off, &len);
	note("map write %zu+%zu, size %zu", off, len, size);
	fill(buf, len);
	memcpy(map + off, buf, len);
	put(off, len);
	if (!below(4) && msync(map, MAX_SIZE, MS_SYNC))
		die("msync");
}

static void do_map_read(void)
{
	size_t off, len;

	if (!size)
		return;
	choose(size, &off, &len);
	note("map read %zu+%zu, size %zu", off, len, size);
	compare(map + off, off, len, "map read");
}

static void do_truncate(void)
{
	size_t to = below(MAX_SIZE);

	note("truncate to %zu, size %zu", to, size);
	if (ftruncate(fd, to))
		die("ftruncate");
	if (to < size)
		memset(model + to, 0, size - to);
	size = to;
}

static void do_falloc(void)
{
	static const int modes[] = {
		0, FALLOC_FL_KEEP_SIZE, FALLOC_FL_PUNCH_HOLE | FALLOC_FL_KEEP_SIZE,
		FALLOC_FL_ZERO_RANGE, FALLOC_FL_ZERO_RANGE | FALLOC_FL_KEEP_SIZE,
		FALLOC_FL_COLLAPSE_RANGE, FALLOC_FL_INSERT_RANGE,
	};
	unsigned int which = below(sizeof(modes) / sizeof(modes[0]));
	int mode = modes[which];
	size_t off, len, end;

	choose(MAX_SIZE, &off, &len);
	if (mode & (FALLOC_FL_COLLAPSE_RANGE | FALLOC_FL_INSERT_RANGE)) {
		off &= ~(size_t)(PAGE - 1);
		len = PAGE * (1 + below(8));
		if (off >= size || (mode & FALLOC_FL_COLLAPSE_RANGE && off + len >= size) ||
		    (mode & FALLOC_FL_INSERT_RANGE && size + len > MAX_SIZE))
			return;
	}
	if (!len || no_falloc & 1u << which)
		return;
	note("fallocate mode %d %zu+%zu, size %zu", mode, off, len, size);
	if (fallocate(fd, mode, off, len)) {
		if (errno != EOPNOTSUPP)
			die("fallocate");
		no_falloc |= 1u << which;
		return;
	}
	end = off + len;
	if (mode & FALLOC_FL_COLLAPSE_RANGE) {
		memmove(model + off, model + end, size - end);
		memset(model + size - len, 0, len);
		size -= len;
		return;
	}
	if (mode & FALLOC_FL_INSERT_RANGE) {
		memmove(model + end, model + off, size - off);
		memset(model + off, 0, len);
		size += len;
		return;
	}
	if (mode & (FALLOC_FL_PUNCH_HOLE | FALLOC_FL_ZERO_RANGE) && off < size)
		memset(model + off, 0, (end > size ? size : end) - off);
	if (!(mode & FALLOC_FL_KEEP_SIZE) && end > size)
		size = end;
}

static void do_copy(void)
{
	size_t from, to, len;
	off64_t in, out;
	ssize_t n;

	if (size < 2 * PAGE)
		return;
	len = 1 + below(size / 3);
	from = below(size / 3 - len + 1);
	to = size / 3 + len + below(size / 3);
	if (to + len > MAX_SIZE || from + len > to)
		return;
	note("copy %zu+%zu to %zu, size %zu", from, len, to, size);
	in = from;
	out = to;
	n = copy_file_range(fd, &in, fd, &out, len, 0);
	if (n <= 0)
		die("copy_file_range: got %zd", n);
	memcpy(buf, model + from, n);
	put(to, n);
}

static void open_all(void)
{
	fd = open(path, O_RDWR | O_CREAT, 0600);
	afd = open(path, O_WRONLY | O_APPEND);
	dfd = open(path, O_RDWR | O_DIRECT);	/* tmpfs has none */
	if (fd < 0 || afd < 0)
		die("open");
	map = mmap(NULL, MAX_SIZE, PROT_READ | PROT_WRITE, MAP_SHARED, fd, 0);
	if (map == MAP_FAILED)
		die("mmap");
}

static void close_all(void)
{
	if (munmap(map, MAX_SIZE) || close(fd) || close(afd) ||
	    (dfd >= 0 && close(dfd)))
		die("close");
}

static void do_reopen(void)
{
	note("reopen");
	close_all();
	open_all();
}

static void do_sync(void)
{
	note("sync");
	if (below(2) ? fsync(fd) : fdatasync(fd))
		die("fsync");
}

static void do_forget(void)
{
	note("forget");
	if (posix_fadvise(fd, 0, 0, POSIX_FADV_DONTNEED))
		die("fadvise");
}

static void (*const operations[])(void) = {
	do_write, do_write, do_write, do_append, do_direct_write, do_read, do_read,
	do_direct_read, do_map_write, do_map_write, do_map_read, do_map_read,
	do_truncate, do_falloc, do_falloc, do_copy, do_reopen, do_sync, do_forget,
};

int main(int argc, char **argv)
{
	long i, n;

	if (argc != 4) {
		fprintf(stderr, "usage: fsx FILE SEED OPERATIONS\n");
		return 2;
	}
	path = argv[1];
	srandom(atol(argv[2]));
	n = atol(argv[3]);
	unlink(path);
	open_all();
	for (i = 0; i < n; i++) {
		operations[below(sizeof(operations) / sizeof(operations[0]))]();
		if (!below(8))
			check_size();
	}
	check_size();
	close_all();
	open_all();
	read_by(fd, 0, MAX_SIZE, "read at the end");
	printf("%ld operations\n", n);
	return 0;
}
