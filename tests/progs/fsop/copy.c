// SPDX-License-Identifier: GPL-2.0
/* Copies that the kernel makes; descriptors that only name; listings. */
#define _GNU_SOURCE
#include "fsop.h"

#include <dirent.h>
#include <linux/fs.h>
#include <sys/ioctl.h>
#include <sys/sendfile.h>

static void copy_errors(int in, int out)
{
	loff_t from = 0, to = 0;
	int fd;

	RUN(copy_file_range(in, &from, out, &to, 100, 1));
	RUN(copy_file_range(out, NULL, out, NULL, 0, 0));
	from = 0;
	to = 50;
	RUN(copy_file_range(in, &from, in, &to, 100, 0));
	from = -1;
	RUN(copy_file_range(in, &from, out, NULL, 100, 0));
	fd = OPEN(open("out", O_WRONLY | O_APPEND));
	RUN(copy_file_range(in, NULL, fd, NULL, 100, 0));
	close(fd);
	fd = OPEN(open("out", O_RDONLY));
	RUN(copy_file_range(in, NULL, fd, NULL, 100, 0));
	close(fd);
	fd = OPEN(open("in", O_WRONLY));
	RUN(copy_file_range(fd, NULL, out, NULL, 100, 0));
	close(fd);
	fd = OPEN(open(".", O_RDONLY));
	RUN(copy_file_range(fd, NULL, out, NULL, 100, 0));
	close(fd);
}

void group_copy(void)
{
	loff_t from = 1000, to = 0;
	int in, out, other;

	fill("in", 100000, 11);
	in = OPEN(open("in", O_RDWR));
	out = OPEN(open("out", O_RDWR | O_CREAT, 0644));
	TIMED("out", copy_file_range(in, &from, out, &to, 5000, 0));
	say("from %lld, to %lld", (long long)from, (long long)to);
	content("out");
	RUN(copy_file_range(in, NULL, out, NULL, 4096, 0));
	RUN(lseek(in, 0, SEEK_CUR));
	RUN(lseek(out, 0, SEEK_CUR));
	from = 99000;
	RUN(copy_file_range(in, &from, out, NULL, 5000, 0));
	RUN(copy_file_range(in, &from, out, NULL, 5000, 0));
	content("out");
	/* What is dirty on either side counts. */
	RUN(pwrite(in, "just written", 12, 50000));
	RUN(pwrite(out, "overwritten by the copy", 23, 20000));
	from = 50000;
	to = 20000;
	RUN(copy_file_range(in, &from, out, &to, 12, 0));
	content("out");
	from = 0;
	to = 60000;
	RUN(copy_file_range(in, &from, in, &to, 10000, 0));
	content("in");
	RUN(lseek(out, 0, SEEK_SET));
	RUN(lseek(in, 0, SEEK_SET));
	RUN(sendfile(out, in, NULL, 30000));
	content("out");
	copy_errors(in, out);
	RUN(unlink("in"));
	from = 0;
	to = 0;
	other = OPEN(open("other", O_RDWR | O_CREAT, 0644));
	RUN(copy_file_range(in, &from, other, &to, 1 << 20, 0));
	content("other");
	close(other);
	close(in);
	close(out);
}

static void dedupe(int in, int out)
{
	char room[sizeof(struct file_dedupe_range) + sizeof(struct file_dedupe_range_info)] = "";
	struct file_dedupe_range *range = (void *)room;

	range->src_length = 65536;
	range->dest_count = 1;
	range->info[0].dest_fd = out;
	RUN(ioctl(in, FIDEDUPERANGE, range));
	say("deduplicated %llu, status %d", (unsigned long long)range->info[0].bytes_deduped,
	    range->info[0].status);
	range->info[0].dest_offset = 65536;
	range->info[0].bytes_deduped = 0;
	RUN(ioctl(in, FIDEDUPERANGE, range));
	say("deduplicated %llu, status %d", (unsigned long long)range->info[0].bytes_deduped,
	    range->info[0].status);
}

