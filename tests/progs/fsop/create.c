// SPDX-License-Identifier: GPL-2.0
/* Files come into being: by open, as O_TMPFILE, with long names. */
#define _GNU_SOURCE
#include "fsop.h"

#include <limits.h>

static char some[16];

static void try_modes(void)
{
	static const mode_t masks[] = { 0, 027, 077, 0777 };

	for (size_t i = 0; i < sizeof(masks) / sizeof(masks[0]); i++) {
		char name[16];

		snprintf(name, sizeof(name), "mask-%03o", masks[i]);
		umask(masks[i]);
		close(open(name, O_WRONLY | O_CREAT, 0666));
		state(name);
		snprintf(name, sizeof(name), "all-%03o", masks[i]);
		close(open(name, O_WRONLY | O_CREAT, 07777));
		state(name);
	}
	umask(022);
}

static void try_existing(void)
{
	int fd;

	make("old", "old content");
	OPEN(open("old", O_RDWR | O_CREAT | O_EXCL, 0600));
	fd = OPEN(open("old", O_RDWR | O_CREAT, 0600));
	state("old");
	close(fd);
	fd = OPEN(open("old", O_RDONLY));
	RUN(write(fd, "x", 1));
	close(fd);
	fd = OPEN(open("old", O_WRONLY));
	RUN(read(fd, some, 1));
	close(fd);
	TIMED("old", close(open("old", O_WRONLY | O_TRUNC)));
	state("old");
	make("old", "old content");
	fd = OPEN(open("old", O_RDONLY | O_TRUNC));
	close(fd);
	state("old");
	OPEN(open("old", O_RDONLY | O_DIRECTORY));
	OPEN(open("old/", O_RDONLY));
	OPEN(open("old/x", O_RDONLY | O_CREAT, 0644));
	OPEN(open("none", O_RDONLY));
	OPEN(open("none/x", O_WRONLY | O_CREAT, 0644));
	OPEN(open("new/", O_WRONLY | O_CREAT, 0644));
	OPEN(open("", O_RDONLY));
	OPEN(open(".", O_RDWR));
	OPEN(open(".", O_RDONLY | O_CREAT, 0644));
	fd = OPEN(open(".", O_RDONLY | O_DIRECTORY));
	RUN(read(fd, some, 1));
	close(fd);
}

static void try_links(void)
{
	RUN(symlink("target", "dangling"));
	OPEN(open("dangling", O_RDONLY));
	OPEN(open("dangling", O_WRONLY | O_CREAT | O_EXCL, 0644));
	OPEN(open("dangling", O_WRONLY | O_NOFOLLOW));
	close(OPEN(open("dangling", O_WRONLY | O_CREAT, 0644)));
	state("target");
	state("dangling");
	RUN(symlink("loop", "loop"));
	OPEN(open("loop", O_RDONLY));
	OPEN(open("loop/x", O_RDONLY));
}

void group_create(void)
{
	int fd;

	TIMED(".", close(open("new", O_RDWR | O_CREAT | O_EXCL, 0666)));
	state("new");
	fd = OPEN(open("both", O_RDWR | O_CREAT, 0640));
	RUN(write(fd, "hello", 5));
	fstate(fd);
	RUN(close(fd));
	content("both");
	fd = OPEN(open("closed", O_RDWR | O_CREAT, 0));
	RUN(write(fd, "written all the same", 20));
	RUN(pread(fd, some, 4, 16));
	RUN(close(fd));
	state("closed");
	OPEN(open("closed", O_RDONLY));
	fd = OPEN(open("readable", O_WRONLY | O_CREAT, 0400));
	RUN(write(fd, "x", 1));
	RUN(close(fd));
	OPEN(open("readable", O_WRONLY));
	fd = OPEN(creat("creat", 0600));
	RUN(close(fd));
	fd = OPEN(openat(HERE, "appended", O_WRONLY | O_CREAT | O_APPEND | O_SYNC, 0644));
	RUN(write(fd, "12", 2));
	RUN(close(fd));
	content("appended");
	try_modes();
	try_existing();
	try_links();
	list(".");
}

