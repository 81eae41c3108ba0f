// SPDX-License-Identifier: GPL-2.0
/*
 * Inodes: which node of the server's each one is, and its attributes.
 *
 * m->inodes maps node ids of the current session to inodes, without holding
 * them; eviction takes an inode out.  Each time the server gives a node to us
 * it counts a reference, which xenfs_inode.nlookup mirrors and eviction gives
 * back by FORGET.
 *
 * Attributes are those of one answer of the server, written under
 * xenfs_inode.lock.  The words "version" and "frames" stand beside them and
 * are compared for equality only.
 */
#include <linux/iversion.h>
#include <linux/posix_acl.h>
#include <linux/slab.h>
#include <linux/statfs.h>
#include <xenfs_check.h>

#include "xenfs.h"
#include "trace.h"

static struct kmem_cache *inode_cache;

struct sub_dev {
	struct list_head link;
	u64 remote;
	dev_t dev;
};

static void init_once(void *p)
{
	struct xenfs_inode *xi = p;

	inode_init_once(&xi->vfs);
}

struct inode *xenfs_alloc_inode(struct super_block *sb)
{
	struct xenfs_inode *xi = alloc_inode_sb(sb, inode_cache, GFP_KERNEL);

	if (!xi)
		return NULL;
	/* all but the VFS part, which init_once() made */
	memset_after(xi, 0, vfs);
	spin_lock_init(&xi->lock);
	mutex_init(&xi->lend_mutex);
	mutex_init(&xi->reclaim_mutex);
	xa_init(&xi->lent);
	INIT_LIST_HEAD(&xi->writers);
	xi->forget = kzalloc(sizeof(*xi->forget), GFP_KERNEL);
	if (!xi->forget) {
		kmem_cache_free(inode_cache, xi);
		return NULL;
	}
	return &xi->vfs;
}

/* After a grace period: RCU walks may look at an inode until then. */
void xenfs_free_inode(struct inode *inode)
{
	struct xenfs_inode *xi = XENFS_I(inode);

	kfree(xi->handle);
	kfree(xi->forget);
	kmem_cache_free(inode_cache, xi);
}

static void queue_forget(struct xenfs_mount *m, struct xenfs_forget *forget)
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
	queue_forget(m, forget);
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

/*
 * An inode without a name is not kept: its node counts against the share's
 * budget, and names are what the dentry cache keeps.
 */
int xenfs_drop_inode(struct inode *inode)
{
	return 1;
}

void xenfs_evict_inode(struct inode *inode)
{
	struct xenfs_mount *m = xenfs_mount_of(inode);
	struct xenfs_inode *xi = XENFS_I(inode);
	struct xenfs_forget *forget;

	truncate_inode_pages_final(&inode->i_data);
	clear_inode(inode);
	xenfs_lent_evict(inode);
	xenfs_access_drop(inode);

	if (!xi->nlookup)
		return;
	xa_cmpxchg(&m->inodes, xi->node, inode, NULL, 0);
	forget = xi->forget;
	xi->forget = NULL;
	forget->epoch = xi->epoch;
	forget->f.node = xi->node;
	forget->f.generation = xi->generation;
	forget->f.nlookup = xi->nlookup;
	queue_forget(m, forget);
}

/* Device that stat shows: the superblock's, or one for each other remote. */
static dev_t local_dev(struct xenfs_mount *m, u64 remote)
{
	struct sub_dev *sub;
	dev_t dev = 0;

	if (remote == m->root_dev)
		return 0;
	mutex_lock(&m->devs_lock);
	list_for_each_entry(sub, &m->devs, link) {
		if (sub->remote == remote) {
			dev = sub->dev;
			goto out;
		}
	}
	sub = kzalloc(sizeof(*sub), GFP_KERNEL);
	if (!sub)
		goto out;
	if (get_anon_bdev(&sub->dev)) {
		kfree(sub);
		goto out;
	}
	sub->remote = remote;
	list_add(&sub->link, &m->devs);
	dev = sub->dev;
out:
	mutex_unlock(&m->devs_lock);
	return dev;
}

