// SPDX-License-Identifier: GPL-2.0
/* Flags of inodes, figures of filesystems, file handles, notification. */
#define _GNU_SOURCE
#include "fsop.h"

#include <linux/fs.h>
#include <sys/inotify.h>
#include <sys/ioctl.h>
#include <sys/statfs.h>
#include <sys/xattr.h>

static int get_flags(const char *path)
{
	int flags = -1, fd = open(path, O_RDONLY | O_NONBLOCK);

	if (ioctl(fd, FS_IOC_GETFLAGS, &flags))
		flags = -1;
	close(fd);
	return flags;
}

/* Sets some flags, and clears others. */
static int set_flags(const char *path, int set, int clear)
{
	int flags, error, result, fd = open(path, O_RDONLY);

	result = ioctl(fd, FS_IOC_GETFLAGS, &flags);
	if (!result) {
		flags = (flags | set) & ~clear;
		result = ioctl(fd, FS_IOC_SETFLAGS, &flags);
	}
	error = errno;
	close(fd);
	errno = error;
	return result;
}

static void immutable(void)
{
	int fd;

	make("i", "content");
	make("other", "x");
	fd = OPEN(open("i", O_RDWR));
	TIMED("i", set_flags("i", FS_IMMUTABLE_FL, 0));
	RUN(get_flags("i"));
	RUN(write(fd, "x", 1));
	RUN(close(fd));
	OPEN(open("i", O_WRONLY));
	RUN(truncate("i", 0));
	RUN(chmod("i", 0600));
	RUN(chown("i", -1, -1));
	RUN(utimensat(HERE, "i", NULL, 0));
	RUN(setxattr("i", "user.a", "b", 1, 0));
	RUN(unlink("i"));
	RUN(rename("i", "j"));
	RUN(rename("other", "i"));
	RUN(link("i", "j"));
	RUN(access("i", W_OK));
	content("i");
	RUN(set_flags("i", 0, FS_IMMUTABLE_FL));
	RUN(unlink("i"));
}

static void append_only(void)
{
	int fd;

	make("a", "content");
	RUN(set_flags("a", FS_APPEND_FL, 0));
	OPEN(open("a", O_WRONLY));
	OPEN(open("a", O_WRONLY | O_APPEND | O_TRUNC));
	fd = OPEN(open("a", O_WRONLY | O_APPEND));
	RUN(write(fd, " and more", 9));
	RUN(ftruncate(fd, 0));
	RUN(fcntl(fd, F_SETFL, 0));
	RUN(close(fd));
	RUN(truncate("a", 0));
	RUN(unlink("a"));
	RUN(chmod("a", 0600));
	content("a");
	RUN(set_flags("a", 0, FS_APPEND_FL));
	RUN(mkdir("ad", 0755));
	RUN(set_flags("ad", FS_APPEND_FL, 0));
	make("ad/x", "x");
	RUN(unlink("ad/x"));
	RUN(rename("ad/x", "ad/y"));
	RUN(set_flags("ad", 0, FS_APPEND_FL));
}

static void show_fsx(const char *path)
{
	struct fsxattr x;
	int fd = open(path, O_RDONLY);

	if (ioctl(fd, FS_IOC_FSGETXATTR, &x))
		say("%s: %s", path, error_name(errno));
	else
		say("%s: xflags %x, project %u, hints %u %u", path, x.fsx_xflags, x.fsx_projid,
		    x.fsx_extsize, x.fsx_cowextsize);
	close(fd);
}

static void fsx(void)
{
	struct fsxattr x;
	int fd;

	make("x", "content");
	show_fsx("x");
	show_fsx(".");
	fd = OPEN(open("x", O_RDONLY));
	RUN(ioctl(fd, FS_IOC_FSGETXATTR, &x));
	x.fsx_xflags |= FS_XFLAG_NODUMP;
	RUN(ioctl(fd, FS_IOC_FSSETXATTR, &x));
	show_fsx("x");
	RUN(get_flags("x"));
	x.fsx_projid = 42;
	RUN(ioctl(fd, FS_IOC_FSSETXATTR, &x));
	show_fsx("x");
	close(fd);
}

