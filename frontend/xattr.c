// SPDX-License-Identifier: GPL-2.0
/*
 * Extended attributes and ACLs: asked of the server, unless it has said so before
 * and the file has not changed since (xattrcache.c), and changed by it alone.  Setting an access ACL changes the mode, and a label may change what
 * is permitted: what is remembered of that is forgotten.
 */
#include <linux/fs.h>
#include <linux/posix_acl_xattr.h>
#include <linux/slab.h>
#include <linux/xattr.h>

#include "xenfs.h"

/* Returns the value's length, an errno, or -ERANGE if it does not fit. */
static int ask(struct inode *inode, u16 opcode, const char *prefix,
	       const char *name, void *value, size_t size, struct xenfs_op *op)
{
	int err;

	*op = (struct xenfs_op) {
		.req.op = opcode,
		.req.u.xattr.size = size,
		.in[0] = { (void *)prefix, strlen(prefix) },
		.in[1] = { (void *)name, strlen(name) },
		.out = value,
		.out_len = size,
		.as_caller = true,
	};
	err = xenfs_call(inode, op);
	return err ? err : op->rsp.u.data.len;
}

/*
 * As ask(), out of what is known if it can be.  One round trip if not, two for a
 * large value of which only the length is wanted.
 */
static ssize_t get_any(struct inode *inode, u16 opcode, const char *prefix,
		       const char *name, void *value, size_t size)
{
	bool wide = size < XENFS_XATTR_KEEP;
	struct xenfs_op op;
	void *buf = value;
	ssize_t ret;

	if (xenfs_xattr_known(inode, prefix, name, value, size, &ret))
		return ret;
	size = min_t(size_t, size, XENFSIF_XATTR_SIZE_MAX);
	/* the value, too, when only its length is asked for: that comes next */
	if (wide) {
		buf = kmalloc(XENFS_XATTR_KEEP, GFP_KERNEL);
		if (!buf)
			return -ENOMEM;
	}
	ret = ask(inode, opcode, prefix, name, buf,
		  wide ? XENFS_XATTR_KEEP : size, &op);
	if (ret >= 0 || ret == -ENODATA || ret == -EOPNOTSUPP)
		xenfs_xattr_keep(inode, prefix, name, buf, ret, &op);
	if (wide && ret == -ERANGE)
		ret = ask(inode, opcode, prefix, name, value, size, &op);
	else if (wide && ret > 0 && size && ret > size)
		ret = -ERANGE;
	else if (wide && ret > 0 && size)
		memcpy(value, buf, ret);
	if (wide)
		kfree(buf);
	return ret;
}

static ssize_t getxattr(struct inode *inode, const char *prefix,
			const char *name, void *value, size_t size)
{
	return get_any(inode, XENFSIF_OP_GETXATTR, prefix, name, value, size);
}

/* Without a value the attribute is removed.  One round trip. */
static int setxattr(struct inode *inode, const char *prefix, const char *name,
		    const void *value, size_t size, int flags)
{
	char full[XENFSIF_XATTR_NAME_MAX + 1];
	struct xenfs_op op = {
		.req.op = XENFSIF_OP_REMOVEXATTR,
		.in[0] = { full, 0 },
		.as_caller = true,
		/* as often as one likes: only to set whatever is there */
		.once = !value || flags,
	};
	int len, err;

	BUILD_BUG_ON(XENFSIF_XATTR_CREATE != XATTR_CREATE ||
		     XENFSIF_XATTR_REPLACE != XATTR_REPLACE);
	len = snprintf(full, sizeof(full), "%s%s", prefix, name);
	if (len >= sizeof(full))
		return -ERANGE;
	op.in[0].iov_len = len;
	if (value) {
		if (size > XENFSIF_XATTR_SIZE_MAX)
			return -E2BIG;
		op.req.op = XENFSIF_OP_SETXATTR;
		op.req.u.setxattr.size = size;
		op.req.u.setxattr.flags = flags & (XATTR_CREATE | XATTR_REPLACE);
		op.req.u.setxattr.name_len = len;
		op.in[1].iov_base = (void *)value;
		op.in[1].iov_len = size;
	}
	err = xenfs_call(inode, &op);
	if (err)
		xenfs_inode_doubt(inode);
	else
		xenfs_inode_modified(inode, NULL, op.rsp.version, &op);
	return err;
}

