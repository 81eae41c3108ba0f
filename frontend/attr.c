// SPDX-License-Identifier: GPL-2.0
/*
 * Attributes of inodes: taking them over from what the server says, and asking
 * it when they are not believed any more.
 *
 * They are those of one answer of the server, written under xenfs_inode.lock.
 * The words "version" and "frames" stand beside them and are compared for
 * equality only: another version says that somebody else changed the file,
 * other frames that lent pages have left dom0's page cache.
 *
 * Answers come in any order.  Attributes that may be from before a change of
 * this guest's own are recognized by xenfs_op.as_of, which is less than
 * xenfs_inode.modified then, and not taken over.
 *
 * How long attributes are believed is up to xenfs_holds(); expired ones have
 * stamp_epoch 0.
 */
#include <xenfs_check.h>

#include "xenfs.h"

/* Somebody who changes a file without pause must not keep a reader for ever. */
#define REVALIDATE_TRIES	5

/*
 * What is dirty here may lie beyond the server's end of the file.  With the lock
 * held nothing becomes dirty: see xenfs_dirty_add().
 */
static void set_size_locked(struct inode *inode, loff_t size)
{
	struct xenfs_inode *xi = XENFS_I(inode);

	lockdep_assert_held(&xi->lock);
	if (!xi->nr_dirty || size > i_size_read(inode))
		i_size_write(inode, size);
}

/**
 * xenfs_inode_set_attr_locked() - write attributes into an inode
 * @inode: the inode
 * @a: the checked attributes; not older than what this guest changed last
 * @epoch: session that they are of
 *
 * The words beside them, and what is cached of the content, are the caller's.
 */
void xenfs_inode_set_attr_locked(struct inode *inode,
				 const struct xenfsif_attr *a, u64 epoch)
{
	struct xenfs_inode *xi = XENFS_I(inode);

	lockdep_assert_held(&xi->lock);
	inode->i_ino = a->ino;
	inode->i_mode = a->mode;
	set_nlink(inode, a->nlink);
	inode->i_uid = make_kuid(&init_user_ns, a->uid);
	inode->i_gid = make_kgid(&init_user_ns, a->gid);
	inode->i_blkbits = PAGE_SHIFT;
	inode->i_blocks = a->blocks;
	inode_set_atime(inode, a->atime_sec, a->atime_nsec);
	inode_set_mtime(inode, a->mtime_sec, a->mtime_nsec);
	inode_set_ctime(inode, a->ctime_sec, a->ctime_nsec);
	set_size_locked(inode, a->size);
	xi->btime.tv_sec = a->btime_sec;
	xi->btime.tv_nsec = a->btime_nsec;
	xi->has_btime = a->mask & STATX_BTIME;
	xi->attributes = a->attributes;
	/* so that the VFS gives the errors of a local filesystem */
	inode_set_flags(inode,
			(a->attributes & STATX_ATTR_IMMUTABLE ? S_IMMUTABLE : 0) |
			(a->attributes & STATX_ATTR_APPEND ? S_APPEND : 0),
			S_IMMUTABLE | S_APPEND);
	xi->stamp = jiffies;
	xi->stamp_epoch = epoch;
}

/**
 * xenfs_attr_holds_locked() - whether the attributes may be believed
 * @inode: the inode; its lock is held
 */
bool xenfs_attr_holds_locked(struct inode *inode)
{
	struct xenfs_inode *xi = XENFS_I(inode);
	u64 mark = xi->stamp;

	lockdep_assert_held(&xi->lock);
	/* what is doubted has version 0, until an answer is believed again */
	if (!READ_ONCE(xenfs_mount_of(inode)->by_time))
		mark = xenfs_mark(inode, xi->version);
	return xenfs_holds(inode, mark, xi->stamp_epoch);
}

/**
 * xenfs_inode_expire_locked() - as xenfs_inode_expire(), with the lock held
 * @inode: the inode
 */
void xenfs_inode_expire_locked(struct inode *inode)
{
	lockdep_assert_held(&XENFS_I(inode)->lock);
	/* no session has this number: xenfs_holds() says no */
	XENFS_I(inode)->stamp_epoch = 0;
}

/**
 * xenfs_inode_content_changed() - whether attributes tell of another content
 * @inode: the inode, with the attributes known so far
 * @a: the checked attributes
 *
 * For when versions cannot be compared.
 *
 * Context: under xenfs_inode.lock.
 */
bool xenfs_inode_content_changed(const struct inode *inode,
				 const struct xenfsif_attr *a)
{
	struct timespec64 mtime = inode_get_mtime(inode);
	struct timespec64 ctime = inode_get_ctime(inode);

	return i_size_read(inode) != a->size || mtime.tv_sec != a->mtime_sec ||
	       mtime.tv_nsec != a->mtime_nsec || ctime.tv_sec != a->ctime_sec ||
	       ctime.tv_nsec != a->ctime_nsec;
}

/*
 * Somebody else made the file shorter.  What was written here behind its new end
 * since then stays: that is newer.
 */
