// SPDX-License-Identifier: GPL-2.0
/* Extended attributes, and ACLs, which are two of them. */
#define _GNU_SOURCE
#include "fsop.h"

#include <linux/posix_acl.h>
#include <linux/posix_acl_xattr.h>
#include <sys/xattr.h>

static int by_string(const void *a, const void *b)
{
	return strcmp(*(const char *const *)a, *(const char *const *)b);
}

static void list_names(const char *path)
{
	char buf[8192], *names[64];
	ssize_t size = llistxattr(path, buf, sizeof(buf));
	size_t n = 0;

	if (size < 0) {
		say("%s: names cannot be listed: %s", path, error_name(errno));
		return;
	}
	for (char *p = buf; p < buf + size && n < 64; p += strlen(p) + 1)
		names[n++] = p;
	qsort(names, n, sizeof(names[0]), by_string);
	printf("  %s has", path);
	for (size_t i = 0; i < n; i++)
		printf(" %.40s", names[i]);
	printf("\n");
}

static void xattr_errors(void)
{
	char name[300], buf[16];

	memset(name, 'n', sizeof(name));
	memcpy(name, "user.", 5);
	name[256] = 0;
	RUN(setxattr("f", name, "x", 1, 0));
	RUN(getxattr("f", name, buf, sizeof(buf)));
	name[255] = 0;
	RUN(setxattr("f", name, "x", 1, 0));
	RUN(getxattr("f", name, buf, sizeof(buf)));
	RUN(removexattr("f", name));
	RUN(setxattr("f", "user.", "x", 1, 0));
	RUN(setxattr("f", "", "x", 1, 0));
	RUN(setxattr("f", "nospace", "x", 1, 0));
	RUN(setxattr("f", "unknown.x", "x", 1, 0));
	RUN(setxattr("f", "system.unknown", "x", 1, 0));
	RUN(setxattr("f", "user.x", "x", 1, 8));
	RUN(setxattr("f", "user.x", "x", 1, XATTR_CREATE | XATTR_REPLACE));
	RUN(setxattr("none", "user.x", "x", 1, 0));
	RUN(setxattr("f/x", "user.x", "x", 1, 0));
	RUN(getxattr("f", "user.none", buf, sizeof(buf)));
	RUN(getxattr("f", "unknown.x", buf, sizeof(buf)));
	RUN(removexattr("f", "user.none"));
	RUN(removexattr("f", "unknown.x"));
	RUN(lsetxattr("s", "user.x", "x", 1, 0));
	RUN(lsetxattr("s", "trusted.x", "x", 1, 0));
	RUN(lgetxattr("s", "trusted.x", buf, sizeof(buf)));
	RUN(mkfifo("fifo", 0600));
	RUN(setxattr("fifo", "user.x", "x", 1, 0));
	RUN(setxattr("fifo", "trusted.x", "x", 1, 0));
}

static void xattr_sizes(void)
{
	static char value[70000], buf[70000];

	memset(value, 'v', sizeof(value));
	RUN(setxattr("f", "user.big", value, 1000, 0));
	RUN(getxattr("f", "user.big", NULL, 0));
	RUN(getxattr("f", "user.big", buf, 999));
	RUN(getxattr("f", "user.big", buf, 1000));
	RUN(memcmp(buf, value, 1000));
	RUN(setxattr("f", "user.big", value, 3500, 0));
	RUN(setxattr("f", "user.big", value, 10, XATTR_REPLACE));
	RUN(getxattr("f", "user.big", buf, sizeof(buf)));
	RUN(setxattr("f", "user.big", value, 65536, 0));
	RUN(setxattr("f", "user.big", value, 65537, 0));
	RUN(getxattr("f", "user.big", NULL, 0));
	RUN(removexattr("f", "user.big"));
	RUN(listxattr("f", buf, 1));
	RUN(listxattr("f", NULL, 0));
}

static void xattrs_of_others(void)
{
	char buf[16];

	RUN(getxattr("f", "user.a", buf, sizeof(buf)));
	RUN(setxattr("f", "user.a", "x", 1, 0));
	RUN(removexattr("f", "user.a"));
	RUN(getxattr("f", "trusted.a", buf, sizeof(buf)));
	RUN(setxattr("f", "trusted.a", "x", 1, 0));
	RUN(setxattr("f", "security.a", "x", 1, 0));
	list_names("f");
}

