// SPDX-License-Identifier: GPL-2.0
/*
 * litmus write KIND DIR COUNT HOW [SIGN]... - changes something in DIR, COUNT times at least; begins
 *	when the readers have made their signs, ends when they have removed them
 * litmus read KIND DIR LOOKS SIGN - looks at it meanwhile, somewhere else, and finds out whether
 *	it is ever told what was true before the last change; makes SIGN in DIR when it begins, and
 *	removes it after LOOKS looks and the first change
 *
 * DIR/seq holds a number: odd while a change is being made, even when the system call that made
 * it has returned. Who reads the same even number before and after a look must have seen exactly
 * what belongs to that number.
 *
 *	content		eight octets of a file; HOW: plain, direct, aio, uring, mmap, sync, or
 *			the loop device of DIR/data
 *	reopened	the same, opened and closed for each look
 *	mapped		the same, read through one mapping that stays
 *	size		a file's size, by truncate
 *	times		its mtime
 *	mode		its mode
 *	owner		its owner and group
 *	names		which of seven names are there, and which are not
 *	rename		a file that is renamed to and fro
 *	above		a directory above a file that is renamed
 *	links		a second name comes and goes; the link count
 *	symlink		where a symbolic link leads, which another one replaces
 *	xattr		an extended attribute's value, or that it is not there
 *	flags		whether it is marked as not to be dumped, by chattr
 *	listing		what a directory lists
 *	long		what a directory of some hundred names lists
 *	open		a file that is replaced by another, opened and read each time
 *
 * Prints how many looks there were between two equal numbers. LOOKS: how many there must be. In the
 * environment, SLOWER: by how much the pauses between changes are longer.
 */
#define _GNU_SOURCE
#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <linux/aio_abi.h>
#include <linux/fs.h>
#include <linux/io_uring.h>
#include <stdbool.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/ioctl.h>
#include <sys/mman.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <sys/xattr.h>
#include <time.h>
#include <unistd.h>

#define END UINT64_MAX
#define NAMES 7
#define LONG 700
#define PATIENCE 600

static const char *how = "plain";
static int seq_fd, dir_fd;
static void *mapping;

static void die(const char *what)
{
	fprintf(stderr, "litmus: %s: %s\n", what, strerror(errno));
	exit(2);
}

static void must(int ret, const char *what)
{
	if (ret < 0)
		die(what);
}

/* ---- what it looks like after change number i, and how that is made ---- */

static uint64_t content_of(uint64_t i)
{
	return i * 0x9e3779b97f4a7c15ull;
}

static int data_fd = -1;

static void write_aio(int fd, const void *buf, size_t len)
{
	static aio_context_t ctx;
	struct iocb cb = {
		.aio_fildes = (uint32_t)fd, .aio_lio_opcode = IOCB_CMD_PWRITE,
		.aio_buf = (uintptr_t)buf, .aio_nbytes = len,
	};
	struct iocb *list = &cb;
	struct io_event event;

	if (!ctx)
		must((int)syscall(SYS_io_setup, 1, &ctx), "io_setup");
	must((int)syscall(SYS_io_submit, ctx, 1, &list), "io_submit");
	must((int)syscall(SYS_io_getevents, ctx, 1, 1, &event, NULL), "io_getevents");
	if (event.res != (int64_t)len)
		die("aio");
}

struct uring {
	int fd;
	struct io_uring_params params;
	char *rings;
	struct io_uring_sqe *sqes;
};

static uint32_t *ring_word(const struct uring *ring, uint32_t offset)
{
	return (uint32_t *)(void *)(ring->rings + offset);
}

