// SPDX-License-Identifier: GPL-2.0
/* Modes, owners, times; what is dropped when a file changes. */
#define _GNU_SOURCE
#include "fsop.h"

#include <linux/capability.h>
#include <sys/syscall.h>
#include <sys/xattr.h>

#ifndef SYS_fchmodat2
#define SYS_fchmodat2	452
#endif

void group_chmod(void)
{
	int fd;

	make("f", "x");
	RUN(mkdir("d", 0755));
	TIMED("f", chmod("f", 0600));
	state("f");
	RUN(chmod("f", 07777));
	state("f");
	RUN(chmod("f", 0));
	state("f");
	RUN(chmod("f", S_IFDIR | 0640));
	state("f");
	TIMED("f", chmod("f", 0640));
	fd = OPEN(open("f", O_RDONLY));
	RUN(fchmod(fd, 0400));
	fstate(fd);
	OPEN(open("f", O_RDWR));
	close(fd);
	RUN(chmod("d", 01777));
	state("d");
	RUN(chmod("d", 02750));
	state("d");
	RUN(fchmodat(HERE, "d", 0700, 0));
	state("d");
	RUN(symlink("f", "s"));
	RUN(chmod("s", 0666));
	state("f");
	RUN(syscall(SYS_fchmodat2, HERE, "s", 0600, AT_SYMLINK_NOFOLLOW));
	RUN(syscall(SYS_fchmodat2, HERE, "f", 0604, AT_SYMLINK_NOFOLLOW));
	state("f");
	fd = OPEN(open("f", O_PATH));
	RUN(fchmod(fd, 0600));
	RUN(syscall(SYS_fchmodat2, fd, "", 0606, AT_EMPTY_PATH));
	RUN(chmod(proc(fd), 0611));
	state("f");
	close(fd);
	RUN(chmod("none", 0600));
	RUN(chmod("f/x", 0600));
	RUN(chmod("", 0600));
	RUN(chmod(".", 0711));
	state(".");
	RUN(chmod(".", 0755));
}

void group_chown(void)
{
	int fd;

	make("f", "x");
	RUN(mkdir("d", 0755));
	TIMED("f", chown("f", SOMEBODY, SOMEBODY));
	state("f");
	RUN(chown("f", -1, HIS_GROUP));
	state("f");
	RUN(chown("f", NOBODY_ELSE, -1));
	state("f");
	TIMED("f", chown("f", -1, -1));
	RUN(chown("f", 4294967294u, 4000000000u));
	state("f");
	RUN(chown("d", 70000, 70001));
	state("d");
	RUN(symlink("f", "s"));
	RUN(lchown("s", 5, 6));
	state("s");
	RUN(fchownat(HERE, "s", 7, 8, AT_SYMLINK_NOFOLLOW));
	state("s");
	RUN(chown("s", 9, 10));
	state("s");
	state("f");
	fd = open("f", O_RDWR);
	RUN(fchown(fd, 11, 12));
	fstate(fd);
	RUN(fchownat(fd, "", 13, 14, AT_EMPTY_PATH));
	fstate(fd);
	close(fd);
	RUN(chown("none", 1, 1));
	RUN(chown(".", getuid(), getgid()));
}

/* A file with both bits set, of the group's own. */
static void set_id(mode_t mode)
{
	unlink("f");
	fill("f", 10000, 1);
	if (chown("f", SOMEBODY, geteuid() ? HIS_GROUP : SOMEBODY) || chmod("f", 06000 | mode))
		say("no set-id file: %s", error_name(errno));
	state("f");
}

static void write_something(void)
{
	int fd = OPEN(open("f", O_WRONLY));

	RUN(write(fd, "x", 1));
	fstate(fd);
	RUN(close(fd));
	state("f");
}

static void truncate_it(void)
{
	RUN(truncate("f", 100));
	state("f");
}

static void allocate(void)
{
	int fd = OPEN(open("f", O_WRONLY));

	RUN(fallocate(fd, 0, 0, 20000));
	RUN(close(fd));
	state("f");
}

static void chmod_own(void)
{
	RUN(chmod("other-group", 02755));
	state("other-group");
	RUN(chmod("own-group", 02755));
	state("own-group");
}