void group_xattr(void)
{
	char buf[16] = "";
	int fd;

	make("f", "x");
	RUN(symlink("f", "s"));
	TIMED("f", setxattr("f", "user.a", "value", 5, 0));
	RUN(getxattr("f", "user.a", buf, sizeof(buf)));
	say("%s", buf);
	RUN(setxattr("f", "user.a", "other", 5, XATTR_CREATE));
	RUN(setxattr("f", "user.b", "", 0, XATTR_CREATE));
	RUN(getxattr("f", "user.b", buf, sizeof(buf)));
	RUN(setxattr("f", "user.a", "other", 5, XATTR_REPLACE));
	RUN(setxattr("f", "user.c", "other", 5, XATTR_REPLACE));
	RUN(getxattr("s", "user.a", buf, sizeof(buf)));
	say("%s", buf);
	RUN(setxattr("f", "trusted.a", "t", 1, 0));
	RUN(setxattr("f", "security.a", "s", 1, 0));
	list_names("f");
	fd = OPEN(open("f", O_RDONLY));
	RUN(fsetxattr(fd, "user.fd", "f", 1, 0));
	RUN(fgetxattr(fd, "user.fd", buf, sizeof(buf)));
	RUN(fremovexattr(fd, "user.fd"));
	close(fd);
	fd = OPEN(open("f", O_PATH));
	RUN(fsetxattr(fd, "user.fd", "f", 1, 0));
	RUN(fgetxattr(fd, "user.a", buf, sizeof(buf)));
	close(fd);
	RUN(mkdir("d", 0755));
	RUN(setxattr("d", "user.dir", "d", 1, 0));
	list_names("d");
	xattr_errors();
	xattr_sizes();
	as_user(SOMEBODY, xattrs_of_others);
	TIMED("f", removexattr("f", "user.a"));
	RUN(rename("f", "g"));
	list_names("g");
	RUN(chmod("g", 0444));
	RUN(setxattr("g", "user.ro", "x", 1, 0));
}

#define ACCESS	"system.posix_acl_access"
#define DEFAULT	"system.posix_acl_default"

struct acl {
	struct posix_acl_xattr_header header;
	struct posix_acl_xattr_entry entry[8];
};

static int set_acl(const char *path, const char *which, const struct posix_acl_xattr_entry *entries,
		   size_t n)
{
	struct acl acl = { .header.a_version = POSIX_ACL_XATTR_VERSION };

	memcpy(acl.entry, entries, n * sizeof(*entries));
	return setxattr(path, which, &acl, sizeof(acl.header) + n * sizeof(*entries), 0);
}

static void show_acl(const char *path, const char *which)
{
	struct acl acl;
	ssize_t size = getxattr(path, which, &acl, sizeof(acl));

	if (size < 0) {
		say("%s: %s: %s", path, which, error_name(errno));
		return;
	}
	printf("  %s: %s:", path, which);
	for (size_t i = 0; i < ((size_t)size - sizeof(acl.header)) / sizeof(acl.entry[0]); i++)
		printf(" %x:%o:%d", acl.entry[i].e_tag, acl.entry[i].e_perm,
		       (int)acl.entry[i].e_id);
	printf("\n");
}

/* owner rw-, user 1000 rw-, group r--, mask rw-, other --- */
static const struct posix_acl_xattr_entry for_somebody[] = {
	{ ACL_USER_OBJ, 6, -1 }, { ACL_USER, 6, SOMEBODY }, { ACL_GROUP_OBJ, 4, -1 },
	{ ACL_MASK, 6, -1 }, { ACL_OTHER, 0, -1 },
};

/* owner rwx, group r-x, group 2000 rwx, mask rwx, other --- */
static const struct posix_acl_xattr_entry inherited[] = {
	{ ACL_USER_OBJ, 7, -1 }, { ACL_GROUP_OBJ, 5, -1 }, { ACL_GROUP, 7, HIS_GROUP },
	{ ACL_MASK, 7, -1 }, { ACL_OTHER, 0, -1 },
};

