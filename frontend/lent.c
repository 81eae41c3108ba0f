// SPDX-License-Identifier: GPL-2.0
/*
 * Lent pages: dom0's page-cache pages, mapped here read-only.
 *
 * They lie in pages of xen_alloc_unpopulated_pages() and are kept in an index
 * of the inode's own, never in its page cache, whose LRU would write over what
 * such a page holds.  A struct xenfs_run holds the lent ones among up to 64
 * neighbouring pages, 16 octets each; it is the unit of the LRU and of
 * eviction.  This file finds pages in the index and borrows more.
 *
 * Life of a lent page: LEND brings a reference, it is mapped and enters a slot.
 * Whoever reads takes a page reference under the index' lock.  Giving it back
 * is: take it out of its slot (no new reader, no new fault), unmap it from user
 * space (evict.c), hand it to giveback.c, which waits until the last reference
 * but its own is gone, undoes the mapping and sends RETURN.
 *
 * Locks: mapping->invalidate_lock is held exclusively from before a slot is
 * emptied until user space is unmapped, and shared by a fault from before it
 * looks at a slot until it has made its page table entry.  xenfs_inode.lent's
 * xa_lock protects slots; m->lru_lock, inside it, the list of runs.
 */
#include <linux/slab.h>
#include <xen/page.h>
#include <xen/xen.h>

#include "xenfs.h"
#include "trace.h"

/**
 * xenfs_borrows() - whether a file's pages should be borrowed at all
 * @inode: a regular file
 *
 * A small file is not worth the hypercalls: it is copied, under share=auto,
 * unless it has been mapped shared.  Whoever does that may want to see what others
 * store there at once, and asks nobody.
 */
bool xenfs_borrows(const struct inode *inode)
{
	struct xenfs_mount *m = xenfs_mount_of(inode);

	if (READ_ONCE(XENFS_I(inode)->lend_never) || !READ_ONCE(m->max_lend))
		return false;
	switch (READ_ONCE(m->opt.share)) {
	case XENFS_SHARE_NEVER:
		return false;
	case XENFS_SHARE_ALWAYS:
		return true;
	case XENFS_SHARE_AUTO:
		break;
	}
	return i_size_read(inode) > XENFS_AUTO_COPY_MAX ||
	       READ_ONCE(XENFS_I(inode)->lend_small);
}

/**
 * xenfs_lent_get() - get neighbouring lent pages of a file
 * @inode: the file
 * @index: the first
 * @pages: filled in, with a reference each
 * @max: how many at most
 *
 * Return: how many; fewer than asked at the end of a run or where one is
 * missing.
 */
unsigned int xenfs_lent_get(struct inode *inode, pgoff_t index,
			    struct page **pages, unsigned int max)
{
	struct xenfs_inode *xi = XENFS_I(inode);
	struct xenfs_slot *slot;
	struct xenfs_run *run;
	unsigned int n = 0;

	xa_lock(&xi->lent);
	run = xa_load(&xi->lent, index >> XENFS_RUN_SHIFT);
	if (run && run->epoch != READ_ONCE(xenfs_mount_of(inode)->epoch))
		run = NULL;	/* about to be dropped */
	while (n < max) {
		slot = xenfs_run_slot(run, index + n);
		if (!slot || !slot->page)
			break;
		get_page(slot->page);
		pages[n++] = slot->page;
	}
	if (n && !run->accessed)
		run->accessed = true;
	xa_unlock(&xi->lent);
	return n;
}

/**
 * xenfs_lent_count() - how many pages of a range are lent
 * @inode: the file
 * @first: first page of the range
 * @last: last page of the range
 */
unsigned int xenfs_lent_count(struct inode *inode, pgoff_t first, pgoff_t last)
{
	struct xenfs_inode *xi = XENFS_I(inode);
	struct xenfs_slot *slot;
	unsigned int n = 0;
	pgoff_t index;

	if (xa_empty(&xi->lent))
		return 0;
	for (index = first; index <= last; index++) {
		struct xenfs_run *run;

		xa_lock(&xi->lent);
		run = xa_load(&xi->lent, index >> XENFS_RUN_SHIFT);
		slot = xenfs_run_slot(run, index);
		if (slot && slot->page)
			n++;
		xa_unlock(&xi->lent);
		if (!run)
			index |= XENFS_RUN_PAGES - 1;
	}
	return n;
}

static bool lent_present(struct inode *inode, pgoff_t index)
{
	struct page *page;

	if (xenfs_lent_get(inode, index, &page, 1)) {
		put_page(page);
		return true;
	}
	return false;
}

/*
 * Make sure that there is a run with slots for [index, index + nr), which are
 * of one run.  Under lend_mutex: nobody else makes runs of this inode.
 */
