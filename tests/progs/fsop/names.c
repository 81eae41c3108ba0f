// SPDX-License-Identifier: GPL-2.0
/* Names come and go: directories, links, special files, "." and "..". */
#define _GNU_SOURCE
#include "fsop.h"

#include <sys/mman.h>
#include <sys/socket.h>
#include <sys/sysmacros.h>
#include <sys/un.h>
#include <sys/xattr.h>

static void in_removed_directory(void)
{
	struct stat st;
	char buf[4096];

	RUN(mkdir("gone", 0755));
	RUN(chdir("gone"));
	RUN(rmdir("../gone"));
	fstate(open(".", O_RDONLY));
	RUN(stat(".", &st));
	OPEN(open("x", O_WRONLY | O_CREAT, 0644));
	RUN(mkdir("x", 0755));
	RUN(symlink("x", "x"));
	OPEN(open(".", O_TMPFILE | O_RDWR, 0600));
	RUN(getcwd(buf, sizeof(buf)) ? 0 : -1);
	list(".");
	RUN(rmdir("../gone"));
}

void group_directories(void)
{
	TIMED(".", mkdir("d", 0777));
	state("d");
	state(".");
	RUN(mkdir("d", 0755));
	RUN(mkdir("d/", 0755));
	RUN(mkdir("slash/", 0700));
	state("slash");
	RUN(mkdir("d/sub", 01777));
	state("d/sub");
	state("d");
	make("f", "x");
	RUN(mkdir("f", 0755));
	RUN(mkdir("f/x", 0755));
	RUN(mkdir("none/x", 0755));
	RUN(mkdir(".", 0755));
	RUN(mkdir("..", 0755));
	RUN(mkdir("d/..", 0755));
	RUN(mkdir("", 0755));
	umask(0);
	RUN(mkdir("wide", 07777));
	umask(022);
	state("wide");
	RUN(mkdir("none-at-all", 0));
	state("none-at-all");

	RUN(rmdir("d"));
	RUN(rmdir("."));
	RUN(rmdir("d/."));
	RUN(rmdir("d/.."));
	RUN(rmdir("d/sub/.."));
	RUN(rmdir("f"));
	RUN(rmdir("f/"));
	RUN(rmdir("none"));
	RUN(rmdir(""));
	RUN(rmdir("/proc"));
	RUN(unlink("d"));
	RUN(unlink("d/"));
	RUN(unlinkat(HERE, "d", AT_REMOVEDIR));
	TIMED("d", rmdir("d/sub"));
	state("d");
	TIMED(".", unlinkat(HERE, "d", AT_REMOVEDIR));
	state(".");
	RUN(rmdir("slash/"));
	in_child(in_removed_directory);
	list(".");
}

static void use_unlinked(int fd)
{
	struct timespec times[2] = { { 1000000, 5 }, { 2000000, 7 } };
	char buf[64] = "";
	char *p;
	int again;

	fstate(fd);
	RUN(pwrite(fd, "more", 4, 10));
	RUN(pread(fd, buf, sizeof(buf), 0));
	RUN(fsync(fd));
	RUN(ftruncate(fd, 3));
	fstate(fd);
	RUN(ftruncate(fd, 20000));
	RUN(pread(fd, buf, 8, 0));
	say("\"%.8s\"", buf);
	RUN(fallocate(fd, 0, 0, 30000));
	RUN(fchmod(fd, 0600));
	RUN(futimens(fd, times));
	RUN(fsetxattr(fd, "user.a", "b", 1, 0));
	RUN(fgetxattr(fd, "user.a", buf, sizeof(buf)));
	fstate(fd);
	RUN(linkat(HERE, proc(fd), HERE, "back", AT_SYMLINK_FOLLOW));
	again = OPEN(open(proc(fd), O_RDWR));
	RUN(pread(again, buf, 3, 0));
	RUN(pwrite(again, "again", 5, 0));
	RUN(pread(fd, buf, 5, 0));
	say("\"%.5s\"", buf);
	RUN(ftruncate(again, 5));
	fstate(fd);
	close(again);
	p = mmap(NULL, PAGE, PROT_READ | PROT_WRITE, MAP_SHARED, fd, 0);
	RUN(p == MAP_FAILED ? -1 : 0);
	if (p != MAP_FAILED) {
		p[0] = 'A';
		munmap(p, PAGE);
	}
	RUN(pread(fd, buf, 5, 0));
	say("\"%.5s\"", buf);
}

