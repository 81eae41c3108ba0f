// SPDX-License-Identifier: GPL-2.0
/*
 * Writeback: dirty folios go to the server in large WRITEs, many at once.
 *
 * A struct write_op gathers the dirty ranges of neighbouring folios, as far as
 * they follow one another in the file as one segment.  Little travels through
 * the data area; more is granted: the server has Xen copy it, and writes it to its
 * page cache, where every guest that has those pages on loan sees the new octets
 * at once.  The folios are under writeback until the answer; they may
 * be stored to meanwhile, and become dirty again.  No folio is in two requests at
 * once: an older content could arrive after a newer one.
 *
 * A request that could not be sent, or whose session ended, or that was carried
 * out in part, is sent again by a work, piece by piece, waiting for each: this is
 * slow, needs no grants and next to no memory, and finds out which error it was.
 * An error is noted in the mapping, for fsync and close, and makes the file's
 * next writes go through at once, so that the writer learns of the next error
 * by itself.
 *
 * Cost of n dirty pages in order: n / 128 round trips, overlapping, no hypercall
 * but their notifications; in dom0 two copies, and a hypercall for 16 pages.
 *
 * Memory: the requests come from a pool, as the transport's do.
 */
#include <linux/mempool.h>
#include <linux/slab.h>
#include <xen/page.h>
#include <xenfs_check.h>

#include "xenfs.h"
#include "trace.h"

#define OP_PAGES	128u
#define INLINE_PAGES	4u
#define MIN_OPS		4

/* WRITEs of a mount at once: others are to be answered, too. */
#define MAX_IN_FLIGHT	8

/**
 * struct write_op - dirty ranges on their way
 * @op: the request
 * @attr: its answer
 * @inode: the file, held
 * @xf: through which it is written, held
 * @work: sends it again
 * @octets: in all segments
 * @nr_folios: how many folios, all of them under writeback
 * @nr_pages: how many pages the segments count; a folio of several ranges is
 *            counted for each
 * @nr_segs: how many segments
 * @granted: whether @refs are valid
 * @in_flight: whether it counts in xenfs_mount.nr_writes
 * @buf: content, if it travels in line
 * @line_segs: then the segments as they are sent
 * @folios: the folios
 * @refs: the grant of each folio
 * @page_refs: the grant of each page of a segment
 * @page_folio: the folio of each page of a segment
 * @segs: what is to be written
 */
struct write_op {
	struct xenfs_op op;
	struct xenfsif_attr attr;
	struct inode *inode;
	struct xenfs_file *xf;
	struct work_struct work;
	u32 octets;
	unsigned int nr_folios;
	unsigned int nr_pages;
	unsigned int nr_segs;
	bool granted;
	bool in_flight;
	void *buf;
	struct xenfsif_segment line_segs[INLINE_PAGES];
	struct folio *folios[OP_PAGES];
	u32 refs[OP_PAGES];
	u32 page_refs[OP_PAGES];
	u8 page_folio[OP_PAGES];
	struct xenfsif_segment segs[OP_PAGES];
};

static mempool_t *op_pool;

static void put_inode(struct work_struct *work)
{
	struct write_op *w = container_of(work, struct write_op, work);
	struct inode *inode = w->inode;
	struct xenfs_mount *m = xenfs_mount_of(inode);

	mempool_free(w, op_pool);
	iput(inode);
	xenfs_linger_end(m);
}

/*
 * The folios have been written, or will never be.  Does not wait: the answers of
 * others come after this one.  So it does not evict the inode, either.
 */
