// SPDX-License-Identifier: GPL-2.0
/*
 * Operations that tell about a file: GETATTR, ACCESS, READLINK, STATFS.
 */
#include <linux/fcntl.h>
#include <linux/fs.h>
#include <linux/magic.h>
#include <linux/mount.h>
#include <linux/stat.h>
#include <linux/statfs.h>

#include "backend.h"
#include "node.h"
#include "request.h"
#include "share.h"

/*
 * What is changed in a directory's lower layer copies it up, and those above it,
 * without an event.  The link count of one that is in both layers is 1.
 */
static bool may_be_copied_up(const struct kstat *stat, const struct path *path)
{
	return S_ISDIR(stat->mode) && stat->nlink != 1 &&
	       path->dentry->d_sb->s_magic == OVERLAYFS_SUPER_MAGIC;
}

/**
 * xenfsd_attr_fill() - a file's attributes
 * @path: of the file
 * @attr: filled in
 * @version: the word that is to go with them; 0 if they may change and the word
 *	does not
 *
 * Context: runs as the caller; may wait for the file system.
 * Return: 0 or a negative errno.
 */
int xenfsd_attr_fill(const struct path *path, struct xenfsif_attr *attr,
		     u64 *version)
{
	struct kstat stat;
	int err;

	err = vfs_getattr(path, &stat, STATX_BASIC_STATS | STATX_BTIME,
			  AT_STATX_SYNC_AS_STAT);
	if (err)
		return err;
	if (may_be_copied_up(&stat, path))
		*version = 0;

	*attr = (struct xenfsif_attr) {
		.ino = stat.ino,
		.size = stat.size,
		.blocks = stat.blocks,
		.attributes = stat.attributes,
		.mount_id = huge_encode_dev(path->dentry->d_sb->s_dev),
		.atime_sec = stat.atime.tv_sec,
		.mtime_sec = stat.mtime.tv_sec,
		.ctime_sec = stat.ctime.tv_sec,
		.btime_sec = stat.result_mask & STATX_BTIME ? stat.btime.tv_sec : 0,
		.atime_nsec = stat.atime.tv_nsec,
		.mtime_nsec = stat.mtime.tv_nsec,
		.ctime_nsec = stat.ctime.tv_nsec,
		.btime_nsec = stat.result_mask & STATX_BTIME ? stat.btime.tv_nsec : 0,
		.mode = stat.mode,
		.nlink = stat.nlink,
		.uid = from_kuid_munged(&init_user_ns, stat.uid),
		.gid = from_kgid_munged(&init_user_ns, stat.gid),
		.rdev_major = MAJOR(stat.rdev),
		.rdev_minor = MINOR(stat.rdev),
		.dev_major = MAJOR(stat.dev),
		.dev_minor = MINOR(stat.dev),
		.blksize = stat.blksize,
		.mask = stat.result_mask & (STATX_BASIC_STATS | STATX_BTIME),
	};
	return 0;
}

/* The words that are to go with the attributes are sampled before them. */
static int answer(struct xenfsd_request *rq)
{
	int err = xenfsd_attr_fill(&rq->path, rq->out, &rq->rsp.version);

	if (!err)
		rq->rsp.out_len = sizeof(struct xenfsif_attr);
	return err;
}

/**
 * xenfsd_attr_answer() - answer with the attributes of the request's node
 * @rq: the request; its response's version is sampled before them
 *
 * Return: 0 or a negative errno.
 */
int xenfsd_attr_answer(struct xenfsd_request *rq)
{
	rq->rsp.version = xenfsd_node_version(rq->node, &rq->path);
	return answer(rq);
}

int xenfsd_op_getattr(struct xenfsd_request *rq)
{
	rq->rsp.frames = xenfsd_node_frames(rq->node, &rq->path);
	return answer(rq);
}

/* What is not a file of it may be writable though the share is not. */
static bool is_readonly(struct xenfsd_session *session, const struct path *path)
{
	return !special_file(d_inode(path->dentry)->i_mode) &&
	       (!session->config.rw || __mnt_is_readonly(path->mnt));
}

/* One right, asked for alone, as the VFS would for an access of that kind. */
static bool may(struct xenfsd_session *session, const struct path *path,
		int mask)
{
	struct inode *inode = d_inode(path->dentry);

	if (mask == MAY_EXEC && S_ISREG(inode->i_mode) &&
	    (path->mnt->mnt_flags & MNT_NOEXEC ||
	     inode->i_sb->s_iflags & SB_I_NOEXEC))
		return false;
	if (mask == MAY_WRITE && is_readonly(session, path))
		return false;
	return !inode_permission(mnt_idmap(path->mnt), inode, mask | MAY_ACCESS);
}

int xenfsd_op_access(struct xenfsd_request *rq)
{
	static const struct {
		u32 wire;
		int mask;
	} rights[] = {
		{ XENFSIF_MAY_EXEC, MAY_EXEC },
		{ XENFSIF_MAY_WRITE, MAY_WRITE },
		{ XENFSIF_MAY_READ, MAY_READ },
	};
	u32 allowed = 0;
	int i;

	for (i = 0; i < ARRAY_SIZE(rights); i++)
		if (rq->req.u.access.mask & rights[i].wire &&
		    may(rq->session, &rq->path, rights[i].mask))
			allowed |= rights[i].wire;
	rq->rsp.u.access.allowed = allowed;
	rq->rsp.u.access.rofs = is_readonly(rq->session, &rq->path);
	return 0;
}

int xenfsd_op_readlink(struct xenfsd_request *rq)
{
	struct inode *inode = d_inode(rq->path.dentry);
	DEFINE_DELAYED_CALL(done);
	const char *target;
	size_t len;
	int err = 0;

	/*
	 * A link with a readlink() of its own is one of those of /proc that
	 * lead to a place and have no text; following it is not for us.
	 */
	if (!d_is_symlink(rq->path.dentry) || inode->i_op->readlink)
		return -EINVAL;

	target = vfs_get_link(rq->path.dentry, &done);
	if (IS_ERR(target)) {
		err = PTR_ERR(target);
		goto call_done;
	}
	len = strnlen(target, XENFSIF_SYMLINK_MAX + 1);
	if (!len || len > XENFSIF_SYMLINK_MAX) {
		err = -ENAMETOOLONG;
		goto call_done;
	}
	memcpy(rq->out, target, len);
	rq->rsp.u.data.len = len;
	rq->rsp.out_len = len;
call_done:
	do_delayed_call(&done);
	return err;
}

int xenfsd_op_statfs(struct xenfsd_request *rq)
{
	struct xenfsif_statfs *out = rq->out;
	struct kstatfs st;
	int err;

	err = vfs_statfs(&rq->path, &st);
	if (err)
		return err;
	*out = (struct xenfsif_statfs) {
		.blocks = st.f_blocks,
		.bfree = st.f_bfree,
		.bavail = st.f_bavail,
		.files = st.f_files,
		.ffree = st.f_ffree,
		.fsid = (u32)st.f_fsid.val[0] | (u64)(u32)st.f_fsid.val[1] << 32,
		.bsize = st.f_bsize,
		.frsize = st.f_frsize ?: st.f_bsize,
		.namelen = min_t(u32, st.f_namelen, XENFSIF_NAME_MAX),
		.type = st.f_type,
	};
	rq->rsp.out_len = sizeof(*out);
	return 0;
}
