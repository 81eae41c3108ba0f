// SPDX-License-Identifier: GPL-2.0
/* Sizes, holes, limits. */
#define _GNU_SOURCE
#include "fsop.h"

#include <linux/falloc.h>
#include <signal.h>
#include <sys/resource.h>

void group_truncate(void)
{
	int fd;

	fill("f", 10000, 3);
	TIMED("f", truncate("f", 5000));
	content("f");
	TIMED("f", truncate("f", 5000));
	RUN(truncate("f", 12345));
	state("f");
	content("f");
	RUN(truncate("f", 4096));
	RUN(truncate("f", 4097));
	content("f");
	RUN(truncate("f", 0));
	RUN(truncate("f", 8192));
	content("f");
	RUN(truncate("f", -1));
	RUN(truncate("none", 0));
	RUN(truncate(".", 0));
	RUN(truncate("f/x", 0));
	RUN(symlink("f", "s"));
	RUN(truncate("s", 100));
	state("f");
	fd = OPEN(open("f", O_RDONLY));
	RUN(ftruncate(fd, 0));
	close(fd);
	fd = OPEN(open("f", O_RDWR | O_APPEND));
	TIMED("f", ftruncate(fd, 200));
	TIMED("f", ftruncate(fd, 200));
	RUN(ftruncate(fd, -1));
	/* What lay behind the end is not there when the file grows again. */
	RUN(write(fd, "secret", 6));
	RUN(ftruncate(fd, 203));
	RUN(ftruncate(fd, 206));
	RUN(ftruncate(fd, 300));
	close(fd);
	content("f");
	fd = OPEN(open(".", O_RDONLY));
	RUN(ftruncate(fd, 0));
	close(fd);
	make("unwritable", "x");
	RUN(chmod("unwritable", 0444));
	RUN(truncate("unwritable", 0));
	state("unwritable");
}

static void change(const char *name, int mode, off_t offset, off_t len)
{
	int fd = open("f", O_RDWR);
	int result = fallocate(fd, mode, offset, len);

	printf("fallocate(%s, %lld, %lld) = %s\n", name, (long long)offset, (long long)len,
	       result ? error_name(errno) : "0");
	fstate(fd);
	close(fd);
	content("f");
}

#define CHANGE(mode, offset, len)	change(#mode, mode, offset, len)

static void punch_and_zero(void)
{
	fill("f", 40000, 5);
	CHANGE(FALLOC_FL_PUNCH_HOLE | FALLOC_FL_KEEP_SIZE, 4096, 8192);
	CHANGE(FALLOC_FL_PUNCH_HOLE | FALLOC_FL_KEEP_SIZE, 20000, 1000);
	CHANGE(FALLOC_FL_PUNCH_HOLE | FALLOC_FL_KEEP_SIZE, 39000, 100000);
	CHANGE(FALLOC_FL_PUNCH_HOLE | FALLOC_FL_KEEP_SIZE, 100000, 1000);
	CHANGE(FALLOC_FL_PUNCH_HOLE, 0, 4096);
	CHANGE(FALLOC_FL_ZERO_RANGE, 100, 5000);
	CHANGE(FALLOC_FL_ZERO_RANGE, 39000, 5000);
	CHANGE(FALLOC_FL_ZERO_RANGE | FALLOC_FL_KEEP_SIZE, 43000, 5000);
}

static void collapse_and_insert(void)
{
	fill("f", 40960, 7);
	CHANGE(FALLOC_FL_COLLAPSE_RANGE, 4096, 8192);
	CHANGE(FALLOC_FL_COLLAPSE_RANGE, 100, 4096);
	CHANGE(FALLOC_FL_COLLAPSE_RANGE, 4096, 100);
	CHANGE(FALLOC_FL_COLLAPSE_RANGE, 0, 32768);
	CHANGE(FALLOC_FL_COLLAPSE_RANGE | FALLOC_FL_KEEP_SIZE, 0, 4096);
	CHANGE(FALLOC_FL_INSERT_RANGE, 8192, 4096);
	CHANGE(FALLOC_FL_INSERT_RANGE, 100, 4096);
	CHANGE(FALLOC_FL_INSERT_RANGE, 1 << 20, 4096);
	CHANGE(FALLOC_FL_INSERT_RANGE, 0, 12288);
}

