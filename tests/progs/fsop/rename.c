// SPDX-License-Identifier: GPL-2.0
/* rename() and renameat2(). */
#define _GNU_SOURCE
#include "fsop.h"

static void rename_files(void)
{
	char buf[16] = "";
	int old, target;

	make("a", "file a");
	make("b", "file b");
	TIMED(".", rename("a", "a2"));
	state("a");
	/* by another name of the same file */
	RUN(link("a2", "a3"));
	TIMED("a3", rename("a2", "a"));
	RUN(unlink("a3"));
	old = OPEN(open("a", O_RDWR));
	target = OPEN(open("b", O_RDWR));
	RUN(rename("a", "b"));
	content("b");
	fstate(target);
	RUN(pread(target, buf, 6, 0));
	say("%s", buf);
	RUN(pwrite(target, "F", 1, 0));
	RUN(pread(old, buf, 6, 0));
	say("%s", buf);
	RUN(pwrite(old, "FILE", 4, 0));
	content("b");
	close(old);
	close(target);
	RUN(rename("none", "x"));
	RUN(rename("b", "none/x"));
	RUN(rename("b", "b"));
	RUN(rename("b", ""));
	RUN(rename("", "b"));
	RUN(rename("b", "slash/"));
	RUN(rename("b/", "c"));
	RUN(link("b", "c"));
	RUN(rename("b", "c"));
	state("b");
	state("c");
	RUN(unlink("c"));
}

static void rename_directories(void)
{
	int fd;

	RUN(mkdir("d", 0755));
	RUN(mkdir("d/sub", 0755));
	RUN(mkdir("e", 0755));
	make("d/inside", "inside d");
	RUN(rename("d", "d/sub/x"));
	RUN(rename("d", "d/x"));
	RUN(rename("d/sub", "d"));
	RUN(rename("d", "b"));
	RUN(rename("b", "d"));
	RUN(rename("e", "d"));
	RUN(rename("d", "d"));
	fd = OPEN(open("d", O_RDONLY | O_DIRECTORY));
	RUN(rename("d", "e"));
	state("d");
	state("e");
	fstate(openat(fd, "inside", O_RDONLY));
	RUN(faccessat(fd, "sub", F_OK, 0));
	close(fd);
	RUN(rename("e", "d/"));
	RUN(rename("d/", "e"));
	RUN(mkdir("f", 0755));
	TIMED("f", rename("e/sub", "f/sub"));
	state("e");
	state("f");
	TIMED("e", rename("e/inside", "f/inside"));
	content("f/inside");
	RUN(rename("f/.", "x"));
	RUN(rename("..", "x"));
	RUN(rename("f/sub", "."));
	RUN(rename("/proc", "x"));
	RUN(rename("b", "/proc/x"));
}

static void rename_others(void)
{
	int d1, d2;

	RUN(symlink("b", "s"));
	RUN(rename("s", "s2"));
	state("s2");
	RUN(symlink("nowhere", "t"));
	RUN(rename("b", "t"));
	state("t");
	RUN(rename("t", "b"));
	RUN(mkfifo("fifo", 0600));
	RUN(rename("fifo", "s2"));
	state("s2");
	d1 = OPEN(open("e", O_PATH | O_DIRECTORY));
	d2 = OPEN(open("f", O_RDONLY | O_DIRECTORY));
	RUN(renameat(d2, "inside", d1, "moved"));
	RUN(renameat(d1, "moved", HERE, "moved"));
	RUN(renameat(d1, "none", d2, "none"));
	RUN(renameat(HERE, "moved", 99, "x"));
	close(d1);
	close(d2);
}

void group_rename(void)
{
	rename_files();
	rename_directories();
	rename_others();
	list(".");
}

#define NOREPLACE	(1 << 0)
#define EXCHANGE	(1 << 1)
#define WHITEOUT	(1 << 2)

static void exchange(void)
{
	int fd;

	TIMED(".", renameat2(HERE, "a", HERE, "b", EXCHANGE));
	content("a");
	content("b");
	RUN(renameat2(HERE, "a", HERE, "none", EXCHANGE));
	RUN(renameat2(HERE, "none", HERE, "a", EXCHANGE));
	RUN(renameat2(HERE, "a", HERE, "a", EXCHANGE));
	RUN(mkdir("d", 0755));
	RUN(mkdir("e", 0755));
	make("d/x", "x in d");
	fd = OPEN(open("a", O_RDONLY));
	RUN(renameat2(HERE, "a", HERE, "d", EXCHANGE));
	state("a");
	state("d");
	fstate(fd);
	close(fd);
	RUN(renameat2(HERE, "a", HERE, "e", EXCHANGE));
	content("e/x");
	RUN(renameat2(HERE, "e", HERE, "e/x", EXCHANGE));
	RUN(renameat2(HERE, "e/x", HERE, "e", EXCHANGE));
	RUN(renameat2(HERE, "e/x", HERE, "b", EXCHANGE));
	content("e/x");
	RUN(mkdir("e/sub", 0755));
	RUN(renameat2(HERE, "e/sub", HERE, "d", EXCHANGE));
	state("e");
	state("e/sub");
	RUN(renameat2(HERE, "e/sub", HERE, "e", EXCHANGE | NOREPLACE));
	RUN(symlink("nowhere", "s"));
	RUN(renameat2(HERE, "s", HERE, "d", EXCHANGE));
	state("d");
	list(".");
}

static void whiteout(void)
{
	make("w", "to be whited out");
	RUN(renameat2(HERE, "w", HERE, "w2", WHITEOUT));
	state("w");
	content("w2");
	RUN(renameat2(HERE, "w2", HERE, "b", WHITEOUT));
	state("w2");
	content("b");
	make("v", "v");
	RUN(renameat2(HERE, "v", HERE, "b", WHITEOUT | NOREPLACE));
	RUN(renameat2(HERE, "v", HERE, "v2", WHITEOUT | NOREPLACE));
	RUN(renameat2(HERE, "v2", HERE, "b", WHITEOUT | EXCHANGE));
	RUN(renameat2(HERE, "none", HERE, "x", WHITEOUT));
	RUN(unlink("w"));
	RUN(unlink("w2"));
}

void group_rename_flags(void)
{
	make("a", "file a");
	make("b", "file b");
	RUN(renameat2(HERE, "a", HERE, "b", NOREPLACE));
	RUN(renameat2(HERE, "a", HERE, "a", NOREPLACE));
	RUN(renameat2(HERE, "none", HERE, "x", NOREPLACE));
	RUN(renameat2(HERE, "a", HERE, "c", NOREPLACE));
	content("c");
	RUN(link("c", "c2"));
	RUN(renameat2(HERE, "c", HERE, "c2", NOREPLACE));
	RUN(renameat2(HERE, "c", HERE, "a", NOREPLACE));
	RUN(renameat2(HERE, "a", HERE, "x", 1 << 10));
	exchange();
	whiteout();
	list(".");
}