static void uring_open(struct uring *ring)
{
	const struct io_uring_params *p = &ring->params;
	size_t size;

	ring->fd = (int)syscall(SYS_io_uring_setup, 1, &ring->params);
	must(ring->fd, "io_uring_setup");
	if (!(p->features & IORING_FEAT_SINGLE_MMAP))
		die("io_uring of old");
	size = p->sq_off.array + p->sq_entries * sizeof(uint32_t);
	if (size < p->cq_off.cqes + p->cq_entries * sizeof(struct io_uring_cqe))
		size = p->cq_off.cqes + p->cq_entries * sizeof(struct io_uring_cqe);
	ring->rings = mmap(NULL, size, PROT_READ | PROT_WRITE, MAP_SHARED, ring->fd,
			   IORING_OFF_SQ_RING);
	ring->sqes = mmap(NULL, p->sq_entries * sizeof(struct io_uring_sqe),
			  PROT_READ | PROT_WRITE, MAP_SHARED, ring->fd, IORING_OFF_SQES);
	if (ring->rings == MAP_FAILED || ring->sqes == MAP_FAILED)
		die("the rings of io_uring");
}

static void write_uring(int fd, const void *buf, size_t len)
{
	static struct uring ring;
	const struct io_uring_cqe *cqe;
	uint32_t tail, head;

	if (!ring.rings)
		uring_open(&ring);
	tail = *ring_word(&ring, ring.params.sq_off.tail);
	memset(ring.sqes, 0, sizeof(*ring.sqes));
	ring.sqes->opcode = IORING_OP_WRITE;
	ring.sqes->fd = fd;
	ring.sqes->addr = (uintptr_t)buf;
	ring.sqes->len = (uint32_t)len;
	ring_word(&ring, ring.params.sq_off.array)[0] = 0;
	__atomic_store_n(ring_word(&ring, ring.params.sq_off.tail), tail + 1, __ATOMIC_RELEASE);
	must((int)syscall(SYS_io_uring_enter, ring.fd, 1, 1, IORING_ENTER_GETEVENTS, NULL, 0),
	     "io_uring_enter");
	head = *ring_word(&ring, ring.params.cq_off.head);
	cqe = (void *)(ring.rings + ring.params.cq_off.cqes);
	cqe += head & *ring_word(&ring, ring.params.cq_off.ring_mask);
	if (cqe->res != (int)len)
		die("io_uring");
	__atomic_store_n(ring_word(&ring, ring.params.cq_off.head), head + 1, __ATOMIC_RELEASE);
}

static void make_content(uint64_t i)
{
	static uint64_t *block;
	bool device = how[0] == '/';
	bool direct = device || !strcmp(how, "direct") || !strcmp(how, "aio");

	if (data_fd < 0) {
		data_fd = openat(dir_fd, device ? how : "data",
				 O_RDWR | (device ? 0 : O_CREAT) | (direct ? O_DIRECT : 0) |
				 (strcmp(how, "sync") ? 0 : O_SYNC), 0666);
		must(data_fd, "data");
		if (posix_memalign((void **)&block, 4096, 4096))
			die("memory");
		memset(block, 0, 4096);
	}
	block[0] = content_of(i);
	if (!strcmp(how, "mmap")) {
		if (!mapping) {
			must(ftruncate(data_fd, 4096), "ftruncate");
			mapping = mmap(NULL, 4096, PROT_READ | PROT_WRITE, MAP_SHARED, data_fd, 0);
			if (mapping == MAP_FAILED)
				die("mmap");
		}
		*(volatile uint64_t *)mapping = block[0];
	} else if (!strcmp(how, "aio")) {
		write_aio(data_fd, block, 4096);
	} else if (!strcmp(how, "uring")) {
		write_uring(data_fd, block, 4096);
	} else if (pwrite(data_fd, block, direct ? 4096 : 8, 0) < 8) {
		die("pwrite");
	}
}

static bool is_content(uint64_t i)
{
	uint64_t octets = 0;

	if (data_fd < 0)
		must(data_fd = openat(dir_fd, "data", O_RDONLY), "data");
	if (pread(data_fd, &octets, 8, 0) != 8)
		die("pread");
	return octets == content_of(i);
}

