// SPDX-License-Identifier: GPL-2.0
/*
 * Listing directories.
 *
 * A listing is fetched in pieces of DIRBUF_SIZE with READDIR, which brings the
 * entries' attributes too; they enter the dentry and inode caches at once, so
 * that find costs a round trip per piece, not per file.  ("ls -l" asks for
 * extended attributes besides, file by file.)  What user space has no room for
 * stays with the open directory for its next call.
 *
 * After a seekdir() little is fetched, and names alone: whoever jumps about wants
 * an entry or two, and reads on if not.
 *
 * ctx->pos is the server's cookie, so that telldir and seekdir mean what they
 * mean in its filesystem, also while the directory changes.
 */
#include <linux/slab.h>
#include <xenfs_check.h>

#include "xenfs.h"

#define DIRBUF_SIZE	32768u
#define SEEK_SIZE	4096u

/**
 * struct xenfs_dirbuf - a piece of a listing
 * @cookie: where its next record stands
 * @pos: offset of the next record
 * @len: of the piece
 * @eof: it is the last
 * @data: the records: checked as they are taken
 */
struct xenfs_dirbuf {
	u64 cookie;
	u32 pos;
	u32 len;
	bool eof;
	u8 data[DIRBUF_SIZE] __aligned(8);
};

/* Enter a name that the listing brought into the dentry cache. */
static int prime(struct dentry *parent, const struct xenfs_op *op,
		 const struct xenfsif_dirent_view *v)
{
	struct qstr name = QSTR_INIT(v->name, v->d->name_len);
	XENFS_DECLARE_LOOKUP_WAIT(wait);
	struct dentry *dentry, *alias;
	struct inode *inode;

	name.hash = full_name_hash(parent, name.name, name.len);
	dentry = d_lookup(parent, &name);
	if (dentry && d_really_is_positive(dentry))
		xenfs_bind(d_inode(dentry), op->epoch);
	inode = xenfs_iget(parent->d_sb, op, v->entry, v->handle);
	if (IS_ERR(inode)) {
		dput(dentry);
		return PTR_ERR(inode);
	}
	if (!dentry) {
		dentry = xenfs_d_alloc_parallel(parent, &name, wait);
		if (IS_ERR(dentry)) {
			iput(inode);
			return PTR_ERR(dentry);
		}
	}
	if (d_in_lookup(dentry)) {
		xenfs_dentry_stamp(dentry, op->rsp.before, op->epoch);
		alias = d_splice_alias(inode, dentry);
		d_lookup_done(dentry);
		if (!IS_ERR_OR_NULL(alias)) {
			xenfs_dentry_stamp(alias, op->rsp.before, op->epoch);
			dput(alias);
		}
		dput(dentry);
		return 0;
	}
	/* known already: either still that file, or not to be believed */
	if (d_inode(dentry) == inode)
		xenfs_dentry_stamp(dentry, op->rsp.before, op->epoch);
	else
		d_invalidate(dentry);
	iput(inode);
	dput(dentry);
	return 0;
}

/* Take the nodes over: each that the server gave has to be kept or forgotten. */
static void prime_all(struct file *file, struct xenfs_dirbuf *buf,
		      const struct xenfs_op *op)
{
	struct dentry *parent = file->f_path.dentry;
	struct xenfs_mount *m = XENFS_M(parent->d_sb);
	struct xenfsif_dirent_view v;
	u32 pos = 0;

	while (xenfsif_dirent_next(buf->data, buf->len, &pos, &v) == 1) {
		if (!v.entry)
			continue;
		/* a failure costs the cache an entry, not the listing */
		if (prime(parent, op, &v) == XENFS_LOST)
			break;
		if (READ_ONCE(m->epoch) != op->epoch)
			break;
	}
}

static int fetch(struct file *file, struct xenfs_dirbuf *buf, u64 cookie,
		 bool jumped)
{
	struct xenfs_op op = {
		.req.op = XENFSIF_OP_READDIR,
		.req.u.readdir.cookie = cookie,
		.req.u.readdir.flags = jumped ? 0 : XENFSIF_READDIR_PLUS,
		.out = buf->data,
		.out_len = jumped ? SEEK_SIZE : DIRBUF_SIZE,
		.as_caller = true,
	};
	int err;

	buf->pos = 0;
	buf->len = 0;
	buf->eof = false;
	buf->cookie = cookie;
	err = xenfs_call_file(file, &op, &op.req.u.readdir.fh);
	if (err)
		return err;
	buf->len = op.rsp.u.readdir.count;
	buf->eof = op.rsp.u.readdir.eof;
	prime_all(file, buf, &op);
	return 0;
}

static int iterate(struct file *file, struct dir_context *ctx)
{
	struct xenfs_file *xf = file->private_data;
	struct xenfs_dirbuf *buf = xf->dir;
	struct xenfsif_dirent_view v;
	bool fresh = false, emitted = false;
	u32 pos;
	int err;

	/* readers of one open directory are serialised by f_pos_lock */
	if (!buf) {
		buf = kvzalloc(sizeof(*buf), GFP_KERNEL);
		if (!buf)
			return -ENOMEM;
		xf->dir = buf;
		buf->cookie = U64_MAX;
	}
	for (;;) {
		if (buf->cookie != ctx->pos || buf->pos >= buf->len) {
			if (buf->cookie == ctx->pos && buf->eof)
				return 0;
			/*
			 * What there is goes out before more is fetched: a
			 * program that jumps about wants no more, and for
			 * others a system call is little beside a round trip.
			 */
			if (emitted)
				return 0;
			/* a piece without records that is not the last */
			if (fresh && !buf->len)
				return -EIO;
			err = fetch(file, buf, ctx->pos,
				    ctx->pos && buf->cookie != ctx->pos);
			if (err)
				return err;
			fresh = true;
			continue;
		}
		pos = buf->pos;
		err = xenfsif_dirent_next(buf->data, buf->len, &pos, &v);
		if (err < 0)
			return err;
		/* a cookie that leads nowhere would list for ever */
		if (v.d->cookie == (u64)ctx->pos)
			return -EIO;
		if (!dir_emit(ctx, v.name, v.d->name_len, v.d->ino, v.d->type))
			return 0;
		emitted = true;
		buf->pos = pos;
		buf->cookie = v.d->cookie;
		ctx->pos = v.d->cookie;
	}
}

static int release(struct inode *inode, struct file *file)
{
	struct xenfs_file *xf = file->private_data;

	kvfree(xf->dir);
	return xenfs_release(inode, file);
}

/* Any cookie that the server gave may be returned to: there is no end. */
static loff_t llseek(struct file *file, loff_t offset, int whence)
{
	struct xenfs_file *xf = file->private_data;
	loff_t ret;

	if (whence != SEEK_SET && whence != SEEK_CUR)
		return -EINVAL;
	inode_lock(file_inode(file));
	ret = generic_file_llseek_size(file, offset, whence, LLONG_MAX,
				       LLONG_MAX);
	/* rewinding begins anew: entries made since then are to be seen */
	if (ret == 0 && xf->dir)
		xf->dir->cookie = U64_MAX;
	inode_unlock(file_inode(file));
	return ret;
}

const struct file_operations xenfs_dir_fops = {
	.open		= xenfs_open,
	.release	= release,
	.llseek		= llseek,
	.read		= generic_read_dir,
	.iterate_shared	= iterate,
	.fsync		= xenfs_fsync,
	.lock		= xenfs_lock_op,
	.flock		= xenfs_flock_op,
	XENFS_NO_LEASES
};
