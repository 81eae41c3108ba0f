// SPDX-License-Identifier: GPL-2.0
/*
 * Operations that make files: CREATE, TMPFILE, MKDIR, MKNOD, SYMLINK.
 *
 * They go through the VFS as the system calls do, with the directory locked from
 * the lookup of the name on: whoever looks in between sees the name or does not.
 * The thread's umask is the caller's while they run.
 */
#include <linux/dcache.h>
#include <linux/file.h>
#include <linux/fs.h>
#include <linux/kdev_t.h>
#include <linux/mount.h>
#include <linux/slab.h>

#include "backend-dirop.h"
#include "node.h"
#include "request.h"
#include "share.h"

/* A CREATE that finds a name there and then not, or the reverse, so often. */
#define CREATE_TRIES	8

/*
 * Makes a file of *child, which is negative and whose directory is locked.  May
 * put another dentry, or an error, in its place, as xenfs_mkdir() does.
 */
typedef int (*make_fn)(struct xenfsd_request *rq, struct dentry **child,
		       struct delegated_inode *di);

/*
 * Makes a file of a name in the request's directory, unless there is one.
 * @made is where it is, if the file system has told.
 */
static int make_locked(struct xenfsd_request *rq, const char *name, u32 len,
		       make_fn fn, int readonly, struct path *made,
		       struct xenfsd_change *change, struct delegated_inode *di)
{
	struct dentry *child;
	int err;

	child = xenfs_start_creating(&rq->path, name, len);
	if (IS_ERR(child))
		return PTR_ERR(child);

	xenfsd_change_begin(change, rq->node);
	/* What is there already is told before that nothing can be made. */
	err = d_is_positive(child) ? -EEXIST : readonly;
	if (!err)
		err = fn(rq, &child, di);
	xenfsd_change_end(change, !err);
	if (!err && d_is_positive(child) && !d_unhashed(child)) {
		made->mnt = mntget(rq->path.mnt);
		made->dentry = dget(child);
	}
	xenfs_end_dirop(child);
	return err;
}

static int make(struct xenfsd_request *rq, const char *name, u32 len,
		make_fn fn, struct path *made, bool *looked_up)
{
	struct xenfsd_change change = {};
	struct delegated_inode di = {};
	int err, readonly;

	*made = (struct path){};
	if (!xenfsif_name_ok(name, len))
		return -EINVAL;
	if (!d_can_lookup(rq->path.dentry))
		return -ENOTDIR;
	/* Nothing is made that the guest could not be told of. */
	if (!xenfsd_nodes_room(rq->session))
		return -ENFILE;

	readonly = mnt_want_write(rq->path.mnt);
	do {
		err = make_locked(rq, name, len, fn, readonly, made, &change, &di);
		xenfsd_change_put(&change);
	} while (xenfs_retry_deleg(&di, &err));
	if (!readonly)
		mnt_drop_write(rq->path.mnt);

	*looked_up = !err && !made->dentry;
	if (*looked_up)
		err = xenfsd_lookup_name(rq->session, &rq->path, name, len, made);
	return err;
}

/* Makes a file and answers with it. */
static int make_and_answer(struct xenfsd_request *rq, const char *name, u32 len,
			   make_fn fn)
{
	struct xenfsd_node *node;
	struct path made;
	bool looked_up;
	int err;

	err = make(rq, name, len, fn, &made, &looked_up);
	if (err)
		return err;
	rq->rsp.version = xenfsd_node_version(rq->node, &rq->path);
	node = xenfsd_answer_with(rq, &made, true);
	path_put(&made);
	if (IS_ERR(node))
		return PTR_ERR(node);
	xenfsd_node_put(node);
	return 0;
}

static int make_dir(struct xenfsd_request *rq, struct dentry **child,
		    struct delegated_inode *di)
{
	*child = xenfs_mkdir(&rq->path, *child, rq->req.u.make.mode, di);
	return PTR_ERR_OR_ZERO(*child);
}