static bool is_reopened(uint64_t i)
{
	bool right = is_content(i);

	close(data_fd);
	data_fd = -1;
	return right;
}

static bool is_mapped(uint64_t i)
{
	if (!mapping) {
		must(data_fd = openat(dir_fd, "data", O_RDONLY), "data");
		mapping = mmap(NULL, 4096, PROT_READ, MAP_SHARED, data_fd, 0);
		if (mapping == MAP_FAILED)
			die("mmap");
	}
	return *(volatile uint64_t *)mapping == content_of(i);
}

static struct stat stat_of(const char *name)
{
	struct stat st;

	must(fstatat(dir_fd, name, &st, AT_SYMLINK_NOFOLLOW), name);
	return st;
}

static bool there(const char *name)
{
	if (!faccessat(dir_fd, name, F_OK, AT_SYMLINK_NOFOLLOW))
		return true;
	if (errno != ENOENT)
		die(name);
	return false;
}

/* Once only: to open it for writing is a change that readers are told of. */
static void touch(const char *name)
{
	int fd;

	if (there(name))
		return;
	fd = openat(dir_fd, name, O_WRONLY | O_CREAT, 0666);
	must(fd, name);
	close(fd);
}

/* Nothing is kept open for writing here: readers would have to ask each time. */
static void make_size(uint64_t i)
{
	touch("data");
	must(truncate("data", (off_t)(i * 37 % 9001)), "truncate");
}

static bool is_size(uint64_t i)
{
	return stat_of("data").st_size == (off_t)(i * 37 % 9001);
}

static void make_times(uint64_t i)
{
	struct timespec ts[2] = {
		{ .tv_nsec = UTIME_OMIT }, { .tv_sec = (time_t)i, .tv_nsec = (long)(i % 1000000) },
	};

	touch("data");
	must(utimensat(dir_fd, "data", ts, 0), "utimensat");
}

static bool is_times(uint64_t i)
{
	struct stat st = stat_of("data");

	return st.st_mtim.tv_sec == (time_t)i && st.st_mtim.tv_nsec == (long)(i % 1000000);
}

static void make_mode(uint64_t i)
{
	touch("data");
	must(fchmodat(dir_fd, "data", i & 0777, 0), "chmod");
}

static bool is_mode(uint64_t i)
{
	return (stat_of("data").st_mode & 07777) == (i & 0777);
}

static void make_owner(uint64_t i)
{
	touch("data");
	must(fchownat(dir_fd, "data", i % 5000, i % 7000, 0), "chown");
}

static bool is_owner(uint64_t i)
{
	struct stat st = stat_of("data");

	return st.st_uid == i % 5000 && st.st_gid == i % 7000;
}

static const char *numbered(const char *stem, uint64_t i)
{
	static char name[2][64];
	static unsigned int which;

	which = !which;
	snprintf(name[which], sizeof(name[which]), "%s%llu", stem, (unsigned long long)i);
	return name[which];
}

static bool has_name(uint64_t i, unsigned int n)
{
	return i >> n & 1;
}

static void make_names(uint64_t i)
{
	for (unsigned int n = 0; n < NAMES; n++) {
		const char *name = numbered("n", n);

		if (has_name(i, n) && !there(name))
			touch(name);
		else if (!has_name(i, n) && there(name))
			must(unlinkat(dir_fd, name, 0), name);
	}
}

static bool is_names(uint64_t i)
{
	for (unsigned int n = 0; n < NAMES; n++)
		if (there(numbered("n", n)) != has_name(i, n))
			return false;
	return true;
}

static void make_rename(uint64_t i)
{
	const char *from = i % 2 ? "a" : "b", *to = i % 2 ? "b" : "a";

	if (!there("a") && !there("b"))
		touch(from);
	must(renameat(dir_fd, from, dir_fd, to), "rename");
}

static bool is_rename(uint64_t i)
{
	return there(i % 2 ? "b" : "a") && !there(i % 2 ? "a" : "b");
}