static void finish(struct write_op *w, int err)
{
	struct inode *inode = w->inode;
	struct xenfs_mount *m = xenfs_mount_of(inode);
	struct xenfs_inode *xi = XENFS_I(inode);
	unsigned int i;

	if (err) {
		xenfs_write_error(inode, err);
		WRITE_ONCE(xi->write_through, true);
		xenfs_count(m, write_errors);
		/* what is here is not what the server has: ask, and drop it */
		xenfs_inode_doubt(inode);
	} else {
		xenfs_count_add(m, pages_written, w->nr_folios);
	}
	for (i = 0; i < w->nr_folios; i++) {
		folio_end_writeback(w->folios[i]);
		folio_put(w->folios[i]);
	}
	xenfs_dirty_done(inode, w->nr_folios);
	if (w->in_flight) {
		atomic_dec(&m->nr_writes);
		wake_up(&m->writes_wait);
	}
	xenfs_file_put(w->xf);
	kfree(w->buf);
	/* last: an unmount waits for it */
	if (atomic_add_unless(&inode->i_count, -1, 1)) {
		mempool_free(w, op_pool);
		xenfs_linger_end(m);
	} else {
		INIT_WORK(&w->work, put_inode);
		queue_work(xenfs_wq, &w->work);
	}
}

/* Copy octets of a segment, which begins at page @first_page of the request. */
static void copy_out_of(struct write_op *w, unsigned int first_page,
			const struct xenfsif_segment *seg, u32 at, u32 len,
			void *to)
{
	u32 off = seg->first + at;

	while (len) {
		unsigned int page = first_page + off / PAGE_SIZE;
		u32 part = min_t(u32, len, PAGE_SIZE - offset_in_page(off));

		memcpy_from_page(to, folio_page(w->folios[w->page_folio[page]], 0),
				 offset_in_page(off), part);
		to += part;
		off += part;
		len -= part;
	}
}

static int write_piece(struct write_op *w, loff_t pos, void *buf, u32 len)
{
	struct xenfsif_segment seg = { .offset = pos, .len = len };
	struct xenfs_op op = {
		.req.op = XENFSIF_OP_WRITE,
		.req.u.write.nsegs = 1,
		.in[0] = { &seg, sizeof(seg) },
		.in[1] = { buf, len },
		.out = &w->attr,
		.out_len = sizeof(w->attr),
	};
	int err;

	err = xenfs_call_fh(w->xf, &op, &op.req.u.write.fh);
	if (err)
		return err;
	if (op.rsp.u.written.len > len || !xenfsif_attr_ok(&w->attr))
		return -EIO;
	xenfs_inode_modified(w->inode, &w->attr, op.rsp.version, &op);
	return op.rsp.u.written.len ?: -EIO;
}

/* Send it once more, piece by piece. */
static void write_again(struct work_struct *work)
{
	struct write_op *w = container_of(work, struct write_op, work);
	void *buf = (void *)__get_free_page(GFP_NOFS | __GFP_NOFAIL);
	unsigned int i, page = 0;
	int err = 0;

	xenfs_count(xenfs_mount_of(w->inode), writes_again);
	for (i = 0; i < w->nr_segs; i++) {
		struct xenfsif_segment *seg = &w->segs[i];
		u32 at = 0;

		while (at < seg->len) {
			u32 len = min_t(u32, seg->len - at, PAGE_SIZE);
			int n;

			copy_out_of(w, page, seg, at, len, buf);
			n = write_piece(w, seg->offset + at, buf, len);
			if (n < 0) {
				/* the other pieces may succeed */
				err = n;
				n = len;
			}
			at += n;
		}
		page += DIV_ROUND_UP(seg->first + seg->len, PAGE_SIZE);
	}
	free_page((unsigned long)buf);
	finish(w, err);
}

static void end_grants(struct write_op *w)
{
	unsigned int i;

	if (!w->granted)
		return;
	for (i = 0; i < w->nr_folios; i++)
		gnttab_end_foreign_access(w->refs[i],
					  folio_page(w->folios[i], 0));
	w->granted = false;
}

static void send_again(struct write_op *w)
{
	end_grants(w);
	INIT_WORK(&w->work, write_again);
	queue_work(xenfs_write_wq, &w->work);
}

static void write_done(struct xenfs_op *op, int err)
{
	struct write_op *w = container_of(op, struct write_op, op);

	end_grants(w);
	if (!err && !xenfsif_attr_ok(&w->attr))
		err = -EIO;
	if (err || op->rsp.u.written.len < w->octets) {
		send_again(w);
		return;
	}
	xenfs_inode_modified(w->inode, &w->attr, op->rsp.version, op);
	finish(w, 0);
}