static u64 remote_dev(const struct xenfsif_attr *attr)
{
	return (u64)attr->dev_major << 32 | attr->dev_minor;
}

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

static void set_attr_locked(struct inode *inode, const struct xenfsif_attr *a,
			    u64 epoch)
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

static int set_handle(struct xenfs_inode *xi, const struct xenfsif_entry *entry,
		      const u8 *handle)
{
	u8 *copy = NULL, *old;

	if (entry->handle_len) {
		copy = kmemdup(handle, entry->handle_len, GFP_NOFS);
		if (!copy)
			return -ENOMEM;
	}
	spin_lock(&xi->lock);
	old = xi->handle;
	xi->handle = copy;
	xi->handle_len = entry->handle_len;
	xi->handle_type = entry->handle_type;
	spin_unlock(&xi->lock);
	kfree(old);
	return 0;
}

static void set_operations(struct inode *inode, const struct xenfsif_attr *a)
{
	switch (inode->i_mode & S_IFMT) {
	case S_IFREG:
		inode->i_op = &xenfs_file_iops;
		inode->i_fop = &xenfs_file_fops;
		inode->i_data.a_ops = &xenfs_aops;
		break;
	case S_IFDIR:
		inode->i_op = &xenfs_dir_iops;
		inode->i_fop = &xenfs_dir_fops;
		break;
	case S_IFLNK:
		inode->i_op = &xenfs_symlink_iops;
		break;
	default:
		inode->i_op = &xenfs_special_iops;
		init_special_inode(inode, inode->i_mode,
				   MKDEV(a->rdev_major, a->rdev_minor));
	}
}

static struct inode *new_xenfs_inode(struct super_block *sb, u64 epoch,
				     const struct xenfsif_entry *entry,
				     const u8 *handle)
{
	struct xenfs_mount *m = XENFS_M(sb);
	struct inode *inode = new_inode(sb);
	struct xenfs_inode *xi;

	if (!inode)
		return NULL;
	xi = XENFS_I(inode);
	spin_lock(&xi->lock);
	set_attr_locked(inode, &entry->attr, epoch);
	xi->version = entry->version;
	xi->attr_epoch = epoch;
	xi->frames = entry->frames;
	spin_unlock(&xi->lock);
	xi->dev = local_dev(m, remote_dev(&entry->attr));
	if (set_handle(xi, entry, handle)) {
		iput(inode);
		return NULL;
	}
	set_operations(inode, &entry->attr);
	/* ACLs are the server's: the VFS is not to keep them */
	inode->i_acl = ACL_DONT_CACHE;
	inode->i_default_acl = ACL_DONT_CACHE;
	/* keep it cached without names, and let writeback find it */
	inode_fake_hash(inode);
	return inode;
}

/* The server gave @entry's node once more: count it, if the inode is of it. */
static bool adopt_locked(struct inode *inode, u64 epoch,
			 const struct xenfsif_entry *entry)
{
	struct xenfs_inode *xi = XENFS_I(inode);
	bool ours;

	spin_lock(&xi->lock);
	ours = xi->epoch == epoch && xi->node == entry->node &&
	       xi->generation == entry->generation &&
	       !inode_wrong_type(inode, entry->attr.mode);
	if (ours)
		xi->nlookup++;
	spin_unlock(&xi->lock);
	return ours;
}

static void bind_node(struct inode *inode, u64 epoch,
		      const struct xenfsif_entry *entry)
{
	struct xenfs_inode *xi = XENFS_I(inode);

	spin_lock(&xi->lock);
	xi->node = entry->node;
	xi->generation = entry->generation;
	xi->epoch = epoch;
	xi->nlookup = 1;
	spin_unlock(&xi->lock);
}

