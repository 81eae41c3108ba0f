// SPDX-License-Identifier: GPL-2.0
/*
 * GETXATTR and LISTXATTR.
 *
 * The guest gets the attributes that mean the same in it as here: user.,
 * security., trusted. (for an unsquashed root: the VFS sees to that by
 * capability) and the POSIX ACLs.  Others do not exist for it.
 */
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

int xenfsd_op_getxattr(struct xenfsd_request *rq)
{
	char name[XENFSIF_XATTR_NAME_MAX + 1];
	u32 size = rq->req.u.xattr.size;

	if (!xenfsif_xattr_name_ok(rq->in, rq->in_len))
		return -EINVAL;
	memcpy(name, rq->in, rq->in_len);
	name[rq->in_len] = '\0';
	if (!is_served(name))
		return -EOPNOTSUPP;
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