static bool grant(struct write_op *w, struct xenfs_conn *conn)
{
	unsigned int i;
	int ref;

	for (i = 0; i < w->nr_folios; i++) {
		struct page *page = folio_page(w->folios[i], 0);

		ref = gnttab_grant_foreign_access(conn->backend_id,
						  xen_page_to_gfn(page), 1);
		if (ref < 0)
			goto undo;
		/* the grant's own reference: see folio.c */
		get_page(page);
		w->refs[i] = ref;
	}
	for (i = 0; i < w->nr_pages; i++)
		w->page_refs[i] = w->refs[w->page_folio[i]];
	w->granted = true;
	return true;

undo:
	while (i--)
		gnttab_end_foreign_access(w->refs[i], folio_page(w->folios[i], 0));
	return false;
}

static bool put_in_line(struct write_op *w)
{
	unsigned int i, page = 0;
	u32 at = 0;

	w->buf = kmalloc(w->octets, GFP_NOFS | __GFP_NOWARN);
	if (!w->buf)
		return false;
	for (i = 0; i < w->nr_segs; i++) {
		struct xenfsif_segment *seg = &w->segs[i];

		copy_out_of(w, page, seg, 0, seg->len, w->buf + at);
		page += DIV_ROUND_UP(seg->first + seg->len, PAGE_SIZE);
		at += seg->len;
		w->line_segs[i] = *seg;
		w->line_segs[i].first = 0;
	}
	return true;
}

/* Send what was gathered.  The request is not the caller's any more. */
static void send(struct write_op *w)
{
	struct xenfs_mount *m = xenfs_mount_of(w->inode);
	struct xenfs_op *op = &w->op;
	struct xenfs_conn *conn;
	bool in_line = w->nr_pages <= INLINE_PAGES;
	u64 epoch = READ_ONCE(m->epoch);

	/* a task that is being killed does not wait: a work sends it */
	w->in_flight = atomic_add_unless(&m->nr_writes, 1, MAX_IN_FLIGHT);
	if (!w->in_flight && !xenfs_dying())
		w->in_flight = !wait_event_state(m->writes_wait,
						 atomic_add_unless(&m->nr_writes, 1,
								   MAX_IN_FLIGHT),
						 XENFS_WAIT);
	trace_xenfs_writeback(XENFS_I(w->inode)->node, w->segs[0].offset,
			      w->octets, w->nr_segs);
	conn = xenfs_mount_conn_of(m, epoch);
	if (!w->in_flight || !conn ||
	    !xenfs_file_in_session(w->xf, epoch, &op->req.u.write.fh,
				   op))
		goto again;
	if (in_line && !put_in_line(w))
		in_line = false;
	if (!in_line && (w->nr_pages > conn->max_read_refs || !grant(w, conn)))
		goto again;

	op->req.op = XENFSIF_OP_WRITE;
	op->req.u.write.nsegs = w->nr_segs;
	op->in[0].iov_base = w->segs;
	op->in[0].iov_len = w->nr_segs * sizeof(w->segs[0]);
	if (in_line) {
		op->in[0].iov_base = w->line_segs;
		op->in[1].iov_base = w->buf;
		op->in[1].iov_len = w->octets;
	} else {
		op->req.u.write.nrefs = w->nr_pages;
		op->in[1].iov_base = w->page_refs;
		op->in[1].iov_len = w->nr_pages * sizeof(u32);
	}
	op->out = &w->attr;
	op->out_len = sizeof(w->attr);
	op->done = write_done;
	op->epoch = epoch;
	op->as_of = atomic64_read(&m->changes);
	if (xenfs_conn_submit(conn, op))
		goto again;
	xenfs_conn_put(conn);
	return;

again:
	if (conn)
		xenfs_conn_put(conn);
	send_again(w);
}

