// SPDX-License-Identifier: GPL-2.0
/*
 * FILEATTR: what lsattr, chattr and xfs_io show and change.
 *
 * The guest sees all there is, and can change what is about the file alone.
 * What decides how this domain keeps or counts the file cannot be changed, and
 * least of all its project: project quotas limit what a guest may use.
 */
#include <linux/fs.h>
#include <linux/fileattr.h>
#include <linux/fsnotify.h>
#include <linux/mount.h>

#include "backend.h"
#include "node.h"
#include "request.h"
#include "share.h"

#define CHANGEABLE_FLAGS						\
	(FS_SECRM_FL | FS_UNRM_FL | FS_COMPR_FL | FS_SYNC_FL |		\
	 FS_IMMUTABLE_FL | FS_APPEND_FL | FS_NODUMP_FL | FS_NOATIME_FL | \
	 FS_NOCOMP_FL | FS_DIRSYNC_FL | FS_NOTAIL_FL | FS_TOPDIR_FL |	\
	 FS_NOCOW_FL)

#define CHANGEABLE_XFLAGS						\
	(FS_XFLAG_IMMUTABLE | FS_XFLAG_APPEND | FS_XFLAG_SYNC |		\
	 FS_XFLAG_NOATIME | FS_XFLAG_NODUMP | FS_XFLAG_NODEFRAG |	\
	 FS_XFLAG_NOSYMLINKS | FS_XFLAG_EXTSIZE | FS_XFLAG_EXTSZINHERIT | \
	 FS_XFLAG_COWEXTSIZE)

static int get(struct xenfsd_request *rq, struct file_kattr *fa)
{
	int err;

	memset(fa, 0, sizeof(*fa));
	err = vfs_fileattr_get(rq->path.dentry, fa);
	return err == -ENOTTY || err == -ENOIOCTLCMD ? -EOPNOTSUPP : err;
}

static int set_flags(const struct file_kattr *now, struct file_kattr *fa,
		     const struct xenfsif_fileattr *want)
{
	if ((now->flags ^ want->flags) & ~CHANGEABLE_FLAGS)
		return -EOPNOTSUPP;
	fileattr_fill_flags(fa, want->flags);
	return 0;
}

static int set_xflags(const struct file_kattr *now, struct file_kattr *fa,
		      const struct xenfsif_fileattr *want)
{
	/* Is told, and not meant to be set. */
	u32 derived = FS_XFLAG_HASATTR | FS_XFLAG_PREALLOC;

	if ((now->fsx_xflags ^ want->xflags) & ~(CHANGEABLE_XFLAGS | derived))
		return -EOPNOTSUPP;
	/* As in a user namespace that is not the first. */
	if (want->projid != now->fsx_projid)
		return -EINVAL;
	fileattr_fill_xflags(fa, want->xflags);
	fa->fsx_extsize = want->extsize;
	fa->fsx_projid = want->projid;
	fa->fsx_cowextsize = want->cowextsize;
	return 0;
}

static int set(struct xenfsd_request *rq)
{
	struct xenfsd_change change = {};
	struct xenfsif_fileattr want;
	struct file_kattr now, fa = {};
	int err;

	if (!rq->session->config.rw)
		return -EROFS;
	memcpy(&want, rq->in, sizeof(want));
	err = get(rq, &now);
	if (err)
		return err;
	err = rq->req.u.fileattr.flags & XENFSIF_FILEATTR_XFLAGS ?
	      set_xflags(&now, &fa, &want) : set_flags(&now, &fa, &want);
	if (err)
		return err;

	err = mnt_want_write(rq->path.mnt);
	if (err)
		return err;
	xenfsd_change_begin(&change, rq->node);
	err = vfs_fileattr_set(mnt_idmap(rq->path.mnt), rq->path.dentry, &fa);
	/* for the other guests: kernels before 7 do not tell, newer ones twice then */
	if (!err)
		fsnotify_dentry(rq->path.dentry, FS_ATTRIB);
	xenfsd_change_end(&change, !err);
	xenfsd_change_put(&change);
	mnt_drop_write(rq->path.mnt);
	return err == -ENOTTY || err == -ENOIOCTLCMD ? -EOPNOTSUPP : err;
}

int xenfsd_op_fileattr(struct xenfsd_request *rq)
{
	struct xenfsif_fileattr *out = rq->out;
	struct file_kattr fa;
	int err = 0;

	if (rq->req.u.fileattr.flags & XENFSIF_FILEATTR_SET)
		err = set(rq);
	if (err)
		return err;
	rq->rsp.version = xenfsd_node_version(rq->node, &rq->path);
	err = get(rq, &fa);
	if (err)
		return err;
	*out = (struct xenfsif_fileattr) {
		.flags = fa.flags,
		.xflags = fa.fsx_xflags,
		.extsize = fa.fsx_extsize,
		.nextents = fa.fsx_nextents,
		.projid = fa.fsx_projid,
		.cowextsize = fa.fsx_cowextsize,
	};
	rq->rsp.out_len = sizeof(*out);
	return 0;
}