static int make_run(struct inode *inode, pgoff_t index, unsigned int nr,
		    u64 epoch)
{
	struct xenfs_mount *m = xenfs_mount_of(inode);
	struct xenfs_inode *xi = XENFS_I(inode);
	pgoff_t start = round_down(index, XENFS_RUN_PAGES);
	unsigned int slots = index + nr - start;
	pgoff_t key = index >> XENFS_RUN_SHIFT;
	struct xenfs_run *run, *old;
	void *err;

	lockdep_assert_held(&xi->lend_mutex);
	/* a run in the middle of a file gets all its slots at once */
	if (start + XENFS_RUN_PAGES <= i_size_read(inode) >> PAGE_SHIFT)
		slots = XENFS_RUN_PAGES;
	xa_lock(&xi->lent);
	run = xa_load(&xi->lent, key);
	if (run && run->nr >= slots) {
		xa_unlock(&xi->lent);
		return 0;
	}
	xa_unlock(&xi->lent);

	if (xa_reserve(&xi->lent, key, GFP_NOFS))
		return -ENOMEM;
	run = kzalloc(struct_size(run, slots, slots), GFP_NOFS);
	if (!run) {
		xa_release(&xi->lent, key);
		return -ENOMEM;
	}
	run->inode = inode;
	run->start = start;
	run->epoch = epoch;
	run->nr = slots;
	run->seen = jiffies;
	INIT_LIST_HEAD(&run->lru);

	xa_lock(&xi->lent);
	old = xa_load(&xi->lent, key);
	if (old) {
		/* an older session's are about to be dropped: not ours then */
		run->epoch = old->epoch;
		memcpy(run->slots, old->slots,
		       old->nr * sizeof(old->slots[0]));
		run->used = old->used;
	}
	err = __xa_store(&xi->lent, key, run, GFP_ATOMIC);
	if (!xa_is_err(err)) {
		spin_lock(&m->lru_lock);
		if (old)
			list_del(&old->lru);
		list_add(&run->lru, &m->lru);
		spin_unlock(&m->lru_lock);
	}
	xa_unlock(&xi->lent);
	if (xa_is_err(err)) {
		kfree(run);
		return xa_err(err);
	}
	kfree(old);
	return 0;
}

/*
 * Put a mapped page into its slot.  False if it is occupied, or the session in
 * which the page was lent is over: what enters the index later than that would
 * be missed by xenfs_lent_drop_old().
 */
static bool fill_slot(struct inode *inode, pgoff_t index, u64 epoch,
		      const struct xenfs_slot *with)
{
	struct xenfs_mount *m = xenfs_mount_of(inode);
	struct xenfs_inode *xi = XENFS_I(inode);
	struct xenfs_slot *slot;
	struct xenfs_run *run;
	bool ret = false;

	xa_lock(&xi->lent);
	run = xa_load(&xi->lent, index >> XENFS_RUN_SHIFT);
	slot = xenfs_run_slot(run, index);
	spin_lock(&m->lru_lock);
	if (slot && !slot->page && run->epoch == epoch &&
	    READ_ONCE(m->state) == XENFS_MOUNT_UP && READ_ONCE(m->epoch) == epoch) {
		*slot = *with;
		run->used++;
		m->nr_lent++;
		ret = true;
	}
	spin_unlock(&m->lru_lock);
	xa_unlock(&xi->lent);
	return ret;
}

struct map_batch {
	struct gnttab_map_grant_ref ops[XENFS_RUN_PAGES];
	struct page *pages[XENFS_RUN_PAGES];
	pgoff_t index[XENFS_RUN_PAGES];
};

/* Map up to a run's worth of references.  One hypercall. */
static int map_refs(struct inode *inode, struct xenfs_conn *conn, u64 epoch,
		    struct map_batch *b, pgoff_t index, const u32 *refs,
		    unsigned int nr)
{
	struct xenfs_mount *m = xenfs_mount_of(inode);
	struct xenfs_giveback *g;
	unsigned int i, n = 0, mapped = 0;
	int err;

	for (i = 0; i < nr; i++) {
		if (!refs[i])
			continue;
		b->index[n] = index + i;
		b->ops[n].ref = refs[i];
		n++;
	}
	if (!n)
		return 0;
	g = xenfs_giveback_alloc(m, conn);
	err = make_run(inode, index, nr, epoch);
	if (!err)
		err = xen_alloc_unpopulated_pages(n, b->pages);
	if (err) {
		for (i = 0; i < n; i++)
			xenfs_giveback_add(g, NULL, b->ops[i].ref, 0);
		goto out;
	}

	for (i = 0; i < n; i++)
		gnttab_set_map_op(&b->ops[i],
				  (unsigned long)page_address(b->pages[i]),
				  GNTMAP_host_map | GNTMAP_readonly,
				  b->ops[i].ref, conn->backend_id);
	err = gnttab_map_refs(b->ops, NULL, b->pages, n);
	xenfs_count(m, map_calls);
	for (i = 0; i < n; i++) {
		struct xenfs_slot slot = {
			.page = b->pages[i],
			.ref = b->ops[i].ref,
			.handle = b->ops[i].handle,
		};

		if (b->ops[i].status != GNTST_okay) {
			xenfs_count(m, map_failures);
			xen_free_unpopulated_pages(1, &b->pages[i]);
			xenfs_giveback_add(g, NULL, slot.ref, 0);
			continue;
		}
		if (!err && fill_slot(inode, b->index[i], epoch, &slot))
			mapped++;
		else
			xenfs_giveback_add(g, slot.page, slot.ref, slot.handle);
	}
	xenfs_count_add(m, pages_mapped, mapped);
	xenfs_lent_idle_later(m);
out:
	xenfs_giveback_start(g);
	return err ? err : mapped;
}