static struct write_op *begin(struct inode *inode, struct xenfs_file *xf)
{
	struct write_op *w = mempool_alloc(op_pool, GFP_NOFS);

	memset(w, 0, offsetof(struct write_op, folios));
	/* held by whoever lets it be dirty: an open file, or one that lingers */
	ihold(inode);
	xenfs_linger_begin(xenfs_mount_of(inode));
	w->inode = inode;
	w->xf = xf;
	refcount_inc(&xf->ref);
	return w;
}

static void add_segment(struct write_op *w, loff_t pos, u32 from, u32 to)
{
	struct xenfsif_segment *last;

	w->page_folio[w->nr_pages++] = w->nr_folios - 1;
	w->octets += to - from;
	if (w->nr_segs && !from) {
		last = &w->segs[w->nr_segs - 1];
		if (last->offset + last->len == pos) {
			last->len += to;
			return;
		}
	}
	w->segs[w->nr_segs++] = (struct xenfsif_segment) {
		.offset = pos + from,
		.len = to - from,
		.first = from,
	};
}

/* What the walk over the dirty folios of a file keeps. */
struct walk {
	struct inode *inode;
	struct xenfs_file *xf;
	struct write_op *w;
};

/* Nobody has it open for writing, and nobody can: it was dirtied too late. */
static void drop_orphan(struct walk *walk, struct folio *folio)
{
	xenfs_write_error(walk->inode, -EIO);
	folio_end_writeback(folio);
	xenfs_dirty_done(walk->inode, 1);
}

/* Take a dirty folio into a request.  It is locked, and unlocked here. */
static int add_folio(struct folio *folio, struct writeback_control *wbc,
		     void *data)
{
	struct walk *walk = data;
	struct xenfs_range ranges[XENFS_DIRTY_RANGES];
	loff_t pos = folio_pos(folio), size = i_size_read(walk->inode);
	unsigned int n, i;

	n = xenfs_dirty_take(walk->inode, folio, ranges);
	folio_start_writeback(folio);
	folio_unlock(folio);

	/* what lies behind the end does not exist */
	while (n && pos + ranges[n - 1].from >= size)
		n--;
	if (n && pos + ranges[n - 1].to > size)
		ranges[n - 1].to = size - pos;
	if (!walk->xf)
		walk->xf = xenfs_file_writer(walk->inode);
	if (!n || !walk->xf) {
		if (n) {
			drop_orphan(walk, folio);
		} else {
			folio_end_writeback(folio);
			xenfs_dirty_done(walk->inode, 1);
		}
		return 0;
	}

	if (walk->w && walk->w->nr_pages + n > OP_PAGES) {
		send(walk->w);
		walk->w = NULL;
	}
	if (!walk->w)
		walk->w = begin(walk->inode, walk->xf);
	folio_get(folio);
	walk->w->folios[walk->w->nr_folios++] = folio;
	for (i = 0; i < n; i++)
		add_segment(walk->w, pos, ranges[i].from, ranges[i].to);
	return 0;
}

/**
 * xenfs_writepages() - write dirty folios of a file
 * @mapping: the file's
 * @wbc: which and why
 *
 * Context: flusher threads, fsync, close; waits for room on the ring.
 */
int xenfs_writepages(struct address_space *mapping, struct writeback_control *wbc)
{
	struct walk walk = { .inode = mapping->host };
	int err;

	err = xenfs_walk_dirty(mapping, wbc, add_folio, &walk);
	if (walk.w)
		send(walk.w);
	if (walk.xf)
		xenfs_file_put(walk.xf);
	return err;
}

int __init xenfs_writeback_init(void)
{
	BUILD_BUG_ON(OP_PAGES > XENFSIF_WRITE_SEGS_MAX ||
		     OP_PAGES > XENFSIF_READ_REFS_MAX || OP_PAGES > 256);
	op_pool = mempool_create_kmalloc_pool(MIN_OPS, sizeof(struct write_op));
	return op_pool ? 0 : -ENOMEM;
}

void xenfs_writeback_exit(void)
{
	mempool_destroy(op_pool);
}
