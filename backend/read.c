// SPDX-License-Identifier: GPL-2.0
/*
 * READ and SEEK: content by copying, and where it lies.
 *
 * READ copies twice, from the file to our own pages and from there to the
 * guest's: so a file system that hangs holds nothing of the guest's, and
 * nothing is written to a guest that was cut off meanwhile.
 */
#include <linux/fs.h>
#include <linux/mm.h>
#include <linux/sched/signal.h>
#include <xen/grant_table.h>
#include <xen/page.h>

#include "node.h"
#include "request.h"
#include "share.h"

/* Reads until @len octets are there or the file ends. */
static ssize_t read_all(struct file *file, void *buf, size_t len, loff_t pos)
{
	size_t done = 0;
	ssize_t n;

	while (done < len) {
		n = kernel_read(file, buf + done, len - done, &pos);
		if (n < 0)
			return done ?: n;
		if (!n)
			break;
		done += n;
	}
	return done;
}

/*
 * Copies @len octets at @buf to the guest's pages, from octet @at of those on.
 * @buf has the same offset in its page as @at has.
 */
static int copy_to_refs(struct xenfsd_request *rq, const u32 *refs, u32 at,
			const void *buf, u32 len)
{
	struct gnttab_copy ops[16];
	unsigned int n = 0;
	int err;

	while (len) {
		u32 in_page = offset_in_page(at);
		u32 part = min_t(u32, len, PAGE_SIZE - in_page);

		ops[n++] = (struct gnttab_copy) {
			.source.u.gmfn = xen_page_to_gfn(xenfsd_buf_page(buf)),
			.source.domid = DOMID_SELF,
			.source.offset = offset_in_page(buf),
			.dest.u.ref = refs[at >> PAGE_SHIFT],
			.dest.domid = rq->share->domid,
			.dest.offset = in_page,
			.len = part,
			.flags = GNTCOPY_dest_gref,
		};
		at += part;
		buf += part;
		len -= part;
		if (n == ARRAY_SIZE(ops) || !len) {
			err = xenfsd_grant_copy(rq, ops, n,
						XENFSD_STAT_read_grant_errors);
			if (err)
				return err;
			n = 0;
		}
	}
	return 0;
}

/* Reads by pieces of the out buffer.  Returns how much, or an error. */
static ssize_t read_to_refs(struct xenfsd_request *rq, struct file *file)
{
	const struct xenfsif_read *args = &rq->req.u.read;
	const u32 *refs = rq->in;
	u32 done = 0;
	ssize_t n;
	int err;

	while (done < args->len) {
		u32 at = args->first + done;
		void *buf = rq->out + offset_in_page(at);
		u32 want = min_t(u32, args->len - done, XENFSIF_OUT_MAX);

		n = read_all(file, buf, want, args->offset + done);
		if (n < 0)
			return done ?: n;
		err = copy_to_refs(rq, refs, at, buf, n);
		if (err)
			return err;
		done += n;
		if (n < want || fatal_signal_pending(current))
			break;
	}
	return done;
}

int xenfsd_op_read(struct xenfsd_request *rq)
{
	const struct xenfsif_read *args = &rq->req.u.read;
	struct xenfsd_openfile *of;
	ssize_t n;

	of = xenfsd_openfile_find(rq, args->fh);
	if (IS_ERR(of))
		return PTR_ERR(of);

	if (!S_ISREG(rq->node->inode->i_mode)) {
		n = -EISDIR;
	} else if (!(of->file->f_mode & FMODE_READ)) {
		n = -EBADF;
	} else if (args->nrefs) {
		n = read_to_refs(rq, of->file);
	} else {
		n = read_all(of->file, rq->out, args->len, args->offset);
		if (n > 0)
			rq->rsp.out_len = n;
	}
	xenfsd_openfile_put(of);
	if (n < 0)
		return n;
	rq->rsp.u.data.len = n;
	xenfsd_count_add(rq->share, read_bytes, n);
	return 0;
}

int xenfsd_op_seek(struct xenfsd_request *rq)
{
	const struct xenfsif_seek *args = &rq->req.u.seek;
	struct xenfsd_openfile *of;
	loff_t pos;

	of = xenfsd_openfile_find(rq, args->fh);
	if (IS_ERR(of))
		return PTR_ERR(of);
	/* A directory's position is READDIR's. */
	if (!S_ISREG(rq->node->inode->i_mode)) {
		pos = -EINVAL;
	} else {
		mutex_lock(&of->lock);
		pos = vfs_llseek(of->file, args->offset,
				 args->whence == XENFSIF_SEEK_DATA ? SEEK_DATA : SEEK_HOLE);
		mutex_unlock(&of->lock);
	}
	xenfsd_openfile_put(of);
	if (pos < 0)
		return pos;
	rq->rsp.u.seek.offset = pos;
	return 0;
}
