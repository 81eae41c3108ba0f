// SPDX-License-Identifier: GPL-2.0
/*
 * Open files: the server's number of each, in the session it was opened in.
 *
 * OPEN brings the attributes, so that an open always sees the file as it is, and
 * a close sends what is dirty.  A file that is only read, and of which all that is
 * known holds, is opened on the server when something has to be fetched through
 * it, if ever.  RELEASE is sent without waiting.
 *
 * What is dirty is written through a file that was opened for writing.  If the
 * last of these is closed while something is dirty yet (the task was killed, or
 * a mapping outlived the close) it lingers: it holds the inode, and goes with
 * the last dirty folio.
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

static struct xenfs_file *file_new(struct inode *inode, struct file *file)
{
	struct xenfs_file *xf = kzalloc(sizeof(*xf), GFP_KERNEL);

	if (!xf)
		return NULL;
	refcount_set(&xf->ref, 1);
	mutex_init(&xf->lock);
	xf->inode = inode;
	xf->flags = open_flags(file);
	xf->cred = get_cred(file->f_cred);
	xf->errors_told = READ_ONCE(XENFS_I(inode)->nr_errors);
	INIT_LIST_HEAD(&xf->writer);
	return xf;
}

static void file_free(struct xenfs_file *xf)
{
	mutex_destroy(&xf->lock);
	put_cred(xf->cred);
	kfree(xf);
}

/* The open file is known to the server: make it known here. */
static void file_enter(struct file *file, struct xenfs_file *xf)
{
	struct xenfs_inode *xi = XENFS_I(xf->inode);

	if (S_ISREG(xf->inode->i_mode)) {
		file->f_mode |= FMODE_CAN_ODIRECT;
		if (file->f_mode & FMODE_WRITE) {
			spin_lock(&xi->lock);
			list_add(&xf->writer, &xi->writers);
			spin_unlock(&xi->lock);
		}
	}
	file->private_data = xf;
}

/*
 * Whether the server need not be asked now: the caller may read the file, and
 * what is cached of it is true.  It is told of the open file when something has
 * to be fetched.
 */
static bool may_open_later(struct inode *inode, const struct xenfs_file *xf)
{
	struct xenfs_inode *xi = XENFS_I(inode);
	bool holds;

	if (xf->flags != XENFSIF_OPEN_READ ||
	    READ_ONCE(xenfs_mount_of(inode)->by_time))
		return false;
	spin_lock(&xi->lock);
	holds = xenfs_attr_holds_locked(inode);
	spin_unlock(&xi->lock);
	return holds && xenfs_may_read(inode);
}

/**
 * xenfs_open() - open a regular file or a directory
 * @inode: the inode
 * @file: the open file
 *
 * One round trip; none if what is known of the file suffices.
 */
int xenfs_open(struct inode *inode, struct file *file)
{
	struct xenfsif_attr attr;
	struct xenfs_file *xf;
	struct xenfs_op op;
	int err;

	xf = file_new(inode, file);
	if (!xf)
		return -ENOMEM;
	if (may_open_later(inode, xf)) {
		file_enter(file, xf);
		return 0;
	}
	open_op(&op, &attr, xf->flags);
	err = xenfs_call(inode, &op);
	if (!err && !xenfsif_attr_ok(&attr))
		err = -EIO;
	if (err)
		goto free_file;
	xf->fh = op.rsp.u.open.fh;
	xf->epoch = op.epoch;
	err = xenfs_inode_update(inode, &attr, op.rsp.version, op.rsp.frames,
				 &op);
	if (err < 0) {
		xenfs_release_fh(xenfs_mount_of(inode), xf->epoch, xf->fh);
		goto free_file;
	}
	file_enter(file, xf);
	return 0;

free_file:
	file_free(xf);
	return err;
}

/* The server has opened it already. */
static int opened(struct inode *inode, struct file *file)
{
	file_enter(file, file->private_data);
	return 0;
}

/**
 * xenfs_finish_open() - make the open file of one that was just created
 * @dir: the directory
 * @dentry: the file's; instantiated
 * @file: to be opened
 * @op: the answered CREATE or TMPFILE
 *
 * Return: 0 or an errno; then the server's open file has been closed.
 */
int xenfs_finish_open(struct inode *dir, struct dentry *dentry,
		      struct file *file, const struct xenfs_op *op)
{
	struct xenfs_mount *m = XENFS_M(dentry->d_sb);
	struct xenfs_file *xf = file_new(d_inode(dentry), file);
	int err = -ENOMEM;