void group_fallocate(void)
{
	int fd;

	make("f", "short");
	CHANGE(0, 0, 5000);
	CHANGE(FALLOC_FL_KEEP_SIZE, 0, 100000);
	CHANGE(0, 10000, 1);
	CHANGE(0, 0, 0);
	CHANGE(0, -1, 10);
	CHANGE(0, 10, -1);
	CHANGE(FALLOC_FL_UNSHARE_RANGE, 0, 4096);
	CHANGE(0x100, 0, 4096);
	punch_and_zero();
	collapse_and_insert();
	fd = OPEN(open("f", O_RDONLY));
	RUN(fallocate(fd, 0, 0, 10));
	close(fd);
	fd = OPEN(open(".", O_RDONLY));
	RUN(fallocate(fd, 0, 0, 10));
	close(fd);
	fd = OPEN(open("f", O_RDWR));
	TIMED("f", fallocate(fd, 0, 0, 100000));
	TIMED("f", fallocate(fd, FALLOC_FL_PUNCH_HOLE | FALLOC_FL_KEEP_SIZE, 0, 4096));
	RUN(posix_fallocate(fd, 0, 120000));
	/* What was just written, and is not in the file yet. */
	RUN(pwrite(fd, "kept, dropped", 13, 8186));
	RUN(fallocate(fd, FALLOC_FL_PUNCH_HOLE | FALLOC_FL_KEEP_SIZE, 8192, 8192));
	RUN(pwrite(fd, "new", 3, 12288));
	close(fd);
	content("f");
	RUN(mkfifo("fifo", 0600));
	fd = open("fifo", O_RDWR);
	RUN(fallocate(fd, 0, 0, 10));
	close(fd);
}

static void seek_all(int fd)
{
	static const off_t from[] = { 0, 1, 4095, 4096, 65536, 100000, 131072, 262143, 262144 };

	for (size_t i = 0; i < sizeof(from) / sizeof(from[0]); i++) {
		off_t data = lseek(fd, from[i], SEEK_DATA);
		int data_error = errno;
		off_t hole = lseek(fd, from[i], SEEK_HOLE);
		int hole_error = errno;

		printf("from %lld: data %lld%s%s hole %lld%s%s\n", (long long)from[i],
		       (long long)data, data < 0 ? " " : "", data < 0 ? error_name(data_error) : "",
		       (long long)hole, hole < 0 ? " " : "", hole < 0 ? error_name(hole_error) : "");
	}
}

void group_seek(void)
{
	char buf[4096];
	int fd;

	memset(buf, 's', sizeof(buf));
	fd = OPEN(open("f", O_RDWR | O_CREAT, 0644));
	RUN(lseek(fd, 0, SEEK_DATA));
	RUN(lseek(fd, 0, SEEK_HOLE));
	RUN(ftruncate(fd, 262144));
	say("all hole");
	seek_all(fd);
	RUN(pwrite(fd, buf, 4096, 65536));
	RUN(pwrite(fd, buf, 10, 131072 + 5000));
	say("just written");
	seek_all(fd);
	RUN(fsync(fd));
	say("and synced");
	seek_all(fd);
	RUN(fallocate(fd, FALLOC_FL_PUNCH_HOLE | FALLOC_FL_KEEP_SIZE, 65536, 4096));
	say("and punched");
	seek_all(fd);
	RUN(ftruncate(fd, 262144 + 100));
	RUN(lseek(fd, 262144 + 50, SEEK_HOLE));
	RUN(lseek(fd, -1, SEEK_DATA));
	RUN(lseek(fd, 0, SEEK_CUR));
	close(fd);
	fd = OPEN(open(".", O_RDONLY));
	RUN(lseek(fd, 0, SEEK_SET));
	close(fd);
}