static void drop_behind(struct inode *inode, loff_t size)
{
	struct address_space *mapping = inode->i_mapping;

	unmap_mapping_range(mapping, round_up(size, PAGE_SIZE), 0, 1);
	invalidate_inode_pages2_range(mapping, size >> PAGE_SHIFT, -1);
}

/**
 * xenfs_inode_update() - take attributes over from an answer of the server
 * @inode: the inode
 * @attr: the checked attributes
 * @version: the version word sampled with them
 * @frames: the frames word sampled with them
 * @op: the operation that brought them
 *
 * What is cached of the content and may be outdated is dropped: private folios
 * when somebody else changed the file, lent pages when frames left dom0's page
 * cache.  What is dirty is written first: octets of others in the same page are
 * to be seen too.
 *
 * Attributes that may be older than a change that this guest made are not taken
 * over; the next use asks again.
 *
 * Context: process context, may sleep; may send REVALIDATE and WRITE.
 * Return: 0, 1 if the answer was overtaken and not taken over, or -ESTALE if the
 * node is a file of another type.
 */
int xenfs_inode_update(struct inode *inode, const struct xenfsif_attr *attr,
		       u64 version, u64 frames, const struct xenfs_op *op)
{
	struct xenfs_mount *m = xenfs_mount_of(inode);
	struct xenfs_inode *xi = XENFS_I(inode);
	bool changed, frames_changed, adopted = false;
	u64 epoch = op->epoch;
	loff_t old_size;

	if (inode_wrong_type(inode, attr->mode))
		return -ESTALE;

	spin_lock(&xi->lock);
	/* an answer of a session that is over comes too late */
	if (epoch != xi->epoch && xi->nlookup) {
		spin_unlock(&xi->lock);
		return 0;
	}
	/* words are comparable within a session only */
	if (xi->attr_epoch == epoch && version)
		changed = xi->version != version;
	else
		changed = xenfs_inode_content_changed(inode, attr);
	frames_changed = xi->frames != frames || frames == 0;
	spin_unlock(&xi->lock);

	/*
	 * Lent pages first: a private folio may be filled from one at any time.
	 * The attributes last: whoever finds them fresh finds no old content.
	 */
	if (S_ISREG(inode->i_mode)) {
		if (frames_changed && xenfs_lent_revalidate(inode))
			frames = 0;	/* not known: ask the next time */
		if (changed && inode->i_mapping->nrpages) {
			/* an error is reported by fsync or close */
			filemap_write_and_wait(inode->i_mapping);
			/* what was stored to just now stays: again, then */
			if (invalidate_inode_pages2(inode->i_mapping))
				version = 0;
		}
	}

	spin_lock(&xi->lock);
	old_size = i_size_read(inode);
	if ((epoch == xi->epoch || !xi->nlookup) && xi->modified <= op->as_of) {
		/* an answer that was asked for before this one may be older */
		if (xi->version != version || old_size != attr->size)
			xi->modified = atomic64_inc_return(&m->changes);
		xenfs_inode_set_attr_locked(inode, attr, epoch);
		xi->version = version;
		xi->attr_epoch = epoch;
		xi->frames = frames;
		adopted = true;
	} else {
		xenfs_inode_expire_locked(inode);
	}
	spin_unlock(&xi->lock);
	if (S_ISREG(inode->i_mode) && i_size_read(inode) < old_size)
		drop_behind(inode, i_size_read(inode));
	return !adopted;
}

/**
 * xenfs_inode_modified() - take over what the answer to an own change says
 * @inode: the inode that was changed
 * @attr: its checked attributes after the change, or NULL if it brought none
 * @version: its version word after the change, or 0
 * @op: the operation
 *
 * What is cached of the content is as true as before.  The server leaves the
 * version as it was if nobody else can have changed the file; if it did not, the
 * next use asks and learns of a change.
 *
 * Context: any but interrupts; sends nothing.
 */
void xenfs_inode_modified(struct inode *inode, const struct xenfsif_attr *attr,
			  u64 version, const struct xenfs_op *op)
{
	struct xenfs_mount *m = xenfs_mount_of(inode);
	struct xenfs_inode *xi = XENFS_I(inode);

	spin_lock(&xi->lock);
	if (attr && op->epoch == xi->epoch && xi->modified <= op->as_of &&
	    !inode_wrong_type(inode, attr->mode))
		xenfs_inode_set_attr_locked(inode, attr, op->epoch);
	else
		xenfs_inode_expire_locked(inode);
	if (!version || version != xi->version)
		xenfs_inode_expire_locked(inode);
	xi->modified = atomic64_inc_return(&m->changes);
	spin_unlock(&xi->lock);
}

/**
 * xenfs_inode_expire() - let the next use of an inode's attributes ask for them
 * @inode: the inode
 */
void xenfs_inode_expire(struct inode *inode)
{
	struct xenfs_inode *xi = XENFS_I(inode);

	spin_lock(&xi->lock);
	xenfs_inode_expire_locked(inode);
	spin_unlock(&xi->lock);
}

