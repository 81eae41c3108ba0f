/* SPDX-License-Identifier: GPL-2.0 */
/*
 * What a share counts.  One list makes the counters, their files in sysfs and
 * their order; nothing resets them.  What is a level and not a count (nodes,
 * loans ...) is kept where it is decided and only shown there: see sysfs.c.
 */
#ifndef _XENFSD_STATS_H
#define _XENFSD_STATS_H

#include <linux/atomic.h>
#include <linux/types.h>

/*
 * The operations: opcode, name, what they need before their handler runs
 * (XENFSD_OP_*, see request.h).  The one table of them, expanded for the
 * dispatch table, the counters and the trace points.
 */
#define XENFSD_OPS(X)							\
	X(CONNECT,	connect,	0)				\
	X(DISCONNECT,	disconnect,	XENFSD_OP_SESSION)		\
	X(LOOKUP,	lookup,		XENFSD_OP_USER)			\
	X(FORGET,	forget,		XENFSD_OP_SESSION)		\
	X(RECLAIM,	reclaim,	XENFSD_OP_SESSION | XENFSD_OP_CRED) \
	X(ACCESS,	access,		XENFSD_OP_USER)			\
	X(CANCEL,	cancel,		XENFSD_OP_SESSION)		\
	X(GETATTR,	getattr,	XENFSD_OP_USER)			\
	X(READDIR,	readdir,	XENFSD_OP_USER)			\
	X(READLINK,	readlink,	XENFSD_OP_USER)			\
	X(OPEN,		open,		XENFSD_OP_USER)			\
	X(RELEASE,	release,	XENFSD_OP_SESSION)		\
	X(STATFS,	statfs,		XENFSD_OP_USER)			\
	X(GETXATTR,	getxattr,	XENFSD_OP_USER)			\
	X(LISTXATTR,	listxattr,	XENFSD_OP_USER)			\
	X(LEND,		lend,		XENFSD_OP_USER)			\
	X(RETURN,	return,		XENFSD_OP_SESSION)		\
	X(REVALIDATE,	revalidate,	XENFSD_OP_SESSION | XENFSD_OP_NODE) \
	X(READ,		read,		XENFSD_OP_USER)			\
	X(SEEK,		seek,		XENFSD_OP_USER)			\
	X(SYNCFS,	syncfs,		XENFSD_OP_SESSION)		\
	X(TABLE,	table,		XENFSD_OP_SESSION)		\
	X(WRITE,	write,		XENFSD_OP_OPENER)		\
	X(SETATTR,	setattr,	XENFSD_OP_CHANGE)		\
	X(CREATE,	create,		XENFSD_OP_MAKE)			\
	X(MKDIR,	mkdir,		XENFSD_OP_MAKE)			\
	X(SYMLINK,	symlink,	XENFSD_OP_MAKE)			\
	X(MKNOD,	mknod,		XENFSD_OP_MAKE)			\
	X(LINK,		link,		XENFSD_OP_CHANGE)		\
	X(UNLINK,	unlink,		XENFSD_OP_CHANGE)		\
	X(RMDIR,	rmdir,		XENFSD_OP_CHANGE)		\
	X(RENAME,	rename,		XENFSD_OP_CHANGE)		\
	X(TMPFILE,	tmpfile,	XENFSD_OP_MAKE)			\
	X(FALLOCATE,	fallocate,	XENFSD_OP_OPENER)		\
	X(COPY_RANGE,	copy_range,	XENFSD_OP_OPENER)		\
	X(SETXATTR,	setxattr,	XENFSD_OP_CHANGE)		\
	X(REMOVEXATTR,	removexattr,	XENFSD_OP_CHANGE)		\
	X(FSYNC,	fsync,		XENFSD_OP_CHANGE)		\
	X(LOCK,		lock,		XENFSD_OP_USER)			\
	X(FILEATTR,	fileattr,	XENFSD_OP_USER)

#define XENFSD_COUNTERS(X)						\
	X(errors)		/* answers with an error, of any kind */ \
	X(malformed)		/* of these: requests against the protocol */ \
	X(cancelled)		/* requests that a CANCEL found at work */ \
	X(dropped)		/* answers for which the guest was gone */ \
	X(busy_ns)		/* time spent executing, all threads */ \
	X(read_bytes)		/* content copied to the guest */	\
	X(read_grant_errors)	/* pages for READ that could not be written */ \
	X(write_bytes)		/* content that the guest has written */ \
	X(write_grant_errors)	/* pages of WRITE that could not be read */ \
	X(lock_waits)		/* LOCKs that something was in the way of */ \
	X(set_aside)		/* requests that found all threads at work */ \
	X(pages_lent)							\
	X(pages_returned)						\
	X(pages_not_lent)	/* asked for and not lent, for any reason */ \
	X(pages_detached)	/* lent ones seen to have left the cache */ \
	X(grant_failures)	/* LENDs cut short: out of grants */	\
	X(budget_denied)	/* LENDs cut short: too much is pinned */ \
	X(overdue_denied)	/* LENDs cut short: recalled pages are late */ \
	X(recalls)		/* events that asked for pages */	\
	X(notices)		/* events that told of a change */	\
	X(events_lost)

#define XENFSD_STAT_OP(OP, name, needs)	XENFSD_STAT_requests_##name,
#define XENFSD_STAT_COUNTER(name)	XENFSD_STAT_##name,

enum xenfsd_stat {
	XENFSD_OPS(XENFSD_STAT_OP)
	XENFSD_COUNTERS(XENFSD_STAT_COUNTER)
	XENFSD_NR_STATS
};

struct xenfsd_stats {
	atomic64_t count[XENFSD_NR_STATS];
};

#define xenfsd_count_add(share, name, n) \
	atomic64_add((n), &(share)->stats.count[XENFSD_STAT_##name])
#define xenfsd_count(share, name)	xenfsd_count_add(share, name, 1)

#endif /* _XENFSD_STATS_H */
