// SPDX-License-Identifier: GPL-2.0
/*
 * GETXATTR, LISTXATTR, SETXATTR and REMOVEXATTR.
 *
 * The guest gets the attributes that mean the same in it as here: user.,
 * security., trusted. (for an unsquashed root: the VFS sees to that by
 * capability) and the POSIX ACLs.  Others do not exist for it.
 */
#include <linux/mount.h>
#include <linux/xattr.h>

#include "backend.h"
#include "node.h"
#include "request.h"
#include "share.h"

static bool is_served(const char *name)
{
	return !strncmp(name, XATTR_USER_PREFIX, XATTR_USER_PREFIX_LEN) ||
	       !strncmp(name, XATTR_TRUSTED_PREFIX, XATTR_TRUSTED_PREFIX_LEN) ||
	       !strncmp(name, XATTR_SECURITY_PREFIX, XATTR_SECURITY_PREFIX_LEN) ||
	       !strcmp(name, XATTR_NAME_POSIX_ACL_ACCESS) ||
	       !strcmp(name, XATTR_NAME_POSIX_ACL_DEFAULT);
}

static int answer(struct xenfsd_request *rq, ssize_t len)
{
	if (len < 0)
		return len;
	if (len > XENFSIF_XATTR_SIZE_MAX)
		return -E2BIG;
	rq->rsp.u.data.len = len;
	if (rq->req.u.xattr.size)
		rq->rsp.out_len = len;
	return 0;
}

/* Takes the name off the request; @name has room for XENFSIF_XATTR_NAME_MAX. */
static int take_name(struct xenfsd_request *rq, u32 len, char *name)
{
	if (!xenfsif_xattr_name_ok(rq->in, len))
		return -EINVAL;
	memcpy(name, rq->in, len);
	name[len] = '\0';
	return is_served(name) ? 0 : -EOPNOTSUPP;
}

int xenfsd_op_getxattr(struct xenfsd_request *rq)
{
	char name[XENFSIF_XATTR_NAME_MAX + 1];
	u32 size = rq->req.u.xattr.size;
	int err;

	err = take_name(rq, rq->in_len, name);
	if (err)
		return err;
	return answer(rq, xenfs_getxattr(&rq->path, name, size ? rq->out : NULL,
					 size));
}

/* Leaves out what is not served; returns the new length. */
static ssize_t filter_names(char *list, ssize_t len)
{
	ssize_t from = 0, to = 0;

	while (from < len) {
		size_t n = strnlen(list + from, len - from) + 1;

		if (n > len - from)
			break;	/* not terminated: not a name */
		if (is_served(list + from)) {
			memmove(list + to, list + from, n);
			to += n;
		}
		from += n;
	}
	return to;
}

int xenfsd_op_listxattr(struct xenfsd_request *rq)
{
	u32 size = rq->req.u.xattr.size;
	ssize_t len;

	/* Asked for the length alone: it may be more than there is to tell. */
	len = vfs_listxattr(rq->path.dentry, size ? rq->out : NULL, size);
	if (len > 0 && size)
		len = filter_names(rq->out, len);
	return answer(rq, len);
}

/* Sets an attribute, or with no value removes it. */
static int change(struct xenfsd_request *rq, const char *name,
		  const void *value, u32 size, int flags)
{
	struct xenfsd_change change = {};
	int err;

	err = mnt_want_write(rq->path.mnt);
	if (err)
		return err;
	xenfsd_change_begin(&change, rq->node);
	if (value)
		err = xenfs_setxattr(&rq->path, name, value, size, flags);
	else
		err = xenfs_removexattr(&rq->path, name);
	xenfsd_change_end(&change, !err);
	xenfsd_change_put(&change);
	mnt_drop_write(rq->path.mnt);
	if (!err)
		rq->rsp.version = xenfsd_node_version(rq->node, &rq->path);
	return err;
}

int xenfsd_op_setxattr(struct xenfsd_request *rq)
{
	const struct xenfsif_setxattr *args = &rq->req.u.setxattr;
	char name[XENFSIF_XATTR_NAME_MAX + 1];
	int err, flags = 0;

	err = take_name(rq, args->name_len, name);
	if (err)
		return err;
	if (args->flags & XENFSIF_XATTR_CREATE)
		flags |= XATTR_CREATE;
	if (args->flags & XENFSIF_XATTR_REPLACE)
		flags |= XATTR_REPLACE;
	/* A copy: file systems take it for aligned. */
	err = xenfsd_request_scratch(rq);
	if (err)
		return err;
	memcpy(rq->scratch, rq->in + args->name_len, args->size);
	return change(rq, name, rq->scratch, args->size, flags);
}

int xenfsd_op_removexattr(struct xenfsd_request *rq)
{
	char name[XENFSIF_XATTR_NAME_MAX + 1];
	int err;

	err = take_name(rq, rq->in_len, name);
	return err ?: change(rq, name, NULL, 0, 0);
}
