/* SPDX-License-Identifier: GPL-2.0 */
/*
 * Watches: being told by the VFS, in the task that makes it, of each change of
 * an inode that some guest knows.
 */
#ifndef _XENFSD_WATCH_H
#define _XENFSD_WATCH_H

#include <linux/fsnotify_backend.h>
#include <linux/list.h>
#include <linux/rhashtable.h>
#include <linux/spinlock.h>
#include <linux/types.h>

struct inode;
struct xenfsd_node;

/*
 * One inode, watched for all the nodes that are of it, whatever their share and
 * guest.  It begins with the first such node and ends with the last; the mark
 * pins the inode in between, and the memory goes with the mark.
 */
struct xenfsd_watch {
	struct fsnotify_mark mark;
	struct inode *inode;
	struct rhash_head hash;
	unsigned int users;		/* watches_lock */

	spinlock_t lock;
	struct list_head nodes;
	int writers;			/* files that this module has open for writing */
	bool foreign;			/* somebody else may have */
	bool gone;			/* it has no name, and we no mark */
	struct timespec64 ctime;	/* of the inode at the last event */
	struct rcu_head rcu;
};

int xenfsd_watches_init(void);
void xenfsd_watches_exit(void);
struct xenfsd_watch *xenfsd_watch_get(struct inode *inode);
void xenfsd_watch_put(struct xenfsd_watch *watch);
void xenfsd_watch_add(struct xenfsd_watch *watch, struct xenfsd_node *node);
void xenfsd_watch_remove(struct xenfsd_watch *watch, struct xenfsd_node *node);
void xenfsd_watch_count_writer(struct xenfsd_watch *watch, int n);
void xenfsd_watch_count_access(struct xenfsd_watch *watch, int n);
bool xenfsd_watch_settle(struct xenfsd_watch *watch, const struct inode *real);

#endif /* _XENFSD_WATCH_H */
