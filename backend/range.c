// SPDX-License-Identifier: GPL-2.0
/*
 * Operations on ranges of files that move no content through the guest:
 * FALLOCATE, COPY_RANGE.
 *
 * They run under the credentials of whoever opened the file that is changed, as
 * WRITE does.
 */
#include <linux/cred.h>
#include <linux/falloc.h>
#include <linux/fs.h>
#include <linux/fsnotify.h>
#include <linux/sizes.h>

#include "node.h"
#include "request.h"
#include "share.h"

/* The modes of the protocol; what a newer kernel adds means something else. */
#define FALLOC_MODES	(FALLOC_FL_KEEP_SIZE | FALLOC_FL_PUNCH_HOLE |	\
			 FALLOC_FL_COLLAPSE_RANGE | FALLOC_FL_ZERO_RANGE | \
			 FALLOC_FL_INSERT_RANGE | FALLOC_FL_UNSHARE_RANGE)

/* So much is copied or compared by one request, so that none takes for ever. */
#define COPY_MAX	SZ_256M
#define DEDUPE_MAX	SZ_64M

int xenfsd_op_fallocate(struct xenfsd_request *rq)
{
	const struct xenfsif_fallocate *args = &rq->req.u.fallocate;
	struct xenfsd_change change = {};
	struct xenfsd_openfile *of;
	const struct cred *own;
	int err;

	if (args->mode & ~FALLOC_MODES)
		return -EOPNOTSUPP;
	of = xenfsd_openfile_find(rq, args->fh);
	if (IS_ERR(of))
		return PTR_ERR(of);

	own = override_creds(of->file->f_cred);
	xenfsd_change_begin(&change, rq->node);
	err = vfs_fallocate(of->file, args->mode, args->offset, args->len);
	/* It may fail half-way; the VFS tells of successes only. */
	if (err)
		fsnotify_modify(of->file);
	xenfsd_change_end(&change, true);
	xenfsd_change_put(&change);
	if (args->mode & ~FALLOC_FL_KEEP_SIZE)
		xenfsd_frames_doubt(rq->node);
	if (!err)
		err = xenfsd_attr_answer(rq);
	revert_creds(own);
	xenfsd_openfile_put(of);
	return err;
}

/* As ioctl(FICLONERANGE). */
static loff_t clone(struct file *src, struct file *dst,
		    const struct xenfsif_copy_range *args)
{
	loff_t n;

	/* It was not opened for appending: see openfile.c. */
	if (IS_APPEND(file_inode(dst)))
		return -EPERM;
	n = vfs_clone_file_range(src, args->src_offset, dst, args->offset,
				 args->len, 0);
	return n >= 0 && args->len && n != args->len ? -EINVAL : n;
}

/* As ioctl(FIDEDUPERANGE); *differ is set if the ranges do. */
static loff_t dedupe(struct file *src, struct file *dst,
		     const struct xenfsif_copy_range *args, u64 *differ)
{
	struct inode *inode = file_inode(src);
	u64 len = args->len;
	loff_t n;

	if (!(src->f_mode & FMODE_READ))
		return -EINVAL;
	if (S_ISDIR(inode->i_mode))
		return -EISDIR;
	if (!src->f_op->remap_file_range)
		return -EOPNOTSUPP;
	if (args->src_offset + len > i_size_read(inode))
		return -EINVAL;
	len = min_t(u64, len, DEDUPE_MAX);
	n = vfs_dedupe_file_range_one(src, args->src_offset, dst, args->offset,
				      len, REMAP_FILE_CAN_SHORTEN);
	if (n == -EBADE) {
		*differ = 1;
		return 0;
	}
	/* Those that compare whole blocks leave out the last, if it is not whole. */
	return n < 0 ? n : len;
}

static loff_t copy(struct file *src, struct file *dst,
		   const struct xenfsif_copy_range *args)
{
	if (IS_APPEND(file_inode(dst)))
		return -EPERM;
	return vfs_copy_file_range(src, args->src_offset, dst, args->offset,
				   min_t(u64, args->len, COPY_MAX), 0);
}

static int copy_range(struct xenfsd_request *rq, struct file *src,
		      struct file *dst, const struct xenfsif_copy_range *args)
{
	struct xenfsd_change change = {};
	u64 differ = 0;
	loff_t n;

	xenfsd_change_begin(&change, rq->node);
	switch (args->how) {
	case XENFSIF_COPY:
		n = copy(src, dst, args);
		break;
	case XENFSIF_CLONE:
		n = clone(src, dst, args);
		break;
	default:
		n = dedupe(src, dst, args, &differ);
		break;
	}
	/* It may fail half-way; the VFS tells of successes only. */
	if (n < 0)
		fsnotify_modify(dst);
	xenfsd_change_end(&change, true);
	xenfsd_change_put(&change);
	xenfsd_frames_doubt(rq->node);
	if (n < 0)
		return n;
	rq->rsp.u.written.len = n;
	rq->rsp.u.written.offset = differ;
	return xenfsd_attr_answer(rq);
}

static int check_copy_range(const struct xenfsif_copy_range *args)
{
	if (args->reserved || args->how > XENFSIF_DEDUPE ||
	    !xenfsif_file_range_ok(args->src_offset, args->len) ||
	    !xenfsif_file_range_ok(args->offset, args->len))
		return -EINVAL;
	return 0;
}

/* The source, open, of any node of the session. */
static struct xenfsd_openfile *find_source(struct xenfsd_request *rq,
					   const struct xenfsif_copy_range *args)
{
	struct xenfsd_openfile *of;
	struct xenfsd_node *node;
	struct path path;
	int err;

	err = xenfsd_node_locate(rq->session, args->src_node,
				 args->src_generation, &node, &path);
	if (err)
		return ERR_PTR(err);
	of = xenfsd_openfile_get(node, args->src_fh);
	path_put(&path);
	xenfsd_node_put(node);
	return of;
}

int xenfsd_op_copy_range(struct xenfsd_request *rq)
{
	struct xenfsd_openfile *src, *dst;
	struct xenfsif_copy_range args;
	const struct cred *own;
	int err;

	memcpy(&args, rq->in, sizeof(args));
	err = check_copy_range(&args);
	if (err)
		return err;
	dst = xenfsd_openfile_find(rq, rq->req.u.fh.fh);
	if (IS_ERR(dst))
		return PTR_ERR(dst);
	src = find_source(rq, &args);
	err = PTR_ERR_OR_ZERO(src);
	if (err)
		goto put_dst;

	own = override_creds(dst->file->f_cred);
	err = copy_range(rq, src->file, dst->file, &args);
	revert_creds(own);
	xenfsd_openfile_put(src);
put_dst:
	xenfsd_openfile_put(dst);
	return err;
}
