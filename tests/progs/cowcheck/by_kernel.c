// SPDX-License-Identifier: GPL-2.0
/* Stores that the kernel makes: of pipes and sockets, of devices, of debuggers. */
#define _GNU_SOURCE
#include "cowcheck.h"

#include <errno.h>
#include <fcntl.h>
#include <linux/aio_abi.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/ptrace.h>
#include <sys/sendfile.h>
#include <sys/socket.h>
#include <sys/syscall.h>
#include <sys/uio.h>
#include <sys/wait.h>
#include <unistd.h>

static void exactly(const char *what, ssize_t got, size_t wanted)
{
	if (got == (ssize_t)wanted)
		return;
	if (got >= 0)
		fprintf(stderr, "cowcheck: %s: %zd octets instead of %zu\n", what, got, wanted);
	else
		fprintf(stderr, "cowcheck: %s: %s\n", what, strerror(errno));
	exit(1);
}

static void splice_in(int from, size_t at, size_t n)
{
	loff_t offset = (loff_t)at;

	while (n) {
		ssize_t m = splice(from, NULL, fd, &offset, n, 0);

		if (m <= 0)
			die("splice into the file");
		n -= (size_t)m;
	}
}

/* A pipe's content goes into the file; what tee() made of it, too. */
void by_splice(void)
{
	uint8_t *p = map(PROT_READ, MAP_SHARED);
	int one[2], two[2];

	look(p, "the mapping, at first");
	if (pipe(one) || pipe(two))
		die("pipe");
	for (size_t at = 2 * PAGE + 100; at < 20 * PAGE; at += 3 * PAGE - 50) {
		random_octets(want + at, 6000);
		exactly("write to a pipe", write(one[1], want + at, 6000), 6000);
		exactly("tee", tee(one[0], two[1], 6000, 0), 6000);
		splice_in(one[0], at, 6000);
		look(p, "the mapping, after splice");
		memcpy(want + 22 * PAGE, want + at, 6000);
		splice_in(two[0], 22 * PAGE, 6000);
	}
	/* whole pages, which a filesystem might be tempted to move */
	random_octets(want + 26 * PAGE, 2 * PAGE);
	exactly("write to a pipe", write(one[1], want + 26 * PAGE, 2 * PAGE), 2 * PAGE);
	splice_in(one[0], 26 * PAGE, 2 * PAGE);
	look(p, "the mapping, after splice of whole pages");
	munmap(p, size);
}