int xenfsd_op_mkdir(struct xenfsd_request *rq)
{
	return make_and_answer(rq, rq->in, rq->req.u.make.name_len, make_dir);
}

static int make_link(struct xenfsd_request *rq, struct dentry **child,
		     struct delegated_inode *di)
{
	return xenfs_symlink(&rq->path, *child, rq->scratch, di);
}

int xenfsd_op_symlink(struct xenfsd_request *rq)
{
	u32 name_len = rq->req.u.make.name_len;
	const char *target = rq->in + name_len;
	u32 len = rq->in_len - name_len;
	int err;

	if (!xenfsif_symlink_ok(target, len))
		return -EINVAL;
	err = xenfsd_request_scratch(rq);
	if (err)
		return err;
	memcpy(rq->scratch, target, len);
	((char *)rq->scratch)[len] = '\0';
	return make_and_answer(rq, rq->in, name_len, make_link);
}

static int make_node(struct xenfsd_request *rq, struct dentry **child,
		     struct delegated_inode *di)
{
	const struct xenfsif_make *args = &rq->req.u.make;
	dev_t dev = MKDEV(args->rdev_major, args->rdev_minor);

	if (S_ISREG(args->mode))
		return xenfs_create(&rq->path, *child, args->mode, di);
	return xenfs_mknod(&rq->path, *child, args->mode, dev, di);
}

int xenfsd_op_mknod(struct xenfsd_request *rq)
{
	const struct xenfsif_make *args = &rq->req.u.make;

	if (S_ISCHR(args->mode) || S_ISBLK(args->mode)) {
		if (!rq->session->config.devices)
			return -EPERM;
		if (args->rdev_major > MAJOR(~0U) || args->rdev_minor > MINORMASK)
			return -EINVAL;
	}
	return make_and_answer(rq, rq->in, args->name_len, make_node);
}

/* Answers with a file that was just opened; takes over the file. */
static int answer_with_file(struct xenfsd_request *rq, const struct path *path,
			    struct file *file, bool made)
{
	struct xenfsd_session *session = rq->session;
	struct xenfsd_node *node;
	int err;

	rq->rsp.version = xenfsd_node_version(rq->node, &rq->path);
	/* so that it is not taken for somebody else's */
	if (file->f_mode & FMODE_WRITE)
		rq->opening = file_inode(file);
	node = xenfsd_answer_with(rq, path, made);
	rq->opening = NULL;
	if (IS_ERR(node)) {
		__fput_sync(file);
		xenfsd_openfile_unreserve(session);
		return PTR_ERR(node);
	}
	err = xenfsd_openfile_add(node, path, file, &rq->rsp.u.open.fh);
	if (err)
		xenfsd_node_forget(session, node->id, node->generation, 1);
	else if (IS_ENABLED(CONFIG_READ_ONLY_THP_FOR_FS) && !made)
		xenfsd_frames_doubt(node);	/* as in OPEN */
	xenfsd_node_put(node);
	return err;
}

static int make_file(struct xenfsd_request *rq, struct dentry **child,
		     struct delegated_inode *di)
{
	return xenfs_create(&rq->path, *child, rq->req.u.create.mode, di);
}

/*
 * Answers with what is there; open, if it is a file that the caller may open.
 * Takes over the reservation.
 */
static int answer_with_existing(struct xenfsd_request *rq,
				const struct path *found)
{
	u32 flags = rq->req.u.create.flags;
	struct file *file = ERR_PTR(-EISDIR);
	struct xenfsd_node *node;

	if (d_is_reg(found->dentry) &&
	    !xenfsd_may_open(rq->session, found, flags))
		file = dentry_open(found, xenfsd_open_flags(found, flags),
				   current_cred());
	if (!IS_ERR(file))
		return answer_with_file(rq, found, file, false);

	/* OPEN will tell why. */
	xenfsd_openfile_unreserve(rq->session);
	rq->rsp.version = xenfsd_node_version(rq->node, &rq->path);
	node = xenfsd_answer_with(rq, found, false);
	if (IS_ERR(node))
		return PTR_ERR(node);
	xenfsd_node_put(node);
	return 0;
}

