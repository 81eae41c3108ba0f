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

#define LISTING_MAX	(1u << 20)	/* octets that an inode keeps */
#define LISTINGS_MAX	(16l << 20)	/* octets that a mount keeps */

/**
 * struct xenfs_piece - a piece of a listing
 * @link: in xenfs_listing.pieces
 * @cookie: where it begins
 * @end: cookie of what follows it
 * @len: of it
 * @eof: it is the last
 * @data: the records: checked as they are taken
 */
struct xenfs_piece {
	struct list_head link;
	u64 cookie;
	u64 end;
	u32 len;
	bool eof;
	u8 data[] __aligned(8);
};

/**
 * struct xenfs_listing - a listing, or the beginning of one
 * @ref: of the inode that keeps it, and of open directories that are in it
 * @pieces: each begins where the one before it ends, and all are of one version;
 *          whoever began it adds to it, and nobody once it is kept
 * @end: cookie of what follows them
 * @size: octets of them
 * @mark: for xenfs_holds()
 * @epoch: in which session
 * @as_of: what of this guest's changes it has seen
 * @kept_by: the mount that counts it among what it keeps, or NULL
 *
 * Only whole listings are kept, and who reads one reads it to its end: cookies
 * of one open directory may mean something else to another, and pieces of
 * different versions do not fit together.
 */
struct xenfs_listing {
	refcount_t ref;
	struct list_head pieces;
	u64 end;
	u32 size;
	u64 mark;
	u64 epoch;
	u64 as_of;
	struct xenfs_mount *kept_by;
};

/**
 * struct xenfs_dirbuf - where an open directory is in its listing
 * @cookie: of the next record
 * @pos: offset of the next record in @piece
 * @piece: what it lies in, or NULL
 * @listing: what @piece is of, or NULL: then @piece is ours alone
 * @building: we began @listing, and it is not whole yet
 */
struct xenfs_dirbuf {
	u64 cookie;
	u32 pos;
	struct xenfs_piece *piece;
	struct xenfs_listing *listing;
	bool building;
};

static void listing_put(struct xenfs_listing *listing)
{
	struct xenfs_piece *piece, *next;

	if (!listing || !refcount_dec_and_test(&listing->ref))
		return;
	list_for_each_entry_safe(piece, next, &listing->pieces, link)
		kvfree(piece);
	if (listing->kept_by)
		atomic_long_sub(listing->size, &listing->kept_by->listings);
	kfree(listing);
}

/* The inode's listing, if it has one that is true, with a reference. */
static struct xenfs_listing *kept_listing(struct inode *inode)
{
	struct xenfs_inode *xi = XENFS_I(inode);
	struct xenfs_listing *listing, *gone = NULL;

	spin_lock(&xi->lock);
	listing = xi->listing;
	if (listing && (xi->modified > listing->as_of ||
			!xenfs_holds(inode, listing->mark, listing->epoch))) {
		gone = listing;
		listing = xi->listing = NULL;
	}
	if (listing)
		refcount_inc(&listing->ref);
	spin_unlock(&xi->lock);
	listing_put(gone);
	return listing;
}

/* It is whole: for the next who lists the directory, as long as that is as it was. */
static void keep_listing(struct inode *inode, struct xenfs_listing *listing)
{
	struct xenfs_mount *m = xenfs_mount_of(inode);
	struct xenfs_inode *xi = XENFS_I(inode);
	struct xenfs_listing *old = NULL;

	if (atomic_long_add_return(listing->size, &m->listings) > LISTINGS_MAX) {
		atomic_long_sub(listing->size, &m->listings);
		return;
	}
	listing->kept_by = m;
	spin_lock(&xi->lock);
	if (xi->modified <= listing->as_of) {
		old = xi->listing;
		refcount_inc(&listing->ref);
		xi->listing = listing;
	}
	spin_unlock(&xi->lock);
	listing_put(old);
}