/* Map what LEND brought, run by run. */
static void map_lent(struct inode *inode, const struct xenfs_op *op,
		     const u32 *refs)
{
	struct xenfs_mount *m = xenfs_mount_of(inode);
	pgoff_t index = op->req.u.lend.index;
	unsigned int left = op->rsp.u.lend.count;
	struct xenfs_conn *conn;
	struct map_batch *b;

	conn = xenfs_mount_conn_of(m, op->epoch);
	if (!conn)
		return;		/* the session is over, and its loans with it */
	b = kmalloc(sizeof(*b), GFP_NOFS | __GFP_NOFAIL);
	while (left) {
		unsigned int n = min_t(pgoff_t, left, XENFS_RUN_PAGES -
				       (index & (XENFS_RUN_PAGES - 1)));

		map_refs(inode, conn, op->epoch, b, index, refs, n);
		index += n;
		refs += n;
		left -= n;
	}
	kfree(b);
	xenfs_conn_put(conn);
}

static int borrow(struct file *file, pgoff_t index, unsigned int count)
{
	struct inode *inode = file_inode(file);
	struct xenfs_mount *m = xenfs_mount_of(inode);
	struct xenfs_op op = {
		.req.op = XENFSIF_OP_LEND,
		.req.u.lend.index = index,
		.req.u.lend.count = count,
		.out_len = count * sizeof(u32),
	};
	u32 *refs;
	int err;

	refs = kvmalloc_array(count, sizeof(*refs), GFP_NOFS | __GFP_ZERO);
	if (!refs)
		return -ENOMEM;
	op.out = refs;
	err = xenfs_call_file(file, &op, &op.req.u.lend.fh);
	if (err)
		goto free_refs;

	if (op.rsp.u.lend.flags & XENFSIF_LENT_NEVER)
		WRITE_ONCE(XENFS_I(inode)->lend_never, true);
	if (op.rsp.u.lend.flags & XENFSIF_LENT_EXHAUSTED)
		xenfs_count(m, lend_exhausted);
	xenfs_count_add(m, pages_lent, op.rsp.u.lend.lent);
	if (op.rsp.u.lend.lent) {
		map_lent(inode, &op, refs);
		trace_xenfs_lent(XENFS_I(inode)->node, index,
				 op.rsp.u.lend.lent, "lent");
	} else {
		xenfs_count(m, lend_refused);
	}
free_refs:
	kvfree(refs);
	return err;
}

/**
 * xenfs_lent_fetch() - borrow a window of a file's pages
 * @file: the open file
 * @index: a page that is wanted now
 * @count: how many pages from there; rounded up to whole runs
 *
 * One round trip and one hypercall for every 64 pages.
 *
 * Context: process context, may sleep for long.
 * Return: 1 if the page at @index is lent now, 0 if it has to be read
 * otherwise, or an errno.
 */
int xenfs_lent_fetch(struct file *file, pgoff_t index, unsigned int count)
{
	struct inode *inode = file_inode(file);
	struct xenfs_mount *m = xenfs_mount_of(inode);
	struct xenfs_inode *xi = XENFS_I(inode);
	pgoff_t start = round_down(index, XENFS_RUN_PAGES);
	pgoff_t end, eof, limit;
	int err;

	if (mutex_lock_killable(&xi->lend_mutex))
		return -EINTR;
	err = 1;
	if (lent_present(inode, index))
		goto unlock;
	/* what is here already need not be asked for again */
	while (start < index && lent_present(inode, start))
		start++;
	err = 0;
	eof = DIV_ROUND_UP((u64)i_size_read(inode), PAGE_SIZE);
	if (index >= eof)
		goto unlock;
	limit = min(max(READ_ONCE(m->max_lend), 1u), READ_ONCE(m->opt.window));
	end = round_down(index, XENFS_RUN_PAGES) +
	      min(round_up(count, XENFS_RUN_PAGES), limit);
	end = min(max(end, index + 1), eof);

	if (READ_ONCE(m->nr_lent) + (end - start) > READ_ONCE(m->opt.window)) {
		mutex_unlock(&xi->lend_mutex);
		xenfs_lent_shrink(m, max_t(unsigned int, end - start,
					   XENFS_RUN_PAGES), "window");
		if (mutex_lock_killable(&xi->lend_mutex))
			return -EINTR;
		err = 1;
		if (lent_present(inode, index))
			goto unlock;
	}
	err = borrow(file, start, end - start);
	if (!err)
		err = lent_present(inode, index);
unlock:
	mutex_unlock(&xi->lend_mutex);
	return err;
}
