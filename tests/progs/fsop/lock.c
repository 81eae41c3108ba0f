// SPDX-License-Identifier: GPL-2.0
/* Locks of all kinds, between descriptors and between processes. */
#define _GNU_SOURCE
#include "fsop.h"

#include <signal.h>
#include <sys/file.h>
#include <sys/wait.h>

static int shared_fd;

static void flock_in_child(void)
{
	int fd = OPEN(open("f", O_RDONLY));

	RUN(flock(fd, LOCK_SH | LOCK_NB));
	RUN(flock(fd, LOCK_EX | LOCK_NB));
	/* What was inherited is the same lock. */
	RUN(flock(shared_fd, LOCK_EX | LOCK_NB));
	close(fd);
}

static void unlock_in_child(void)
{
	RUN(flock(shared_fd, LOCK_UN));
}

void group_flock(void)
{
	int a, b, copy;

	make("f", "content");
	a = OPEN(open("f", O_RDWR));
	b = OPEN(open("f", O_RDONLY));
	RUN(flock(a, LOCK_SH | LOCK_NB));
	RUN(flock(b, LOCK_SH | LOCK_NB));
	RUN(flock(a, LOCK_EX | LOCK_NB));
	RUN(flock(b, LOCK_UN));
	RUN(flock(a, LOCK_EX | LOCK_NB));
	RUN(flock(b, LOCK_SH | LOCK_NB));
	RUN(flock(b, LOCK_EX | LOCK_NB));
	RUN(flock(a, LOCK_EX | LOCK_NB));
	shared_fd = a;
	in_child(flock_in_child);
	RUN(flock(a, LOCK_SH | LOCK_NB));
	in_child(flock_in_child);
	copy = dup(a);
	RUN(close(a));
	RUN(flock(b, LOCK_EX | LOCK_NB));
	RUN(close(copy));
	RUN(flock(b, LOCK_EX | LOCK_NB));
	shared_fd = b;
	in_child(unlock_in_child);
	a = OPEN(open("f", O_WRONLY));
	RUN(flock(a, LOCK_EX | LOCK_NB));
	RUN(flock(a, 99));
	close(a);
	close(b);
	a = OPEN(open(".", O_RDONLY));
	RUN(flock(a, LOCK_EX | LOCK_NB));
	close(a);
	a = OPEN(open("f", O_PATH));
	RUN(flock(a, LOCK_EX | LOCK_NB));
	close(a);
	a = OPEN(open("f", O_RDONLY));
	RUN(flock(a, LOCK_EX));
	RUN(unlink("f"));
	RUN(flock(a, LOCK_UN));
	close(a);
}

static int lock(int fd, int command, short type, off_t start, off_t len)
{
	struct flock l = { .l_type = type, .l_whence = SEEK_SET, .l_start = start, .l_len = len };

	return fcntl(fd, command, &l);
}

static pid_t holder;

/* What is in the way of a write lock on a range. */
static void look(int fd, int command, off_t start, off_t len)
{
	struct flock l = { .l_type = F_WRLCK, .l_start = start, .l_len = len };
	const char *who;

	if (fcntl(fd, command, &l)) {
		say("%lld+%lld: %s", (long long)start, (long long)len, error_name(errno));
		return;
	}
	if (l.l_type == F_UNLCK) {
		say("%lld+%lld: free", (long long)start, (long long)len);
		return;
	}
	who = l.l_pid == holder ? "the holder" : l.l_pid == -1 ? "nobody" : "another process";
	say("%lld+%lld: %s %lld+%lld of %s", (long long)start, (long long)len,
	    l.l_type == F_RDLCK ? "read" : "write", (long long)l.l_start, (long long)l.l_len, who);
}

static void test_all(void)
{
	int fd = open("f", O_RDWR);

	look(fd, F_GETLK, 0, 0);
	for (off_t at = 0; at < 100; at += 10)
		look(fd, F_GETLK, at, 10);
	look(fd, F_GETLK, 1000, 1);
	RUN(lock(fd, F_SETLK, F_WRLCK, 45, 10));
	RUN(lock(fd, F_SETLK, F_RDLCK, 45, 10));
	RUN(lock(fd, F_SETLK, F_WRLCK, 200, 10));
	close(fd);
}

static void test_once(void)
{
	int fd = open("f", O_RDWR);

	look(fd, F_GETLK, 0, 0);
	RUN(lock(fd, F_SETLK, F_WRLCK, 0, 0));
	close(fd);
}

