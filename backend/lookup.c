// SPDX-License-Identifier: GPL-2.0
/*
 * Operations that give nodes to the guest and take them back: CONNECT, LOOKUP,
 * RECLAIM, FORGET, DISCONNECT.
 *
 * A lookup is of one name in one directory.  It follows no symbolic link,
 * triggers no automount, and enters what is mounted there only if the share
 * says so ("submounts").
 */
#include <linux/dcache.h>
#include <linux/magic.h>
#include <linux/mount.h>
#include <linux/namei.h>

#include "backend.h"
#include "node.h"
#include "request.h"
#include "share.h"

/**
 * xenfsd_lookup_name() - find a name in a directory
 * @session: the session
 * @dir: the directory, confined
 * @name: not NUL-terminated
 * @len: its length
 * @found: the file, with references
 *
 * Context: runs as the caller, who must be allowed to search @dir.
 * Return: 0 or a negative errno.
 */
int xenfsd_lookup_name(struct xenfsd_session *session, const struct path *dir,
		       const char *name, u32 len, struct path *found)
{
	struct dentry *dentry;

	if (!xenfsif_name_ok(name, len))
		return -EINVAL;
	if (!d_can_lookup(dir->dentry))
		return -ENOTDIR;
	dentry = xenfs_lookup_one(dir->mnt, name, len, dir->dentry);
	if (IS_ERR(dentry))
		return PTR_ERR(dentry);
	if (d_is_negative(dentry)) {
		dput(dentry);
		return -ENOENT;
	}
	found->mnt = mntget(dir->mnt);
	found->dentry = dentry;
	if (session->config.cross)
		while (d_mountpoint(found->dentry) && follow_down_one(found))
			;
	return 0;
}

/**
 * xenfsd_entry_fill() - describe a node
 * @node: the node
 * @path: of it
 * @entry: filled in
 * @handle: XENFSIF_HANDLE_MAX octets aligned to 4, filled in
 *
 * Context: runs as the caller; may wait for the file system.
 * Return: 0 or a negative errno.
 */
int xenfsd_entry_fill(struct xenfsd_node *node, const struct path *path,
		      struct xenfsif_entry *entry, u8 *handle)
{
	memset(entry, 0, sizeof(*entry));
	entry->node = node->id;
	entry->generation = node->generation;
	entry->version = xenfsd_node_version(node, path);
	entry->frames = xenfsd_node_frames(node, path);
	entry->handle_type = xenfsd_handle_encode(path, handle, &entry->handle_len);
	return xenfsd_attr_fill(path, &entry->attr, &entry->version);
}

/**
 * xenfsd_answer_with() - answer with a file: node, attributes, handle
 * @rq: the request, running as its caller
 * @path: of the file; within the root
 * @made: whether the request has made it
 *
 * The node is counted as the guest's once more.
 *
 * Return: the node with a reference for the caller, or an ERR_PTR.
 */
struct xenfsd_node *xenfsd_answer_with(struct xenfsd_request *rq,
				       const struct path *path, bool made)
{
	struct xenfsif_entry *entry = rq->out;
	struct xenfsd_node *node;
	int err;

	node = xenfsd_node_of(rq->session, path, made);
	if (IS_ERR(node))
		return node;
	err = xenfsd_entry_fill(node, path, entry, (u8 *)(entry + 1));
	if (err) {
		xenfsd_node_forget(rq->session, node->id, node->generation, 1);
		xenfsd_node_put(node);
		return ERR_PTR(err);
	}
	rq->rsp.out_len = sizeof(*entry) + entry->handle_len;
	return node;
}

/* The same, without the node. */
static int answer_with(struct xenfsd_request *rq, const struct path *path)
{
	struct xenfsd_node *node = xenfsd_answer_with(rq, path, false);

	if (IS_ERR(node))
		return PTR_ERR(node);
	xenfsd_node_put(node);
	return 0;
}

/**
 * xenfsd_is_remote() - whether files may change with no sign of it in their inodes
 * @mnt: their mount
 */