/* Takes over the reservation, unless the answer is -EEXIST. */
static int create_new(struct xenfsd_request *rq)
{
	struct path made;
	struct file *file;
	bool looked_up;
	int err;

	err = make(rq, rq->in, rq->in_len, make_file, &made, &looked_up);
	if (err) {
		if (err != -EEXIST)
			xenfsd_openfile_unreserve(rq->session);
		return err;
	}
	/*
	 * Who has made a file may use it as it asked, whatever its mode.  If it
	 * had to be looked up it may be somebody else's by now.
	 */
	if (looked_up && (!d_is_reg(made.dentry) ||
			  xenfsd_may_open(rq->session, &made,
					  rq->req.u.create.flags))) {
		path_put(&made);
		xenfsd_openfile_unreserve(rq->session);
		return -EACCES;
	}
	file = dentry_open(&made,
			   xenfsd_open_flags(&made, rq->req.u.create.flags),
			   current_cred());
	if (IS_ERR(file)) {
		xenfsd_openfile_unreserve(rq->session);
		err = PTR_ERR(file);
	} else {
		rq->rsp.u.open.created = 1;
		err = answer_with_file(rq, &made, file, true);
	}
	path_put(&made);
	return err;
}

int xenfsd_op_create(struct xenfsd_request *rq)
{
	struct path found;
	int err, tries;

	/* Before anything is made that could not be handed out. */
	err = xenfsd_openfile_reserve(rq->session);
	if (err)
		return err;
	for (tries = 0; tries < CREATE_TRIES; tries++) {
		err = create_new(rq);
		if (err != -EEXIST)
			return err;
		if (rq->req.u.create.flags & XENFSIF_CREATE_EXCL)
			break;
		err = xenfsd_lookup_name(rq->session, &rq->path, rq->in,
					 rq->in_len, &found);
		if (!err) {
			err = answer_with_existing(rq, &found);
			path_put(&found);
			return err;
		}
		if (err != -ENOENT)
			break;
	}
	xenfsd_openfile_unreserve(rq->session);
	return err;
}

/*
 * The directory does not change: the file has no name.  (Its node holds the
 * only dentry, which lies beneath the directory.)
 */
int xenfsd_op_tmpfile(struct xenfsd_request *rq)
{
	u32 flags = rq->req.u.create.flags;
	int err, o_flags = O_LARGEFILE;
	struct file *file;

	if (!(flags & XENFSIF_OPEN_WRITE))
		return -EINVAL;
	if (!d_can_lookup(rq->path.dentry))
		return -ENOTDIR;
	if (!xenfsd_nodes_room(rq->session))
		return -ENFILE;
	/* as xenfsd_open_flags(): its owner is the caller */
	o_flags |= flags & XENFSIF_OPEN_READ ||
		   rq->req.u.create.mode & 0400 ? O_RDWR : O_WRONLY;
	if (flags & XENFSIF_CREATE_EXCL)
		o_flags |= O_EXCL;

	err = xenfsd_openfile_reserve(rq->session);
	if (err)
		return err;
	err = mnt_want_write(rq->path.mnt);
	if (err)
		goto unreserve;
	file = xenfs_tmpfile_open(&rq->path, S_IFREG | rq->req.u.create.mode,
				  o_flags, current_cred());
	mnt_drop_write(rq->path.mnt);
	err = PTR_ERR_OR_ZERO(file);
	if (err)
		goto unreserve;
	rq->rsp.u.open.created = 1;
	return answer_with_file(rq, &file->f_path, file, true);

unreserve:
	xenfsd_openfile_unreserve(rq->session);
	return err;
}
