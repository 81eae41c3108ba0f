// SPDX-License-Identifier: GPL-2.0
/*
 * What the server said of a file's extended attributes: values, that there is no
 * such attribute, lists of names.  Kept for as long as the file's version is the
 * same (xenfs_holds()) and this guest has not changed the file; and for whoever
 * asked, since the server may say something else to another.
 *
 * An inode keeps a dozen of small ones, in the order in which they came.
 */
#include <linux/cred.h>
#include <linux/slab.h>

#include "xenfs.h"

#define ENTRIES_MAX	12u

/**
 * struct xenfs_xattr - an answer
 * @link: in xenfs_inode.xattrs, under its lock
 * @cred: who asked; a reference
 * @mark: for xenfs_holds()
 * @epoch: in which session
 * @as_of: what of this guest's changes it had seen
 * @result: length of the value, or an errno
 * @name_len: length of the name
 * @data: the name, and the value
 */
struct xenfs_xattr {
	struct list_head link;
	const struct cred *cred;
	u64 mark;
	u64 epoch;
	u64 as_of;
	int result;
	u32 name_len;
	u8 data[];
};

static void free_xattr(struct xenfs_xattr *x)
{
	if (!x)
		return;
	put_cred(x->cred);
	kfree(x);
}

static bool has_name(const struct xenfs_xattr *x, const char *prefix,
		     const char *name)
{
	size_t len = strlen(prefix);

	return x->name_len == len + strlen(name) &&
	       !memcmp(x->data, prefix, len) &&
	       !memcmp(x->data + len, name, x->name_len - len);
}

/**
 * xenfs_xattr_known() - whether the server need not be asked
 * @inode: the file
 * @prefix: of the attribute's name
 * @name: the rest of it; both empty: the list of names
 * @value: filled in, if it fits
 * @size: room there; 0: only the length is wanted
 * @result: what to return to user space
 */
bool xenfs_xattr_known(struct inode *inode, const char *prefix, const char *name,
		       void *value, size_t size, ssize_t *result)
{
	struct xenfs_inode *xi = XENFS_I(inode);
	struct xenfs_xattr *x;
	bool known = false;

	spin_lock(&xi->lock);
	list_for_each_entry(x, &xi->xattrs, link) {
		if (!has_name(x, prefix, name) || xi->modified > x->as_of ||
		    !xenfs_holds(inode, x->mark, x->epoch) ||
		    cred_fscmp(x->cred, current_cred()))
			continue;
		known = true;
		*result = x->result;
		if (x->result > 0 && size) {
			if (x->result > size)
				*result = -ERANGE;
			else
				memcpy(value, x->data + x->name_len, x->result);
		}
		break;
	}
	spin_unlock(&xi->lock);
	return known;
}

/**
 * xenfs_xattr_keep() - remember what the server said
 * @inode: the file
 * @prefix: of the attribute's name
 * @name: the rest of it
 * @value: the value, if there is one
 * @result: its length, or an errno
 * @op: the operation
 */
void xenfs_xattr_keep(struct inode *inode, const char *prefix, const char *name,
		      const void *value, int result, const struct xenfs_op *op)
{
	u32 name_len = strlen(prefix) + strlen(name);
	struct xenfs_mount *m = xenfs_mount_of(inode);
	struct xenfs_xattr *x, *old, *drop = NULL;
	struct xenfs_inode *xi = XENFS_I(inode);
	u32 size = max(result, 0);
	unsigned int n = 0;

	if (READ_ONCE(m->by_time) || size > XENFS_XATTR_KEEP)
		return;
	x = kmalloc(struct_size(x, data, name_len + size), GFP_KERNEL_ACCOUNT);
	if (!x)
		return;
	x->cred = get_current_cred();
	x->mark = xenfs_mark(inode, op->rsp.before);
	x->epoch = op->epoch;
	x->as_of = op->as_of;
	x->result = result;
	x->name_len = name_len;
	memcpy(x->data, prefix, strlen(prefix));
	memcpy(x->data + strlen(prefix), name, strlen(name));
	memcpy(x->data + name_len, value, size);

	spin_lock(&xi->lock);
	list_for_each_entry(old, &xi->xattrs, link) {
		n++;
		if (has_name(old, prefix, name) &&
		    !cred_fscmp(old->cred, x->cred)) {
			drop = old;
			break;
		}
	}
	if (!drop && n >= ENTRIES_MAX)
		drop = list_first_entry(&xi->xattrs, struct xenfs_xattr, link);
	if (drop)
		list_del(&drop->link);
	list_add_tail(&x->link, &xi->xattrs);
	spin_unlock(&xi->lock);
	free_xattr(drop);
}

/* The inode is evicted. */
void xenfs_xattr_drop(struct inode *inode)
{
	struct xenfs_inode *xi = XENFS_I(inode);
	struct xenfs_xattr *x, *next;

	list_for_each_entry_safe(x, next, &xi->xattrs, link)
		free_xattr(x);
	INIT_LIST_HEAD(&xi->xattrs);
}
