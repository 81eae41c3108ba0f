// SPDX-License-Identifier: GPL-2.0
/* What one user may do to another's files. */
#define _GNU_SOURCE
#include "fsop.h"

#include <sys/xattr.h>

static void in_sticky(void)
{
	RUN(unlink("sticky/root"));
	RUN(rename("sticky/root", "sticky/x"));
	RUN(rename("sticky/root", "plain/x"));
	make("sticky/mine", "mine");
	RUN(rename("sticky/mine", "sticky/root"));
	RUN(rename("sticky/mine", "sticky/mine2"));
	RUN(link("sticky/mine2", "sticky/mine3"));
	RUN(mkdir("sticky/mydir", 0755));
	RUN(rmdir("sticky/rootdir"));
	RUN(unlink("sticky/given"));
	RUN(unlink("plain/root"));
	RUN(setxattr("sticky", "user.a", "b", 1, 0));
}

static void in_sticky_too(void)
{
	RUN(unlink("sticky/mine2"));
	RUN(rename("sticky/mine2", "sticky/x"));
	RUN(rmdir("sticky/mydir"));
	RUN(rename("sticky/mydir", "sticky/x"));
	OPEN(open("sticky/mine2", O_WRONLY));
	OPEN(open("sticky/writable", O_WRONLY | O_CREAT, 0644));
	RUN(unlink("owned/root"));
}

static void in_his_own(void)
{
	RUN(unlink("owned/root"));
	RUN(rmdir("owned/rootdir"));
}

void group_sticky(void)
{
	RUN(mkdir("sticky", 0755));
	RUN(chmod("sticky", 01777));
	RUN(mkdir("plain", 0755));
	RUN(chmod("plain", 0777));
	RUN(mkdir("owned", 0755));
	RUN(chmod("owned", 01777));
	RUN(chown("owned", SOMEBODY, SOMEBODY));
	make("sticky/root", "root's");
	make("sticky/given", "given away");
	RUN(chown("sticky/given", SOMEBODY, SOMEBODY));
	make("sticky/writable", "for all");
	RUN(chmod("sticky/writable", 0666));
	make("plain/root", "root's");
	make("owned/root", "root's");
	RUN(mkdir("sticky/rootdir", 0755));
	RUN(mkdir("owned/rootdir", 0755));
	as_user(SOMEBODY, in_sticky);
	as_user(NOBODY_ELSE, in_sticky_too);
	as_user(SOMEBODY, in_his_own);
	RUN(unlink("sticky/mine2"));
	list("sticky");
	list("plain");
	list("owned");
}

static void try_files(void)
{
	char buf[8];
	int fd;

	fd = OPEN(open("readable", O_RDONLY));
	RUN(read(fd, buf, 1));
	RUN(fchmod(fd, 0777));
	RUN(fchown(fd, SOMEBODY, -1));
	RUN(futimens(fd, NULL));
	RUN(fsetxattr(fd, "user.a", "b", 1, 0));
	RUN(fsync(fd));
	close(fd);
	OPEN(open("readable", O_WRONLY));
	OPEN(open("readable", O_RDWR));
	OPEN(open("readable", O_RDONLY | O_TRUNC));
	OPEN(open("readable", O_RDONLY | O_NOATIME));
	RUN(truncate("readable", 0));
	state("readable");
	OPEN(open("secret", O_RDONLY));
	fd = OPEN(open("writable", O_RDWR));
	RUN(write(fd, "changed", 7));
	RUN(ftruncate(fd, 5));
	RUN(fsetxattr(fd, "user.a", "b", 1, 0));
	RUN(close(fd));
	OPEN(open("append", O_RDONLY));
	fd = OPEN(open("append", O_WRONLY | O_APPEND));
	RUN(write(fd, "!", 1));
	RUN(close(fd));
	RUN(chmod("readable", 0777));
	RUN(chown("readable", SOMEBODY, -1));
	RUN(setxattr("readable", "user.a", "b", 1, 0));
	RUN(getxattr("secret", "user.a", buf, sizeof(buf)));
	RUN(link("secret", "plain/linked"));
}

