// SPDX-License-Identifier: GPL-2.0
/*
 * Operations that give files other names or take names away: LINK, UNLINK,
 * RMDIR, RENAME.
 *
 * What must not be done to a name (a mount point, a directory that is not empty,
 * a sticky directory's) is the VFS's to say.  A delegation in the way is waited
 * for as the system calls do, with nothing locked.
 */
#include <linux/dcache.h>
#include <linux/fs.h>
#include <linux/mount.h>

#include "backend-dirop.h"
#include "node.h"
#include "request.h"
#include "share.h"

typedef int (*dir_fn)(struct xenfsd_request *rq, struct xenfsd_node *dir,
		      const struct path *dir_path);

/* Does something with a directory that a request names beside its own node. */
static int with_directory(struct xenfsd_request *rq, u64 id, u64 generation,
			  dir_fn fn)
{
	struct xenfsd_node *dir;
	struct path dir_path;
	int err;

	err = xenfsd_node_locate(rq->session, id, generation, &dir, &dir_path);
	if (err)
		return err;
	rq->rsp.second = xenfsd_node_version(dir, &dir_path);
	err = fn(rq, dir, &dir_path);
	path_put(&dir_path);
	xenfsd_node_put(dir);
	return err;
}

/* Links the request's file; @made is its new name. */
static int link_locked(struct xenfsd_request *rq, struct xenfsd_node *dir,
		       const struct path *dir_path, int readonly,
		       struct path *made, struct xenfsd_change *change,
		       struct delegated_inode *di)
{
	struct dentry *child;
	int err;

	child = xenfs_start_creating(dir_path, rq->in, rq->in_len);
	if (IS_ERR(child))
		return PTR_ERR(child);

	xenfsd_change_begin(change, dir);
	xenfsd_change_begin(change, rq->node);
	err = d_is_positive(child) ? -EEXIST : readonly;
	if (!err)
		err = xenfs_link(rq->path.dentry, dir_path, child, di);
	xenfsd_change_end(change, !err);
	if (!err && d_inode(child) == rq->node->inode) {
		made->mnt = mntget(dir_path->mnt);
		made->dentry = dget(child);
	}
	xenfs_end_dirop(child);
	return err;
}

static int link_in(struct xenfsd_request *rq, struct xenfsd_node *dir,
		   const struct path *dir_path)
{
	struct xenfsd_change change = {};
	struct delegated_inode di = {};
	struct path made = {};
	int err, readonly;

	if (!d_can_lookup(dir_path->dentry))
		return -ENOTDIR;
	if (dir_path->mnt != rq->path.mnt)
		return -EXDEV;

	readonly = mnt_want_write(dir_path->mnt);
	do {
		err = link_locked(rq, dir, dir_path, readonly, &made, &change, &di);
		xenfsd_change_put(&change);
	} while (xenfs_retry_deleg(&di, &err));
	if (!readonly)
		mnt_drop_write(dir_path->mnt);

	/* One that had none, or no longer, is known by this name from now on. */
	if (made.dentry && d_unhashed(rq->path.dentry))
		xenfsd_node_renamed(rq->node, &made);
	path_put(&made);
	return err;
}

int xenfsd_op_link(struct xenfsd_request *rq)
{
	const struct xenfsif_link *args = &rq->req.u.link;
	int err;

	if (!xenfsif_name_ok(rq->in, rq->in_len))
		return -EINVAL;
	err = with_directory(rq, args->dir, args->dir_generation, link_in);
	return err ?: xenfsd_attr_answer(rq);
}

typedef int (*remove_fn)(const struct path *dir, struct dentry *child,
			 struct delegated_inode *di);

/* *victim is held for the caller: to let go of it may truncate the file. */
static int remove_locked(struct xenfsd_request *rq, remove_fn fn,
			 struct inode **victim, struct xenfsd_change *change,
			 struct delegated_inode *di)
{
	struct dentry *child;
	int err;

	child = xenfs_start_removing(&rq->path, rq->in, rq->in_len);
	if (IS_ERR(child))
		return PTR_ERR(child);

