// SPDX-License-Identifier: GPL-2.0
/* The lines of output. */
#define _GNU_SOURCE
#include "fsop.h"

#include <dirent.h>
#include <stdarg.h>
#include <sys/sysmacros.h>

const char *error_name(int error)
{
	const char *name = strerrorname_np(error);

	return name ? name : "an unknown error";
}

long long report(const char *call, long long result)
{
	int error = errno;

	if (result == -1)
		printf("%s = %s\n", call, error_name(error));
	else
		printf("%s = %lld\n", call, result);
	errno = error;
	return result;
}

int report_fd(const char *call, int fd)
{
	if (fd < 0)
		printf("%s = %s\n", call, error_name(errno));
	else
		printf("%s = opened\n", call);
	return fd;
}

void say(const char *format, ...)
{
	va_list ap;

	printf("  ");
	va_start(ap, format);
	vprintf(format, ap);
	va_end(ap);
	printf("\n");
}

/* /proc/self/fd/N, in one of a few buffers that are used in turn. */
const char *proc(int fd)
{
	static char path[4][32];
	static unsigned int next;
	char *p = path[next++ % 4];

	snprintf(p, sizeof(path[0]), "/proc/self/fd/%d", fd);
	return p;
}

/* The clocks of files tick every few milliseconds: not to miss a change. */
struct stamp stamp(const char *path)
{
	struct stamp s = { 0 };
	struct stat st;

	if (!lstat(path, &st))
		s = (struct stamp){ st.st_mtim, st.st_ctim };
	pause_ms(30);
	return s;
}

static const char *compare(const struct timespec *a, const struct timespec *b)
{
	if (a->tv_sec == b->tv_sec && a->tv_nsec == b->tv_nsec)
		return "same";
	if (a->tv_sec < b->tv_sec || (a->tv_sec == b->tv_sec && a->tv_nsec < b->tv_nsec))
		return "later";
	return "EARLIER";
}

void report_times(const char *path, const struct stamp *before)
{
	struct stat st;

	if (lstat(path, &st))
		say("%s: %s", path, error_name(errno));
	else
		say("%s: mtime %s, ctime %s", path, compare(&before->mtime, &st.st_mtim),
		    compare(&before->ctime, &st.st_ctim));
}

static void show(const char *name, const struct stat *st)
{
	char type = "?pc?d?b?-?l?s???"[(st->st_mode & S_IFMT) >> 12];
	char more[64] = "";

	/* A directory's size is the affair of the filesystem. */
	if (S_ISREG(st->st_mode) || S_ISLNK(st->st_mode))
		snprintf(more, sizeof(more), " size %lld", (long long)st->st_size);
	else if (S_ISCHR(st->st_mode) || S_ISBLK(st->st_mode))
		snprintf(more, sizeof(more), " device %u:%u", major(st->st_rdev),
			 minor(st->st_rdev));
	say("%s: %c%04o links %u owner %u:%u%s", name, type, st->st_mode & 07777,
	    (unsigned int)st->st_nlink, st->st_uid, st->st_gid, more);
}

/* What lstat() tells of a name. */
void state(const char *path)
{
	char *name = strlen(path) > 60 ? strdup("(a long name)") : strdup(path);
	struct stat st;

	if (lstat(path, &st))
		say("%s: %s", name, error_name(errno));
	else
		show(name, &st);
	free(name);
}

void fstate(int fd)
{
	struct stat st;

	if (fstat(fd, &st))
		say("(open file): %s", error_name(errno));
	else
		show("(open file)", &st);
}

static bool printable(const uint8_t *p, size_t n)
{
	while (n--)
		if (p[n] < ' ' || p[n] > '~')
			return false;
	return true;
}

/* How long a file is, and what it holds: a short text, or a checksum. */
void content(const char *path)
{
	static uint8_t buf[65536];
	uint64_t sum = 14695981039346656037ull;
	size_t size = 0;
	ssize_t n;
	int fd = open(path, O_RDONLY);

	if (fd < 0) {
		say("%s: cannot be opened: %s", path, error_name(errno));
		return;
	}
	while ((n = read(fd, buf, sizeof(buf))) > 0) {
		for (ssize_t i = 0; i < n; i++)
			sum = (sum ^ buf[i]) * 1099511628211ull;
		size += (size_t)n;
	}
	if (n < 0)
		say("%s: cannot be read: %s", path, error_name(errno));
	else if (size <= 40 && printable(buf, size))
		say("%s: \"%.*s\"", path, (int)size, (const char *)buf);
	else
		say("%s: %zu octets, sum %016llx", path, size, (unsigned long long)sum);
	close(fd);
}

static int by_name(const struct dirent **a, const struct dirent **b)
{
	return strcmp((*a)->d_name, (*b)->d_name);
}

/* The names in a directory, sorted, with their types. */
void list(const char *path)
{
	struct dirent **entries;
	int n = scandir(path, &entries, NULL, by_name);

	if (n < 0) {
		say("%s: cannot be listed: %s", path, error_name(errno));
		return;
	}
	printf("  %s holds", path);
	for (int i = 0; i < n; i++) {
		printf(" %.40s:%u", entries[i]->d_name, entries[i]->d_type);
		free(entries[i]);
	}
	free(entries);
	printf("\n");
}
