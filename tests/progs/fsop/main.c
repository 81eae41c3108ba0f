// SPDX-License-Identifier: GPL-2.0
/*
 * fsop DIR [GROUP]... - does some hundreds of operations in a directory, and
 * prints what came of each. Run once on a filesystem that is known to be right
 * and once on another, the two outputs should be the same. Each group works in
 * a directory of its own, which it makes. Without groups: all of them.
 *
 * Status 0: it came to its end. What the operations did is for others to judge.
 */
#define _GNU_SOURCE
#include "fsop.h"

static const struct group {
	const char *name;
	void (*run)(void);
} groups[] = {
	{ "create", group_create },
	{ "tmpfile", group_tmpfile },
	{ "directories", group_directories },
	{ "unlink", group_unlink },
	{ "link", group_link },
	{ "symlink", group_symlink },
	{ "special", group_special },
	{ "dots", group_dots },
	{ "limits", group_limits },
	{ "rename", group_rename },
	{ "rename-flags", group_rename_flags },
	{ "chmod", group_chmod },
	{ "chown", group_chown },
	{ "setid", group_setid },
	{ "utimes", group_utimes },
	{ "access", group_access },
	{ "sticky", group_sticky },
	{ "permission", group_permission },
	{ "setgid-directory", group_setgid_directory },
	{ "write", group_write },
	{ "sync", group_sync },
	{ "direct", group_direct },
	{ "truncate", group_truncate },
	{ "fallocate", group_fallocate },
	{ "seek", group_seek },
	{ "copy", group_copy },
	{ "clone", group_clone },
	{ "rlimit", group_rlimit },
	{ "large", group_large },
	{ "path-only", group_path_only },
	{ "readdir", group_readdir },
	{ "xattr", group_xattr },
	{ "acl", group_acl },
	{ "fileattr", group_fileattr },
	{ "statfs", group_statfs },
	{ "handle", group_handle },
	{ "inotify", group_inotify },
	{ "flock", group_flock },
	{ "posix-lock", group_posix_lock },
	{ "ofd-lock", group_ofd_lock },
	{ "lock-wait", group_lock_wait },
	{ "mmap", group_mmap },
	{ "exec", group_exec },
};

#define COUNT (sizeof(groups) / sizeof(groups[0]))

static void enter(const char *directory)
{
	if (chdir(directory)) {
		fprintf(stderr, "fsop: %s: %s\n", directory, strerror(errno));
		exit(1);
	}
}

static void run(const struct group *group)
{
	printf("== %s\n", group->name);
	if (mkdir(group->name, 0755)) {
		fprintf(stderr, "fsop: mkdir %s: %s\n", group->name, strerror(errno));
		exit(1);
	}
	enter(group->name);
	group->run();
	enter("..");
	fflush(stdout);
}

static const struct group *find(const char *name)
{
	for (size_t i = 0; i < COUNT; i++)
		if (!strcmp(groups[i].name, name))
			return &groups[i];
	fprintf(stderr, "fsop: no group is called '%s'\n", name);
	exit(2);
}

int main(int argc, char **argv)
{
	if (argc < 2) {
		fprintf(stderr, "usage: fsop DIR [GROUP]...\n");
		return 2;
	}
	enter(argv[1]);
	umask(022);
	if (argc == 2)
		for (size_t i = 0; i < COUNT; i++)
			run(&groups[i]);
	for (int i = 2; i < argc; i++)
		run(find(argv[i]));
	printf("== end\n");
	return ferror(stdout) || fclose(stdout) ? 1 : 0;
}
