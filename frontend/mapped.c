// SPDX-License-Identifier: GPL-2.0
/*
 * Files that are mapped while nobody opens or reads them.
 *
 * A program that only looks at a mapping asks the server nothing, so that it
 * would see a frame that has left dom0's page cache for as long as it liked.
 * While any file of a mount is mapped, a work goes round once in the time
 * for which attributes are believed, and when the server says that a file has
 * changed: it revalidates the files concerned, as an open would.  Frames that have
 * left, and copies that are old, are unmapped, and the next touch faults.
 *
 * Cost: where the server has a table of words, a load for each file that is
 * mapped, and a round trip for each that has changed; else a round trip
 * for each.  None when nothing is mapped.
 */
#include <xenfs_check.h>

#include "xenfs.h"

/* How long a file is watched that is not mapped any more, or not yet. */
#define GRACE	(60 * HZ)

/* Ask about one file, in the present session or not at all: it may not wait. */
static void revalidate(struct xenfs_mount *m, struct inode *inode)
{
	struct xenfs_inode *xi = XENFS_I(inode);
	u64 epoch = READ_ONCE(m->epoch);
	struct xenfsif_attr attr;
	struct xenfs_op op = {
		.req.op = XENFSIF_OP_GETATTR,
		.out = &attr,
		.out_len = sizeof(attr),
	};
	struct xenfs_conn *conn;
	bool known;

	/* a round trip the first time in a session */
	xenfs_bind(inode, epoch);
	spin_lock(&xi->lock);
	known = xi->epoch == epoch && !xenfs_attr_holds_locked(inode);
	op.req.node = xi->node;
	op.req.generation = xi->generation;
	spin_unlock(&xi->lock);
	conn = known ? xenfs_mount_conn_of(m, epoch) : NULL;
	if (!conn)
		return;
	op.epoch = epoch;
	op.as_of = atomic64_read(&m->changes);
	if (!xenfs_conn_call(conn, &op) && xenfsif_attr_ok(&attr))
		xenfs_inode_update(inode, &attr, op.rsp.version, op.rsp.frames,
				   &op);
	xenfs_conn_put(conn);
}

static void again(struct xenfs_mount *m)
{
	unsigned long delay = max(READ_ONCE(m->opt.ac), (unsigned long)HZ / 4);

	queue_delayed_work(xenfs_wq, &m->mapped_work, delay);
}

/**
 * xenfs_mapped_watch() - a file was mapped
 * @inode: the file
 */
void xenfs_mapped_watch(struct inode *inode)
{
	struct xenfs_mount *m = xenfs_mount_of(inode);
	struct xenfs_inode *xi = XENFS_I(inode);

	spin_lock(&m->mapped_lock);
	xi->mapped_at = jiffies;
	if (list_empty(&xi->mapped))
		list_add_tail(&xi->mapped, &m->mapped);
	spin_unlock(&m->mapped_lock);
	again(m);
}

/* The inode is evicted. */
void xenfs_mapped_forget(struct inode *inode)
{
	struct xenfs_mount *m = xenfs_mount_of(inode);

	spin_lock(&m->mapped_lock);
	list_del_init(&XENFS_I(inode)->mapped);
	spin_unlock(&m->mapped_lock);
}

/* Moves the first of @list to the others, if it is mapped still; or NULL. */
static struct inode *next_mapped(struct xenfs_mount *m, struct list_head *list)
{
	struct inode *inode = NULL;
	struct xenfs_inode *xi;

	spin_lock(&m->mapped_lock);
	while (!inode && !list_empty(list)) {
		xi = list_first_entry(list, struct xenfs_inode, mapped);
		/* ->mmap comes before the area can be seen: wait for it */
		if (!mapping_mapped(&xi->vfs.i_data) &&
		    time_after(jiffies, xi->mapped_at + GRACE)) {
			list_del_init(&xi->mapped);
			continue;
		}
		list_move_tail(&xi->mapped, &m->mapped);
		/* one that is being evicted leaves by itself */
		inode = igrab(&xi->vfs);
	}
	spin_unlock(&m->mapped_lock);
	return inode;
}

void xenfs_mapped_work(struct work_struct *work)
{
	struct xenfs_mount *m = container_of(to_delayed_work(work),
					     struct xenfs_mount, mapped_work);
	struct inode *inode;
	LIST_HEAD(list);
	bool any = false;

	/* an unmount waits for this work before it evicts inodes */
	spin_lock(&m->mapped_lock);
	list_splice_init(&m->mapped, &list);
	spin_unlock(&m->mapped_lock);
	while ((inode = next_mapped(m, &list))) {
		any = true;
		revalidate(m, inode);
		iput(inode);
		cond_resched();
	}
	if (any)
		again(m);
}
