// SPDX-License-Identifier: GPL-2.0
/*
 * errcheck WAY FILE SIZE ERRNO - writes more than there is room for, and looks
 * that it is told so: with that errno, and once.
 *
 *	fsync	write(2), then fsync by two descriptors, each twice
 *	close	write(2), then close
 *	utimes	write(2), then futimens, which sends what is dirty, then close
 *	sync	write(2) to a file that is open with O_SYNC
 *	direct	write(2) with O_DIRECT
 *	map	stores to a mapping, then msync, twice
 *	far	one octet at offset SIZE, then fsync, twice
 *	late	write(2), then "written", then fsync when /tmp/errcheck-go is there: for
 *		what becomes of the filesystem meanwhile, and is not over then
 *
 * Status 0 only if all was as it should be. Prints who told it.
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
#include <unistd.h>

#define CHUNK (64ul << 10)

static const char *path, *wanted;
static size_t size;
static uint8_t *buf;

static const char *name(int error)
{
	return error ? strerrorname_np(error) : "ok";
}

static void fail(const char *what, int got, const char *should)
{
	fprintf(stderr, "errcheck: %s: %s instead of %s\n", what, name(got), should);
	exit(1);
}

/* An error, if there is one, must be the right one. */
static int told(const char *who, int error)
{
	printf("%s: %s\n", who, name(error));
	if (error && strcmp(name(error), wanted))
		fail(who, error, wanted);
	return error;
}

static void told_no_more(const char *who, int error)
{
	printf("%s: %s\n", who, name(error));
	if (error)
		fail(who, error, "ok");
}

static void somebody_told(bool was_told)
{
	if (was_told)
		return;
	fprintf(stderr, "errcheck: nobody said %s\n", wanted);
	exit(1);
}

static int open_file(int flags)
{
	int fd = open(path, O_RDWR | O_CREAT | flags, 0644);

	if (fd < 0)
		fail(path, errno, "ok");
	return fd;
}

/* Writes it all, or until there is an error, which it returns. */
static int write_all(int fd)
{
	for (size_t at = 0; at < size; ) {
		ssize_t n = write(fd, buf, size - at < CHUNK ? size - at : CHUNK);

		if (n < 0)
			return errno;
		at += (size_t)n;
	}
	return 0;
}

static int sync_of(int fd)
{
	return fsync(fd) ? errno : 0;
}

static void by_fsync(void)
{
	int a = open_file(0), b = open_file(0);
	int by_write = told("write", write_all(a));
	int by_sync = told("fsync", sync_of(a));
	int by_other;

	somebody_told(by_write || by_sync);
	told_no_more("fsync again", sync_of(a));
	/* Whoever had the file open at that time is told, too. */
	by_other = told("fsync by another", sync_of(b));
	if (by_sync && !by_other)
		fail("fsync by another descriptor", 0, wanted);
	told_no_more("fsync by another, again", sync_of(b));
	told_no_more("close", close(a) ? errno : 0);
	told_no_more("close of the other", close(b) ? errno : 0);
	/* It is history for who opens the file now. */
	a = open_file(0);
	told_no_more("fsync after a new open", sync_of(a));
	close(a);
}

static void by_close(bool utimes)
{
	int fd = open_file(0);
	int by_write = told("write", write_all(fd));
	int by_close;

	if (utimes && futimens(fd, NULL))
		fail("futimens", errno, "ok");
	by_close = told("close", close(fd) ? errno : 0);

	somebody_told(by_write || by_close);
}

/* Such a write says by itself what came of it. */
static void by_write(int flags)
{
	int fd = open_file(flags);

	somebody_told(told("write", write_all(fd)));
	told_no_more("close", close(fd) ? errno : 0);
}

static sigjmp_buf before_store;

static void caught(int sig)
{
	(void)sig;
	siglongjmp(before_store, 1);
}

static bool store_all(volatile uint8_t *p)
{
	signal(SIGBUS, caught);
	if (sigsetjmp(before_store, 1))
		return false;
	for (size_t at = 0; at < size; at += 4096)
		p[at] = 0x77;
	return true;
}

static void by_map(void)
{
	int fd = open_file(0);
	bool by_signal;
	int by_sync;
	uint8_t *p;

	if (ftruncate(fd, (off_t)size))
		fail("ftruncate", errno, "ok");
	p = mmap(NULL, size, PROT_READ | PROT_WRITE, MAP_SHARED, fd, 0);
	if (p == MAP_FAILED)
		fail("mmap", errno, "ok");
	by_signal = !store_all(p);
	printf("store: %s\n", by_signal ? "SIGBUS" : "ok");
	by_sync = told("msync", msync(p, size, MS_SYNC) ? errno : 0);
	somebody_told(by_signal || by_sync);
	told_no_more("msync again", msync(p, size, MS_SYNC) ? errno : 0);
	munmap(p, size);
	told_no_more("close", close(fd) ? errno : 0);
}

static void far_away(void)
{
	int fd = open_file(0);
	int by_write = told("pwrite", pwrite(fd, "x", 1, (off_t)size) < 0 ? errno : 0);
	int by_sync = told("fsync", sync_of(fd));

	somebody_told(by_write || by_sync);
	told_no_more("fsync again", sync_of(fd));
	told_no_more("close", close(fd) ? errno : 0);
}

static void late(void)
{
	int fd = open_file(0);

	told_no_more("write", write_all(fd));
	puts("written");
	fflush(stdout);
	for (int i = 0; i < 600 && access("/tmp/errcheck-go", F_OK); i++)
		usleep(100000);
	somebody_told(told("fsync", sync_of(fd)));
	close(fd);
}

int main(int argc, char **argv)
{
	if (argc != 5)
		goto usage;
	path = argv[2];
	size = strtoull(argv[3], NULL, 0);
	wanted = argv[4];
	if (posix_memalign((void **)&buf, 4096, CHUNK))
		fail("memory", ENOMEM, "ok");
	memset(buf, 0x55, CHUNK);
	if (!strcmp(argv[1], "fsync"))
		by_fsync();
	else if (!strcmp(argv[1], "close"))
		by_close(false);
	else if (!strcmp(argv[1], "utimes"))
		by_close(true);
	else if (!strcmp(argv[1], "sync"))
		by_write(O_SYNC);
	else if (!strcmp(argv[1], "direct"))
		by_write(O_DIRECT);
	else if (!strcmp(argv[1], "map"))
		by_map();
	else if (!strcmp(argv[1], "far"))
		far_away();
	else if (!strcmp(argv[1], "late"))
		late();
	else
		goto usage;
	return 0;
usage:
	fprintf(stderr, "usage: errcheck fsync|close|utimes|sync|direct|map|far|late FILE SIZE ERRNO\n");
	return 2;
}
