// SPDX-License-Identifier: GPL-2.0
/* Mappings, and programs that are run. */
#define _GNU_SOURCE
#include "fsop.h"

#include <setjmp.h>
#include <signal.h>
#include <sys/mman.h>
#include <sys/sendfile.h>
#include <sys/wait.h>

static sigjmp_buf before_fault;

static void caught(int signal)
{
	siglongjmp(before_fault, signal);
}

/* Stores an octet; 0, or the signal that this raised. */
static int poke(volatile char *p, char value)
{
	int signal = sigsetjmp(before_fault, 1);

	if (!signal)
		*p = value;
	return signal;
}

static int peek(volatile const char *p)
{
	int signal = sigsetjmp(before_fault, 1);

	return signal ? -signal : *p;
}

#define MAP(len, prot, flags, fd)	mmap(NULL, len, prot, flags, fd, 0)
#define TRY_MAP(...)	RUN(MAP(__VA_ARGS__) == MAP_FAILED ? -1 : 0)

static void map_errors(void)
{
	int fd;

	fd = OPEN(open("f", O_RDONLY));
	TRY_MAP(PAGE, PROT_READ, MAP_SHARED, fd);
	TRY_MAP(PAGE, PROT_READ | PROT_WRITE, MAP_SHARED, fd);
	TRY_MAP(PAGE, PROT_READ | PROT_WRITE, MAP_PRIVATE, fd);
	TRY_MAP(0, PROT_READ, MAP_SHARED, fd);
	RUN(mmap(NULL, PAGE, PROT_READ, MAP_SHARED, fd, 1) == MAP_FAILED ? -1 : 0);
	TRY_MAP(PAGE, PROT_READ, 0, fd);
	close(fd);
	fd = OPEN(open("f", O_WRONLY));
	TRY_MAP(PAGE, PROT_READ, MAP_SHARED, fd);
	TRY_MAP(PAGE, PROT_WRITE, MAP_SHARED, fd);
	close(fd);
	fd = OPEN(open("f", O_RDWR));
	TRY_MAP(PAGE, PROT_READ | PROT_WRITE, MAP_SHARED | 0x2000000, fd);
	TRY_MAP(PAGE, PROT_READ | PROT_WRITE, MAP_SHARED_VALIDATE, fd);
	TRY_MAP(PAGE, PROT_READ | PROT_WRITE, MAP_SHARED_VALIDATE | MAP_SYNC, fd);
	close(fd);
	fd = OPEN(open(".", O_RDONLY));
	TRY_MAP(PAGE, PROT_READ, MAP_SHARED, fd);
	close(fd);
}

static void map_and_sync(char *p)
{
	RUN(msync(p, PAGE, MS_SYNC));
	RUN(msync(p, PAGE, MS_ASYNC));
	RUN(msync(p, PAGE, MS_SYNC | MS_INVALIDATE));
	RUN(msync(p, PAGE, MS_SYNC | MS_ASYNC));
	RUN(msync(p + 1, PAGE, MS_SYNC));
	RUN(mlock(p, PAGE));
	RUN(munlock(p, PAGE));
	RUN(madvise(p, PAGE, MADV_DONTNEED));
	RUN(madvise(p, PAGE, MADV_WILLNEED));
	RUN(madvise(p, PAGE, 22 /* MADV_POPULATE_READ */));
	RUN(madvise(p, PAGE, 23 /* MADV_POPULATE_WRITE */));
	RUN(mprotect(p, PAGE, PROT_READ));
	RUN(poke(p, 'x'));
	RUN(mprotect(p, PAGE, PROT_READ | PROT_WRITE));
}

