// SPDX-License-Identifier: GPL-2.0
/*
 * Changing attributes: mode, owner, times and size.
 *
 * The server decides and does it, in one request.  What is dirty is sent before:
 * a write must not arrive after a truncation that came after it, nor move a time
 * that was set since.
 */
#include <xenfs_check.h>

#include "xenfs.h"

static void fill(struct xenfsif_setattr *set, const struct iattr *iattr)
{
	unsigned int valid = iattr->ia_valid;

	memset(set, 0, sizeof(*set));
	/* what a change of owner or size takes from the mode is the server's */
	if (valid & (ATTR_KILL_SUID | ATTR_KILL_SGID))
		valid &= ~ATTR_MODE;
	if (valid & ATTR_MODE) {
		set->mask |= XENFSIF_SETATTR_MODE;
		set->mode = iattr->ia_mode & 07777;
	}
	if (valid & ATTR_UID) {
		set->mask |= XENFSIF_SETATTR_UID;
		set->uid = from_kuid(&init_user_ns, iattr->ia_uid);
	}
	if (valid & ATTR_GID) {
		set->mask |= XENFSIF_SETATTR_GID;
		set->gid = from_kgid(&init_user_ns, iattr->ia_gid);
	}
	if (valid & ATTR_SIZE) {
		set->mask |= XENFSIF_SETATTR_SIZE;
		set->size = iattr->ia_size;
	}
	if (valid & ATTR_ATIME_SET) {
		set->mask |= XENFSIF_SETATTR_ATIME;
		set->atime_sec = iattr->ia_atime.tv_sec;
		set->atime_nsec = iattr->ia_atime.tv_nsec;
	} else if (valid & ATTR_ATIME) {
		set->mask |= XENFSIF_SETATTR_ATIME_NOW;
	}
	if (valid & ATTR_MTIME_SET) {
		set->mask |= XENFSIF_SETATTR_MTIME;
		set->mtime_sec = iattr->ia_mtime.tv_sec;
		set->mtime_nsec = iattr->ia_mtime.tv_nsec;
	} else if (valid & ATTR_MTIME) {
		set->mask |= XENFSIF_SETATTR_MTIME_NOW;
	}
	if (valid & ATTR_TOUCH)
		set->mask |= XENFSIF_SETATTR_TOUCH;
}

static void set_size(struct inode *inode, loff_t size)
{
	spin_lock(&XENFS_I(inode)->lock);
	i_size_write(inode, size);
	spin_unlock(&XENFS_I(inode)->lock);
}

/* The server's file has another size now. */
static void resized(struct inode *inode, loff_t old_size, loff_t size)
{
	set_size(inode, size);
	if (size > old_size) {
		xenfs_zero_tail(inode, old_size, size);
		pagecache_isize_extended(inode, old_size, size);
		return;
	}
	truncate_pagecache(inode, size);
	xenfs_lent_drop(inode, DIV_ROUND_UP((u64)size, PAGE_SIZE), ULONG_MAX,
			"truncated");
}

/**
 * xenfs_setattr() - change attributes of a file
 * @idmap: not used: the server knows no mapped mounts
 * @dentry: the file
 * @iattr: what to change
 *
 * One round trip, beside those that write what is dirty.
 *
 * Context: i_rwsem is held.
 */
int xenfs_setattr(struct xenfs_idmap *idmap, struct dentry *dentry,
		  struct iattr *iattr)
{
	struct inode *inode = d_inode(dentry);
	bool size = iattr->ia_valid & ATTR_SIZE;
	loff_t old_size = i_size_read(inode);
	struct xenfsif_setattr set;
	struct xenfsif_attr attr;
	struct xenfs_op op = {
		.req.op = XENFSIF_OP_SETATTR,
		.in[0] = { &set, sizeof(set) },
		.out = &attr,
		.out_len = sizeof(attr),
		.as_caller = true,
	};
	int err;

	fill(&set, iattr);
	if (!set.mask && iattr->ia_valid & ATTR_CTIME) {
		/* chown() to nobody in particular: a change all the same */
		set.mask = XENFSIF_SETATTR_UID;
		set.uid = from_kuid(&init_user_ns, inode->i_uid);
	}
	if (!set.mask)
		return 0;
	if (size) {
		err = inode_newsize_ok(inode, iattr->ia_size);
		if (err)
			return err;
	}
	if (S_ISREG(inode->i_mode)) {
		/* its errors are for fsync and close */
		filemap_write_and_wait(inode->i_mapping);
		/* from here on nothing is sent of what is to be cut off */
		if (size && iattr->ia_size < old_size)
			set_size(inode, iattr->ia_size);
	}

	if (iattr->ia_valid & ATTR_FILE && iattr->ia_file->private_data)
		err = xenfs_call_file(iattr->ia_file, &op, &op.req.u.fh.fh);
	else
		err = xenfs_call(inode, &op);
	if (!err && !xenfsif_attr_ok(&attr))
		err = -EIO;
	if (err) {
		if (size)
			set_size(inode, old_size);
		xenfs_inode_doubt(inode);
		return err;
	}
	xenfs_inode_modified(inode, &attr, op.rsp.version, &op);
	xenfs_access_drop(inode);
	if (size && S_ISREG(inode->i_mode))
		resized(inode, old_size, iattr->ia_size);
	return 0;
}