/**
 * xenfs_iget() - find or make the inode of an entry
 * @sb: the superblock
 * @op: the operation that brought the entry
 * @entry: the checked entry; its reference to the node becomes the inode's,
 *         or is given back
 * @handle: its handle
 *
 * Return: the inode with a reference, or an ERR_PTR; %XENFS_LOST if the session
 * is over.
 */
struct inode *xenfs_iget(struct super_block *sb, const struct xenfs_op *op,
			 const struct xenfsif_entry *entry, const u8 *handle)
{
	struct xenfs_mount *m = XENFS_M(sb);
	struct inode *inode, *fresh = NULL;
	u64 epoch = op->epoch;
	void *old;
	int err;

retry:
	xa_lock(&m->inodes);
	if (m->epoch != epoch) {
		xa_unlock(&m->inodes);
		if (fresh)
			iput(fresh);
		return ERR_PTR(XENFS_LOST);
	}
	inode = xa_load(&m->inodes, entry->node);
	/* one that is being evicted cannot be had, and is about to leave */
	if (inode && igrab(inode)) {
		bool ours = adopt_locked(inode, epoch, entry);

		xa_unlock(&m->inodes);
		if (fresh)
			iput(fresh);
		if (!ours) {
			/* the number is in use again for another file */
			xa_cmpxchg(&m->inodes, entry->node, inode, NULL, 0);
			iput(inode);
			fresh = NULL;
			goto retry;
		}
		xenfs_inode_update(inode, &entry->attr, entry->version,
				   entry->frames, op);
		return inode;
	}
	if (!fresh) {
		xa_unlock(&m->inodes);
		fresh = new_xenfs_inode(sb, epoch, entry, handle);
		if (!fresh) {
			err = -ENOMEM;
			goto forget;
		}
		goto retry;
	}
	bind_node(fresh, epoch, entry);
	old = __xa_store(&m->inodes, entry->node, fresh, GFP_NOFS);
	xa_unlock(&m->inodes);
	if (xa_is_err(old)) {
		/* as if it had never been given */
		XENFS_I(fresh)->nlookup = 0;
		iput(fresh);
		err = xa_err(old);
		goto forget;
	}
	return fresh;

forget:
	xenfs_forget(m, epoch, entry->node, entry->generation);
	return ERR_PTR(err);
}

static void expire_locked(struct inode *inode)
{
	lockdep_assert_held(&XENFS_I(inode)->lock);
	/* no session has this number: xenfs_fresh() says no */
	XENFS_I(inode)->stamp_epoch = 0;
}

static bool content_changed(const struct inode *inode,
			    const struct xenfsif_attr *a)
{
	struct timespec64 mtime = inode_get_mtime(inode);
	struct timespec64 ctime = inode_get_ctime(inode);

	return i_size_read(inode) != a->size || mtime.tv_sec != a->mtime_sec ||
	       mtime.tv_nsec != a->mtime_nsec || ctime.tv_sec != a->ctime_sec ||
	       ctime.tv_nsec != a->ctime_nsec;
}

/**
 * xenfs_inode_rebind() - an inode has a node in a new session
 * @inode: the inode
 * @op: the operation that brought the entry
 * @entry: what the server said of it; its reference becomes the inode's
 * @handle: its handle
 */
