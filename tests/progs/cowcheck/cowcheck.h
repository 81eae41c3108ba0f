/* SPDX-License-Identifier: GPL-2.0 */
/*
 * cowcheck: what its parts share. A mode stores to a file in one particular
 * way, and does the same to the model, which is what the file must hold then.
 */
#ifndef COWCHECK_H
#define COWCHECK_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <sys/types.h>

#define PAGE	4096ul
#define BOTH	(PROT_READ | PROT_WRITE)
#define ROOM	(8ul << 20)	/* how large a file may become */

/* model.c */
extern int fd;			/* the file, open for both */
extern const char *path;	/* its name */
extern const char *local;	/* another file, with other content */
extern uint8_t *want;		/* what the file must hold */
extern size_t size;		/* and how much of it */

void die(const char *what) __attribute__((noreturn));
void wrong(const char *what, size_t at, unsigned int got, unsigned int wanted)
	__attribute__((noreturn));
void model_open(const char *file, const char *another);
uint64_t model_hash(const uint8_t *data, size_t n);
uint64_t any(void);
void random_octets(uint8_t *to, size_t n);
uint8_t *map_file(int open_file, int prot, int flags);
uint8_t *map(int prot, int flags);
void look(const uint8_t *p, const char *what);
void check(const char *when);
void store(uint8_t *p, size_t at, size_t n);
void put(size_t at, size_t n);
void resize(size_t n);
size_t read_local(uint8_t *to, size_t n, size_t at);
void not_for_ever(void);
pid_t child(void (*function)(void *), void *argument);
void wait_for(pid_t pid);

/* by_write.c */
void by_part(void);
void by_page(void);
void by_mixture(void);
void by_append(void);
void by_truncate(void);
void by_range(void);

/* by_map.c */
void by_map(void);
void by_map_after_look(void);
void by_two_maps(void);
void by_private(void);
void by_fork(void);
void by_processes(void);
void by_atomic(void);
void by_reader(void);
void by_mremap(void);
void by_mprotect(void);
void by_madvise(void);
void by_mlock(void);
void by_everything(void);

/* by_kernel.c */
void by_splice(void);
void by_vmsplice(void);
void by_sendfile(void);
void by_read_into(void);
void by_direct(void);
void by_vmwrite(void);
void by_ptrace(void);
void by_proc_mem(void);
void by_aio(void);

/* by_edge.c */
void by_beyond(void);
void by_cut(void);
void by_grow(void);
void by_sparse(void);
void by_hold(void);
void by_close_first(void);
void by_exit(void);

#endif
