// SPDX-License-Identifier: GPL-2.0
/*
 * mapcheck MODE FILE [ARG]... - maps a file and does with the mapping what
 * programs do. Each mode compares what it sees with read(2); status 0 only if
 * all was right.
 *
 *	sum		read and mapping hold the same octets
 *	private		a private write changes nothing but the mapping
 *	fork		parent and child share a mapping; the child's end is no harm
 *	mremap		a mapping is moved, grown and shrunk
 *	direct OUT	O_DIRECT out of the mapping into a local file
 *	vmread		another process reads the mapping (process_vm_readv)
 *	sigbus		beyond the end of the file there is nothing
 *	advise		madvise drops and refills
 *	shared		MAP_SHARED cannot be made writable on a file opened for reading
 *	watch OFF BYTE SECONDS
 *			says "ready", then waits until the octet is BYTE, looking
 *			at the mapping alone
 *	random SECONDS SEED
 *			reads here and there, by either way
 */
#define _GNU_SOURCE
#include <errno.h>
#include <fcntl.h>
#include <setjmp.h>
#include <signal.h>
#include <stdbool.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/stat.h>
#include <sys/uio.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

#define PAGE 4096ul

static int fd;
static size_t size;

static void die(const char *what)
{
	fprintf(stderr, "mapcheck: %s: %s\n", what, strerror(errno));
	exit(1);
}

static void wrong(const char *what, size_t at)
{
	fprintf(stderr, "mapcheck: %s at octet %zu\n", what, at);
	exit(1);
}

static uint8_t *map(int prot, int flags)
{
	uint8_t *p = mmap(NULL, size, prot, flags, fd, 0);

	if (p == MAP_FAILED)
		die("mmap");
	return p;
}

/* Compares memory with what the file holds at an offset. */
static void compare(const uint8_t *p, size_t offset, size_t len, const char *what)
{
	static uint8_t buf[64 * PAGE];

	while (len) {
		size_t n = len < sizeof(buf) ? len : sizeof(buf);
		ssize_t got = pread(fd, buf, n, (off_t)offset);

		if (got <= 0)
			die("pread");
		for (ssize_t i = 0; i < got; i++)
			if (buf[i] != p[i])
				wrong(what, offset + (size_t)i);
		p += got;
		offset += (size_t)got;
		len -= (size_t)got;
	}
}

static void check_sum(void)
{
	uint8_t *p = map(PROT_READ, MAP_SHARED);

	compare(p, 0, size, "the mapping differs");
	/* The page's rest behind the end reads as zero. */
	for (size_t i = size; i % PAGE; i++)
		if (p[i])
			wrong("not zero behind the end", i);
}

static void check_private(void)
{
	uint8_t *ours = map(PROT_READ | PROT_WRITE, MAP_PRIVATE);
	uint8_t *theirs = map(PROT_READ, MAP_SHARED);

	compare(theirs, 0, size, "the shared mapping differs");
	for (size_t i = 0; i < size; i += PAGE)
		ours[i] = (uint8_t)~theirs[i];
	compare(theirs, 0, size, "a private write came through");
	for (size_t i = 0; i < size; i++)
		if (ours[i] != (uint8_t)(i % PAGE ? theirs[i] : ~theirs[i]))
			wrong("the private copy is wrong", i);
}

static void wait_for(pid_t pid)
{
	int status;

	if (waitpid(pid, &status, 0) < 0 || status)
		wrong("the child failed", 0);
}

static void check_fork(void)
{
	uint8_t *p = map(PROT_READ, MAP_SHARED);
	uint8_t *q = map(PROT_READ | PROT_WRITE, MAP_PRIVATE);

	compare(p, 0, size / 2, "before the fork");
	for (int i = 0; i < 4; i++) {
		pid_t pid = fork();

		if (pid == 0) {
			compare(p, 0, size, "in the child");
			q[0] ^= 0xff;
			munmap(p, size);
			_exit(0);
		}
		compare(p, 0, size, "in the parent");
		wait_for(pid);
	}
	compare(p, 0, size, "after the children");
	compare(q, 0, size, "the private mapping after the children");
}