void by_vmsplice(void)
{
	uint8_t *p = map(PROT_READ, MAP_SHARED);
	uint8_t *own = mmap(NULL, 4 * PAGE, BOTH, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
	struct iovec v = { own, 4 * PAGE };
	int one[2];

	look(p, "the mapping, at first");
	if (pipe(one))
		die("pipe");
	random_octets(own, 4 * PAGE);
	memcpy(want + 6 * PAGE, own, 4 * PAGE);
	exactly("vmsplice", vmsplice(one[1], &v, 1, SPLICE_F_GIFT), 4 * PAGE);
	splice_in(one[0], 6 * PAGE, 4 * PAGE);
	/* Its pages are the file's no more than before. */
	memset(own, 0, 4 * PAGE);
	look(p, "the mapping, after vmsplice and splice");
	/* Lent pages of the file in a pipe, on their way into the file. */
	v = (struct iovec){ p + 12 * PAGE, 2 * PAGE };
	exactly("vmsplice of the mapping", vmsplice(one[1], &v, 1, 0), 2 * PAGE);
	memcpy(want + 16 * PAGE + 5, want + 12 * PAGE, 2 * PAGE);
	splice_in(one[0], 16 * PAGE + 5, 2 * PAGE);
	look(p, "the mapping, after its own pages were spliced");
	munmap(p, size);
}

static void send_all(int from, size_t from_at, size_t at, size_t n)
{
	off_t offset = (off_t)from_at;

	if (lseek(fd, (off_t)at, SEEK_SET) < 0)
		die("lseek");
	while (n) {
		ssize_t m = sendfile(fd, from, &offset, n);

		if (m <= 0)
			die("sendfile");
		n -= (size_t)m;
	}
}

void by_sendfile(void)
{
	uint8_t *p = map(PROT_READ, MAP_SHARED);
	int from = open(local, O_RDONLY), self = open(path, O_RDONLY);

	if (from < 0 || self < 0)
		die(local);
	look(p, "the mapping, at first");
	read_local(want + 3 * PAGE + 9, 5 * PAGE, 1000);
	send_all(from, 1000, 3 * PAGE + 9, 5 * PAGE);
	look(p, "the mapping, after sendfile");
	memcpy(want + 20 * PAGE, want + 4 * PAGE, 3 * PAGE);
	send_all(self, 4 * PAGE, 20 * PAGE, 3 * PAGE);
	look(p, "the mapping, after sendfile of the file itself");
	close(from);
	close(self);
	munmap(p, size);
}

/* read() and recv() whose buffer is the mapping. */
void by_read_into(void)
{
	uint8_t *p = map(BOTH, MAP_SHARED);
	int from = open(local, O_RDONLY), pair[2];

	if (from < 0)
		die(local);
	look(p, "the mapping, at first");
	read_local(want + 2 * PAGE + 50, 5 * PAGE, 300);
	exactly("pread into the mapping", pread(from, p + 2 * PAGE + 50, 5 * PAGE, 300), 5 * PAGE);
	look(p, "after pread");
	if (socketpair(AF_UNIX, SOCK_STREAM, 0, pair))
		die("socketpair");
	random_octets(want + 10 * PAGE, 2000);
	exactly("send", send(pair[0], want + 10 * PAGE, 2000, 0), 2000);
	exactly("recv into the mapping", recv(pair[1], p + 10 * PAGE, 2000, MSG_WAITALL), 2000);
	/* ... and a part of the file that is on loan, too */
	memcpy(want + 14 * PAGE + 3, want + 25 * PAGE, 2 * PAGE);
	exactly("pread of the file into itself", pread(fd, p + 14 * PAGE + 3, 2 * PAGE, 25 * PAGE),
		2 * PAGE);
	look(p, "after all");
	close(from);
	munmap(p, size);
}

/* A device (or the server) puts it there, without the processor. */
void by_direct(void)
{
	uint8_t *p = map(BOTH, MAP_SHARED), *q = map(PROT_READ, MAP_SHARED);
	int from = open(local, O_RDONLY | O_DIRECT);

	if (from < 0)
		die(local);
	look(p, "the mapping, at first");
	look(q, "the other mapping, at first");
	read_local(want + 4 * PAGE, PAGE, 0);
	exactly("O_DIRECT into the mapping", pread(from, p + 4 * PAGE, PAGE, 0), PAGE);
	look(p, "after a page");
	read_local(want + 8 * PAGE, 16 * PAGE, 4 * PAGE);
	exactly("O_DIRECT into the mapping", pread(from, p + 8 * PAGE, 16 * PAGE, 4 * PAGE),
		16 * PAGE);
	look(p, "after more");
	look(q, "the other mapping, after more");
	check("while it is mapped");
	close(from);
	munmap(p, size);
	munmap(q, size);
}

/* A child that has the file mapped, at the same place as we, and waits. */
static pid_t stopped_child(void)
{
	pid_t pid = fork();
	int status;

	if (pid < 0)
		die("fork");
	if (pid == 0) {
		not_for_ever();
		if (ptrace(PTRACE_TRACEME, 0, NULL, NULL))
			die("PTRACE_TRACEME");
		raise(SIGSTOP);
		_exit(0);
	}
	if (waitpid(pid, &status, 0) < 0 || !WIFSTOPPED(status))
		die("the child does not stop");
	return pid;
}

static void end_child(pid_t pid)
{
	kill(pid, SIGKILL);
	waitpid(pid, NULL, 0);
}

void by_vmwrite(void)
{
	uint8_t *p = map(BOTH, MAP_SHARED), *buf = malloc(8 * PAGE);
	struct iovec here = { buf, 8 * PAGE }, there = { p + 3 * PAGE + 7, 8 * PAGE };
	pid_t pid;

	look(p, "the mapping, at first");
	pid = stopped_child();
	random_octets(buf, 8 * PAGE);
	memcpy(want + 3 * PAGE + 7, buf, 8 * PAGE);
	exactly("process_vm_writev", process_vm_writev(pid, &here, 1, &there, 1, 0), 8 * PAGE);
	look(p, "after process_vm_writev");
	end_child(pid);
	free(buf);
	munmap(p, size);
}

static void poke(pid_t pid, uint8_t *p, size_t at, bool shared)
{
	uint64_t word = any();

	if (ptrace(PTRACE_POKEDATA, pid, p + at, (void *)word))
		die("PTRACE_POKEDATA");
	if (shared)
		memcpy(want + at, &word, 8);
}

/* A debugger stores to memory that the process itself may only read. */
void by_ptrace(void)
{
	uint8_t *p = map(BOTH, MAP_SHARED), *q = map(PROT_READ, MAP_PRIVATE);
	pid_t pid;

	look(p, "the mapping, at first");
	look(q, "the private mapping, at first");
	pid = stopped_child();
	poke(pid, p, PAGE, true);
	poke(pid, p, 5 * PAGE + 88, true);
	poke(pid, p, 7 * PAGE - 4, true);
	look(p, "after PTRACE_POKEDATA");
	poke(pid, q, 10 * PAGE, false);
	poke(pid, q, 5 * PAGE + 88, false);
	look(p, "after PTRACE_POKEDATA to a private mapping");
	look(q, "our private mapping after that");
	check("after PTRACE_POKEDATA to a private mapping");
	end_child(pid);
	munmap(p, size);
	munmap(q, size);
}

void by_proc_mem(void)
{
	uint8_t *p = map(BOTH, MAP_SHARED), *q = map(PROT_READ, MAP_PRIVATE), buf[6000];
	char name[40];
	pid_t pid;
	int mem;

	look(p, "the mapping, at first");
	look(q, "the private mapping, at first");
	pid = stopped_child();
	snprintf(name, sizeof(name), "/proc/%d/mem", pid);
	mem = open(name, O_RDWR);
	if (mem < 0)
		die(name);
	random_octets(buf, sizeof(buf));
	memcpy(want + 3 * PAGE + 11, buf, sizeof(buf));
	exactly("write to /proc/PID/mem",
		pwrite(mem, buf, sizeof(buf), (off_t)(uintptr_t)(p + 3 * PAGE + 11)), sizeof(buf));
	look(p, "after a write to /proc/PID/mem");
	exactly("write to a private mapping by /proc/PID/mem",
		pwrite(mem, buf, sizeof(buf), (off_t)(uintptr_t)(q + 9 * PAGE)), sizeof(buf));
	look(p, "after a write to a private mapping");
	close(mem);
	end_child(pid);
	munmap(p, size);
	munmap(q, size);
}

static void submit(aio_context_t context, struct iocb *iocb, size_t wanted)
{
	struct io_event event;

	if (syscall(SYS_io_submit, context, 1, &iocb) != 1)
		die("io_submit");
	if (syscall(SYS_io_getevents, context, 1, 1, &event, NULL) != 1)
		die("io_getevents");
	errno = (int)-event.res;
	exactly("aio", event.res < 0 ? -1 : event.res, wanted);
}

/* Asynchronous writes to the file, and reads into its mapping. */
void by_aio(void)
{
	uint8_t *p = map(BOTH, MAP_SHARED), *buf = malloc(3 * PAGE);
	struct iocb iocb = { .aio_lio_opcode = IOCB_CMD_PWRITE, .aio_fildes = (uint32_t)fd };
	int from = open(local, O_RDONLY | O_DIRECT);
	aio_context_t context = 0;

	if (from < 0)
		die(local);
	look(p, "the mapping, at first");
	if (syscall(SYS_io_setup, 4, &context))
		die("io_setup");
	random_octets(buf, 3 * PAGE);
	memcpy(want + 2 * PAGE + 77, buf, 3 * PAGE);
	iocb.aio_buf = (uintptr_t)buf;
	iocb.aio_nbytes = 3 * PAGE;
	iocb.aio_offset = 2 * PAGE + 77;
	submit(context, &iocb, 3 * PAGE);
	look(p, "after an asynchronous write");
	read_local(want + 10 * PAGE, 4 * PAGE, 8 * PAGE);
	iocb.aio_lio_opcode = IOCB_CMD_PREAD;
	iocb.aio_fildes = (uint32_t)from;
	iocb.aio_buf = (uintptr_t)(p + 10 * PAGE);
	iocb.aio_nbytes = 4 * PAGE;
	iocb.aio_offset = 8 * PAGE;
	submit(context, &iocb, 4 * PAGE);
	look(p, "after an asynchronous read into the mapping");
	syscall(SYS_io_destroy, context);
	close(from);
	free(buf);
	munmap(p, size);
}
