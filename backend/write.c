// SPDX-License-Identifier: GPL-2.0
/*
 * WRITE: content from the guest into a file's page cache.
 *
 * The content is first brought into our own memory, as a whole: from the data
 * area with the rest of the in range, or by grant copies of the pages that the
 * guest names (grant.c).  Segments that follow each other in the file then go to
 * the file system in one call.
 *
 * It runs under the credentials of whoever opened the file: theirs are the quota
 * and the reserve, and by their capabilities s*id bits are dropped or kept.
 */
#include <linux/cred.h>
#include <linux/file.h>
#include <linux/fs.h>
#include <linux/fsnotify.h>
#include <linux/magic.h>
#include <linux/mm.h>
#include <linux/sched/signal.h>
#include <linux/uio.h>
#include <xen/grant_table.h>
#include <xen/page.h>

#include "backend.h"
#include "node.h"
#include "request.h"
#include "share.h"
#include "trace.h"

/* How many pieces of memory one call to the file system takes its content from. */
#define MAX_PIECES	16

/* Content that goes to one range of the file. */
struct run {
	loff_t pos;
	size_t len;
	unsigned int nr;
	struct kvec pieces[MAX_PIECES];
};

/* A WRITE on its way. */
struct writing {
	struct file *file;
	const struct xenfsif_write *args;
	const void *segs;		/* need not be aligned */
	void *content;
	u32 next;			/* the segment to begin with */
	u32 at;				/* octets of content before it */
	loff_t first;			/* where the first octet went */
	loff_t end;			/* one past the furthest octet */
	loff_t begin;			/* the nearest */
	size_t done;
};

/*
 * Copies the granted pages, each to the page of the buffer that has its place:
 * of a segment that is what it uses of its pages, from "first" on.
 */
static int fetch_content(struct xenfsd_request *rq)
{
	const struct xenfsif_write *args = &rq->req.u.write;
	const u32 *refs = rq->in + args->nsegs * sizeof(struct xenfsif_segment);
	struct gnttab_copy ops[16];
	unsigned int n = 0;
	u32 i, page = 0;
	int err;

	for (i = 0; i < args->nsegs; i++) {
		struct xenfsif_segment seg = xenfsif_segment(rq->in, i);
		u32 first = seg.first, left = seg.len;

		while (left) {
			u32 part = min_t(u32, left, PAGE_SIZE - first);
			void *to = rq->content + page * PAGE_SIZE + first;

			ops[n++] = (struct gnttab_copy) {
				.source.u.ref = refs[page],
				.source.domid = rq->share->domid,
				.source.offset = first,
				.dest.u.gmfn = xen_page_to_gfn(xenfsd_buf_page(to)),
				.dest.domid = DOMID_SELF,
				.dest.offset = first,
				.len = part,
				.flags = GNTCOPY_source_gref,
			};
			page++;
			left -= part;
			first = 0;
			if (n < ARRAY_SIZE(ops) && page < args->nrefs)
				continue;
			err = xenfsd_grant_copy(rq, ops, n,
						XENFSD_STAT_write_grant_errors);
			if (err)
				return err;
			n = 0;
		}
	}
	return 0;
}

/* Where a segment's content lies; advances w->at to behind it. */
static void *segment_content(struct writing *w, const struct xenfsif_segment *seg)
{
	void *p = w->content + w->at + seg->first;

	w->at += seg->first + seg->len;
	if (w->args->nrefs)
		w->at = PAGE_ALIGN(w->at);
	return p;
}

static bool add_piece(struct run *run, void *p, size_t len)
{
	struct kvec *last = run->nr ? &run->pieces[run->nr - 1] : NULL;

	if (last && last->iov_base + last->iov_len == p) {
		last->iov_len += len;
	} else {
		if (run->nr == MAX_PIECES)
			return false;
		run->pieces[run->nr++] = (struct kvec) { p, len };
	}
	run->len += len;
	return true;
}

/* Takes as many of the next segments as follow each other in the file. */
static void next_run(struct writing *w, struct run *run)
{
	run->nr = 0;
	run->len = 0;
	while (w->next < w->args->nsegs) {
		struct xenfsif_segment seg = xenfsif_segment(w->segs, w->next);
		u32 at = w->at;

		if (!run->nr)
			run->pos = seg.offset;
		else if (seg.offset != run->pos + run->len)
			break;
		if (!add_piece(run, segment_content(w, &seg), seg.len)) {
			w->at = at;
			break;
		}
		w->next++;
	}
}

/*
 * As vfs_iter_write(), which does not protect against freezing in all kernels.
 * run->pos becomes where the content went.
 */