void group_clone(void)
{
	struct file_clone_range range = { .src_length = 65536, .dest_offset = 131072 };
	int in, out, fd;

	fill("in", 200000, 13);
	in = OPEN(open("in", O_RDWR));
	out = OPEN(open("out", O_RDWR | O_CREAT, 0644));
	RUN(ioctl(out, FICLONE, in));
	content("out");
	RUN(pwrite(out, "changed in one", 14, 1000));
	RUN(pwrite(in, "changed in the other", 20, 100000));
	range.src_fd = in;
	RUN(ioctl(out, FICLONERANGE, &range));
	content("in");
	content("out");
	range.src_offset = 100;
	RUN(ioctl(out, FICLONERANGE, &range));
	range.src_offset = 0;
	range.src_length = 0;
	range.dest_offset = 0;
	RUN(ioctl(out, FICLONERANGE, &range));
	content("out");
	dedupe(in, out);
	content("out");
	fd = OPEN(open("out", O_RDONLY));
	RUN(ioctl(fd, FICLONE, in));
	close(fd);
	RUN(ioctl(out, FICLONE, 99));
	fd = OPEN(open(".", O_RDONLY));
	RUN(ioctl(out, FICLONE, fd));
	close(fd);
	close(in);
	close(out);
}

void group_path_only(void)
{
	char buf[8];
	int fd, dir;

	make("f", "content");
	RUN(mkdir("d", 0755));
	make("d/x", "x");
	fd = OPEN(open("f", O_PATH));
	fstate(fd);
	RUN(read(fd, buf, 1));
	RUN(write(fd, "x", 1));
	RUN(ftruncate(fd, 0));
	RUN(fchmod(fd, 0600));
	RUN(fchown(fd, -1, -1));
	RUN(fsync(fd));
	RUN(lseek(fd, 0, SEEK_SET));
	RUN(ioctl(fd, FIONREAD, buf));
	RUN(futimens(fd, NULL));
	RUN(fcntl(fd, F_GETFL) & (O_PATH | O_ACCMODE | O_APPEND));
	RUN(linkat(HERE, proc(fd), HERE, "linked", AT_SYMLINK_FOLLOW));
	RUN(unlink("linked"));
	RUN(close(open(proc(fd), O_RDWR)));
	RUN(close(fd));
	OPEN(open("none", O_PATH | O_CREAT, 0644));
	dir = OPEN(open("d", O_PATH | O_DIRECTORY));
	fd = OPEN(openat(dir, "x", O_RDONLY));
	RUN(read(fd, buf, 1));
	close(fd);
	RUN(mkdirat(dir, "sub", 0755));
	RUN(unlinkat(dir, "x", 0));
	RUN(fchdir(dir));
	list(".");
	RUN(chdir(".."));
	OPEN(openat(dir, "../f", O_RDONLY));
	OPEN(openat(dir, "", O_RDONLY));
	close(dir);
	OPEN(open("f", O_PATH | O_DIRECTORY));
}

static void count_all(DIR *d)
{
	unsigned int n = 0;

	while (readdir(d))
		n++;
	say("%u entries", n);
}

static void many_entries(void)
{
	unsigned int seen = 0;
	struct dirent *e;
	char name[32];
	DIR *d;

	RUN(mkdir("many", 0755));
	for (int i = 0; i < 300; i++) {
		snprintf(name, sizeof(name), "many/entry-%03d-with-a-long-name", i);
		close(open(name, O_WRONLY | O_CREAT, 0644));
	}
	d = opendir("many");
	count_all(d);
	/* Removing while listing misses none and lists none twice. */
	rewinddir(d);
	while ((e = readdir(d))) {
		if (e->d_name[0] == '.')
			continue;
		seen++;
		if (unlinkat(dirfd(d), e->d_name, 0))
			say("unlink: %s", error_name(errno));
	}
	say("%u seen while they were removed", seen);
	rewinddir(d);
	count_all(d);
	closedir(d);
	RUN(rmdir("many"));
}

void group_readdir(void)
{
	char buf[4096];
	DIR *d;
	int fd;

	make("a", "");
	make("b", "");
	RUN(mkdir("c", 0755));
	d = opendir(".");
	count_all(d);
	make("late", "");
	RUN(unlink("a"));
	rewinddir(d);
	count_all(d);
	closedir(d);
	list(".");
	d = opendir("c");
	RUN(rmdir("c"));
	rewinddir(d);
	count_all(d);
	closedir(d);
	fd = OPEN(open("b", O_RDONLY));
	RUN(getdents64(fd, buf, sizeof(buf)));
	close(fd);
	fd = OPEN(open(".", O_RDONLY));
	RUN(getdents64(fd, buf, 8));
	RUN(getdents64(fd, buf, sizeof(buf)) > 0);
	RUN(getdents64(fd, buf, sizeof(buf)));
	RUN(lseek(fd, 0, SEEK_SET));
	RUN(getdents64(fd, buf, sizeof(buf)) > 0);
	RUN(write(fd, "x", 1));
	close(fd);
	many_entries();
}