void group_unlink(void)
{
	int fd, other;

	make("f", "first");
	TIMED(".", unlink("f"));
	state("f");
	RUN(unlink("f"));
	RUN(unlink(""));
	RUN(unlink("none/f"));
	make("f", "first");
	RUN(unlink("f/"));
	RUN(link("f", "g"));
	TIMED("g", unlink("f"));
	state("g");

	fd = OPEN(open("g", O_RDWR));
	RUN(unlink("g"));
	use_unlinked(fd);
	/* Another file of that name is another file. */
	make("g", "second");
	content("g");
	fstate(fd);
	other = OPEN(open("g", O_RDONLY));
	RUN(unlink("g"));
	RUN(close(other));
	RUN(close(fd));
	list(".");
}

void group_link(void)
{
	struct stat a, b;

	make("f", "content");
	TIMED("f", link("f", "g"));
	state("g");
	stat("f", &a);
	stat("g", &b);
	RUN(a.st_ino == b.st_ino && a.st_dev == b.st_dev);
	RUN(link("f", "g"));
	RUN(link("none", "h"));
	RUN(link("f", "none/h"));
	RUN(link("f", "f/h"));
	RUN(link("f", ""));
	RUN(link("f", "h/"));
	RUN(mkdir("d", 0755));
	RUN(link("d", "e"));
	TIMED("d", link("f", "d/f"));
	state("f");
	make("g", "changed by the other name");
	content("d/f");
	RUN(symlink("f", "s"));
	RUN(link("s", "hard"));
	state("hard");
	RUN(linkat(HERE, "s", HERE, "followed", AT_SYMLINK_FOLLOW));
	state("followed");
	RUN(linkat(HERE, "s", HERE, "x", 0x10000000));
	RUN(mkfifo("fifo", 0600));
	RUN(link("fifo", "fifo2"));
	state("fifo2");
	RUN(unlink("f"));
	RUN(unlink("g"));
	state("d/f");
	content("followed");
	list(".");
}

static void try_long_targets(void)
{
	char target[4097], buf[5000];

	memset(target, 't', sizeof(target));
	target[4096] = 0;
	RUN(symlink(target, "too-long"));
	target[4095] = 0;
	RUN(symlink(target, "longest"));
	state("longest");
	RUN(readlink("longest", buf, sizeof(buf)));
	RUN(readlink("longest", buf, 100));
	target[60] = 0;
	RUN(symlink(target, "sixty"));
	state("sixty");
	RUN(readlink("sixty", buf, sizeof(buf)));
}

void group_symlink(void)
{
	struct timespec times[2] = { { 1000000, 5 }, { 2000000, 7 } };
	char buf[64] = "";
	int fd;

	make("f", "content");
	TIMED(".", symlink("f", "s"));
	state("s");
	RUN(readlink("s", buf, sizeof(buf)));
	say("%s", buf);
	content("s");
	RUN(symlink("f", "s"));
	RUN(symlink("", "empty"));
	RUN(symlink("x", ""));
	RUN(symlink("x", "none/x"));
	RUN(symlink("../symlink/./f", "around"));
	content("around");
	RUN(readlink("f", buf, sizeof(buf)));
	RUN(readlink("none", buf, sizeof(buf)));
	RUN(readlink("s", buf, 0));
	try_long_targets();
	RUN(fchmodat(HERE, "s", 0600, AT_SYMLINK_NOFOLLOW));
	RUN(lchown("s", getuid(), getgid()));
	RUN(utimensat(HERE, "s", times, AT_SYMLINK_NOFOLLOW));
	fd = OPEN(open("s", O_PATH | O_NOFOLLOW));
	RUN(readlinkat(fd, "", buf, sizeof(buf)));
	fstate(fd);
	close(fd);
	RUN(mkdir("d", 0755));
	make("d/x", "in d");
	RUN(symlink("d", "sd"));
	content("sd/x");
	RUN(rmdir("sd"));
	RUN(rmdir("sd/"));
	RUN(unlink("sd/"));
	RUN(unlink("sd"));
	RUN(unlink("s"));
	state("f");
	list(".");
}

