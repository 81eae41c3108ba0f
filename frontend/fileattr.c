// SPDX-License-Identifier: GPL-2.0
/*
 * What chattr and xfs_io show and change: FS_IOC_GETFLAGS, FS_IOC_SETFLAGS,
 * FS_IOC_FSGETXATTR and FS_IOC_FSSETXATTR, which the VFS brings here.
 *
 * Nothing of it is cached.  What a flag means is dom0's business.
 */
#include <linux/fs.h>
#include <linux/fileattr.h>

#include "xenfs.h"

/* One round trip. */
static int fileattr(struct inode *inode, struct xenfs_op *op,
		    struct xenfsif_fileattr *answer)
{
	int err;

	op->req.op = XENFSIF_OP_FILEATTR;
	op->out = answer;
	op->out_len = sizeof(*answer);
	op->as_caller = true;
	err = xenfs_call(inode, op);
	/* there are none, or some cannot be set */
	if (err == -EOPNOTSUPP && !(op->req.u.fileattr.flags & XENFSIF_FILEATTR_SET))
		err = -ENOTTY;
	return err;
}

int xenfs_fileattr_get(struct dentry *dentry, struct file_kattr *fa)
{
	struct xenfsif_fileattr answer;
	struct xenfs_op op = {};
	int err;

	err = fileattr(d_inode(dentry), &op, &answer);
	if (err)
		return err;
	fa->flags = answer.flags;
	fa->fsx_xflags = answer.xflags;
	fa->fsx_extsize = answer.extsize;
	fa->fsx_nextents = answer.nextents;
	fa->fsx_projid = answer.projid;
	fa->fsx_cowextsize = answer.cowextsize;
	return 0;
}

/**
 * xenfs_fileattr_set() - change what xenfs_fileattr_get() shows
 * @idmap: not used: the server knows no mapped mounts
 * @dentry: the file
 * @fa: what to change it to; which half of it is meant say its selectors
 *
 * Two round trips: what the flags do to the file is to be seen at once.
 *
 * Context: i_rwsem is held.
 */
int xenfs_fileattr_set(struct xenfs_idmap *idmap, struct dentry *dentry,
		       struct file_kattr *fa)
{
	struct inode *inode = d_inode(dentry);
	struct xenfsif_fileattr answer;
	struct xenfsif_fileattr set = {
		.flags = fa->flags,
		.xflags = fa->fsx_xflags,
		.extsize = fa->fsx_extsize,
		.projid = fa->fsx_projid,
		.cowextsize = fa->fsx_cowextsize,
	};
	struct xenfs_op op = {
		.req.u.fileattr.flags = XENFSIF_FILEATTR_SET,
		.in[0] = { &set, sizeof(set) },
	};
	int err;

	if (!fa->flags_valid)
		op.req.u.fileattr.flags |= XENFSIF_FILEATTR_XFLAGS;
	/* what was written before must not be refused after */
	if (S_ISREG(inode->i_mode)) {
		err = filemap_write_and_wait(inode->i_mapping);
		if (err)
			return err;
	}
	err = fileattr(inode, &op, &answer);
	if (err) {
		xenfs_inode_doubt(inode);
		return err;
	}
	xenfs_inode_modified(inode, NULL, op.rsp.version, &op);
	/* an immutable file may not be written */
	xenfs_access_drop(inode);
	/* an error is for who asks next: the attributes are not believed */
	xenfs_revalidate(inode, false);
	return 0;
}
