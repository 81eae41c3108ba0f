// SPDX-License-Identifier: GPL-2.0
/*
 * Files that are mapped while nobody opens or reads them.
 *
 * A program that only looks at a mapping asks the server nothing, so that it
 * would see a frame that has left dom0's page cache for as long as it liked.
 * While any lent page of a mount is mapped, a work goes round once in the time
 * for which attributes are believed, and when the server says that a file has
 * changed: it revalidates the files concerned, as an open would.  Frames that have
 * left are unmapped, and the next touch faults.
 *
 * Cost: where the server has a table of words, a load for each file whose lent
 * pages are mapped, and a round trip for each that has changed; else a round trip
 * for each.  None when nothing is mapped.
 */
#include <xenfs_check.h>

#include "xenfs.h"

#define FILES_PER_ROUND	64u

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

/**
 * xenfs_mapped_watch() - a file was mapped whose pages are lent
 * @m: the mount
 */
void xenfs_mapped_watch(struct xenfs_mount *m)
{
	unsigned long delay = max(READ_ONCE(m->opt.ac), (unsigned long)HZ / 4);

	queue_delayed_work(xenfs_wq, &m->mapped_work, delay);
}

void xenfs_mapped_work(struct work_struct *work)
{
	struct xenfs_mount *m = container_of(to_delayed_work(work),
					     struct xenfs_mount, mapped_work);
	struct inode *inodes[FILES_PER_ROUND];
	unsigned int n, i;

	n = xenfs_lent_mapped(m, inodes, FILES_PER_ROUND);
	for (i = 0; i < n; i++) {
		revalidate(m, inodes[i]);
		iput(inodes[i]);
	}
	if (n)
		xenfs_mapped_watch(m);
}
