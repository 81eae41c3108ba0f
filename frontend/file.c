// SPDX-License-Identifier: GPL-2.0
/*
 * Open files: the server's number of each, in the session it was opened in.
 *
 * OPEN brings the attributes, so that an open always sees the file as it is
 * (close-to-open consistency, as NFS has it).  RELEASE is sent without waiting.
 */
#include <linux/fadvise.h>
#include <linux/slab.h>
#include <xenfs_check.h>

#include "xenfs.h"

static u32 open_flags(const struct file *file)
{
	u32 flags = 0;

	if (file->f_mode & FMODE_READ)
		flags |= XENFSIF_OPEN_READ;
	if (file->f_mode & FMODE_WRITE)
		flags |= XENFSIF_OPEN_WRITE;
	if (file->f_flags & __FMODE_EXEC)
		flags = XENFSIF_OPEN_EXEC;
	if (file->f_flags & O_NOATIME)
		flags |= XENFSIF_OPEN_NOATIME;
	return flags;
}

static void open_op(struct xenfs_op *op, struct xenfsif_attr *attr, u32 flags)
{
	memset(op, 0, sizeof(*op));
	op->req.op = XENFSIF_OP_OPEN;
	op->req.u.open.flags = flags;
	op->out = attr;
	op->out_len = sizeof(*attr);
	op->as_caller = true;
}

/**
 * xenfs_open() - open a regular file or a directory
 * @inode: the inode
 * @file: the open file
 *
 * One round trip.
 */
int xenfs_open(struct inode *inode, struct file *file)
{
	struct xenfsif_attr attr;
	struct xenfs_file *xf;
	struct xenfs_op op;
	int err;

	xf = kzalloc(sizeof(*xf), GFP_KERNEL);
	if (!xf)
		return -ENOMEM;
	mutex_init(&xf->lock);
	xf->flags = open_flags(file);
	open_op(&op, &attr, xf->flags);
	err = xenfs_call(inode, &op);
	if (!err && !xenfsif_attr_ok(&attr))
		err = -EIO;
	if (err)
		goto free_file;
	xf->fh = op.rsp.u.open.fh;
	xf->epoch = op.epoch;
	err = xenfs_inode_update(inode, &attr, op.rsp.version, op.rsp.frames,
				 xf->epoch);
	if (err)
		goto free_file;
	if (S_ISREG(inode->i_mode))
		file->f_mode |= FMODE_CAN_ODIRECT;
	file->private_data = xf;
	return 0;

free_file:
	kfree(xf);
	return err;
}

/**
 * xenfs_reopen() - get the server's number of an open file in a session
 * @file: the file
 * @conn: connection of the session
 * @epoch: number of the session; the inode has its node in it
 * @fh: filled in
 *
 * No round trip but for the first use of the file in the session.
 */
int xenfs_reopen(struct file *file, struct xenfs_conn *conn, u64 epoch, u64 *fh)
{
	struct xenfs_inode *xi = XENFS_I(file_inode(file));
	struct xenfs_file *xf = file->private_data;
	const struct cred *old_cred;
	struct xenfsif_attr attr;
	struct xenfs_op op;
	int err = 0;

	mutex_lock(&xf->lock);
	if (xf->epoch == epoch) {
		*fh = xf->fh;
		goto unlock;
	}
	open_op(&op, &attr, xf->flags);
	spin_lock(&xi->lock);
	op.req.node = xi->node;
	op.req.generation = xi->generation;
	spin_unlock(&xi->lock);
	/* as whom it was opened, not as who happens to use it */
	old_cred = override_creds(file->f_cred);
	err = xenfs_conn_call(conn, &op);
	revert_creds(old_cred);
	if (err)
		goto unlock;
	xf->fh = op.rsp.u.open.fh;
	xf->epoch = epoch;
	*fh = xf->fh;
unlock:
	mutex_unlock(&xf->lock);
	return err;
}

/**
 * xenfs_file_in_session() - fill in what names an open file in a request
 * @file: the file
 * @epoch: number of the session
 * @op: a READ
 *
 * Return: whether the file and its inode are known in that session; if not, a
 * synchronous call makes them so.
 */
bool xenfs_file_in_session(struct file *file, u64 epoch, struct xenfs_op *op)
{
	struct xenfs_inode *xi = XENFS_I(file_inode(file));
	struct xenfs_file *xf = file->private_data;
	bool ret;

	mutex_lock(&xf->lock);
	ret = xf->epoch == epoch;
	op->req.u.read.fh = xf->fh;
	mutex_unlock(&xf->lock);
	spin_lock(&xi->lock);
	ret = ret && xi->epoch == epoch;
	op->req.node = xi->node;
	op->req.generation = xi->generation;
	spin_unlock(&xi->lock);
	return ret;
}