static int get(const struct xattr_handler *handler, struct dentry *dentry,
	       struct inode *inode, const char *name, void *value, size_t size)
{
	return getxattr(inode, xattr_prefix(handler), name, value, size);
}

static int set(const struct xattr_handler *handler, struct xenfs_idmap *idmap,
	       struct dentry *dentry, struct inode *inode, const char *name,
	       const void *value, size_t size, int flags)
{
	return setxattr(inode, xattr_prefix(handler), name, value, size, flags);
}

static int set_and_forget(const struct xattr_handler *handler,
			  struct xenfs_idmap *idmap, struct dentry *dentry,
			  struct inode *inode, const char *name,
			  const void *value, size_t size, int flags)
{
	int err = set(handler, idmap, dentry, inode, name, value, size, flags);

	xenfs_access_drop(inode);
	return err;
}

ssize_t xenfs_listxattr(struct dentry *dentry, char *list, size_t size)
{
	ssize_t ret = get_any(d_inode(dentry), XENFSIF_OP_LISTXATTR, "", "",
			      list, size);
	size_t left, n;
	char *p;

	if (ret < 0)
		return ret;
	/* names end with NUL, or user space reads beyond the buffer */
	left = size ? ret : 0;
	for (p = list; left; p += n, left -= n) {
		n = strnlen(p, left) + 1;
		if (n > left || n > XENFSIF_XATTR_NAME_MAX + 1)
			return -EIO;
	}
	return ret;
}

static const struct xattr_handler user_handler = {
	.prefix = XATTR_USER_PREFIX,
	.get = get,
	.set = set,
};

static const struct xattr_handler trusted_handler = {
	.prefix = XATTR_TRUSTED_PREFIX,
	.get = get,
	.set = set,
};

static const struct xattr_handler security_handler = {
	.prefix = XATTR_SECURITY_PREFIX,
	.get = get,
	.set = set_and_forget,
};

/*
 * Only where ACLs have no operations of their own, or for those in the kernel
 * who do not use them.
 */
static const struct xattr_handler acl_access_handler = {
	.name = XATTR_NAME_POSIX_ACL_ACCESS,
	.get = get,
	.set = set_and_forget,
};

static const struct xattr_handler acl_default_handler = {
	.name = XATTR_NAME_POSIX_ACL_DEFAULT,
	.get = get,
	.set = set_and_forget,
};

const struct xattr_handler *xenfs_xattr_handlers[] = {
	&user_handler,
	&trusted_handler,
	&security_handler,
	&acl_access_handler,
	&acl_default_handler,
	NULL,
};

static const char *acl_name(int type)
{
	return type == ACL_TYPE_ACCESS ? XATTR_NAME_POSIX_ACL_ACCESS :
					 XATTR_NAME_POSIX_ACL_DEFAULT;
}

/* One round trip. */
struct posix_acl *xenfs_get_acl(struct xenfs_idmap *idmap,
				struct dentry *dentry, int type)
{
	struct posix_acl *acl;
	ssize_t len;
	void *value;

	value = kvmalloc(XENFSIF_XATTR_SIZE_MAX, GFP_KERNEL);
	if (!value)
		return ERR_PTR(-ENOMEM);
	len = getxattr(d_inode(dentry), "", acl_name(type), value,
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

/**
 * xenfs_set_acl() - set or remove an ACL
 * @idmap: not used: the server knows no mapped mounts
 * @dentry: the file
 * @acl: the ACL, or NULL
 * @type: ACL_TYPE_*
 *
 * One round trip.
 */
int xenfs_set_acl(struct xenfs_idmap *idmap, struct dentry *dentry,
		  struct posix_acl *acl, int type)
{
	struct inode *inode = d_inode(dentry);
	void *value = NULL;
	size_t size = 0;
	int err;

	if (acl) {
		value = xenfs_acl_to_xattr(acl, &size);
		if (!value)
			return -ENOMEM;
	}
	err = setxattr(inode, "", acl_name(type), value, size, 0);
	kfree(value);
	xenfs_access_drop(inode);
	return err;
}