	*victim = d_inode(child);
	ihold(*victim);
	xenfsd_change_begin(change, rq->node);
	xenfsd_change_begin_inode(change, rq->session, *victim);
	err = fn(&rq->path, child, di);
	xenfsd_change_end(change, !err);
	xenfs_end_dirop(child);
	return err;
}

static int remove(struct xenfsd_request *rq, remove_fn fn)
{
	struct xenfsd_change change = {};
	struct delegated_inode di = {};
	struct inode *victim;
	int err;

	if (!xenfsif_name_ok(rq->in, rq->in_len))
		return -EINVAL;
	if (!d_can_lookup(rq->path.dentry))
		return -ENOTDIR;

	err = mnt_want_write(rq->path.mnt);
	if (err)
		return err;
	do {
		victim = NULL;
		err = remove_locked(rq, fn, &victim, &change, &di);
		xenfsd_change_put(&change);
		iput(victim);
	} while (xenfs_retry_deleg(&di, &err));
	mnt_drop_write(rq->path.mnt);
	return err ?: xenfsd_attr_answer(rq);
}

int xenfsd_op_unlink(struct xenfsd_request *rq)
{
	return remove(rq, xenfs_unlink);
}

int xenfsd_op_rmdir(struct xenfsd_request *rq)
{
	return remove(rq, xenfs_rmdir);
}

static int rename_locked(struct xenfsd_request *rq, struct xenfsd_node *dir,
			 const struct path *dir_path, struct inode **victim,
			 struct xenfsd_change *change,
			 struct delegated_inode *di)
{
	const struct xenfsif_rename *args = &rq->req.u.rename;
	struct renamedata rd;
	int err;

	err = xenfs_start_renaming(&rd, &rq->path, rq->in, args->name_len,
				   dir_path, rq->in + args->name_len,
				   rq->in_len - args->name_len,
				   args->flags, di);
	if (err)
		return err;

	*victim = d_inode(rd.new_dentry);
	if (*victim)
		ihold(*victim);
	xenfsd_change_begin(change, rq->node);
	if (dir != rq->node)
		xenfsd_change_begin(change, dir);
	xenfsd_change_begin_inode(change, rq->session, d_inode(rd.old_dentry));
	xenfsd_change_begin_inode(change, rq->session, *victim);
	err = vfs_rename(&rd);
	xenfsd_change_end(change, !err);
	xenfs_end_renaming(&rd, &rq->path, dir_path);
	return err;
}

static int rename_to(struct xenfsd_request *rq, struct xenfsd_node *dir,
		     const struct path *dir_path)
{
	struct xenfsd_change change = {};
	struct delegated_inode di = {};
	struct inode *victim;
	int err;

	if (!d_can_lookup(rq->path.dentry) || !d_can_lookup(dir_path->dentry))
		return -ENOTDIR;
	if (dir_path->mnt != rq->path.mnt)
		return -EXDEV;

	err = mnt_want_write(rq->path.mnt);
	if (err)
		return err;
	do {
		victim = NULL;
		err = rename_locked(rq, dir, dir_path, &victim, &change, &di);
		xenfsd_change_put(&change);
		iput(victim);
	} while (xenfs_retry_deleg(&di, &err));
	mnt_drop_write(rq->path.mnt);
	return err;
}

int xenfsd_op_rename(struct xenfsd_request *rq)
{
	const struct xenfsif_rename *args = &rq->req.u.rename;
	const char *new_name = rq->in + args->name_len;
	int err;

	BUILD_BUG_ON(XENFSIF_RENAME_NOREPLACE != RENAME_NOREPLACE ||
		     XENFSIF_RENAME_EXCHANGE != RENAME_EXCHANGE ||
		     XENFSIF_RENAME_WHITEOUT != RENAME_WHITEOUT);

	if (!xenfsif_name_ok(rq->in, args->name_len) ||
	    !xenfsif_name_ok(new_name, rq->in_len - args->name_len))
		return -EINVAL;
	err = with_directory(rq, args->dir, args->dir_generation, rename_to);
	if (!err)
		rq->rsp.version = xenfsd_node_version(rq->node, &rq->path);
	return err;
}