/**
 * xenfs_inode_doubt() - what is cached of a file may not be what the server has
 * @inode: the inode; an own change of it failed, or perhaps did not
 *
 * The next use asks, and drops the private folios.
 */
void xenfs_inode_doubt(struct inode *inode)
{
	struct xenfs_inode *xi = XENFS_I(inode);

	spin_lock(&xi->lock);
	xi->version = 0;
	/* no answer is believed that was asked for before */
	xi->modified = atomic64_inc_return(&xenfs_mount_of(inode)->changes);
	xi->doubted = xi->modified;
	smp_wmb();	/* who stamps a dentry with the new salt sees that */
	/* nor a name, permission, listing or attribute that was learned before */
	WRITE_ONCE(xi->salt, xi->salt + 1);
	xenfs_inode_expire_locked(inode);
	spin_unlock(&xi->lock);
}

/**
 * xenfs_doubt_begin() - a request may change a file at any moment from now on
 * @inode: the file; nothing that is cached of it is believed
 *
 * Context: any; takes no lock.
 */
void xenfs_doubt_begin(struct inode *inode)
{
	ihold(inode);
	xenfs_linger_begin(xenfs_mount_of(inode));
	atomic_inc(&XENFS_I(inode)->nr_doubts);
}

/* It is over.  May be the last to hold the inode: may sleep. */
void xenfs_doubt_end(struct inode *inode)
{
	struct xenfs_mount *m = xenfs_mount_of(inode);

	xenfs_inode_doubt(inode);
	xenfs_access_drop(inode);
	/* whoever finds no doubt finds the new salt: xenfs_holds() */
	smp_mb__before_atomic();
	atomic_dec(&XENFS_I(inode)->nr_doubts);
	iput(inode);
	xenfs_linger_end(m);
}

/**
 * xenfs_revalidate() - make sure that the attributes may be believed
 * @inode: the inode
 * @force: ask even if they are fresh
 *
 * One round trip if they are not, and one more for each batch of lent pages
 * that have left dom0's page cache.
 */
int xenfs_revalidate(struct inode *inode, bool force)
{
	struct xenfs_inode *xi = XENFS_I(inode);
	struct xenfsif_attr attr;
	struct xenfs_op op = {
		.req.op = XENFSIF_OP_GETATTR,
		.out = &attr,
		.out_len = sizeof(attr),
		.as_caller = true,
	};
	unsigned int tries;
	bool holds;
	int err;

	spin_lock(&xi->lock);
	holds = xenfs_attr_holds_locked(inode);
	spin_unlock(&xi->lock);
	if (!force && holds)
		return 0;

	for (tries = 0; tries < REVALIDATE_TRIES; tries++) {
		err = xenfs_call(inode, &op);
		if (err)
			return err;
		if (!xenfsif_attr_ok(&attr))
			return -EIO;
		err = xenfs_inode_update(inode, &attr, op.rsp.version,
					 op.rsp.frames, &op);
		/* overtaken: what was taken over may be from before we asked */
		if (err <= 0)
			return err;
	}
	return 0;
}

int xenfs_getattr(struct xenfs_idmap *idmap, const struct path *path,
		  struct kstat *stat, u32 mask, unsigned int flags)
{
	struct inode *inode = d_inode(path->dentry);
	struct xenfs_inode *xi = XENFS_I(inode);
	int err = 0;

	/* size, times and blocks are the server's: it has to know all */
	if (mask & (STATX_MTIME | STATX_CTIME | STATX_SIZE | STATX_BLOCKS) &&
	    READ_ONCE(xi->nr_dirty))
		filemap_write_and_wait(inode->i_mapping);

	if ((flags & AT_STATX_SYNC_TYPE) != AT_STATX_DONT_SYNC)
		err = xenfs_revalidate(inode, (flags & AT_STATX_SYNC_TYPE) ==
					      AT_STATX_FORCE_SYNC);
	if (err)
		return err;

	spin_lock(&xi->lock);
	xenfs_fillattr(idmap, mask, inode, stat);
	/* the superblock says "noatime", but the server keeps it */
	stat->result_mask |= STATX_ATIME;
	if (xi->dev)
		stat->dev = xi->dev;
	if (xi->has_btime) {
		stat->btime = xi->btime;
		stat->result_mask |= STATX_BTIME;
	}
	stat->attributes |= xi->attributes & (STATX_ATTR_COMPRESSED |
					      STATX_ATTR_IMMUTABLE |
					      STATX_ATTR_APPEND |
					      STATX_ATTR_NODUMP |
					      STATX_ATTR_ENCRYPTED |
					      STATX_ATTR_VERITY);
	stat->attributes_mask |= STATX_ATTR_COMPRESSED | STATX_ATTR_IMMUTABLE |
				 STATX_ATTR_APPEND | STATX_ATTR_NODUMP |
				 STATX_ATTR_ENCRYPTED | STATX_ATTR_VERITY;
	spin_unlock(&xi->lock);
	return 0;
}