static void posix_errors(int fd)
{
	struct flock l = { .l_type = F_WRLCK, .l_whence = 7 };
	int other;

	RUN(fcntl(fd, F_SETLK, &l));
	RUN(lock(fd, F_SETLK, 9, 0, 1));
	RUN(lock(fd, F_SETLK, F_WRLCK, -1, 1));
	RUN(lock(fd, F_SETLK, F_WRLCK, 10, -11));
	RUN(lock(fd, F_SETLK, F_WRLCK, 10, -10));
	RUN(lock(fd, F_SETLK, F_WRLCK, INT64_MAX, 0));
	RUN(lock(fd, F_SETLK, F_WRLCK, INT64_MAX, 2));
	RUN(lock(fd, F_SETLK, F_UNLCK, 0, 0));
	l = (struct flock){ .l_type = F_WRLCK, .l_whence = SEEK_END, .l_start = -5, .l_len = 5 };
	RUN(fcntl(fd, F_SETLK, &l));
	in_child(test_once);
	RUN(lock(fd, F_SETLK, F_UNLCK, 0, 0));
	other = OPEN(open("f", O_RDONLY));
	RUN(lock(other, F_SETLK, F_WRLCK, 0, 1));
	RUN(lock(other, F_SETLK, F_RDLCK, 0, 1));
	close(other);
	other = OPEN(open("f", O_WRONLY));
	RUN(lock(other, F_SETLK, F_RDLCK, 0, 1));
	RUN(lock(other, F_SETLK, F_WRLCK, 0, 1));
	close(other);
	other = OPEN(open("f", O_PATH));
	RUN(lock(other, F_SETLK, F_RDLCK, 0, 1));
	close(other);
}

void group_posix_lock(void)
{
	int fd, other;

	holder = getpid();
	make("f", "1234567890");
	fd = OPEN(open("f", O_RDWR));
	RUN(lock(fd, F_SETLK, F_WRLCK, 0, 100));
	in_child(test_all);
	RUN(lock(fd, F_SETLK, F_RDLCK, 20, 20));
	RUN(lock(fd, F_SETLK, F_UNLCK, 50, 20));
	in_child(test_all);
	RUN(lock(fd, F_SETLK, F_WRLCK, 10, 70));
	in_child(test_all);
	RUN(lock(fd, F_SETLK, F_UNLCK, 0, 0));
	in_child(test_all);
	RUN(lock(fd, F_SETLK, F_RDLCK, 0, 0));
	in_child(test_all);
	/* A second descriptor: no conflict, but closing it gives all up. */
	other = OPEN(open("f", O_RDWR));
	RUN(lock(other, F_SETLK, F_WRLCK, 5, 5));
	look(other, F_GETLK, 0, 0);
	in_child(test_once);
	RUN(close(other));
	in_child(test_once);
	posix_errors(fd);
	close(fd);
}

static void ofd_in_child(void)
{
	int fd = open("f", O_RDWR);

	look(fd, F_OFD_GETLK, 0, 0);
	look(fd, F_GETLK, 0, 0);
	RUN(lock(fd, F_OFD_SETLK, F_WRLCK, 10, 5));
	RUN(lock(shared_fd, F_OFD_SETLK, F_WRLCK, 10, 5));
	RUN(lock(shared_fd, F_OFD_SETLK, F_RDLCK, 10, 5));
	close(fd);
}

void group_ofd_lock(void)
{
	struct flock l = { .l_type = F_WRLCK, .l_len = 1, .l_pid = 1 };
	int a, b;

	holder = getpid();
	make("f", "1234567890");
	a = OPEN(open("f", O_RDWR));
	b = OPEN(open("f", O_RDWR));
	RUN(fcntl(a, F_OFD_SETLK, &l));
	RUN(lock(a, F_OFD_SETLK, F_WRLCK, 0, 100));
	RUN(lock(b, F_OFD_SETLK, F_WRLCK, 50, 1));
	RUN(lock(b, F_OFD_SETLK, F_RDLCK, 50, 1));
	RUN(lock(b, F_OFD_SETLK, F_WRLCK, 100, 1));
	look(b, F_OFD_GETLK, 0, 0);
	shared_fd = a;
	in_child(ofd_in_child);
	look(b, F_OFD_GETLK, 0, 0);
	look(b, F_OFD_GETLK, 10, 5);
	/* The process's own POSIX locks are others. */
	RUN(lock(a, F_SETLK, F_WRLCK, 0, 1));
	RUN(lock(a, F_SETLK, F_WRLCK, 300, 1));
	in_child(test_once);
	RUN(close(b));
	in_child(test_once);
	RUN(lock(a, F_OFD_SETLK, F_UNLCK, 0, 0));
	in_child(test_once);
	close(a);
	b = OPEN(open("f", O_RDONLY));
	RUN(lock(b, F_OFD_SETLK, F_WRLCK, 0, 1));
	RUN(lock(b, F_OFD_SETLK, F_RDLCK, 0, 1));
	close(b);
}