bool xenfsd_is_remote(const struct vfsmount *mnt)
{
	const struct super_block *sb = mnt->mnt_sb;

	switch (sb->s_magic) {
	case TMPFS_MAGIC:
	case RAMFS_MAGIC:
	case OVERLAYFS_SUPER_MAGIC:
		return false;
	case FUSE_SUPER_MAGIC:
		return true;
	}
	/* on a device that others have, too */
	if (!strcmp(sb->s_type->name, "gfs2") || !strcmp(sb->s_type->name, "ocfs2"))
		return true;
	return !(sb->s_type->fs_flags & FS_REQUIRES_DEV);
}

int xenfsd_op_connect(struct xenfsd_request *rq)
{
	struct xenfsd_session *session;
	struct vfsmount *mnt;
	u32 features = XENFSIF_FEATURE_LEND;
	int err;

	session = xenfsd_session_begin(rq->share, rq->req.u.connect.session);
	if (IS_ERR(session))
		return PTR_ERR(session);
	rq->session = session;

	err = xenfsd_cred_assume(rq);
	if (err)
		return err;
	err = answer_with(rq, &session->root);
	if (err)
		return err;

	mnt = session->root.mnt;
	if (((struct xenfsif_entry *)rq->out)->handle_len)
		features |= XENFSIF_FEATURE_HANDLES;
	features |= session->remote ? XENFSIF_FEATURE_REMOTE :
				      XENFSIF_FEATURE_TABLE;
	if (session->config.rw)
		features |= XENFSIF_FEATURE_WRITE;
	rq->rsp.u.connect.features = features;
	rq->rsp.u.connect.max_lend = XENFSIF_LEND_MAX;
	rq->rsp.u.connect.max_read_refs = XENFSIF_READ_REFS_MAX;
	rq->rsp.u.connect.max_size = mnt->mnt_sb->s_maxbytes;
	return 0;
}

int xenfsd_op_disconnect(struct xenfsd_request *rq)
{
	xenfsd_session_end(rq->share);
	return 0;
}

int xenfsd_op_lookup(struct xenfsd_request *rq)
{
	struct path found;
	int err;

	err = xenfsd_lookup_name(rq->session, &rq->path, rq->in, rq->in_len,
				 &found);
	if (err)
		return err;
	err = answer_with(rq, &found);
	path_put(&found);
	return err;
}

/* Whether a file has this handle; every file has the empty one. */
static bool handle_is(const struct path *path, const void *handle, u32 len,
		      u32 type)
{
	u32 its[XENFSIF_HANDLE_MAX / 4];
	u32 its_len, its_type;

	if (!len)
		return true;
	its_type = xenfsd_handle_encode(path, (u8 *)its, &its_len);
	return its_type == type && its_len == len && !memcmp(its, handle, len);
}

/*
 * RECLAIM: by name if there is one, and if what is found there has the handle;
 * else by handle alone.
 */
int xenfsd_op_reclaim(struct xenfsd_request *rq)
{
	const struct xenfsif_reclaim *args = &rq->req.u.reclaim;
	const void *handle = rq->in + args->name_len;
	struct path found;
	int err;

	if (args->name_len) {
		err = xenfsd_request_node(rq);
		if (err)
			return err;
		err = xenfsd_lookup_name(rq->session, &rq->path, rq->in,
					 args->name_len, &found);
		if (!err && !handle_is(&found, handle, args->handle_len,
				       args->handle_type)) {
			path_put(&found);
			err = -ESTALE;
		}
		if (!err)
			goto answer;
		if (!args->handle_len)
			return err == -ENOENT ? -ESTALE : err;
	}

	/* On the mount where it was; the root's, if no directory is named. */
	found.mnt = args->name_len ? rq->path.mnt : rq->session->root.mnt;
	found.dentry = xenfsd_handle_decode(rq, found.mnt, handle,
					    args->handle_len, args->handle_type);
	if (IS_ERR(found.dentry))
		return PTR_ERR(found.dentry);
	mntget(found.mnt);
answer:
	err = answer_with(rq, &found);
	path_put(&found);
	return err;
}

int xenfsd_op_forget(struct xenfsd_request *rq)
{
	const struct xenfsif_forget *forget = rq->in;
	u32 i;

	for (i = 0; i < rq->req.u.forget.count; i++) {
		struct xenfsif_forget f;

		/* After an odd number of groups they lie at multiples of 4. */
		memcpy(&f, &forget[i], sizeof(f));
		xenfsd_node_forget(rq->session, f.node, f.generation, f.nlookup);
		cond_resched();
	}
	return 0;
}