/* File capabilities are dropped by a write, root's included. */
static void try_capability(void)
{
	struct vfs_cap_data cap = { .magic_etc = VFS_CAP_REVISION_2 };
	char buf[sizeof(cap)];

	cap.data[0].permitted = 1u << CAP_CHOWN;
	make("c", "x");
	RUN(setxattr("c", "security.capability", &cap, sizeof(cap), 0));
	RUN(getxattr("c", "security.capability", buf, sizeof(buf)));
	make("c", "y");
	RUN(getxattr("c", "security.capability", buf, sizeof(buf)));
	RUN(setxattr("c", "security.capability", &cap, sizeof(cap), 0));
	RUN(chown("c", getuid(), getgid()));
	RUN(getxattr("c", "security.capability", buf, sizeof(buf)));
	RUN(setxattr("c", "security.capability", &cap, sizeof(cap), 0));
	RUN(truncate("c", 0));
	RUN(getxattr("c", "security.capability", buf, sizeof(buf)));
}

static void set_id_of_others(void)
{
	static void (*const changes[])(void) = { write_something, truncate_it, allocate };

	for (size_t i = 0; i < sizeof(changes) / sizeof(changes[0]); i++) {
		set_id(0777);
		as_user(NOBODY_ELSE, changes[i]);
		set_id(0666);
		as_user(NOBODY_ELSE, changes[i]);
	}
	set_id(0755);
	as_user(SOMEBODY, write_something);
	make("other-group", "x");
	make("own-group", "x");
	RUN(chown("other-group", SOMEBODY, 3000));
	RUN(chown("own-group", SOMEBODY, HIS_GROUP));
	as_user(SOMEBODY, chmod_own);
}

void group_setid(void)
{
	set_id(0755);
	write_something();
	set_id(0755);
	truncate_it();
	set_id(0755);
	allocate();
	set_id(0755);
	RUN(chown("f", -1, -1));
	state("f");
	set_id(0755);
	RUN(chown("f", -1, HIS_GROUP));
	state("f");
	set_id(0644);
	RUN(chown("f", -1, HIS_GROUP));
	state("f");
	set_id(0755);
	RUN(link("f", "g"));
	RUN(rename("g", "h"));
	state("f");
	set_id(0755);
	RUN(utimensat(HERE, "f", NULL, 0));
	state("f");
	RUN(mkdir("d", 0755));
	RUN(chmod("d", 06755));
	RUN(chown("d", -1, HIS_GROUP));
	state("d");
	try_capability();
	if (geteuid() == 0)
		set_id_of_others();
}

/* Two times, of access and of modification. */
static const struct timespec *at(time_t atime, long atime_nsec, time_t mtime, long mtime_nsec)
{
	static struct timespec times[2];

	times[0] = (struct timespec){ atime, atime_nsec };
	times[1] = (struct timespec){ mtime, mtime_nsec };
	return times;
}

static void say_times(const char *path)
{
	struct stat st;

	if (lstat(path, &st)) {
		say("%s: %s", path, error_name(errno));
		return;
	}
	say("%s: accessed %lld.%09ld modified %lld.%09ld", path, (long long)st.st_atim.tv_sec,
	    st.st_atim.tv_nsec, (long long)st.st_mtim.tv_sec, st.st_mtim.tv_nsec);
}

#define SET(path, a, a_ns, m, m_ns) \
	RUN(utimensat(HERE, path, at(a, a_ns, m, m_ns), 0))

static void touch_others(void)
{
	RUN(utimensat(HERE, "writable", NULL, 0));
	RUN(utimensat(HERE, "writable", at(0, UTIME_NOW, 0, UTIME_NOW), 0));
	RUN(utimensat(HERE, "writable", at(0, UTIME_NOW, 0, UTIME_OMIT), 0));
	RUN(utimensat(HERE, "writable", at(0, UTIME_OMIT, 0, UTIME_OMIT), 0));
	SET("writable", 1, 1, 2, 2);
	RUN(utimensat(HERE, "readable", NULL, 0));
	SET("readable", 1, 1, 2, 2);
	RUN(utimensat(HERE, "readable", at(0, UTIME_OMIT, 0, UTIME_OMIT), 0));
}

static bool recent(time_t t)
{
	return llabs((long long)(time(NULL) - t)) < 120;
}

