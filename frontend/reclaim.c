// SPDX-License-Identifier: GPL-2.0
/*
 * Finding a file again in a new session.
 *
 * The inode's name and parent come from one of its dentries, the parent is
 * found first, up to the root, which CONNECT gave.  The server looks the name
 * up and compares the persistent handle; a file without a name here, or which
 * was renamed there, is found by its handle alone, if at all.
 *
 * Nothing is found again before it is used: a mount with 100,000 inodes
 * reconnects as fast as one with three.
 *
 * Lock: xenfs_inode.reclaim_mutex, so that one task asks for an inode and the
 * others wait for its answer; never two of them at once.
 */
#include <linux/dcache.h>
#include <xenfs_check.h>

#include "xenfs.h"
#include "trace.h"

#define RECLAIM_DEPTH_MAX	4096	/* a path is no longer */

/*
 * Whether an inode can stand for what was found.  Where a symbolic link leads is
 * kept with its inode: so it has to be that very link.
 */
static bool may_be(struct inode *inode, const struct xenfsif_entry *entry)
{
	if (inode_wrong_type(inode, entry->attr.mode))
		return false;
	if (!S_ISLNK(inode->i_mode) || !READ_ONCE(inode->i_link))
		return true;
	return entry->handle_len &&
	       !xenfs_inode_content_changed(inode, &entry->attr);
}

static int ask(struct xenfs_conn *conn, struct inode *inode,
	       const struct inode *parent, const struct qstr *name,
	       u64 epoch)
{
	struct xenfs_inode *xi = XENFS_I(inode);
	struct xenfs_entry_answer answer;
	u8 handle[XENFSIF_HANDLE_MAX];
	struct xenfs_op op = {
		.req.op = XENFSIF_OP_RECLAIM,
		.in[1] = { handle, 0 },
		.out = &answer,
		.out_len = sizeof(answer),
	};
	int err;

	spin_lock(&xi->lock);
	op.req.u.reclaim.handle_type = xi->handle_type;
	op.req.u.reclaim.handle_len = xi->handle_len;
	op.in[1].iov_len = xi->handle_len;
	memcpy(handle, xi->handle, xi->handle_len);
	spin_unlock(&xi->lock);

	if (parent) {
		op.req.node = XENFS_I(parent)->node;
		op.req.generation = XENFS_I(parent)->generation;
		op.req.u.reclaim.name_len = name->len;
		op.in[0].iov_base = (void *)name->name;
		op.in[0].iov_len = name->len;
	} else if (!op.in[1].iov_len) {
		return -ESTALE;
	}

	op.epoch = epoch;
	op.as_of = atomic64_read(&xenfs_mount_of(inode)->changes);
	err = xenfs_conn_call(conn, &op);
	if (err)
		return err;
	if (!xenfsif_entry_ok(&answer.entry, op.rsp.out_len))
		return -EIO;
	if (!may_be(inode, &answer.entry)) {
		xenfs_forget(xenfs_mount_of(inode), epoch, answer.entry.node,
			     answer.entry.generation);
		return -ESTALE;
	}
	xenfs_inode_rebind(inode, &op, &answer.entry, answer.handle);
	return 0;
}

static bool bound(const struct inode *inode, u64 epoch)
{
	return READ_ONCE(XENFS_I(inode)->epoch) == epoch;
}

/* Find one inode whose parent, if it has a name at all, is bound. */
static int reclaim_one(struct inode *inode, struct dentry *dentry,
		       struct xenfs_conn *conn, u64 epoch, bool by_name)
{
	struct xenfs_inode *xi = XENFS_I(inode);
	struct name_snapshot name;
	struct dentry *parent;
	int err = 0;

	mutex_lock(&xi->reclaim_mutex);
	if (bound(inode, epoch))
		goto unlock;
	if (!by_name || !dentry || d_unhashed(dentry)) {
		err = ask(conn, inode, NULL, NULL, epoch);
		goto unlock;
	}
	parent = dget_parent(dentry);
	take_dentry_name_snapshot(&name, dentry);
	/* a rename in between: the handle decides in the end */
	err = ask(conn, inode, bound(d_inode(parent), epoch) ?
			       d_inode(parent) : NULL, &name.name, epoch);
	release_dentry_name_snapshot(&name);
	dput(parent);
unlock:
	mutex_unlock(&xi->reclaim_mutex);
	return err == -ENOENT ? -ESTALE : err;
}

/* The topmost of @inode and its ancestors that is not bound yet. */
static struct dentry *topmost_unbound(struct inode *inode, u64 epoch)
{
	struct dentry *dentry = d_find_any_alias(inode), *parent;

	while (dentry && !IS_ROOT(dentry)) {
		parent = dget_parent(dentry);
		if (bound(d_inode(parent), epoch)) {
			dput(parent);
			break;
		}
		dput(dentry);
		dentry = parent;
	}
	return dentry;
}

/**
 * xenfs_reclaim() - find the node of an inode in a session
 * @inode: the inode; bound to the node on success
 * @conn: connection of the session
 * @epoch: number of the session
 *
 * One round trip for each directory on the way up that was not found before.
 *
 * Return: 0, -ESTALE if the file is no more, %XENFS_LOST, or another errno.
 */
int xenfs_reclaim(struct inode *inode, struct xenfs_conn *conn, u64 epoch)
{
	struct xenfs_mount *m = xenfs_mount_of(inode);
	struct dentry *dentry;
	unsigned int tries;
	int err = 0;

	/* each turn binds one ancestor; renames may make it begin again */
	for (tries = 0; tries < RECLAIM_DEPTH_MAX; tries++) {
		struct inode *next;

		if (bound(inode, epoch))
			return 0;
		if (READ_ONCE(m->epoch) != epoch)
			return XENFS_LOST;
		dentry = topmost_unbound(inode, epoch);
		next = dentry ? d_inode(dentry) : inode;
		err = reclaim_one(next, dentry, conn, epoch, true);
		if (err == -ESTALE && next != inode) {
			/* a directory above is no more: is the file? */
			err = reclaim_one(inode, NULL, conn, epoch, false);
			next = inode;
		}
		if (dentry)
			dput(dentry);
		if (!err)
			xenfs_count(m, reclaims);
		else if (err == -ESTALE)
			xenfs_count(m, reclaims_failed);
		if (err)
			return err;
	}
	return -ESTALE;
}

/**
 * xenfs_bind() - find the node of an inode that the cache has, in a session
 * @inode: the inode
 * @epoch: number of the session
 *
 * To be called before xenfs_iget() with what may be the same file: it finds an
 * inode by its node, and would make a second one, with a page cache of its own.
 * If the file is not found it is another one that has the name now.
 */
void xenfs_bind(struct inode *inode, u64 epoch)
{
	struct xenfs_conn *conn;

	if (bound(inode, epoch))
		return;
	conn = xenfs_mount_conn_of(xenfs_mount_of(inode), epoch);
	if (!conn)
		return;
	xenfs_reclaim(inode, conn, epoch);
	xenfs_conn_put(conn);
}