static void make_above(uint64_t i)
{
	const char *from = i % 2 ? "a" : "b", *to = i % 2 ? "b" : "a";

	if (!there("a") && !there("b")) {
		must(mkdirat(dir_fd, from, 0777), from);
		must(mkdirat(dir_fd, i % 2 ? "a/x" : "b/x", 0777), "x");
		touch(i % 2 ? "a/x/f" : "b/x/f");
	}
	must(renameat(dir_fd, from, dir_fd, to), "rename");
}

static bool is_above(uint64_t i)
{
	return there(i % 2 ? "b/x/f" : "a/x/f") && !there(i % 2 ? "a/x/f" : "b/x/f");
}

static void make_links(uint64_t i)
{
	touch("data");
	if (i % 2)
		must(linkat(dir_fd, "data", dir_fd, "other", 0), "link");
	else if (unlinkat(dir_fd, "other", 0) && errno != ENOENT)
		die("unlink");
}

static bool is_links(uint64_t i)
{
	return stat_of("data").st_nlink == 1 + i % 2 && there("other") == i % 2;
}

static void make_symlink(uint64_t i)
{
	must(symlinkat(numbered("t", i), dir_fd, "new"), "symlink");
	must(renameat(dir_fd, "new", dir_fd, "link"), "rename");
}

static bool is_symlink(uint64_t i)
{
	char target[64];
	ssize_t n = readlinkat(dir_fd, "link", target, sizeof(target) - 1);

	must((int)n, "readlink");
	target[n] = 0;
	return !strcmp(target, numbered("t", i));
}

static void make_xattr(uint64_t i)
{
	if (data_fd < 0) {
		touch("data");
		must(data_fd = openat(dir_fd, "data", O_RDONLY), "data");
	}
	if (i % 4)
		must(fsetxattr(data_fd, "user.litmus", &i, sizeof(i), 0), "setxattr");
	else if (fremovexattr(data_fd, "user.litmus") && errno != ENODATA)
		die("removexattr");
}

static bool is_xattr(uint64_t i)
{
	uint64_t value = 0;
	ssize_t n;

	if (data_fd < 0)
		must(data_fd = openat(dir_fd, "data", O_RDONLY), "data");
	n = fgetxattr(data_fd, "user.litmus", &value, sizeof(value));
	if (n < 0 && errno != ENODATA)
		die("getxattr");
	return i % 4 ? n == 8 && value == i : n < 0;
}

static void make_flags(uint64_t i)
{
	int fd, flags;

	touch("data");
	must(fd = openat(dir_fd, "data", O_RDONLY), "data");
	must(ioctl(fd, FS_IOC_GETFLAGS, &flags), "FS_IOC_GETFLAGS");
	flags = i % 2 ? flags | FS_NODUMP_FL : flags & ~FS_NODUMP_FL;
	/* kernels that do not tell of it: the ctime does, if the clock ticks in between */
	usleep(10000);
	must(ioctl(fd, FS_IOC_SETFLAGS, &flags), "FS_IOC_SETFLAGS");
	close(fd);
}

static bool is_flags(uint64_t i)
{
	struct statx st;

	must(statx(dir_fd, "data", 0, STATX_BASIC_STATS, &st), "statx");
	return !(st.stx_attributes & STATX_ATTR_NODUMP) == !(i % 2);
}

static void make_listing(uint64_t i)
{
	if (faccessat(dir_fd, "sub", F_OK, 0))
		must(mkdirat(dir_fd, "sub", 0777), "sub");
	touch(numbered("sub/e", i));
	if (i)
		unlinkat(dir_fd, numbered("sub/e", i - 1), 0);
}

static void make_long(uint64_t i)
{
	if (faccessat(dir_fd, "sub", F_OK, 0)) {
		must(mkdirat(dir_fd, "sub", 0777), "sub");
		for (uint64_t n = 0; n < LONG; n++)
			touch(numbered("sub/stays", n));
	}
	make_listing(i);
}