static volatile int signals;

static void count(int signal)
{
	(void)signal;
	signals++;
}

static void limited(void)
{
	struct rlimit limit = { 8192, RLIM_INFINITY }, none = { RLIM_INFINITY, RLIM_INFINITY };
	char buf[4096];
	int fd;

	memset(buf, 'r', sizeof(buf));
	signal(SIGXFSZ, count);
	fd = OPEN(open("f", O_RDWR | O_CREAT, 0644));
	RUN(setrlimit(RLIMIT_FSIZE, &limit));
	RUN(pwrite(fd, buf, 4096, 0));
	RUN(pwrite(fd, buf, 4096, 6000));
	RUN(pwrite(fd, buf, 1, 8191));
	RUN(pwrite(fd, buf, 1, 8192));
	say("%d signals", signals);
	RUN(pwrite(fd, buf, 1, 100000));
	say("%d signals", signals);
	RUN(ftruncate(fd, 8192));
	RUN(ftruncate(fd, 8193));
	say("%d signals", signals);
	RUN(truncate("f", 100000));
	say("%d signals", signals);
	RUN(fallocate(fd, 0, 8000, 1000));
	say("%d signals", signals);
	RUN(fallocate(fd, FALLOC_FL_KEEP_SIZE, 8000, 1000));
	say("%d signals", signals);
	RUN(close(fd));
	fd = OPEN(open("f", O_WRONLY | O_APPEND));
	RUN(write(fd, buf, 1));
	say("%d signals", signals);
	close(fd);
	/* What we print may go to a file, too. */
	RUN(setrlimit(RLIMIT_FSIZE, &none));
	content("f");
}

static int killed(void)
{
	struct rlimit limit = { 100, 100 };
	int fd = open("g", O_RDWR | O_CREAT, 0644);

	signal(SIGXFSZ, SIG_DFL);
	if (setrlimit(RLIMIT_FSIZE, &limit))
		return errno;
	return pwrite(fd, "x", 1, 100) < 0 ? errno : 0;
}

void group_rlimit(void)
{
	in_child(limited);
	report_child("without a handler", start(killed));
	state("g");
}

void group_large(void)
{
	char buf[8];
	int fd = OPEN(open("f", O_RDWR | O_CREAT, 0644));

	RUN(pwrite(fd, "2 GiB", 5, 0x80000000));
	RUN(pwrite(fd, "4 GiB", 5, 0x100000000));
	RUN(pwrite(fd, "1 TiB", 5, 1ll << 40));
	fstate(fd);
	RUN(pread(fd, buf, 5, 0x80000000));
	RUN(pread(fd, buf, 5, 1ll << 40));
	say("%.5s", buf);
	RUN(lseek(fd, 0, SEEK_END));
	RUN(lseek(fd, 0, SEEK_DATA));
	RUN(lseek(fd, 0x80001000, SEEK_DATA));
	RUN(ftruncate(fd, 1ll << 43));
	fstate(fd);
	/* 16 TiB and more: whether they can be is the filesystem's affair. */
	RUN(ftruncate(fd, (1ll << 44) - 4096));
	RUN(ftruncate(fd, 1ll << 44));
	RUN(ftruncate(fd, INT64_MAX));
	RUN(pwrite(fd, "x", 1, 1ll << 44));
	RUN(fsync(fd));
	RUN(pwrite(fd, "x", 1, INT64_MAX));
	RUN(pwrite(fd, "x", 1, INT64_MAX - 1));
	RUN(fsync(fd));
	RUN(pread(fd, buf, 1, 1ll << 44));
	RUN(pread(fd, buf, 1, INT64_MAX));
	RUN(lseek(fd, 1ll << 44, SEEK_SET));
	RUN(lseek(fd, INT64_MAX, SEEK_SET));
	RUN(fallocate(fd, 0, 1ll << 44, 4096));
	RUN(fallocate(fd, 0, INT64_MAX, 4096));
	fstate(fd);
	RUN(ftruncate(fd, 0));
	RUN(close(fd));
}
