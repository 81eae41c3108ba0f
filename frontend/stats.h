/* SPDX-License-Identifier: GPL-2.0 */
/*
 * Counters of a mount, per CPU, shown in /proc/self/mountstats.
 */
#ifndef _XENFS_STATS_H
#define _XENFS_STATS_H

#include <linux/percpu.h>
#include <xen/io/xenfsif.h>

#define XENFS_COUNTERS(X)						\
	X(op_errors)		/* requests that failed, ENOENT apart */ \
	X(rtt_ns)		/* time from request to response, in all */ \
	X(read_bytes)		/* octets that read(2) gave out */	\
	X(write_bytes)		/* octets that write(2) took */		\
	X(lent_bytes)		/* of these, from lent pages */		\
	X(private_bytes)	/* of these, from private folios */	\
	X(pages_lent)		/* pages that LEND brought */		\
	X(pages_mapped)		/* of these, mapped */			\
	X(pages_returned)	/* unmapped and given back */		\
	X(pages_copied)		/* private pages filled by READ */	\
	X(pages_from_lent)	/* private pages filled from a lent page */ \
	X(pages_cow)		/* lent pages replaced by private folios */ \
	X(pages_written)	/* private pages written back */	\
	X(writes_direct)	/* WRITEs that a writer waited for */	\
	X(writes_again)		/* WRITEs of writeback sent a second time */ \
	X(write_errors)		/* and those that failed for good */	\
	X(pages_detached)	/* lent pages that had left dom0's cache */ \
	X(evictions)		/* lent pages given back for want of room */ \
	X(lend_refused)		/* LENDs that brought nothing */	\
	X(lend_exhausted)	/* LENDs cut short for want of grants or budget */ \
	X(map_failures)		/* grants that could not be mapped */	\
	X(unmap_failures)	/* mappings that could not be undone */	\
	X(map_calls)		/* hypercalls to map */			\
	X(unmap_calls)		/* hypercalls to unmap */		\
	X(pages_stuck)		/* waited past the deadline to unmap */	\
	X(faults_lent)		/* faults served by lent pages */	\
	X(faults_inserted)	/* page table entries made for them */	\
	X(reconnects)		/* sessions after the first */		\
	X(reclaims)		/* nodes found again after one */	\
	X(reclaims_failed)	/* and those not found */

struct xenfs_stats {
#define X(name) u64 name;
	XENFS_COUNTERS(X)
#undef X
	u64 ops[XENFSIF_OP_MAX + 1];
};

#define xenfs_count(m, name)		this_cpu_inc((m)->stats->name)
#define xenfs_count_add(m, name, n)	this_cpu_add((m)->stats->name, n)

const char *xenfs_op_name(unsigned int op);

#endif /* _XENFS_STATS_H */