/* Whether there are @stay names besides the one that belongs to the number. */
static bool lists(uint64_t i, unsigned int stay)
{
	int fd = openat(dir_fd, "sub", O_RDONLY | O_DIRECTORY);
	const struct dirent *d;
	bool right = false, wrong = false;
	unsigned int stayed = 0;
	DIR *dir;

	must(fd, "sub");
	dir = fdopendir(fd);
	while ((d = readdir(dir))) {
		stayed += d->d_name[0] == 's';
		if (d->d_name[0] != 'e')
			continue;
		if (strtoull(d->d_name + 1, NULL, 10) == i)
			right = true;
		else
			wrong = true;
	}
	closedir(dir);
	return right && !wrong && stayed == stay;
}

static bool is_listing(uint64_t i)
{
	return lists(i, 0);
}

static bool is_long(uint64_t i)
{
	return lists(i, LONG);
}

static void make_open(uint64_t i)
{
	int fd = openat(dir_fd, "new", O_WRONLY | O_CREAT | O_EXCL, 0666);

	must(fd, "new");
	i = content_of(i);
	if (write(fd, &i, 8) != 8)
		die("write");
	must(close(fd), "close");
	must(renameat(dir_fd, "new", dir_fd, "data"), "rename");
}

static bool is_open(uint64_t i)
{
	int fd = openat(dir_fd, "data", O_RDONLY);
	uint64_t octets = 0;

	must(fd, "data");
	if (read(fd, &octets, 8) != 8)
		die("read");
	close(fd);
	return octets == content_of(i);
}

static const struct kind {
	const char *name;
	void (*make)(uint64_t i);
	bool (*is)(uint64_t i);
	unsigned int pause_us;
} kinds[] = {
	{ .name = "content", .make = make_content, .is = is_content },
	{ .name = "reopened", .make = make_content, .is = is_reopened, .pause_us = 150000 },
	{ .name = "mapped", .make = make_content, .is = is_mapped },
	{ .name = "size", .make = make_size, .is = is_size },
	{ .name = "times", .make = make_times, .is = is_times },
	{ .name = "mode", .make = make_mode, .is = is_mode },
	{ .name = "owner", .make = make_owner, .is = is_owner },
	{ .name = "names", .make = make_names, .is = is_names, .pause_us = 150000 },
	{ .name = "rename", .make = make_rename, .is = is_rename, .pause_us = 150000 },
	{ .name = "above", .make = make_above, .is = is_above, .pause_us = 150000 },
	{ .name = "links", .make = make_links, .is = is_links },
	{ .name = "symlink", .make = make_symlink, .is = is_symlink },
	{ .name = "xattr", .make = make_xattr, .is = is_xattr, .pause_us = 150000 },
	{ .name = "flags", .make = make_flags, .is = is_flags, .pause_us = 150000 },
	{ .name = "listing", .make = make_listing, .is = is_listing, .pause_us = 150000 },
	{ .name = "long", .make = make_long, .is = is_long, .pause_us = 500000 },
	{ .name = "open", .make = make_open, .is = is_open, .pause_us = 150000 },
};

/* ---- the number ---- */

/* Not kept open: who reads it would have to ask the server each time. */
static void set_seq(uint64_t seq)
{
	int fd = openat(dir_fd, "seq", O_WRONLY);

	must(fd, "seq");
	if (pwrite(fd, &seq, 8, 0) != 8)
		die("seq");
	must(close(fd), "seq");
}

static uint64_t get_seq(void)
{
	uint64_t seq;

	if (pread(seq_fd, &seq, 8, 0) != 8)
		die("seq");
	return seq;
}

static void pause_a_little(unsigned int max_us)
{
	static uint32_t x = 2463534242u;

	x ^= x << 13;
	x ^= x >> 17;
	x ^= x << 5;
	usleep(x % max_us);
}