static void try_directories(void)
{
	struct stat st;

	RUN(stat("closed/f", &st));
	OPEN(open("closed", O_RDONLY));
	RUN(chdir("closed"));
	OPEN(open("closed/f", O_RDONLY));
	RUN(unlink("closed/f"));
	RUN(stat("search/f", &st));
	OPEN(open("search", O_RDONLY));
	OPEN(open("search/f", O_RDONLY));
	OPEN(open("search/none", O_RDONLY));
	OPEN(open("search/none", O_WRONLY | O_CREAT, 0644));
	RUN(stat("listed/f", &st));
	list("search");
	RUN(faccessat(HERE, "listed", R_OK, 0));
	RUN(mkdir("search/x", 0755));
	RUN(rmdir("search/x"));
	RUN(unlink("search/f"));
	RUN(rename("search/f", "search/g"));
	RUN(rename("search/f", "plain/g"));
	RUN(link("search/f", "plain/f"));
	RUN(symlink("x", "search/x"));
	RUN(mknod("search/x", S_IFIFO | 0644, 0));
	OPEN(open("search", O_TMPFILE | O_RDWR, 0644));
	OPEN(open("write-only/x", O_WRONLY | O_CREAT, 0644));
	list("write-only");
	RUN(chmod("plain", 0777));
	RUN(mkdir("plain/x", 0755));
	RUN(rename("plain/rootdir", "plain/moved"));
	RUN(rename("plain/moved", "plain/x/moved"));
}

/* What is open stays open, whatever the mode says later. */
static void keep_open(void)
{
	char buf[4];
	int fd;

	make("plain/his", "1234");
	fd = OPEN(open("plain/his", O_RDWR));
	RUN(chmod("plain/his", 0));
	RUN(pwrite(fd, "56", 2, 4));
	RUN(pread(fd, buf, 4, 2));
	RUN(ftruncate(fd, 5));
	RUN(fsync(fd));
	RUN(close(fd));
	OPEN(open("plain/his", O_RDONLY));
	RUN(chmod("plain/his", 0400));
	content("plain/his");
	fd = OPEN(open("plain/new", O_RDWR | O_CREAT, 0));
	RUN(write(fd, "new", 3));
	RUN(close(fd));
	RUN(chown("plain/new", -1, HIS_GROUP));
	RUN(chown("plain/new", -1, 3000));
	RUN(chown("plain/new", 0, -1));
	RUN(chown("plain/new", SOMEBODY, -1));
	state("plain/new");
}

void group_permission(void)
{
	static const struct {
		const char *name;
		mode_t mode;
	} files[] = {
		{ "readable", 0644 }, { "secret", 0600 }, { "writable", 0666 }, { "append", 0622 },
		{ "closed/f", 0666 }, { "search/f", 0644 }, { "listed/f", 0644 },
	}, directories[] = {
		{ "closed", 0700 }, { "search", 0711 }, { "listed", 0744 }, { "plain", 0777 },
		{ "write-only", 0733 }, { "plain/rootdir", 0755 },
	};

	for (size_t i = 0; i < sizeof(directories) / sizeof(directories[0]); i++)
		if (mkdir(directories[i].name, 0700))
			say("mkdir %s: %s", directories[i].name, error_name(errno));
	for (size_t i = 0; i < sizeof(files) / sizeof(files[0]); i++) {
		make(files[i].name, "content");
		if (chmod(files[i].name, files[i].mode))
			say("chmod %s: %s", files[i].name, error_name(errno));
	}
	for (size_t i = 0; i < sizeof(directories) / sizeof(directories[0]); i++)
		if (chmod(directories[i].name, directories[i].mode))
			say("chmod %s: %s", directories[i].name, error_name(errno));
	as_user(SOMEBODY, try_files);
	as_user(SOMEBODY, try_directories);
	as_user(SOMEBODY, keep_open);
	as_user(NOBODY_ELSE, try_files);
	for (size_t i = 0; i < sizeof(files) / sizeof(files[0]); i++)
		content(files[i].name);
	list("plain");
}

static void make_in_it(void)
{
	int fd;

	make("d/f", "x");
	state("d/f");
	RUN(mkdir("d/sub", 0755));
	state("d/sub");
	RUN(symlink("x", "d/s"));
	state("d/s");
	RUN(mkfifo("d/fifo", 0644));
	state("d/fifo");
	RUN(close(open("d/setgid", O_WRONLY | O_CREAT, 02775)));
	state("d/setgid");
	RUN(close(open("d/setgid-no-x", O_WRONLY | O_CREAT, 02664)));
	state("d/setgid-no-x");
	fd = OPEN(open("d", O_TMPFILE | O_RDWR, 02775));
	fstate(fd);
	close(fd);
	RUN(mkdir("plain", 0755));
	RUN(rename("plain", "d/plain"));
	state("d/plain");
	RUN(unlink("d/f"));
	RUN(rmdir("d/sub"));
	RUN(unlink("d/s"));
	RUN(unlink("d/fifo"));
	RUN(unlink("d/setgid"));
	RUN(unlink("d/setgid-no-x"));
	RUN(rmdir("d/plain"));
}

void group_setgid_directory(void)
{
	RUN(mkdir("d", 0755));
	RUN(chown("d", -1, HIS_GROUP));
	RUN(chmod("d", 02777));
	state("d");
	RUN(chmod(".", 0777));
	make_in_it();
	as_user(SOMEBODY, make_in_it);
	as_user(NOBODY_ELSE, make_in_it);
	RUN(chmod(".", 0755));
}