static ssize_t write_run(struct file *file, struct run *run, bool append)
{
	struct iov_iter iter;
	struct kiocb kiocb;
	ssize_t n;

	init_sync_kiocb(&kiocb, file);
	kiocb.ki_pos = run->pos;
	if (append)
		kiocb.ki_flags |= IOCB_APPEND;
	iov_iter_kvec(&iter, WRITE, run->pieces, run->nr, run->len);

	n = rw_verify_area(WRITE, file, &kiocb.ki_pos, run->len);
	if (n < 0)
		return n;
	file_start_write(file);
	n = file->f_op->write_iter(&kiocb, &iter);
	if (n > 0)
		fsnotify_modify(file);
	file_end_write(file);
	if (n > 0)
		run->pos = kiocb.ki_pos - n;
	return n;
}

/* Returns 0, or the error that came before anything was written. */
static int write_all(struct writing *w)
{
	struct run run;
	ssize_t n;

	while (w->next < w->args->nsegs) {
		next_run(w, &run);
		n = write_run(w->file, &run,
			      w->args->flags & XENFSIF_WRITE_APPEND);
		if (n < 0)
			return w->done ? 0 : n;
		if (!w->done) {
			w->first = run.pos;
			w->begin = run.pos;
			w->end = run.pos;
		}
		w->begin = min_t(loff_t, w->begin, run.pos);
		w->end = max_t(loff_t, w->end, run.pos + n);
		w->done += n;
		if (n < run.len)
			break;
		if (fatal_signal_pending(current))
			break;
		cond_resched();
	}
	return 0;
}

static int write_and_sync(struct writing *w)
{
	u32 flags = w->args->flags;
	int err = write_all(w);

	if (err || !w->done || !(flags & (XENFSIF_WRITE_DSYNC | XENFSIF_WRITE_SYNC)))
		return err;
	return vfs_fsync_range(w->file, w->begin, w->end - 1,
			       !(flags & XENFSIF_WRITE_SYNC));
}

/*
 * Older overlayfs does not hand IOCB_APPEND down: there an append goes through
 * a file that is open for appending, and for it only.
 */
static int write_overlay_append(struct writing *w)
{
	struct file *file;
	int err;

	file = dentry_open(&w->file->f_path, O_WRONLY | O_APPEND | O_LARGEFILE,
			   current_cred());
	if (IS_ERR(file))
		return PTR_ERR(file);
	swap(w->file, file);
	err = write_and_sync(w);
	swap(w->file, file);
	__fput_sync(file);
	return err;
}

static int write_file(struct xenfsd_request *rq, struct writing *w)
{
	struct xenfsd_change change = {};
	const struct cred *own;
	int err;

	own = override_creds(w->file->f_cred);
	xenfsd_change_begin(&change, rq->node);
	if (w->args->flags & XENFSIF_WRITE_APPEND &&
	    file_inode(w->file)->i_sb->s_magic == OVERLAYFS_SUPER_MAGIC)
		err = write_overlay_append(w);
	else
		err = write_and_sync(w);
	xenfsd_change_end(&change, !err || w->done);
	xenfsd_change_put(&change);
	if (!err)
		err = xenfsd_attr_answer(rq);
	revert_creds(own);
	return err;
}

/* Brings the content here; w->content is where it begins. */
static int get_content(struct xenfsd_request *rq, struct writing *w)
{
	int err;

	w->segs = rq->in;
	if (!w->args->nrefs) {
		w->content = (void *)rq->in +
			     w->args->nsegs * sizeof(struct xenfsif_segment);
		return 0;
	}
	err = xenfsd_request_content(rq);
	if (err)
		return err;
	w->content = rq->content;
	return fetch_content(rq);
}

static int may_write(struct file *file, u32 flags)
{
	if (!(file->f_mode & FMODE_WRITE))
		return -EBADF;
	if (!(file->f_mode & FMODE_CAN_WRITE) || !file->f_op->write_iter)
		return -EINVAL;
	/* It was not opened for appending: see openfile.c. */
	if (IS_APPEND(file_inode(file)) && !(flags & XENFSIF_WRITE_APPEND))
		return -EPERM;
	return 0;
}

int xenfsd_op_write(struct xenfsd_request *rq)
{
	struct writing w = { .args = &rq->req.u.write };
	struct xenfsd_openfile *of;
	int err;

	err = xenfsif_check_segments(&rq->req, rq->in);
	if (err)
		return err;
	of = xenfsd_openfile_find(rq, w.args->fh);
	if (IS_ERR(of))
		return PTR_ERR(of);

	w.file = of->file;
	err = may_write(w.file, w.args->flags);
	if (!err)
		err = get_content(rq, &w);
	if (!err)
		err = write_file(rq, &w);
	xenfsd_openfile_put(of);
	xenfsd_count_add(rq->share, write_bytes, w.done);
	trace_xenfsd_write(rq->node, w.args, w.first, w.done, err);
	if (err)
		return err;
	rq->rsp.u.written.len = w.done;
	rq->rsp.u.written.offset = w.first;
	return 0;
}
