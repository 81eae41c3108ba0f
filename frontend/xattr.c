// SPDX-License-Identifier: GPL-2.0
/*
 * Extended attributes and ACLs: asked of the server each time.
 */
#include <linux/fs.h>
#include <linux/posix_acl_xattr.h>
#include <linux/slab.h>
#include <linux/xattr.h>

#include "xenfs.h"

/* One round trip.  Returns the value's length; -ERANGE if it does not fit. */
static ssize_t getxattr(struct inode *inode, const char *prefix,
			const char *name, void *value, size_t size)
{
	struct xenfs_op op = {
		.req.op = XENFSIF_OP_GETXATTR,
		.in[0] = { (void *)prefix, strlen(prefix) },
		.in[1] = { (void *)name, strlen(name) },
		.out = value,
		.as_caller = true,
	};
	int err;

	size = min_t(size_t, size, XENFSIF_XATTR_SIZE_MAX);
	op.req.u.xattr.size = size;
	op.out_len = size;
	err = xenfs_call(inode, &op);
	if (err)
		return err;
	return op.rsp.u.data.len;
}

static int get(const struct xattr_handler *handler, struct dentry *dentry,
	       struct inode *inode, const char *name, void *value, size_t size)
{
	return getxattr(inode, xattr_prefix(handler), name, value, size);
}

ssize_t xenfs_listxattr(struct dentry *dentry, char *list, size_t size)
{
	struct xenfs_op op = {
		.req.op = XENFSIF_OP_LISTXATTR,
		.out = list,
		.as_caller = true,
	};
	size_t left, n;
	char *p;
	int err;

	size = min_t(size_t, size, XENFSIF_XATTR_SIZE_MAX);
	op.req.u.xattr.size = size;
	op.out_len = size;
	err = xenfs_call(d_inode(dentry), &op);
	if (err)
		return err;
	/* names end with NUL, or user space reads beyond the buffer */
	left = size ? op.rsp.u.data.len : 0;
	for (p = list; left; p += n, left -= n) {
		n = strnlen(p, left) + 1;
		if (n > left || n > XENFSIF_XATTR_NAME_MAX + 1)
			return -EIO;
	}
	return op.rsp.u.data.len;
}

static const struct xattr_handler user_handler = {
	.prefix = XATTR_USER_PREFIX,
	.get = get,
};

static const struct xattr_handler trusted_handler = {
	.prefix = XATTR_TRUSTED_PREFIX,
	.get = get,
};

static const struct xattr_handler security_handler = {
	.prefix = XATTR_SECURITY_PREFIX,
	.get = get,
};

#ifdef XENFS_HAVE_GET_INODE_ACL
struct posix_acl *xenfs_get_acl(struct mnt_idmap *idmap, struct dentry *dentry,
				int type)
{
	const char *name = type == ACL_TYPE_ACCESS ? XATTR_NAME_POSIX_ACL_ACCESS :
						     XATTR_NAME_POSIX_ACL_DEFAULT;
	struct posix_acl *acl;
	ssize_t len;
	void *value;

	value = kvmalloc(XENFSIF_XATTR_SIZE_MAX, GFP_KERNEL);
	if (!value)
		return ERR_PTR(-ENOMEM);
	len = getxattr(d_inode(dentry), "", name, value,
		       XENFSIF_XATTR_SIZE_MAX);
	if (len == -ENODATA || len == -EOPNOTSUPP)
		acl = NULL;
	else if (len < 0)
		acl = ERR_PTR(len);
	else
		acl = posix_acl_from_xattr(&init_user_ns, value, len);
	kvfree(value);
	return acl;
}
#else
/* ACLs are extended attributes like others, by their full names. */
static const struct xattr_handler acl_access_handler = {
	.name = XATTR_NAME_POSIX_ACL_ACCESS,
	.get = get,
};

static const struct xattr_handler acl_default_handler = {
	.name = XATTR_NAME_POSIX_ACL_DEFAULT,
	.get = get,
};
#endif

const struct xattr_handler *xenfs_xattr_handlers[] = {
	&user_handler,
	&trusted_handler,
	&security_handler,
#ifndef XENFS_HAVE_GET_INODE_ACL
	&acl_access_handler,
	&acl_default_handler,
#endif
	NULL,
};