/* A RELEASE, and the work that sends it when there is no room for it at once. */
struct release_op {
	struct xenfs_op op;
	struct xenfs_conn *conn;
	struct work_struct work;
};

static void release_done(struct xenfs_op *op, int err)
{
	struct release_op *r = container_of(op, struct release_op, op);

	xenfs_conn_put(r->conn);
	kfree(r);
}

static void release_work(struct work_struct *work)
{
	struct release_op *r = container_of(work, struct release_op, work);

	if (xenfs_conn_submit(r->conn, &r->op))
		release_done(&r->op, 0);
}

/*
 * A task that exits closes its files, and cannot be killed any more: it does not
 * wait, however busy the server is.
 */
int xenfs_release(struct inode *inode, struct file *file)
{
	struct xenfs_mount *m = xenfs_mount_of(inode);
	struct xenfs_file *xf = file->private_data;
	struct xenfs_conn *conn = xenfs_mount_conn_of(m, xf->epoch);
	struct release_op *r;
	int err;

	if (conn) {
		r = kzalloc(sizeof(*r), GFP_KERNEL | __GFP_NOFAIL);
		r->conn = conn;
		r->op.req.op = XENFSIF_OP_RELEASE;
		r->op.req.u.release.fh = xf->fh;
		r->op.done = release_done;
		err = xenfs_conn_try_submit(conn, &r->op);
		if (err == -EAGAIN) {
			INIT_WORK(&r->work, release_work);
			queue_work(xenfs_wq, &r->work);
		} else if (err) {
			release_done(&r->op, err);
		}
	}
	mutex_destroy(&xf->lock);
	kfree(xf);
	return 0;
}

static loff_t seek_server(struct file *file, loff_t offset, int whence)
{
	struct xenfs_op op = {
		.req.op = XENFSIF_OP_SEEK,
		.req.u.seek.offset = offset,
		.req.u.seek.whence = whence == SEEK_DATA ? XENFSIF_SEEK_DATA :
							   XENFSIF_SEEK_HOLE,
	};
	int err;

	if (offset < 0)
		return -ENXIO;
	err = xenfs_call_file(file, &op, &op.req.u.seek.fh);
	if (err)
		return err;
	return vfs_setpos(file, op.rsp.u.seek.offset,
			  file_inode(file)->i_sb->s_maxbytes);
}

static loff_t llseek(struct file *file, loff_t offset, int whence)
{
	int err;

	switch (whence) {
	case SEEK_DATA:
	case SEEK_HOLE:
		return seek_server(file, offset, whence);
	case SEEK_END:
		err = xenfs_revalidate(file_inode(file), false);
		if (err)
			return err;
		break;
	}
	return generic_file_llseek(file, offset, whence);
}

/*
 * WILLNEED borrows pages ahead instead of filling the page cache, DONTNEED
 * gives them back.
 */
static int fadvise(struct file *file, loff_t offset, loff_t len, int advice)
{
	struct inode *inode = file_inode(file);
	pgoff_t index, last;

	if (!xenfs_borrows(inode) || offset < 0 || len < 0)
		return generic_fadvise(file, offset, len, advice);

	index = offset >> PAGE_SHIFT;
	last = len && len <= LLONG_MAX - offset ?
	       (offset + len - 1) >> PAGE_SHIFT : ULONG_MAX;
	switch (advice) {
	case POSIX_FADV_WILLNEED:
		last = min_t(pgoff_t, last,
			     (i_size_read(inode) - 1) >> PAGE_SHIFT);
		if (!i_size_read(inode))
			return 0;
		/* no more than what stays when it has all been brought */
		last = min(last, index + xenfs_mount_of(inode)->opt.window / 2);
		for (; index <= last; index = round_down(index, XENFS_RUN_PAGES) +
					      XENFS_RUN_PAGES) {
			if (xenfs_lent_fetch(file, index, XENFS_RUN_PAGES) <= 0)
				break;
			cond_resched();
		}
		return 0;
	case POSIX_FADV_DONTNEED:
		xenfs_lent_drop(inode, index, last, "dontneed");
		break;
	}
	return generic_fadvise(file, offset, len, advice);
}

static int fsync(struct file *file, loff_t start, loff_t end, int datasync)
{
	/* nothing is ever dirty on a read-only share */
	return 0;
}

/*
 * splice and sendfile copy into pages of the pipe: a lent page never goes to
 * another subsystem, which could hold it beyond its return.
 */
const struct file_operations xenfs_file_fops = {
	.open		= xenfs_open,
	.release	= xenfs_release,
	.llseek		= llseek,
	.read_iter	= xenfs_read_iter,
	.mmap		= xenfs_mmap,
	.splice_read	= copy_splice_read,
	.fadvise	= fadvise,
	.fsync		= fsync,
};
