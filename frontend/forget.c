// SPDX-License-Identifier: GPL-2.0
/*
 * FORGET: giving references to nodes back.
 *
 * Each time the server gives a node to us it counts a reference, which keeps
 * the node.  An inode mirrors the count of its own in xenfs_inode.nlookup, and
 * hands it in when it is evicted; what comes of an answer and finds no inode is
 * handed in at once.
 *
 * Nobody waits for that, xenfs_forget_unused() apart.  A struct xenfs_forget is
 * queued in m->forgets and is the queue's from then on; a work sends all that
 * has gathered, many in a request.  What is of a session that is over is only
 * freed: the server forgot it with the session.
 *
 * Lock: m->forget_lock protects the queue; a leaf.
 */
#include <linux/dcache.h>
#include <linux/slab.h>

#include "xenfs.h"

/**
 * xenfs_forget_queue() - give references to a node back
 * @m: the mount
 * @forget: says which, and how many; no longer the caller's
 *
 * Context: any but interrupts; sends nothing itself.
 */
void xenfs_forget_queue(struct xenfs_mount *m, struct xenfs_forget *forget)
{
	spin_lock(&m->forget_lock);
	list_add_tail(&forget->link, &m->forgets);
	spin_unlock(&m->forget_lock);
	if (READ_ONCE(m->state) == XENFS_MOUNT_UP)
		queue_work(xenfs_wq, &m->forget_work);
}

/**
 * xenfs_forget() - give one reference to a node back
 * @m: the mount
 * @epoch: session that the node is of
 * @node: the node
 * @generation: its generation
 */
void xenfs_forget(struct xenfs_mount *m, u64 epoch, u64 node, u64 generation)
{
	struct xenfs_forget *forget = kzalloc(sizeof(*forget), GFP_NOFS);

	if (!forget)
		return;		/* the session's end will give it back */
	forget->epoch = epoch;
	forget->f.node = node;
	forget->f.generation = generation;
	forget->f.nlookup = 1;
	xenfs_forget_queue(m, forget);
}

#define FORGETS_PER_REQUEST	128

static void send_forgets(struct xenfs_conn *conn, struct xenfsif_forget *f,
			 unsigned int n)
{
	struct xenfs_op op = {
		.req.op = XENFSIF_OP_FORGET,
		.req.u.forget.count = n,
		.in[0] = { f, n * sizeof(*f) },
	};

	/* an error means that the session is over: then so are its nodes */
	xenfs_conn_call(conn, &op);
}

void xenfs_forget_work(struct work_struct *work)
{
	struct xenfs_mount *m = container_of(work, struct xenfs_mount,
					     forget_work);
	struct xenfsif_forget *f;
	struct xenfs_forget *forget, *next;
	struct xenfs_conn *conn;
	unsigned int n = 0;
	LIST_HEAD(list);
	u64 epoch = 0;

	spin_lock(&m->forget_lock);
	list_splice_init(&m->forgets, &list);
	spin_unlock(&m->forget_lock);
	if (list_empty(&list))
		return;

	f = kcalloc(FORGETS_PER_REQUEST, sizeof(*f), GFP_NOFS);
	conn = NULL;
	/* when unmounting, DISCONNECT forgets all at once */
	if (f && m->sb && (m->sb->s_flags & SB_ACTIVE)) {
		epoch = READ_ONCE(m->epoch);
		conn = xenfs_mount_conn_of(m, epoch);
	}
	list_for_each_entry_safe(forget, next, &list, link) {
		if (conn && forget->epoch == epoch) {
			f[n++] = forget->f;
			if (n == FORGETS_PER_REQUEST) {
				send_forgets(conn, f, n);
				n = 0;
			}
		}
		kfree(forget);
		cond_resched();
	}
	if (n)
		send_forgets(conn, f, n);
	if (conn)
		xenfs_conn_put(conn);
	kfree(f);
}

/**
 * xenfs_forget_unused() - give back the nodes that only the dentry cache holds
 * @sb: the superblock
 *
 * Context: process context; waits for the server.
 */
void xenfs_forget_unused(struct super_block *sb)
{
	shrink_dcache_sb(sb);
	flush_work(&XENFS_M(sb)->forget_work);
}