void xenfs_inode_rebind(struct inode *inode, const struct xenfs_op *op,
			const struct xenfsif_entry *entry, const u8 *handle)
{
	struct xenfs_mount *m = xenfs_mount_of(inode);
	struct xenfs_inode *xi = XENFS_I(inode);
	u64 epoch = op->epoch;
	void *old = NULL;
	bool current_session, unchanged;

	xa_lock(&m->inodes);
	current_session = m->epoch == epoch;
	if (current_session) {
		bind_node(inode, epoch, entry);
		old = __xa_store(&m->inodes, entry->node, inode, GFP_NOFS);
	}
	xa_unlock(&m->inodes);
	/*
	 * Not in the table for want of memory: then a LOOKUP makes a second
	 * inode of the same file, which is correct if wasteful.
	 */
	if (!current_session || xa_is_err(old))
		return;
	set_handle(xi, entry, handle);

	spin_lock(&xi->lock);
	unchanged = xi->modified <= op->as_of &&
		    !content_changed(inode, &entry->attr);
	if (xi->modified <= op->as_of)
		set_attr_locked(inode, &entry->attr, epoch);
	/*
	 * If it is another content: version 0 makes the next update drop what
	 * is cached.  Not here: reclaim_mutex is held, and what is dirty may
	 * have to be written through a file that is yet to be found again.
	 */
	xi->version = unchanged ? entry->version : 0;
	xi->attr_epoch = epoch;
	xi->frames = 0;
	if (!unchanged)
		expire_locked(inode);
	spin_unlock(&xi->lock);
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
 * Return: 0, or -ESTALE if the node is a file of another type.
 */
int xenfs_inode_update(struct inode *inode, const struct xenfsif_attr *attr,
		       u64 version, u64 frames, const struct xenfs_op *op)
{
	struct xenfs_inode *xi = XENFS_I(inode);
	bool changed, frames_changed;
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
		changed = content_changed(inode, attr);
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
			invalidate_inode_pages2(inode->i_mapping);
		}
	}

	spin_lock(&xi->lock);
	old_size = i_size_read(inode);
	if (epoch == xi->epoch || !xi->nlookup) {
		if (xi->modified <= op->as_of)
			set_attr_locked(inode, attr, epoch);
		else
			expire_locked(inode);
		xi->version = version;
		xi->attr_epoch = epoch;
		xi->frames = frames;
	}
	spin_unlock(&xi->lock);
	if (S_ISREG(inode->i_mode) && i_size_read(inode) < old_size)
		truncate_pagecache(inode, i_size_read(inode));
	return 0;
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
		set_attr_locked(inode, attr, op->epoch);
	else
		expire_locked(inode);
	if (!version || version != xi->version)
		expire_locked(inode);
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
	expire_locked(inode);
	spin_unlock(&xi->lock);
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
	struct xenfs_mount *m = xenfs_mount_of(inode);
	struct xenfs_inode *xi = XENFS_I(inode);
	struct xenfsif_attr attr;
	struct xenfs_op op = {
		.req.op = XENFSIF_OP_GETATTR,
		.out = &attr,
		.out_len = sizeof(attr),
		.as_caller = true,
	};
	unsigned long stamp;
	u64 epoch;
	int err;

	spin_lock(&xi->lock);
	stamp = xi->stamp;
	epoch = xi->stamp_epoch;
	spin_unlock(&xi->lock);
	if (!force && xenfs_fresh(m, stamp, epoch))
		return 0;

	err = xenfs_call(inode, &op);
	if (err)
		return err;
	if (!xenfsif_attr_ok(&attr))
		return -EIO;
	return xenfs_inode_update(inode, &attr, op.rsp.version, op.rsp.frames,
				  &op);
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

/* Free the anonymous devices of a mount that is going. */
void xenfs_inode_free_devs(struct xenfs_mount *m)
{
	struct sub_dev *sub, *next;

	list_for_each_entry_safe(sub, next, &m->devs, link) {
		free_anon_bdev(sub->dev);
		kfree(sub);
	}
	INIT_LIST_HEAD(&m->devs);
}

int __init xenfs_inode_init(void)
{
	inode_cache = kmem_cache_create("xenfs_inode", sizeof(struct xenfs_inode),
					0, SLAB_RECLAIM_ACCOUNT | SLAB_ACCOUNT,
					init_once);
	return inode_cache ? 0 : -ENOMEM;
}

void xenfs_inode_exit(void)
{
	/* inodes are freed by RCU callbacks */
	rcu_barrier();
	kmem_cache_destroy(inode_cache);
}
