// SPDX-License-Identifier: GPL-2.0
/* Content is written, brought to storage, written without the cache. */
#define _GNU_SOURCE
#include "fsop.h"

#include <sys/mman.h>
#include <sys/uio.h>

/* Arguments that no call should be given; volatile, so that compilers do not say so. */
static char *volatile nowhere = (char *)8;
static volatile int negative = -1, too_many = 2000;

static void append(void)
{
	struct iovec v = { "<rwf>", 5 };
	int fd, other;

	fd = OPEN(open("a", O_WRONLY | O_CREAT | O_APPEND, 0644));
	other = OPEN(open("a", O_RDWR));
	RUN(write(fd, "one", 3));
	RUN(lseek(fd, 0, SEEK_SET));
	RUN(write(fd, "two", 3));
	RUN(lseek(fd, 0, SEEK_CUR));
	RUN(pwrite(fd, "three", 5, 0));
	RUN(lseek(fd, 0, SEEK_CUR));
	RUN(pwrite(other, "ONE", 3, 0));
	RUN(pwritev2(other, &v, 1, 0, RWF_APPEND));
	RUN(pwritev2(other, &v, 1, -1, RWF_APPEND));
	RUN(lseek(other, 0, SEEK_CUR));
	RUN(ftruncate(fd, 4));
	RUN(write(fd, "four", 4));
	RUN(fcntl(other, F_SETFL, O_APPEND));
	RUN(write(other, "five", 4));
	RUN(fcntl(other, F_SETFL, 0));
	RUN(pwrite(other, "x", 1, 0));
	close(fd);
	close(other);
	content("a");
}

static void vectors(void)
{
	struct iovec v[3] = { { "first,", 6 }, { "", 0 }, { "second", 6 } };
	int fd = OPEN(open("v", O_RDWR | O_CREAT, 0644));

	RUN(writev(fd, v, 3));
	RUN(pwritev(fd, v, 1, 20));
	RUN(pwritev2(fd, v, 3, 30, RWF_DSYNC));
	RUN(pwritev2(fd, v, 3, 50, RWF_SYNC));
	RUN(pwritev2(fd, v, 1, 0, 0x40000000));
	RUN(writev(fd, v, 0));
	RUN(writev(fd, v, negative));
	RUN(writev(fd, v, too_many));
	close(fd);
	content("v");
}

