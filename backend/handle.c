// SPDX-License-Identifier: GPL-2.0
/*
 * Persistent handles: what a file is called across sessions.
 *
 * They are the file system's own (exportfs), with the parent where the file
 * system can put it in, so that a file whose name is not cached can be found
 * again.  A handle comes from the guest and may be forged: one that leads to a
 * file is worth nothing unless the file has a name beneath the export's root
 * and the caller may pass all directories on the way, just as if it had been
 * looked up.
 */
#include <linux/cred.h>
#include <linux/dcache.h>
#include <linux/exportfs.h>

#include "backend.h"
#include "node.h"
#include "request.h"
#include "share.h"

static bool decodable(const struct super_block *sb)
{
	return sb->s_export_op && sb->s_export_op->fh_to_dentry;
}

/**
 * xenfsd_handle_encode() - the handle of a file
 * @path: of the file
 * @handle: XENFSIF_HANDLE_MAX octets, aligned to 4
 * @len: how many of them are the handle; 0 if the file system has none
 *
 * Return: the handle's type.
 */
int xenfsd_handle_encode(const struct path *path, u8 *handle, u32 *len)
{
	int words = XENFSIF_HANDLE_MAX / 4;
	int type;

	*len = 0;
	if (!decodable(path->dentry->d_sb))
		return 0;
	type = exportfs_encode_fh(path->dentry, (struct fid *)handle, &words,
				  EXPORT_FH_CONNECTABLE);
	if (type < 0 || type == FILEID_INVALID) {
		words = XENFSIF_HANDLE_MAX / 4;
		type = exportfs_encode_fh(path->dentry, (struct fid *)handle,
					  &words, 0);
	}
	if (type < 0 || type == FILEID_INVALID || words > XENFSIF_HANDLE_MAX / 4)
		return 0;
	*len = words * 4;
	return type;
}

struct decoding {
	struct xenfsd_session *session;
	const struct cred *caller;
	struct vfsmount *mnt;
};

/* Whether the caller may pass all directories from the root to a file. */
static bool may_reach(struct decoding *d, struct dentry *dentry)
{
	struct dentry *root = d->session->root.dentry;
	struct dentry *at = dget(dentry);
	bool ok = true;

	/* Where other mounts may lie between, the mount's own root is the end. */
	if (d->mnt != d->session->root.mnt)
		root = d->mnt->mnt_root;

	while (ok && at != root) {
		struct dentry *parent = dget_parent(at);

		ok = parent != at &&
		     !inode_permission(mnt_idmap(d->mnt), d_inode(parent), MAY_EXEC);
		dput(at);
		at = parent;
	}
	dput(at);
	return ok;
}

static int acceptable(void *context, struct dentry *dentry)
{
	struct decoding *d = context;
	struct path path = { .mnt = d->mnt, .dentry = dentry };
	const struct cred *own;
	bool ok;

	if (d_unhashed(dentry) || !xenfsd_node_confined(d->session, &path))
		return false;
	own = override_creds(d->caller);
	ok = may_reach(d, dentry);
	revert_creds(own);
	return ok;
}

/**
 * xenfsd_handle_decode() - the file that a handle names
 * @rq: the request, running as its caller
 * @mnt: on which the file must be
 * @handle: what the guest sent
 * @len: its length
 * @type: what the guest sent
 *
 * Context: may wait for the file system.
 * Return: a dentry beneath the export's root, or ERR_PTR(-ESTALE) or -ENOMEM.
 */
struct dentry *xenfsd_handle_decode(struct xenfsd_request *rq,
				    struct vfsmount *mnt, const void *handle,
				    u32 len, u32 type)
{
	struct decoding decoding = {
		.session = rq->session,
		.caller = rq->caller,
		.mnt = mnt,
	};
	u32 fid[XENFSIF_HANDLE_MAX / 4] = {};
	struct dentry *dentry;

	if (!decodable(mnt->mnt_sb) || len % 4 || len > sizeof(fid) ||
	    type == 0 || type >= FILEID_INVALID)
		return ERR_PTR(-ESTALE);
	memcpy(fid, handle, len);

	/* Finding a name for the file is our business, not the caller's. */
	revert_creds(rq->own);
	dentry = exportfs_decode_fh(mnt, (struct fid *)fid, len / 4, type,
				    acceptable, &decoding);
	rq->own = override_creds(rq->caller);
	if (IS_ERR(dentry))
		return PTR_ERR(dentry) == -ENOMEM ? dentry : ERR_PTR(-ESTALE);
	if (d_is_negative(dentry) || !acceptable(&decoding, dentry)) {
		dput(dentry);
		return ERR_PTR(-ESTALE);
	}
	return dentry;
}