static void map_and_store(void)
{
	char buf[16] = "";
	char *p, *q;
	int fd = OPEN(open("f", O_RDWR));

	p = MAP(4 * PAGE, PROT_READ | PROT_WRITE, MAP_SHARED, fd);
	q = MAP(4 * PAGE, PROT_READ | PROT_WRITE, MAP_PRIVATE, fd);
	if (p == MAP_FAILED || q == MAP_FAILED) {
		say("no mapping: %s", error_name(errno));
		return;
	}
	RUN(poke(p, 'S'));
	RUN(peek(q));
	RUN(pread(fd, buf, 1, 0));
	say("%s", buf);
	RUN(poke(q + 1, 'P'));
	RUN(pread(fd, buf, 2, 0));
	say("%s", buf);
	RUN(pwrite(fd, "write", 5, 0));
	say("%.5s %.2s", p, q);
	/* The file ends in the third page: behind it are zeros, then nothing. */
	RUN(peek(p + 10000));
	RUN(poke(p + 10000, 'x'));
	RUN(poke(p + 3 * PAGE, 'x'));
	RUN(peek(p + 3 * PAGE));
	fstate(fd);
	map_and_sync(p);
	RUN(ftruncate(fd, PAGE + 100));
	RUN(peek(p + PAGE + 50) != 0);
	RUN(peek(p + PAGE + 100));
	RUN(peek(p + 2 * PAGE));
	RUN(peek(q + 2 * PAGE));
	RUN(ftruncate(fd, 4 * PAGE));
	RUN(peek(p + PAGE + 100));
	RUN(peek(p + 2 * PAGE));
	RUN(poke(p + 3 * PAGE, 'z'));
	munmap(p, 4 * PAGE);
	munmap(q, 4 * PAGE);
	close(fd);
	content("f");
}

/* A file of one page: no store before has made it writable. */
static void map_and_look_at_times(void)
{
	char *p;
	int fd;

	make("one", "content");
	fd = OPEN(open("one", O_RDWR));
	p = MAP(PAGE, PROT_READ | PROT_WRITE, MAP_SHARED, fd);
	RUN(peek(p));
	TIMED("one", poke(p, 'C') || msync(p, PAGE, MS_SYNC));
	TIMED("one", msync(p, PAGE, MS_SYNC));
	TIMED("one", poke(p, 'K') || msync(p, PAGE, MS_SYNC));
	munmap(p, PAGE);
	close(fd);
	content("one");
}

void group_mmap(void)
{
	char *p;
	int fd;

	sigaction(SIGBUS, &(struct sigaction){ .sa_handler = caught }, NULL);
	sigaction(SIGSEGV, &(struct sigaction){ .sa_handler = caught }, NULL);
	fill("f", 10000, 19);
	map_errors();
	map_and_store();
	map_and_look_at_times();
	/* A hole, and a mapping that outlives its descriptor. */
	fd = OPEN(open("hole", O_RDWR | O_CREAT, 0644));
	RUN(ftruncate(fd, 100000));
	p = MAP(100000, PROT_READ | PROT_WRITE, MAP_SHARED, fd);
	RUN(close(fd));
	RUN(peek(p + 50000));
	RUN(poke(p + 50000, 'h'));
	RUN(poke(p + 99999, 'e'));
	RUN(unlink("f"));
	RUN(munmap(p, 100000));
	content("hole");
	signal(SIGBUS, SIG_DFL);
	signal(SIGSEGV, SIG_DFL);
}

static void copy_program(const char *to)
{
	int in = open("/bin/sleep", O_RDONLY), out = open(to, O_WRONLY | O_CREAT | O_TRUNC, 0755);
	struct stat st;

	fstat(in, &st);
	while (sendfile(out, in, NULL, (size_t)st.st_size) > 0)
		;
	if (fchmod(out, 0755))
		say("%s: %s", to, error_name(errno));
	close(in);
	close(out);
}

static const char *program, *seconds;

static int run_it(void)
{
	execl(program, program, seconds, NULL);
	return errno;
}

static void run_program(const char *name)
{
	program = name;
	seconds = "0";
	report_child(name, start(run_it));
}

void group_exec(void)
{
	int fd;
	pid_t pid;

	copy_program("prog");
	run_program("./prog");
	fd = OPEN(open("prog", O_WRONLY));
	run_program("./prog");
	close(fd);
	run_program("./prog");
	program = "./prog";
	seconds = "100";
	pid = start(run_it);
	pause_ms(500);
	OPEN(open("prog", O_WRONLY));
	OPEN(open("prog", O_RDWR | O_TRUNC));
	RUN(truncate("prog", 0));
	close(OPEN(open("prog", O_RDONLY)));
	RUN(unlink("prog"));
	kill(pid, SIGTERM);
	report_child("it was ended", pid);
	copy_program("prog");
	RUN(chmod("prog", 0644));
	run_program("./prog");
	make("script", "#!/bin/true\n");
	RUN(chmod("script", 0755));
	run_program("./script");
	make("nonsense", "nonsense");
	RUN(chmod("nonsense", 0755));
	run_program("./nonsense");
	run_program("./none");
	RUN(mkdir("dir", 0755));
	run_program("./dir");
}