void group_tmpfile(void)
{
	int fd;

	fd = OPEN(open(".", O_TMPFILE | O_RDWR, 0640));
	fstate(fd);
	RUN(write(fd, "without a name", 14));
	RUN(pread(fd, some, 7, 0));
	list(".");
	RUN(linkat(HERE, proc(fd), HERE, "named", AT_SYMLINK_FOLLOW));
	fstate(fd);
	state("named");
	RUN(linkat(fd, "", HERE, "again", AT_EMPTY_PATH));
	RUN(linkat(HERE, proc(fd), HERE, "named", AT_SYMLINK_FOLLOW));
	RUN(write(fd, ", and more", 10));
	RUN(close(fd));
	content("named");

	fd = OPEN(open(".", O_TMPFILE | O_RDWR | O_EXCL, 0600));
	RUN(linkat(HERE, proc(fd), HERE, "never", AT_SYMLINK_FOLLOW));
	RUN(close(fd));
	fd = OPEN(open(".", O_TMPFILE | O_WRONLY, 0666));
	RUN(ftruncate(fd, 100000));
	RUN(fchmod(fd, 0604));
	fstate(fd);
	RUN(fsync(fd));
	RUN(close(fd));
	OPEN(open(".", O_TMPFILE | O_RDONLY, 0600));
	OPEN(open("named", O_TMPFILE | O_RDWR, 0600));
	OPEN(open("none", O_TMPFILE | O_RDWR, 0600));
	umask(0);
	fd = OPEN(open(".", O_TMPFILE | O_RDWR, 0777));
	fstate(fd);
	close(fd);
	umask(022);
	list(".");
}

static char *repeat(char c, size_t n)
{
	char *s = malloc(n + 1);

	memset(s, c, n);
	s[n] = 0;
	return s;
}

static void try_name(const char *name)
{
	struct stat st;

	close(OPEN(open(name, O_WRONLY | O_CREAT, 0644)));
	state(name);
	RUN(stat(name, &st));
	RUN(unlink(name));
	RUN(mkdir(name, 0755));
	RUN(rmdir(name));
	RUN(symlink("x", name));
	RUN(unlink(name));
	make("plain", "x");
	RUN(link("plain", name));
	RUN(rename("plain", name));
	RUN(unlink("plain"));
	RUN(rename(name, "plain"));
	RUN(unlink(name));
	RUN(unlink("plain"));
}

/* "./././…/f", so many octets of it */
static char *long_path(size_t n)
{
	char *path = malloc(n + 1);

	for (size_t i = 0; i < n; i++)
		path[i] = i % 2 ? '/' : '.';
	path[n - 1] = 'f';
	path[n] = 0;
	return path;
}

static void go_deep(void)
{
	for (int i = 0; i < 50; i++)
		if (mkdir("deeper", 0755) || chdir("deeper")) {
			say("level %d: %s", i, error_name(errno));
			return;
		}
	make("bottom", "here");
	content("bottom");
	for (int i = 0; i < 50; i++)
		if (chdir(".."))
			say("up again: %s", error_name(errno));
	list(".");
}

void group_limits(void)
{
	static const char *const odd[] = {
		"...", "..x", " ", "new\nline", "\xff\xfe", "\xc3\xa4", "-", "*", "a\\b", "~",
	};
	char *longest = repeat('n', 255), *too_long = repeat('n', 256);
	char *path = long_path(4095), *too_long_path = long_path(4097);
	struct stat st;

	say("a name of 255 octets");
	try_name(longest);
	say("a name of 256 octets");
	try_name(too_long);
	OPEN(open(path, O_WRONLY | O_CREAT, 0644));
	RUN(stat(path, &st));
	OPEN(open(too_long_path, O_WRONLY | O_CREAT, 0644));
	for (size_t i = 0; i < sizeof(odd) / sizeof(odd[0]); i++) {
		say("odd name %zu", i);
		RUN(mkdir(odd[i], 0755));
		RUN(stat(odd[i], &st));
		RUN(rmdir(odd[i]));
	}
	RUN(pathconf(".", _PC_NAME_MAX));
	RUN(pathconf(".", _PC_PATH_MAX));
	RUN(pathconf(".", _PC_LINK_MAX));
	in_child(go_deep);
	free(longest);
	free(too_long);
	free(path);
	free(too_long_path);
}