	if (!xf)
		goto release_fh;
	xf->fh = op->rsp.u.open.fh;
	xf->epoch = op->epoch;
	file->private_data = xf;
	err = finish_open(file, dentry, opened);
	/* the VFS may find fault with an open file: ->release() closes it then */
	if (!err || file->f_mode & FMODE_OPENED)
		return err;
	file->private_data = NULL;
	file_free(xf);
release_fh:
	xenfs_release_fh(m, op->epoch, op->rsp.u.open.fh);
	return err;
}

/**
 * xenfs_reopen() - get the server's number of an open file in a session
 * @xf: the file
 * @conn: connection of the session
 * @epoch: number of the session; the inode has its node in it
 * @fh: filled in
 *
 * No round trip but for the first use of the file in the session.
 */
int xenfs_reopen(struct xenfs_file *xf, struct xenfs_conn *conn, u64 epoch,
		 u64 *fh)
{
	struct xenfs_inode *xi = XENFS_I(xf->inode);
	const struct cred *old_cred;
	struct xenfsif_attr attr;
	struct xenfs_op op;
	int err = 0;

	mutex_lock(&xf->lock);
	if (xf->epoch == epoch) {
		*fh = xf->fh;
		goto unlock;
	}
	open_op(&op, &attr, xf->flags | XENFSIF_OPEN_AGAIN);
	spin_lock(&xi->lock);
	op.req.node = xi->node;
	op.req.generation = xi->generation;
	spin_unlock(&xi->lock);
	/* as whom it was opened, not as who happens to use it */
	old_cred = override_creds(xf->cred);
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
 * @xf: the file
 * @epoch: number of the session
 * @fh: which of the request's arguments takes the server's number of the file
 * @op: the operation
 *
 * Return: whether the file and its inode are known in that session; if not, a
 * synchronous call makes them so.
 */
bool xenfs_file_in_session(struct xenfs_file *xf, u64 epoch, u64 *fh,
			   struct xenfs_op *op)
{
	struct xenfs_inode *xi = XENFS_I(xf->inode);
	bool ret;

	mutex_lock(&xf->lock);
	ret = xf->epoch == epoch;
	*fh = xf->fh;
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

/**
 * xenfs_release_fh() - close an open file on the server, without waiting
 * @m: the mount
 * @epoch: session in which it was opened
 * @fh: the server's number of it
 *
 * A task that exits closes its files, and cannot be killed any more: it does not
 * wait, however busy the server is.
 */
void xenfs_release_fh(struct xenfs_mount *m, u64 epoch, u64 fh)
{
	struct xenfs_conn *conn = xenfs_mount_conn_of(m, epoch);
	struct release_op *r;
	int err;

	if (!conn)
		return;		/* the session is over, and its files with it */
	r = kzalloc(sizeof(*r), GFP_NOFS | __GFP_NOFAIL);
	r->conn = conn;
	r->op.req.op = XENFSIF_OP_RELEASE;
	r->op.req.u.release.fh = fh;
	r->op.done = release_done;
	err = xenfs_conn_try_submit(conn, &r->op);
	if (err == -EAGAIN) {
		INIT_WORK(&r->work, release_work);
		queue_work(xenfs_wq, &r->work);
	} else if (err) {
		release_done(&r->op, err);
	}
}

/**
 * xenfs_file_put() - drop a reference to an open file
 * @xf: the file; closed on the server with the last one
 */
void xenfs_file_put(struct xenfs_file *xf)
{
	if (!refcount_dec_and_test(&xf->ref))
		return;
	xenfs_release_fh(xenfs_mount_of(xf->inode), xf->epoch, xf->fh);
	file_free(xf);
}

/**
 * xenfs_file_writer() - get a file through which an inode can be written
 * @inode: the inode
 *
 * Return: the file with a reference, or NULL if none is open for writing.
 */
struct xenfs_file *xenfs_file_writer(struct inode *inode)
{
	struct xenfs_inode *xi = XENFS_I(inode);
	struct xenfs_file *xf;

	spin_lock(&xi->lock);
	xf = list_first_entry_or_null(&xi->writers, struct xenfs_file, writer);
	if (xf)
		refcount_inc(&xf->ref);
	spin_unlock(&xi->lock);
	return xf;
}

/*
 * A work, because the last reference to an inode must not be dropped by who
 * writes it back.
 */
static void let_go(struct work_struct *work)
{
	struct xenfs_file *xf = container_of(work, struct xenfs_file, work);
	struct inode *inode = xf->inode;
	struct xenfs_mount *m = xenfs_mount_of(inode);

	xenfs_file_put(xf);
	iput(inode);
	xenfs_linger_end(m);
}

/**
 * xenfs_files_settle() - nothing of an inode is dirty: let go who lingers
 * @inode: the inode
 */
void xenfs_files_settle(struct inode *inode)
{
	struct xenfs_inode *xi = XENFS_I(inode);
	struct xenfs_file *xf, *next;

	spin_lock(&xi->lock);
	list_for_each_entry_safe(xf, next, &xi->writers, writer) {
		if (!xf->closed || xi->nr_dirty)
			continue;
		list_del_init(&xf->writer);
		INIT_WORK(&xf->work, let_go);
		queue_work(xenfs_wq, &xf->work);
	}
	spin_unlock(&xi->lock);
}

int xenfs_release(struct inode *inode, struct file *file)
{
	struct xenfs_mount *m = xenfs_mount_of(inode);
	struct xenfs_inode *xi = XENFS_I(inode);
	struct xenfs_file *xf = file->private_data;
	bool lingers = false;

	spin_lock(&xi->lock);
	if (!list_empty(&xf->writer)) {
		lingers = xi->nr_dirty;
		if (lingers)
			xf->closed = true;
		else
			list_del_init(&xf->writer);
	}
	if (lingers) {
		ihold(inode);
		xenfs_linger_begin(m);
	}
	spin_unlock(&xi->lock);

	if (lingers)
		filemap_flush(inode->i_mapping);
	else
		xenfs_file_put(xf);
	return 0;
}

/**
 * xenfs_write_error() - something that was written could not be sent
 * @inode: the file
 * @err: why
 *
 * Context: any but interrupts.
 */
void xenfs_write_error(struct inode *inode, int err)
{
	struct xenfs_inode *xi = XENFS_I(inode);

	mapping_set_error(inode->i_mapping, err);
	spin_lock(&xi->lock);
	xi->nr_errors++;
	xi->last_error = err;
	spin_unlock(&xi->lock);
}

/* The error that came since this was asked last, by @file. */
static int late_error(struct file *file)
{
	struct xenfs_inode *xi = XENFS_I(file_inode(file));
	struct xenfs_file *xf = file->private_data;
	int err = 0;

	spin_lock(&xi->lock);
	if (xf->errors_told != xi->nr_errors)
		err = xi->last_error;
	xf->errors_told = xi->nr_errors;
	spin_unlock(&xi->lock);
	return err;
}

/*
 * Closing sends what is dirty, and reports errors that came since the file was
 * opened, closed or synchronised last, whoever had it written; but does not take
 * them from fsync.  A task that was killed does not wait: the file lingers.
 */
static int flush(struct file *file, fl_owner_t id)
{
	struct address_space *mapping = file->f_mapping;

	if (!(file->f_mode & FMODE_WRITE))
		return 0;
	if (READ_ONCE(XENFS_I(mapping->host)->nr_dirty)) {
		if (xenfs_dying())
			return filemap_flush(mapping);
		filemap_write_and_wait(mapping);
	}
	return late_error(file);
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
		err = filemap_write_and_wait(file->f_mapping);
		return err ? err : seek_server(file, offset, whence);
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

/**
 * xenfs_fsync() - bring what was written to dom0's storage
 * @file: the open file or directory
 * @start: first octet
 * @end: last octet
 * @datasync: whether the size and content suffice
 *
 * One round trip beside those of the WRITEs.
 */
int xenfs_fsync(struct file *file, loff_t start, loff_t end, int datasync)
{
	struct xenfs_op op = {
		.req.op = XENFSIF_OP_FSYNC,
		.req.u.fsync.datasync = !!datasync,
	};
	int err;

	err = file_write_and_wait_range(file, start, end);
	/* what is told here close does not tell again */
	if (err)
		late_error(file);
	if (err || !xenfs_mount_of(file_inode(file))->writable)
		return err;
	return xenfs_call_file(file, &op, &op.req.u.fsync.fh);
}

/*
 * splice and sendfile copy into pages of the pipe: a lent page never goes to
 * another subsystem, which could hold it beyond its return.
 */
const struct file_operations xenfs_file_fops = {
	.open		= xenfs_open,
	.release	= xenfs_release,
	.flush		= flush,
	.llseek		= llseek,
	.read_iter	= xenfs_read_iter,
	.write_iter	= xenfs_write_iter,
	.mmap		= xenfs_mmap,
	.splice_read	= copy_splice_read,
	.splice_write	= iter_file_splice_write,
	.fadvise	= fadvise,
	.fsync		= xenfs_fsync,
	.fallocate	= xenfs_fallocate,
	.copy_file_range = xenfs_copy_file_range,
	.remap_file_range = xenfs_remap_file_range,
	.lock		= xenfs_lock_op,
	.flock		= xenfs_flock_op,
	XENFS_NO_LEASES
};
