/* SPDX-License-Identifier: GPL-2.0 */
/*
 * fsop: what its parts share. Each operation becomes a line of output: the call
 * as it is written in the source, and its result, a number or the name of an
 * errno. Nothing is printed that may differ between two runs (numbers of
 * descriptors and inodes, times, places), so that the output of two runs, on two
 * filesystems, can be compared line by line.
 */
#ifndef FSOP_H
#define FSOP_H

#include <errno.h>
#include <fcntl.h>
#include <stdbool.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <sys/types.h>
#include <time.h>
#include <unistd.h>

#define PAGE	4096
#define HERE	AT_FDCWD

/* The unprivileged users; NOBODY_ELSE is in none of SOMEBODY's groups. */
#define SOMEBODY	1000
#define HIS_GROUP	2000		/* supplementary */
#define NOBODY_ELSE	1001

/* Runs a call, prints it with its result, and is its result. */
#define RUN(...)	report(#__VA_ARGS__, (long long)(__VA_ARGS__))

/* The same for a call that makes a descriptor, whose number is not printed. */
#define OPEN(...)	report_fd(#__VA_ARGS__, (__VA_ARGS__))

/* RUN, then whether the times of a file are others than before. */
#define TIMED(path, ...) \
	do { \
		struct stamp stamp_ = stamp(path); \
		\
		report(#__VA_ARGS__, (long long)(__VA_ARGS__)); \
		report_times(path, &stamp_); \
	} while (0)

struct stamp {
	struct timespec mtime, ctime;
};

/* report.c */
long long report(const char *call, long long result);
int report_fd(const char *call, int fd);
struct stamp stamp(const char *path);
void report_times(const char *path, const struct stamp *before);
void state(const char *path);
void fstate(int fd);
void content(const char *path);
void list(const char *path);
void say(const char *format, ...) __attribute__((format(printf, 1, 2)));
const char *error_name(int error);
const char *proc(int fd);

/* helpers.c */
void make(const char *path, const char *text);
void fill(const char *path, size_t size, unsigned int seed);
void as_user(uid_t uid, void (*function)(void));
void in_child(void (*function)(void));
pid_t start(int (*function)(void));
void report_child(const char *what, pid_t pid);
void pause_ms(unsigned int ms);

/* The groups of operations. */
void group_create(void);
void group_tmpfile(void);
void group_directories(void);
void group_unlink(void);
void group_link(void);
void group_symlink(void);
void group_special(void);
void group_dots(void);
void group_limits(void);
void group_rename(void);
void group_rename_flags(void);
void group_chmod(void);
void group_chown(void);
void group_setid(void);
void group_utimes(void);
void group_access(void);
void group_sticky(void);
void group_permission(void);
void group_setgid_directory(void);
void group_write(void);
void group_sync(void);
void group_direct(void);
void group_truncate(void);
void group_fallocate(void);
void group_seek(void);
void group_copy(void);
void group_clone(void);
void group_rlimit(void);
void group_large(void);
void group_path_only(void);
void group_readdir(void);
void group_xattr(void);
void group_acl(void);
void group_fileattr(void);
void group_statfs(void);
void group_handle(void);
void group_inotify(void);
void group_flock(void);
void group_posix_lock(void);
void group_ofd_lock(void);
void group_lock_wait(void);
void group_mmap(void);
void group_exec(void);

#endif