static int write_all(const struct kind *kind, uint64_t count, char **signs)
{
	char **sign;
	const char *slower = getenv("SLOWER");
	unsigned int pause_us = kind->pause_us ?: 100000;
	uint64_t i;
	int fd;

	if (slower)
		pause_us *= (unsigned int)strtoul(slower, NULL, 10);
	kind->make(0);
	i = 0;
	must(fd = openat(dir_fd, "seq.new", O_WRONLY | O_CREAT, 0666), "seq");
	if (pwrite(fd, &i, 8, 0) != 8)
		die("seq");
	must(close(fd), "seq");
	must(renameat(dir_fd, "seq.new", dir_fd, "seq"), "seq");
	/* until all look */
	for (i = 0, sign = signs; *sign && i < PATIENCE * 100; i++) {
		if (there(*sign))
			sign++;
		else
			usleep(10000);
	}
	for (i = 1, sign = signs; i <= count || *sign; i++) {
		while (*sign && !there(*sign))
			sign++;
		set_seq(2 * i - 1);
		kind->make(i);
		set_seq(2 * i);
		/* time for a look between two changes */
		pause_a_little(pause_us);
	}
	set_seq(END);
	return 0;
}

static int read_all(const struct kind *kind, uint64_t want, const char *sign)
{
	uint64_t before, after, looks = 0, seen = 0, last = END;
	time_t begun = time(NULL);
	bool satisfied = false;

	while ((seq_fd = openat(dir_fd, "seq", O_RDONLY)) < 0) {
		if (time(NULL) - begun > PATIENCE)
			die("seq");
		usleep(10000);
	}
	while ((before = get_seq()) != END) {
		bool right;

		if (time(NULL) - begun > PATIENCE) {
			fprintf(stderr, "litmus: the writer does not end\n");
			return 2;
		}
		if (!looks) {
			int fd = openat(dir_fd, sign, O_WRONLY | O_CREAT, 0666);

			/* a read-only share: its owner makes it */
			if (fd >= 0)
				close(fd);
		}
		if (before & 1)
			continue;
		right = kind->is(before / 2);
		after = get_seq();
		if (after != before)
			continue;
		if (!right) {
			fprintf(stderr, "litmus: %s: not what belongs to change %llu\n", kind->name,
				(unsigned long long)before / 2);
			return 1;
		}
		/* not before the writer has begun, who may not have seen it yet */
		if (++looks >= want && before && !satisfied) {
			satisfied = true;
			if (unlinkat(dir_fd, sign, 0) && errno != ENOENT && errno != EROFS)
				die(sign);
		}
		seen += before != last;
		last = before;
	}
	printf("%s: %llu looks, %llu changes seen\n", kind->name, (unsigned long long)looks,
	       (unsigned long long)seen);
	if (looks < want) {
		fprintf(stderr, "litmus: that is less than %llu\n", (unsigned long long)want);
		return 1;
	}
	return 0;
}

int main(int argc, char **argv)
{
	const struct kind *kind = NULL;
	bool writer;

	if (argc < 6)
		goto usage;
	writer = !strcmp(argv[1], "write");
	for (size_t i = 0; i < sizeof(kinds) / sizeof(kinds[0]); i++)
		if (!strcmp(kinds[i].name, argv[2]))
			kind = &kinds[i];
	if (!kind || (!writer && strcmp(argv[1], "read")))
		goto usage;
	must(dir_fd = open(argv[3], O_RDONLY | O_DIRECTORY), argv[3]);
	must(fchdir(dir_fd), argv[3]);
	if (!writer)
		return read_all(kind, strtoull(argv[4], NULL, 10), argv[5]);
	how = argv[5];
	return write_all(kind, strtoull(argv[4], NULL, 10), argv + 6);
usage:
	fprintf(stderr, "usage: litmus write KIND DIR COUNT HOW [SIGN]... | litmus read KIND DIR LOOKS SIGN\n");
	return 2;
}
