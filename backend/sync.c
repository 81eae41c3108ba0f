// SPDX-License-Identifier: GPL-2.0
/*
 * Bringing to storage what is in memory: FSYNC, SYNCFS.
 */
#include <linux/fs.h>
#include <linux/errseq.h>

#include "node.h"
#include "request.h"
#include "share.h"

/* Errors of writing back are told once per open file, as by the file itself. */
int xenfsd_op_fsync(struct xenfsd_request *rq)
{
	struct xenfsd_openfile *of;
	int err;

	of = xenfsd_openfile_find(rq, rq->req.u.fsync.fh);
	if (IS_ERR(of))
		return PTR_ERR(of);
	err = vfs_fsync(of->file, rq->req.u.fsync.datasync);
	xenfsd_openfile_put(of);
	return err;
}

/*
 * The file system of the export's root; not those that are mounted beneath it.
 * A share that is read-only has nothing to write.
 */
int xenfsd_op_syncfs(struct xenfsd_request *rq)
{
	struct xenfsd_session *session = rq->session;
	struct super_block *sb = session->root.mnt->mnt_sb;
	int err, told;

	if (!session->config.rw)
		return 0;
	err = down_read_killable(&sb->s_umount);
	if (err)
		return err;
	err = sync_filesystem(sb);
	up_read(&sb->s_umount);

	spin_lock(&session->lock);
	told = errseq_check_and_advance(&sb->s_wb_err, &session->wb_err);
	spin_unlock(&session->lock);
	return err ?: told;
}