static void check_mremap(void)
{
	uint8_t *p = map(PROT_READ, MAP_SHARED), *room, *half;
	size_t pages = (size + PAGE - 1) / PAGE;

	if (pages < 8)
		wrong("the file is too small for this", size);
	compare(p, 0, size, "before");
	room = mmap(NULL, (pages + 16) * PAGE, PROT_NONE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
	p = mremap(p, size, size, MREMAP_MAYMOVE | MREMAP_FIXED, room);
	if (p == MAP_FAILED)
		die("mremap: move");
	compare(p, 0, size, "after the move");
	p = mremap(p, size, pages / 2 * PAGE, 0);
	if (p == MAP_FAILED)
		die("mremap: shrink");
	compare(p, 0, pages / 2 * PAGE, "after the shrink");
	/*
	 * Growing where it stands: the kernel extends no area of mixed pages
	 * (VM_SPECIAL in vma_merge_new_range()) and says ENOMEM, for DAX as for
	 * lent pages.  It must do no harm.
	 */
	room = mremap(p, pages / 2 * PAGE, size, MREMAP_MAYMOVE);
	if (room != MAP_FAILED) {
		p = mremap(room, size, pages / 2 * PAGE, 0);
		if (p == MAP_FAILED)
			die("mremap: shrink again");
	} else if (errno != ENOMEM) {
		die("mremap: grow in place");
	}
	compare(p, 0, pages / 2 * PAGE, "after growing in place");
	/* with something behind it, it moves */
	mmap(p + pages / 2 * PAGE, PAGE, PROT_NONE,
	     MAP_PRIVATE | MAP_ANONYMOUS | MAP_FIXED_NOREPLACE, -1, 0);
	p = mremap(p, pages / 2 * PAGE, size, MREMAP_MAYMOVE);
	if (p == MAP_FAILED)
		die("mremap: grow");
	compare(p, 0, size, "after the growth");
	/* a second mapping of the same pages */
	half = mremap(p + 4 * PAGE, 0, 2 * PAGE, MREMAP_MAYMOVE);
	if (half == MAP_FAILED)
		die("mremap: duplicate");
	compare(half, 4 * PAGE, 2 * PAGE, "the duplicate");
	munmap(p, size);
	compare(half, 4 * PAGE, 2 * PAGE, "the duplicate alone");
}

static void check_direct(const char *out)
{
	size_t len = size / PAGE * PAGE;
	uint8_t *p = map(PROT_READ, MAP_SHARED), *q;
	int o = open(out, O_RDWR | O_CREAT | O_TRUNC | O_DIRECT, 0600);

	if (o < 0)
		die(out);
	for (size_t at = 0; at < len; ) {
		size_t n = len - at < 32 * PAGE ? len - at : 32 * PAGE;
		ssize_t put = pwrite(o, p + at, n, (off_t)at);

		if (put <= 0)
			die("O_DIRECT write out of the mapping");
		at += (size_t)put;
	}
	q = mmap(NULL, len, PROT_READ, MAP_SHARED, o, 0);
	if (q == MAP_FAILED)
		die("mmap of the copy");
	compare(q, 0, len, "what O_DIRECT wrote");
}

static void check_vmread(void)
{
	static uint8_t buf[16 * PAGE];
	uint8_t *p = map(PROT_READ, MAP_SHARED);
	pid_t pid = fork();

	if (pid == 0)
		for (;;)
			pause();
	for (size_t at = 0; at < size; at += sizeof(buf)) {
		size_t n = size - at < sizeof(buf) ? size - at : sizeof(buf);
		struct iovec local = { buf, n }, remote = { p + at, n };

		if (process_vm_readv(pid, &local, 1, &remote, 1, 0) != (ssize_t)n)
			die("process_vm_readv");
		compare(buf, at, n, "what process_vm_readv saw");
	}
	kill(pid, SIGKILL);
	waitpid(pid, NULL, 0);
}

static sigjmp_buf on_sigbus;

static void caught(int sig)
{
	(void)sig;
	siglongjmp(on_sigbus, 1);
}

static void check_sigbus(void)
{
	size_t pages = (size + PAGE - 1) / PAGE;
	volatile uint8_t *p = mmap(NULL, (pages + 2) * PAGE, PROT_READ, MAP_SHARED, fd, 0);

	if (p == MAP_FAILED)
		die("mmap");
	signal(SIGBUS, caught);
	if (sigsetjmp(on_sigbus, 1) == 0) {
		(void)p[pages * PAGE];
		wrong("no SIGBUS", pages * PAGE);
	}
	if (pages)
		(void)p[(pages - 1) * PAGE];
}

static void check_advise(void)
{
	uint8_t *p = map(PROT_READ, MAP_SHARED);
	static const int advice[] = {
		MADV_WILLNEED, MADV_DONTNEED, MADV_SEQUENTIAL, MADV_RANDOM, MADV_COLD,
		MADV_PAGEOUT, MADV_POPULATE_READ,
	};

	for (size_t i = 0; i < sizeof(advice) / sizeof(advice[0]); i++) {
		if (madvise(p, size, advice[i]) && errno != EINVAL)
			die("madvise");
		compare(p, 0, size, "after madvise");
	}
	if (posix_fadvise(fd, 0, 0, POSIX_FADV_DONTNEED) ||
	    posix_fadvise(fd, 0, 0, POSIX_FADV_WILLNEED) ||
	    readahead(fd, 0, size))
		die("posix_fadvise and readahead");
	compare(p, 0, size, "after posix_fadvise");
}

static void check_shared(void)
{
	void *p = mmap(NULL, size, PROT_READ | PROT_WRITE, MAP_SHARED, fd, 0);

	if (p != MAP_FAILED || errno != EACCES)
		wrong("a writable shared mapping is possible", 0);
	p = map(PROT_READ, MAP_SHARED);
	if (!mprotect(p, size, PROT_READ | PROT_WRITE) || errno != EACCES)
		wrong("mprotect makes it writable", 0);
}

static double now(void)
{
	struct timespec t;

	clock_gettime(CLOCK_MONOTONIC, &t);
	return (double)t.tv_sec + (double)t.tv_nsec / 1e9;
}

static void watch(size_t offset, unsigned int want, double seconds)
{
	volatile uint8_t *p = map(PROT_READ, MAP_SHARED);
	double limit = now() + seconds;

	(void)p[offset];
	puts("ready");
	fflush(stdout);
	while (p[offset] != want) {
		if (now() > limit)
			wrong("the change was not seen", offset);
		usleep(1000);
	}
	puts("seen");
}

static void random_reads(double seconds, uint64_t seed)
{
	uint8_t *p = map(PROT_READ, MAP_SHARED);
	double limit = now() + seconds;

	seed = seed * 2654435761u + 1;
	while (now() < limit) {
		size_t at, len;

		seed ^= seed << 13;
		seed ^= seed >> 7;
		seed ^= seed << 17;
		at = seed % size;
		len = 1 + (seed >> 32) % (16 * PAGE);
		if (len > size - at)
			len = size - at;
		compare(p + at, at, len, "read and mapping differ");
		if (seed % 64 == 0)
			madvise(p, size, MADV_DONTNEED);
	}
}

int main(int argc, char **argv)
{
	const char *mode = argc > 2 ? argv[1] : "";
	struct stat st;

	if (argc < 3) {
		fprintf(stderr, "usage: mapcheck MODE FILE [ARG]...\n");
		return 2;
	}
	fd = open(argv[2], O_RDONLY);
	if (fd < 0 || fstat(fd, &st))
		die(argv[2]);
	size = (size_t)st.st_size;

	if (!strcmp(mode, "sum"))
		check_sum();
	else if (!strcmp(mode, "private"))
		check_private();
	else if (!strcmp(mode, "fork"))
		check_fork();
	else if (!strcmp(mode, "mremap"))
		check_mremap();
	else if (!strcmp(mode, "direct") && argc == 4)
		check_direct(argv[3]);
	else if (!strcmp(mode, "vmread"))
		check_vmread();
	else if (!strcmp(mode, "sigbus"))
		check_sigbus();
	else if (!strcmp(mode, "advise"))
		check_advise();
	else if (!strcmp(mode, "shared"))
		check_shared();
	else if (!strcmp(mode, "watch") && argc == 6)
		watch(strtoul(argv[3], NULL, 0), (unsigned int)strtoul(argv[4], NULL, 0),
		      atof(argv[5]));
	else if (!strcmp(mode, "random") && argc == 5)
		random_reads(atof(argv[3]), strtoul(argv[4], NULL, 0));
	else
		wrong("no such mode", 0);
	return 0;
}