/* What can be read of a buffer is written, as far as it goes. */
static void bad_buffers(void)
{
	char *p = mmap(NULL, 2 * PAGE, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
	int fd = OPEN(open("bad", O_RDWR | O_CREAT, 0644));

	memset(p, 'p', PAGE);
	munmap(p + PAGE, PAGE);
	RUN(write(fd, nowhere, 1));
	RUN(write(fd, nowhere, 0));
	fstate(fd);
	RUN(write(fd, p, 2 * PAGE));
	RUN(pwrite(fd, p + PAGE - 1, 2, 10000));
	RUN(pread(fd, nowhere, 1, 0));
	RUN(pread(fd, p, PAGE + 1, 0));
	fstate(fd);
	close(fd);
	content("bad");
	munmap(p, PAGE);
}

void group_write(void)
{
	char buf[8192];
	int fd;

	fd = OPEN(open("f", O_RDWR | O_CREAT, 0644));
	TIMED("f", write(fd, "0123456789", 10));
	TIMED("f", write(fd, "", 0));
	TIMED("f", pread(fd, buf, 4, 2));
	RUN(pwrite(fd, "XYZ", 3, 3));
	RUN(pwrite(fd, "end", 3, 20));
	fstate(fd);
	RUN(read(fd, buf, 100));
	RUN(read(fd, buf, 100));
	RUN(pread(fd, buf, 100, 23));
	RUN(pread(fd, buf, 100, 24));
	RUN(pread(fd, buf, 1, -1));
	RUN(pwrite(fd, "x", 1, -1));
	RUN(pwrite(fd, "far", 3, 1 << 20));
	RUN(pread(fd, buf, sizeof(buf), (1 << 20) - 4096));
	RUN(lseek(fd, -5, SEEK_END));
	RUN(lseek(fd, 100, SEEK_END));
	RUN(lseek(fd, -1, SEEK_SET));
	RUN(lseek(fd, 0, 99));
	RUN(write(fd, "behind", 6));
	RUN(close(fd));
	RUN(write(fd, "x", 1));
	content("f");
	/* Around the borders of pages. */
	memset(buf, 'b', sizeof(buf));
	fd = OPEN(open("borders", O_RDWR | O_CREAT, 0644));
	RUN(pwrite(fd, buf, 1, 4095));
	RUN(pwrite(fd, buf, 2, 8191));
	RUN(pwrite(fd, buf, 4096, 12288));
	RUN(pwrite(fd, buf, 4097, 20479));
	RUN(close(fd));
	content("borders");
	append();
	vectors();
	bad_buffers();
}

void group_sync(void)
{
	int fd, dir;

	fd = OPEN(open("f", O_RDWR | O_CREAT, 0644));
	RUN(write(fd, "data", 4));
	RUN(fdatasync(fd));
	TIMED("f", fsync(fd));
	RUN(write(fd, "more", 4));
	RUN(sync_file_range(fd, 0, 0, SYNC_FILE_RANGE_WAIT_BEFORE | SYNC_FILE_RANGE_WRITE |
			    SYNC_FILE_RANGE_WAIT_AFTER));
	RUN(sync_file_range(fd, -1, 0, SYNC_FILE_RANGE_WRITE));
	RUN(sync_file_range(fd, 0, 0, 1 << 10));
	RUN(syncfs(fd));
	RUN(posix_fadvise(fd, 0, 0, POSIX_FADV_DONTNEED));
	RUN(posix_fadvise(fd, 0, 0, 99));
	RUN(readahead(fd, 0, 4096));
	RUN(close(fd));
	dir = OPEN(open(".", O_RDONLY | O_DIRECTORY));
	RUN(fsync(dir));
	RUN(fdatasync(dir));
	RUN(syncfs(dir));
	close(dir);
	fd = OPEN(open("f", O_RDONLY));
	RUN(fsync(fd));
	close(fd);
	RUN(mkfifo("fifo", 0600));
	fd = OPEN(open("fifo", O_RDONLY | O_NONBLOCK));
	RUN(fsync(fd));
	close(fd);
	fd = OPEN(open("s", O_WRONLY | O_CREAT | O_SYNC, 0644));
	RUN(write(fd, "sync", 4));
	close(fd);
	fd = OPEN(open("s", O_WRONLY | O_DSYNC));
	RUN(pwrite(fd, "dsync", 5, 100));
	close(fd);
	content("f");
	content("s");
}

static void mix_direct(int fd, char *p)
{
	int other = OPEN(open("f", O_RDWR));
	char *map = mmap(NULL, 4 * PAGE, PROT_READ | PROT_WRITE, MAP_SHARED, other, 0);

	RUN(map == MAP_FAILED ? -1 : 0);
	if (map == MAP_FAILED)
		return;
	/* Buffered, mapped and direct see one another. */
	RUN(pwrite(other, "buffered", 8, 0));
	RUN(pread(fd, p, PAGE, 0));
	say("%.8s", p);
	memcpy(map + PAGE, "mapped", 6);
	RUN(pread(fd, p, PAGE, PAGE));
	say("%.6s", p);
	memset(p, 'D', PAGE);
	RUN(pwrite(fd, p, PAGE, 2 * PAGE));
	RUN(pread(other, p, 4, 2 * PAGE));
	say("%.4s %.4s", p, map + 2 * PAGE);
	munmap(map, 4 * PAGE);
	close(other);
}

static void not_aligned(char *p)
{
	int fd = OPEN(open("odd", O_RDWR | O_CREAT | O_DIRECT, 0644));

	RUN(pwrite(fd, p, 4 * PAGE, 0));
	RUN(pwrite(fd, p + 1, PAGE, 0));
	RUN(pwrite(fd, p, 100, 0));
	RUN(pwrite(fd, p, PAGE, 1));
	RUN(pread(fd, p + 1, PAGE, 0));
	RUN(pread(fd, p, 100, 0));
	RUN(pread(fd, p, PAGE, 1));
	RUN(close(fd));
}

void group_direct(void)
{
	char *p = mmap(NULL, 8 * PAGE, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
	int fd;

	memset(p, 'd', 8 * PAGE);
	fd = OPEN(open("f", O_RDWR | O_CREAT | O_DIRECT, 0644));
	TIMED("f", pwrite(fd, p, 4 * PAGE, 0));
	fstate(fd);
	RUN(pread(fd, p, 8 * PAGE, 0));
	RUN(pread(fd, p, PAGE, 4 * PAGE));
	RUN(pwrite(fd, p, PAGE, 6 * PAGE));
	fstate(fd);
	mix_direct(fd, p);
	RUN(ftruncate(fd, 5000));
	RUN(pread(fd, p, 2 * PAGE, 0));
	RUN(pread(fd, p, PAGE, PAGE));
	RUN(fcntl(fd, F_SETFL, 0));
	RUN(pwrite(fd, "buffered", 8, 1));
	RUN(fcntl(fd, F_SETFL, O_DIRECT));
	RUN(pread(fd, p, PAGE, 0));
	RUN(close(fd));
	fd = OPEN(open("f", O_WRONLY | O_DIRECT | O_APPEND));
	RUN(ftruncate(fd, 2 * PAGE));
	RUN(write(fd, p, PAGE));
	RUN(close(fd));
	OPEN(open(".", O_RDONLY | O_DIRECT));
	content("f");
	not_aligned(p);
	munmap(p, 8 * PAGE);
}
