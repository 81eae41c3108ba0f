// SPDX-License-Identifier: GPL-2.0
/*
 * Inodes: their life, and which node of the server's each one is.
 *
 * m->inodes maps node ids of the current session to inodes, without holding
 * them; eviction takes an inode out, and gives back the references to its node
 * that xenfs_inode.nlookup counts (forget.c).  In another session an inode has
 * another node, which reclaim.c finds and xenfs_inode_rebind() enters.
 *
 * Lock: the xa_lock of m->inodes protects the table and which session it is of;
 * xenfs_inode.lock, inside it, an inode's node and session.
 */
#include <linux/slab.h>

#include "xenfs.h"

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
	INIT_LIST_HEAD(&xi->xattrs);
	INIT_LIST_HEAD(&xi->mapped);
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

	if (S_ISLNK(inode->i_mode))
		kfree(inode->i_link);
	kfree(xi->handle);
	kfree(xi->forget);
	kmem_cache_free(inode_cache, xi);
}

/* Attributes that are older than this may be from before a change of our own. */
static void note_evicted(struct xenfs_mount *m, s64 modified)
{
	s64 old = atomic64_read(&m->evicted);

	while (old < modified &&
	       !atomic64_try_cmpxchg(&m->evicted, &old, modified))
		;
}

/*
 * An inode without a name is not kept: its node counts against the share's
 * budget, and names are what the dentry cache keeps.  Whoever does not find it
 * any more, from here on, finds when it was changed last.
 */
int xenfs_drop_inode(struct inode *inode)
{
	note_evicted(xenfs_mount_of(inode), READ_ONCE(XENFS_I(inode)->modified));
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
	xenfs_listing_drop(inode);
	xenfs_mapped_forget(inode);
	xenfs_xattr_drop(inode);

	if (!xi->nlookup)
		return;
	xa_cmpxchg(&m->inodes, xi->node, inode, NULL, 0);
	forget = xi->forget;
	xi->forget = NULL;
	forget->epoch = xi->epoch;
	forget->f.node = xi->node;
	forget->f.generation = xi->generation;
	forget->f.nlookup = xi->nlookup;
	xenfs_forget_queue(m, forget);
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

static struct inode *new_xenfs_inode(struct super_block *sb,
				     const struct xenfs_op *op,
				     const struct xenfsif_entry *entry,
				     const u8 *handle)
{
	struct xenfs_mount *m = XENFS_M(sb);
	struct inode *inode = new_inode(sb);
	u64 epoch = op->epoch;
	struct xenfs_inode *xi;

	if (!inode)
		return NULL;
	xi = XENFS_I(inode);
	spin_lock(&xi->lock);
	xenfs_inode_set_attr_locked(inode, &entry->attr, epoch);
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

/*
 * There may have been another inode of the same node, changed and evicted since
 * the server was asked for this answer, or for one that comes later.
 */
static void follow_evicted(struct inode *inode, const struct xenfs_op *op)
{
	struct xenfs_inode *xi = XENFS_I(inode);

	spin_lock(&xi->lock);
	xi->modified = atomic64_read(&xenfs_mount_of(inode)->evicted);
	if (xi->modified > op->as_of)
		xenfs_inode_expire_locked(inode);
	spin_unlock(&xi->lock);
}

static void bind_node(struct inode *inode, u64 epoch,
		      const struct xenfsif_entry *entry)
{
	struct xenfs_inode *xi = XENFS_I(inode);

	spin_lock(&xi->lock);
	WRITE_ONCE(xi->node, entry->node);
	xi->generation = entry->generation;
	/* whoever sees the session, without the lock, sees its node */
	smp_store_release(&xi->epoch, epoch);
	xi->nlookup = 1;
	spin_unlock(&xi->lock);
	xenfs_table_want(xenfs_mount_of(inode), entry->node);
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
		fresh = new_xenfs_inode(sb, op, entry, handle);
		if (!fresh) {
			err = -ENOMEM;
			goto forget;
		}
		goto retry;
	}
	/* under the lock: none is to be had now, and none was since it was seen */
	follow_evicted(fresh, op);
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
		    !xenfs_inode_content_changed(inode, &entry->attr);
	if (xi->modified <= op->as_of)
		xenfs_inode_set_attr_locked(inode, &entry->attr, epoch);
	/*
	 * If it is another content: version 0 makes the next update drop what
	 * is cached.  Not here: reclaim_mutex is held, and what is dirty may
	 * have to be written through a file that is yet to be found again.
	 */
	xi->version = unchanged ? entry->version : 0;
	xi->attr_epoch = epoch;
	xi->frames = 0;
	if (!unchanged)
		xenfs_inode_expire_locked(inode);
	spin_unlock(&xi->lock);
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