/* The inode is evicted: nobody has the directory open. */
void xenfs_listing_drop(struct inode *inode)
{
	listing_put(XENFS_I(inode)->listing);
	XENFS_I(inode)->listing = NULL;
}

/* Let go of the piece that the directory is in. */
static void leave(struct xenfs_dirbuf *buf)
{
	if (!buf->listing)
		kvfree(buf->piece);
	buf->piece = NULL;
}

/* Let go of its listing, too. */
static void leave_listing(struct xenfs_dirbuf *buf)
{
	leave(buf);
	listing_put(buf->listing);
	buf->listing = NULL;
	buf->building = false;
}

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
		xenfs_dentry_learned(d_inode(parent), dentry, op);
		alias = d_splice_alias(inode, dentry);
		d_lookup_done(dentry);
		if (!IS_ERR_OR_NULL(alias)) {
			xenfs_dentry_learned(d_inode(parent), alias, op);
			dput(alias);
		}
		dput(dentry);
		return 0;
	}
	/* known already: either still that file, or not to be believed */
	if (d_inode(dentry) == inode)
		xenfs_dentry_learned(d_inode(parent), dentry, op);
	else
		d_invalidate(dentry);
	iput(inode);
	dput(dentry);
	return 0;
}

/* Take the nodes over: each that the server gave has to be kept or forgotten. */
static void prime_all(struct file *file, const void *data, u32 len,
		      const struct xenfs_op *op)
{
	struct dentry *parent = file->f_path.dentry;
	struct xenfs_mount *m = XENFS_M(parent->d_sb);
	struct xenfsif_dirent_view v;
	u32 pos = 0;

	while (xenfsif_dirent_next(data, len, &pos, &v) == 1) {
		if (!v.entry)
			continue;
		/* a failure costs the cache an entry, not the listing */
		if (prime(parent, op, &v) == XENFS_LOST)
			break;
		if (READ_ONCE(m->epoch) != op->epoch)
			break;
	}
}

static struct xenfs_piece *make_piece(const void *data, u64 cookie,
				      const struct xenfs_op *op)
{
	u32 len = op->rsp.u.readdir.count, pos = 0;
	struct xenfs_piece *piece = kvmalloc(struct_size(piece, data, len),
					     GFP_KERNEL_ACCOUNT);
	struct xenfsif_dirent_view v;

	if (!piece)
		return ERR_PTR(-ENOMEM);
	INIT_LIST_HEAD(&piece->link);
	piece->cookie = cookie;
	piece->end = cookie;
	piece->len = len;
	piece->eof = op->rsp.u.readdir.eof;
	memcpy(piece->data, data, len);
	while (xenfsif_dirent_next(piece->data, len, &pos, &v) == 1)
		piece->end = v.d->cookie;
	return piece;
}

/* One round trip.  @jumped: little is wanted, and names alone. */
static struct xenfs_piece *fetch(struct file *file, u64 cookie, bool jumped,
				 struct xenfs_op *op)
{
	struct xenfs_piece *piece;
	int err;

	*op = (struct xenfs_op) {
		.req.op = XENFSIF_OP_READDIR,
		.req.u.readdir.cookie = cookie,
		.req.u.readdir.flags = jumped ? 0 : XENFSIF_READDIR_PLUS,
		.out_len = jumped ? SEEK_SIZE : DIRBUF_SIZE,
		.as_caller = true,
	};
	op->out = kvmalloc(op->out_len, GFP_KERNEL);
	if (!op->out)
		return ERR_PTR(-ENOMEM);
	err = xenfs_call_file(file, op, &op->req.u.readdir.fh);
	if (err) {
		kvfree(op->out);
		return ERR_PTR(err);
	}
	prime_all(file, op->out, op->rsp.u.readdir.count, op);
	piece = make_piece(op->out, cookie, op);
	kvfree(op->out);
	return piece;
}