static void wake(int signal)
{
	(void)signal;
}

/* What the caller waits for then ends with EINTR. */
static void interrupt_after(unsigned int seconds)
{
	sigaction(SIGALRM, &(struct sigaction){ .sa_handler = wake }, NULL);
	alarm(seconds);
}

/* Children of start(): each takes a lock that the parent has, waiting for it. */
static int wait_flock(void)
{
	int fd = open("f", O_RDWR);

	alarm(20);
	return flock(fd, LOCK_EX) ? errno : 0;
}

static int wait_posix(void)
{
	int fd = open("f", O_RDWR);

	alarm(20);
	return lock(fd, F_SETLKW, F_WRLCK, 0, 10) ? errno : 0;
}

static int wait_ofd(void)
{
	int fd = open("f", O_RDWR);

	/* What was inherited would keep the lock when the parent closes its own. */
	close(shared_fd);
	alarm(20);
	return lock(fd, F_OFD_SETLKW, F_WRLCK, 0, 10) ? errno : 0;
}

static int interrupted_flock(void)
{
	int fd = open("f", O_RDWR);

	interrupt_after(1);
	return flock(fd, LOCK_EX) ? errno : 0;
}

static int interrupted_posix(void)
{
	int fd = open("f", O_RDWR);

	interrupt_after(1);
	return lock(fd, F_SETLKW, F_WRLCK, 0, 10) ? errno : 0;
}

/* Takes the second range, then waits for the first, which the parent has. */
static int in_each_others_way(void)
{
	int fd = open("f", O_RDWR);

	interrupt_after(8);
	if (lock(fd, F_SETLKW, F_WRLCK, 100, 1))
		return errno;
	return lock(fd, F_SETLKW, F_WRLCK, 0, 1) ? errno : 0;
}

static void deadlock(int fd)
{
	struct sigaction old;
	int result, error;
	pid_t pid;

	RUN(lock(fd, F_SETLK, F_WRLCK, 0, 1));
	pid = start(in_each_others_way);
	pause_ms(1000);
	sigaction(SIGALRM, &(struct sigaction){ .sa_handler = wake }, &old);
	alarm(5);
	result = lock(fd, F_SETLKW, F_WRLCK, 100, 1);
	error = errno;
	alarm(0);
	sigaction(SIGALRM, &old, NULL);
	say("waiting in a circle: %s", result ? error_name(error) : "granted");
	RUN(lock(fd, F_SETLK, F_UNLCK, 0, 0));
	report_child("the other process", pid);
}

void group_lock_wait(void)
{
	pid_t pid;
	int fd;

	make("f", "1234567890");
	fd = OPEN(open("f", O_RDWR));
	RUN(flock(fd, LOCK_EX));
	report_child("flock, and a signal", start(interrupted_flock));
	pid = start(wait_flock);
	pause_ms(500);
	say("it waits: %d", waitpid(pid, NULL, WNOHANG) == 0);
	RUN(flock(fd, LOCK_UN));
	report_child("flock, then unlocked", pid);

	RUN(lock(fd, F_SETLK, F_WRLCK, 0, 10));
	report_child("a POSIX lock, and a signal", start(interrupted_posix));
	pid = start(wait_posix);
	pause_ms(500);
	say("it waits: %d", waitpid(pid, NULL, WNOHANG) == 0);
	RUN(lock(fd, F_SETLK, F_UNLCK, 0, 10));
	report_child("a POSIX lock, then unlocked", pid);

	RUN(lock(fd, F_OFD_SETLK, F_RDLCK, 0, 10));
	shared_fd = fd;
	pid = start(wait_ofd);
	pause_ms(500);
	say("it waits: %d", waitpid(pid, NULL, WNOHANG) == 0);
	RUN(close(fd));
	report_child("an OFD lock, then closed", pid);

	fd = OPEN(open("f", O_RDWR));
	deadlock(fd);
	close(fd);
}