static const struct posix_acl_xattr_entry plain[] = {
	{ ACL_USER_OBJ, 6, -1 }, { ACL_GROUP_OBJ, 0, -1 }, { ACL_OTHER, 4, -1 },
};

static const struct posix_acl_xattr_entry no_mask[] = {
	{ ACL_USER_OBJ, 6, -1 }, { ACL_USER, 6, SOMEBODY }, { ACL_GROUP_OBJ, 4, -1 },
	{ ACL_OTHER, 0, -1 },
};

#define SET_ACL(path, which, acl) \
	RUN(set_acl(path, which, acl, sizeof(acl) / sizeof(acl[0])))

static void use_acl(void)
{
	int fd = OPEN(open("f", O_RDWR));

	RUN(write(fd, "allowed", 7));
	close(fd);
	RUN(faccessat(HERE, "f", W_OK, AT_EACCESS));
	RUN(chmod("f", 0666));
	SET_ACL("f", ACCESS, plain);
	RUN(removexattr("f", ACCESS));
}

static void inherit(void)
{
	int fd;

	RUN(mkdir("d", 0755));
	RUN(chmod("d", 0755));
	SET_ACL("d", DEFAULT, inherited);
	state("d");
	show_acl("d", DEFAULT);
	show_acl("d", ACCESS);
	umask(077);
	RUN(close(open("d/f", O_WRONLY | O_CREAT, 0666)));
	state("d/f");
	show_acl("d/f", ACCESS);
	RUN(close(open("d/f600", O_WRONLY | O_CREAT, 0600)));
	state("d/f600");
	show_acl("d/f600", ACCESS);
	RUN(mkdir("d/sub", 0777));
	state("d/sub");
	show_acl("d/sub", ACCESS);
	show_acl("d/sub", DEFAULT);
	RUN(mkfifo("d/fifo", 0666));
	state("d/fifo");
	show_acl("d/fifo", ACCESS);
	RUN(symlink("f", "d/s"));
	state("d/s");
	fd = OPEN(open("d", O_TMPFILE | O_RDWR, 0666));
	fstate(fd);
	close(fd);
	umask(022);
	RUN(close(open("outside", O_WRONLY | O_CREAT, 0666)));
	RUN(rename("outside", "d/moved"));
	show_acl("d/moved", ACCESS);
	RUN(removexattr("d", DEFAULT));
	RUN(removexattr("d", DEFAULT));
	RUN(close(open("d/later", O_WRONLY | O_CREAT, 0666)));
	state("d/later");
}

void group_acl(void)
{
	char buf[16] = { 2 };

	make("f", "content");
	show_acl("f", ACCESS);
	TIMED("f", set_acl("f", ACCESS, for_somebody, 5));
	state("f");
	show_acl("f", ACCESS);
	list_names("f");
	as_user(SOMEBODY, use_acl);
	RUN(chmod("f", 0640));
	show_acl("f", ACCESS);
	as_user(SOMEBODY, use_acl);
	RUN(chmod("f", 0777));
	show_acl("f", ACCESS);
	as_user(NOBODY_ELSE, use_acl);
	SET_ACL("f", ACCESS, no_mask);
	SET_ACL("f", DEFAULT, for_somebody);
	SET_ACL("f", ACCESS, plain);
	state("f");
	show_acl("f", ACCESS);
	list_names("f");
	SET_ACL("f", ACCESS, for_somebody);
	RUN(removexattr("f", ACCESS));
	state("f");
	RUN(removexattr("f", ACCESS));
	RUN(setxattr("f", ACCESS, buf, 3, 0));
	RUN(setxattr("f", ACCESS, buf, 4, 0));
	RUN(setxattr("f", ACCESS, "garbage", 7, 0));
	RUN(getxattr("f", ACCESS, buf, 1));
	SET_ACL("f", ACCESS, for_somebody);
	RUN(getxattr("f", ACCESS, buf, 1));
	RUN(symlink("f", "s"));
	RUN(lsetxattr("s", ACCESS, buf, 4, 0));
	/* Whoever is not in the group loses the set-group-ID bit. */
	RUN(chmod("f", 02770));
	SET_ACL("f", ACCESS, for_somebody);
	state("f");
	inherit();
}