static void flags_of_others(void)
{
	RUN(get_flags("f"));
	RUN(set_flags("f", FS_NODUMP_FL, 0));
	RUN(set_flags("f", FS_IMMUTABLE_FL, 0));
}

void group_fileattr(void)
{
	int n = 0, fd;

	make("f", "content");
	RUN(mkdir("d", 0755));
	RUN(get_flags("f"));
	RUN(get_flags("d"));
	TIMED("f", set_flags("f", FS_NODUMP_FL | FS_NOATIME_FL, 0));
	RUN(get_flags("f"));
	RUN(set_flags("f", 0, FS_NODUMP_FL));
	RUN(set_flags("f", 0x40000000, 0));
	RUN(get_flags("f"));
	RUN(set_flags("d", FS_DIRSYNC_FL | FS_NODUMP_FL, 0));
	RUN(get_flags("d"));
	make("d/inside", "x");
	RUN(get_flags("d/inside"));
	immutable();
	append_only();
	fsx();
	as_user(SOMEBODY, flags_of_others);
	RUN(mkfifo("fifo", 0600));
	RUN(get_flags("fifo"));
	fd = OPEN(open("f", O_RDONLY));
	RUN(ioctl(fd, FIONREAD, &n));
	say("%d", n);
	RUN(ioctl(fd, 0x5401 /* TCGETS */, &n));
	RUN(ioctl(fd, _IO('?', 99), &n));
	RUN(ioctl(fd, FIGETBSZ, &n));
	say("%d", n);
	close(fd);
}

static void show_statx(const char *path)
{
	struct statx x;

	if (statx(HERE, path, AT_SYMLINK_NOFOLLOW, STATX_BASIC_STATS | STATX_BTIME, &x)) {
		say("%s: %s", path, error_name(errno));
		return;
	}
	say("%s: known %x, block size %u, attributes %llx of %llx", path,
	    x.stx_mask & (STATX_BASIC_STATS | STATX_BTIME), x.stx_blksize,
	    (unsigned long long)x.stx_attributes, (unsigned long long)x.stx_attributes_mask);
	say("birth is %s", x.stx_btime.tv_sec > 1000000000 ? "plausible" : "not known");
}

static void show_statfs(const struct statfs *s)
{
	say("type %lx, blocks of %lu, %llu of them, names up to %lu, fragments of %lu, %llu files",
	    (unsigned long)s->f_type, (unsigned long)s->f_bsize, (unsigned long long)s->f_blocks,
	    (unsigned long)s->f_namelen, (unsigned long)s->f_frsize, (unsigned long long)s->f_files);
	say("free is %s, flags %lx", s->f_bavail <= s->f_bfree && s->f_bfree <= s->f_blocks &&
	    s->f_ffree <= s->f_files ? "plausible" : "not plausible", (unsigned long)s->f_flags);
}

void group_statfs(void)
{
	struct statfs s, before, after;
	int fd;

	fill("f", 100000, 17);
	RUN(statfs(".", &s));
	show_statfs(&s);
	fd = OPEN(open("f", O_RDWR));
	RUN(fstatfs(fd, &s));
	show_statfs(&s);
	/* What is written is accounted for. */
	RUN(fsync(fd));
	RUN(fstatfs(fd, &before));
	RUN(fallocate(fd, 0, 0, 8 << 20));
	RUN(fsync(fd));
	RUN(fstatfs(fd, &after));
	say("%s is free", after.f_bfree + (7 << 20) / after.f_bsize <= before.f_bfree ? "less" :
	    "as much");
	RUN(ftruncate(fd, 0));
	close(fd);
	RUN(statfs("none", &s));
	RUN(symlink("f", "s"));
	show_statx("f");
	show_statx("s");
	show_statx(".");
}

static struct {
	struct file_handle head;
	unsigned char room[MAX_HANDLE_SZ];
} handle;

static void open_handle(void)
{
	int dir = open(".", O_RDONLY);
	int fd = OPEN(open_by_handle_at(dir, &handle.head, O_RDONLY));

	if (fd >= 0)
		fstate(fd);
	close(fd);
	close(dir);
}