static void try_socket(void)
{
	struct sockaddr_un address = { .sun_family = AF_UNIX, .sun_path = "socket" };
	int s = socket(AF_UNIX, SOCK_STREAM, 0), c = socket(AF_UNIX, SOCK_STREAM, 0);
	int accepted;
	char buf[8];

	RUN(connect(c, (struct sockaddr *)&address, sizeof(address)));
	RUN(bind(s, (struct sockaddr *)&address, sizeof(address)));
	state("socket");
	RUN(connect(c, (struct sockaddr *)&address, sizeof(address)));
	RUN(listen(s, 1));
	RUN(connect(c, (struct sockaddr *)&address, sizeof(address)));
	accepted = OPEN(accept(s, NULL, NULL));
	RUN(write(c, "hello", 5));
	RUN(read(accepted, buf, sizeof(buf)));
	close(c);
	c = socket(AF_UNIX, SOCK_STREAM, 0);
	RUN(bind(c, (struct sockaddr *)&address, sizeof(address)));
	OPEN(open("socket", O_RDWR));
	close(accepted);
	close(s);
	RUN(connect(c, (struct sockaddr *)&address, sizeof(address)));
	close(c);
	RUN(unlink("socket"));
}

static void try_fifo(void)
{
	char buf[8];
	int r, w;

	RUN(mkfifo("fifo", 0622));
	state("fifo");
	RUN(mkfifo("fifo", 0600));
	OPEN(open("fifo", O_WRONLY | O_NONBLOCK));
	r = OPEN(open("fifo", O_RDONLY | O_NONBLOCK));
	w = OPEN(open("fifo", O_WRONLY));
	RUN(write(w, "through", 7));
	RUN(read(r, buf, sizeof(buf)));
	RUN(unlink("fifo"));
	RUN(write(w, "x", 1));
	RUN(lseek(r, 0, SEEK_SET));
	close(r);
	close(w);
}

void group_special(void)
{
	try_fifo();
	try_socket();
	TIMED(".", mknod("regular", S_IFREG | 0666, 0));
	state("regular");
	RUN(mknod("typeless", 0644, 0));
	state("typeless");
	RUN(mknod("directory", S_IFDIR | 0755, 0));
	RUN(mknod("link", S_IFLNK | 0777, 0));
	RUN(mknod("regular", S_IFREG | 0666, 0));
	RUN(mknod("none/x", S_IFREG | 0666, 0));
	RUN(mknod("fifo", S_IFIFO | 0644, 0));
	RUN(mknod("socket", S_IFSOCK | 0644, 0));
	RUN(mknod("char", S_IFCHR | 0666, makedev(1, 3)));
	RUN(mknod("block", S_IFBLK | 0600, makedev(7, 250)));
	RUN(mknod("wide", S_IFCHR | 0600, makedev(511, 262143)));
	RUN(mknod("zero", S_IFCHR | 0600, makedev(0, 0)));
	state("fifo");
	state("socket");
	state("char");
	state("block");
	state("wide");
	state("zero");
	OPEN(open("char", O_RDWR));
	RUN(truncate("fifo", 0));
	RUN(rename("char", "char2"));
	RUN(unlink("char2"));
	list(".");
}

static void from_below(void)
{
	RUN(chdir("d/sub"));
	RUN(rename("../../d", "../../moved"));
	content("../../f");
	RUN(mkdir("../beside", 0755));
	RUN(rmdir("../../moved/beside"));
	RUN(rename("../../moved", "../../d"));
}

static ino_t number(const char *path)
{
	struct stat st = { 0 };

	stat(path, &st);
	return st.st_ino;
}

void group_dots(void)
{
	struct stat st;

	make("f", "content");
	RUN(mkdir("d", 0755));
	RUN(mkdir("d/sub", 0755));
	RUN(mkdir("e", 0755));
	RUN(stat("d/.", &st));
	RUN(stat("d/../d/sub/..", &st));
	RUN(stat("f/.", &st));
	RUN(stat("f/..", &st));
	RUN(stat("none/..", &st));
	RUN(stat("d//sub", &st));
	RUN(number(".") == number("d/.."));
	RUN(number("d") == number("d/sub/.."));
	content("d/../f");
	RUN(rename("d", "e/d"));
	RUN(number("e") == number("e/d/.."));
	RUN(rename("e/d", "d"));
	RUN(number(".") == number("d/.."));
	RUN(rename("d/.", "x"));
	RUN(rename("d/..", "x"));
	RUN(rename("e", "d/."));
	RUN(link("f", "."));
	RUN(symlink("f", ".."));
	OPEN(open("..", O_WRONLY | O_CREAT, 0644));
	in_child(from_below);
	list(".");
	list("d");
}