static void try_now(void)
{
	struct stat st;

	SET("f", 100, 0, UTIME_OMIT, UTIME_OMIT);
	SET("f", 0, UTIME_NOW, 200, 7);
	stat("f", &st);
	say("accessed %s, modified %lld", recent(st.st_atime) ? "now" : "then",
	    (long long)st.st_mtime);
	SET("f", 300, 9, 0, UTIME_NOW);
	stat("f", &st);
	say("accessed %lld, modified %s", (long long)st.st_atime,
	    recent(st.st_mtime) ? "now" : "then");
	RUN(utimensat(HERE, "f", NULL, 0));
	stat("f", &st);
	say("accessed %s, modified %s", recent(st.st_atime) ? "now" : "then",
	    recent(st.st_mtime) ? "now" : "then");
}

void group_utimes(void)
{
	struct timespec times[2] = { { 1000000000, 1 }, { 1234567890, 999999999 } };
	int fd;

	make("f", "x");
	SET("f", 1000000, 123456789, 2000000, 987654321);
	say_times("f");
	TIMED("f", utimensat(HERE, "f", times, 0));
	say_times("f");
	SET("f", 5, 5, 0, UTIME_OMIT);
	say_times("f");
	SET("f", 0, UTIME_OMIT, 6, 6);
	say_times("f");
	TIMED("f", utimensat(HERE, "f", at(0, UTIME_OMIT, 0, UTIME_OMIT), 0));
	try_now();
	SET("f", 1, 1000000000, 1, 0);
	SET("f", 1, -1, 1, 0);
	SET("f", -1, 0, -1000000, 5);
	say_times("f");
	SET("f", 4102444800, 1, 2147483648, 2);
	say_times("f");
	SET("f", 1ll << 40, 1, 1ll << 40, 2);
	say_times("f");
	SET("f", -(1ll << 40), 1, -(1ll << 40), 2);
	say_times("f");
	SET("none", 1, 1, 2, 2);
	SET("f/x", 1, 1, 2, 2);
	fd = OPEN(open("f", O_RDONLY));
	RUN(futimens(fd, times));
	say_times("f");
	RUN(futimens(fd, NULL));
	close(fd);
	/* A write after that counts again; what was set stays when nothing is written. */
	fd = OPEN(open("f", O_RDWR));
	RUN(write(fd, "y", 1));
	RUN(futimens(fd, times));
	RUN(close(fd));
	say_times("f");
	TIMED("f", utimensat(HERE, "f", NULL, 0));
	RUN(mkdir("d", 0755));
	SET("d", 11, 12, 13, 14);
	say_times("d");
	SET(".", 11, 12, 13, 14);
	say_times(".");
	RUN(symlink("f", "s"));
	RUN(utimensat(HERE, "s", times, AT_SYMLINK_NOFOLLOW));
	say_times("s");
	make("writable", "x");
	make("readable", "x");
	RUN(chmod("writable", 0666));
	as_user(SOMEBODY, touch_others);
}

static void try_access(const char *path)
{
	static const int ways[] = { F_OK, R_OK, W_OK, X_OK, R_OK | W_OK, R_OK | W_OK | X_OK };
	char line[64] = "";

	for (size_t i = 0; i < sizeof(ways) / sizeof(ways[0]); i++) {
		strcat(line, access(path, ways[i]) ? "-" : "+");
		strcat(line, faccessat(HERE, path, ways[i], AT_EACCESS) ? "-" : "+");
	}
	say("%s: exists, r, w, x, rw, rwx; by both identities: %s", path, line);
}

static void try_all_access(void)
{
	static const char *const names[] = {
		"0000", "0400", "0200", "0100", "0040", "0004", "0001", "0644", "0755", "d", "s", ".",
	};

	for (size_t i = 0; i < sizeof(names) / sizeof(names[0]); i++)
		try_access(names[i]);
}

void group_access(void)
{
	static const mode_t modes[] = {
		0, 0400, 0200, 0100, 0040, 0004, 0001, 0644, 0755,
	};

	for (size_t i = 0; i < sizeof(modes) / sizeof(modes[0]); i++) {
		char name[8];

		snprintf(name, sizeof(name), "%04o", modes[i]);
		make(name, "x");
		if (chmod(name, modes[i]))
			say("chmod %s: %s", name, error_name(errno));
	}
	RUN(mkdir("d", 0700));
	RUN(symlink("0400", "s"));
	try_all_access();
	RUN(access("none", F_OK));
	RUN(access("0644/x", F_OK));
	RUN(access("0000", 8));
	RUN(access("0000", W_OK));
	RUN(access("0644", X_OK));
	RUN(faccessat(HERE, "s", R_OK, AT_SYMLINK_NOFOLLOW));
	as_user(SOMEBODY, try_all_access);
}