void group_handle(void)
{
	int mount_id, fd;

	make("f", "content");
	handle.head.handle_bytes = 0;
	RUN(name_to_handle_at(HERE, "f", &handle.head, &mount_id, 0));
	say("a size is %s", handle.head.handle_bytes ? "told" : "not told");
	handle.head.handle_bytes = MAX_HANDLE_SZ;
	RUN(name_to_handle_at(HERE, "none", &handle.head, &mount_id, 0));
	RUN(name_to_handle_at(HERE, "f", &handle.head, &mount_id, 0));
	open_handle();
	as_user(SOMEBODY, open_handle);
	RUN(rename("f", "g"));
	open_handle();
	fd = OPEN(open("g", O_RDONLY));
	RUN(unlink("g"));
	open_handle();
	close(fd);
	open_handle();
	RUN(mkdir("d", 0755));
	handle.head.handle_bytes = MAX_HANDLE_SZ;
	RUN(name_to_handle_at(HERE, "d", &handle.head, &mount_id, 0));
	open_handle();
	RUN(rmdir("d"));
	open_handle();
}

static void show_event(const struct inotify_event *e)
{
	static const char *const names[] = {
		"access", "modify", "attrib", "close-write", "close-nowrite", "open", "moved-from",
		"moved-to", "create", "delete", "delete-self", "move-self",
	};
	static uint32_t cookie;
	char text[200] = "";

	for (size_t i = 0; i < sizeof(names) / sizeof(names[0]); i++)
		if (e->mask & 1u << i) {
			strcat(text, " ");
			strcat(text, names[i]);
		}
	if (e->mask & IN_ISDIR)
		strcat(text, " directory");
	if (e->mask & IN_IGNORED)
		strcat(text, " ignored");
	if (e->mask & IN_MOVED_FROM)
		cookie = e->cookie;
	if (e->mask & IN_MOVED_TO)
		strcat(text, e->cookie && e->cookie == cookie ? " same cookie" : " other cookie");
	say("watch %d:%s %s", e->wd, text, e->len ? e->name : "");
}

static void show_events(int fd)
{
	char buf[8192] __attribute__((aligned(8)));
	ssize_t n;

	while ((n = read(fd, buf, sizeof(buf))) > 0)
		for (char *p = buf; p < buf + n;) {
			const struct inotify_event *e = (void *)p;

			show_event(e);
			p += sizeof(*e) + e->len;
		}
}

void group_inotify(void)
{
	int fd = OPEN(inotify_init1(IN_NONBLOCK)), f;
	char buf[1];

	RUN(mkdir("d", 0755));
	RUN(mkdir("e", 0755));
	make("d/old", "x");
	RUN(inotify_add_watch(fd, "d", IN_ALL_EVENTS));
	RUN(inotify_add_watch(fd, "e", IN_ALL_EVENTS));
	RUN(inotify_add_watch(fd, "d/old", IN_ALL_EVENTS));
	RUN(inotify_add_watch(fd, "none", IN_ALL_EVENTS));
	f = OPEN(open("d/f", O_RDWR | O_CREAT, 0644));
	RUN(write(f, "x", 1));
	RUN(pread(f, buf, 1, 0));
	RUN(ftruncate(f, 0));
	RUN(fchmod(f, 0600));
	RUN(fsetxattr(f, "user.a", "b", 1, 0));
	RUN(close(f));
	RUN(mkdir("d/sub", 0755));
	RUN(rename("d/f", "e/g"));
	RUN(rename("d/old", "d/new"));
	RUN(link("d/new", "e/hard"));
	RUN(symlink("x", "d/s"));
	RUN(close(open("d/new", O_RDONLY)));
	RUN(utimensat(HERE, "d/new", NULL, 0));
	RUN(unlink("d/new"));
	RUN(truncate("e/hard", 0));
	RUN(unlink("e/hard"));
	RUN(rename("e", "d/sub/e"));
	RUN(rmdir("none"));
	RUN(unlink("d/sub/e/g"));
	RUN(rmdir("d/sub/e"));
	show_events(fd);
	close(fd);
}