static struct xenfs_listing *new_listing(struct inode *inode,
					 const struct xenfs_op *op)
{
	struct xenfs_listing *listing = kzalloc(sizeof(*listing), GFP_KERNEL);

	if (!listing)
		return NULL;
	refcount_set(&listing->ref, 1);
	INIT_LIST_HEAD(&listing->pieces);
	listing->mark = xenfs_mark(inode, op->rsp.before);
	listing->epoch = op->epoch;
	listing->as_of = op->as_of;
	return listing;
}

/* Adds what was fetched to the listing that is being built, if it fits. */
static void build(struct inode *inode, struct xenfs_dirbuf *buf,
		  struct xenfs_piece *piece, const struct xenfs_op *op)
{
	if (!piece->cookie && !READ_ONCE(xenfs_mount_of(inode)->by_time)) {
		buf->listing = new_listing(inode, op);
		buf->building = buf->listing;
	}
	if (!buf->building)
		return;
	if (buf->listing->end != piece->cookie ||
	    buf->listing->mark != xenfs_mark(inode, op->rsp.before) ||
	    buf->listing->epoch != op->epoch ||
	    buf->listing->size + piece->len > LISTING_MAX) {
		leave_listing(buf);
		return;
	}
	list_add_tail(&piece->link, &buf->listing->pieces);
	buf->listing->end = piece->end;
	buf->listing->size += piece->len;
	if (piece->eof) {
		keep_listing(inode, buf->listing);
		buf->building = false;
	}
}

static struct xenfs_piece *find_piece(struct xenfs_dirbuf *buf, u64 cookie)
{
	struct xenfs_piece *piece;

	if (!buf->listing)
		return NULL;
	list_for_each_entry(piece, &buf->listing->pieces, link)
		if (piece->cookie == cookie)
			return piece;
	return NULL;
}

/* Go to the piece that begins at @cookie. */
static int turn_to(struct file *file, struct xenfs_dirbuf *buf, u64 cookie)
{
	bool jumped = cookie && buf->cookie != cookie;
	struct inode *inode = file_inode(file);
	struct xenfs_piece *piece;
	struct xenfs_op op;

	leave(buf);
	if (!cookie) {
		leave_listing(buf);
		buf->listing = kept_listing(inode);
	}
	piece = find_piece(buf, cookie);
	if (!piece) {
		/* a jump, or the first that lists it since it has changed */
		if (buf->listing && !buf->building)
			leave_listing(buf);
		piece = fetch(file, cookie, jumped, &op);
		if (IS_ERR(piece))
			return PTR_ERR(piece);
		build(inode, buf, piece, &op);
	}
	buf->piece = piece;
	buf->cookie = cookie;
	buf->pos = 0;
	return 0;
}

static int iterate(struct file *file, struct dir_context *ctx)
{
	struct xenfs_file *xf = file->private_data;
	struct xenfs_dirbuf *buf = xf->dir;
	struct xenfsif_dirent_view v;
	bool emitted = false, turned = false;
	u32 pos;
	int err;

	/* readers of one open directory are serialised by f_pos_lock */
	if (!buf) {
		buf = kzalloc(sizeof(*buf), GFP_KERNEL);
		if (!buf)
			return -ENOMEM;
		xf->dir = buf;
		buf->cookie = U64_MAX;
	}
	for (;;) {
		if (!buf->piece || buf->cookie != ctx->pos ||
		    buf->pos >= buf->piece->len) {
			if (buf->piece && buf->cookie == ctx->pos &&
			    buf->piece->eof)
				return 0;
			/*
			 * What there is goes out before more is fetched: a
			 * program that jumps about wants no more, and for
			 * others a system call is little beside a round trip.
			 */
			if (emitted)
				return 0;
			/* a piece without records that is not the last */
			if (turned && !buf->piece->len)
				return -EIO;
			err = turn_to(file, buf, ctx->pos);
			if (err)
				return err;
			turned = true;
			continue;
		}
		pos = buf->pos;
		err = xenfsif_dirent_next(buf->piece->data, buf->piece->len,
					  &pos, &v);
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

	if (xf->dir)
		leave_listing(xf->dir);
	kfree(xf->dir);
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
