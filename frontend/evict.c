// SPDX-License-Identifier: GPL-2.0
/*
 * Lent pages leave the index, and which of them leave first.
 *
 * They do when a change here or on the server outdates them, when they have
 * left dom0's page cache, when the server recalls them, when a mount keeps more
 * than its window, when their session is over, and with their inode.  Each goes
 * the same way, drop_range(), which ends in giveback.c.
 *
 * For want of room whole runs go, the coldest first: m->lru has the runs in the
 * order of their making.  A reader only marks its run as accessed; the search
 * for a cold one passes over those marked, once, takes the mark away and moves
 * them to the front.
 *
 * A run in the list holds no reference on its inode, but the eviction of an
 * inode takes its runs out of the list: so under m->lru_lock the inode is there,
 * and igrab() tells whether it can be had.
 *
 * Locks: as in lent.c.
 */
#include <linux/slab.h>

#include "xenfs.h"
#include "trace.h"

/* Move the pages of [first, last] out of a run.  Frees it when it is empty. */
static unsigned int empty_slots(struct inode *inode, pgoff_t key, pgoff_t first,
				pgoff_t last, struct xenfs_giveback *g)
{
	struct xenfs_mount *m = xenfs_mount_of(inode);
	struct xenfs_inode *xi = XENFS_I(inode);
	struct xenfs_run *run, *empty = NULL;
	unsigned int i, n = 0;
	u64 epoch = 0;

	xa_lock(&xi->lent);
	run = xa_load(&xi->lent, key);
	for (i = 0; run && i < run->nr; i++) {
		struct xenfs_slot *slot = &run->slots[i];

		if (!slot->page || run->start + i < first ||
		    run->start + i > last)
			continue;
		xenfs_giveback_add(g, slot->page, slot->ref, slot->handle);
		slot->page = NULL;
		run->used--;
		n++;
	}
	if (run) {
		epoch = run->epoch;
		spin_lock(&m->lru_lock);
		m->nr_lent -= n;
		if (!run->used) {
			list_del(&run->lru);
			empty = run;
		}
		spin_unlock(&m->lru_lock);
	}
	if (empty)
		__xa_erase(&xi->lent, key);
	xa_unlock(&xi->lent);
	kfree(empty);
	xenfs_giveback_session(g, epoch);
	return n;
}

static unsigned int drop_range(struct inode *inode, pgoff_t first, pgoff_t last,
			       const char *why)
{
	struct address_space *mapping = &inode->i_data;
	struct xenfs_mount *m = xenfs_mount_of(inode);
	struct xenfs_inode *xi = XENFS_I(inode);
	struct xenfs_giveback *g;
	struct xenfs_run *run;
	unsigned int n, all = 0;
	unsigned long key;

	xa_for_each_range(&xi->lent, key, run, first >> XENFS_RUN_SHIFT,
			  last >> XENFS_RUN_SHIFT) {
		pgoff_t from = max_t(pgoff_t, first, key << XENFS_RUN_SHIFT);
		pgoff_t to = min_t(pgoff_t, last, (key << XENFS_RUN_SHIFT) +
						  XENFS_RUN_PAGES - 1);

		/* @run may be gone by now: empty_slots() looks again */
		g = xenfs_giveback_alloc(m, NULL);
		n = empty_slots(inode, key, first, last, g);
		if (n && mapping_mapped(mapping))
			unmap_mapping_range(mapping, (loff_t)from << PAGE_SHIFT,
					    (loff_t)(to - from + 1) << PAGE_SHIFT,
					    0);
		trace_xenfs_lent(xi->node, key << XENFS_RUN_SHIFT, n, why);
		xenfs_giveback_start(g);
		all += n;
		cond_resched();
	}
	return all;
}

/**
 * xenfs_lent_drop() - give a range of a file's lent pages back
 * @inode: the file
 * @first: first page of the range
 * @last: last page of the range
 * @why: for the trace
 *
 * On return none of them is in the index or in a page table; they go back as
 * soon as the last reader is done.
 *
 * Context: process context, may sleep; takes invalidate_lock; sends nothing.
 * Return: how many pages there were.
 */
unsigned int xenfs_lent_drop(struct inode *inode, pgoff_t first, pgoff_t last,
			     const char *why)
{
	unsigned int n;

	if (xa_empty(&XENFS_I(inode)->lent))
		return 0;
	filemap_invalidate_lock(&inode->i_data);
	n = drop_range(inode, first, last, why);
	filemap_invalidate_unlock(&inode->i_data);
	return n;
}

/**
 * xenfs_lent_evict() - give all lent pages of an inode back that is going
 * @inode: being evicted: no fault can be under way, so no lock is needed, and
 *         none is taken, for this may be memory reclaim
 */
void xenfs_lent_evict(struct inode *inode)
{
	drop_range(inode, 0, ULONG_MAX, "evicted");
}

/* Whether a run was accessed since this was asked last. */
static bool was_accessed_locked(struct xenfs_mount *m, struct xenfs_run *run)
{
	lockdep_assert_held(&m->lru_lock);
	if (!run->accessed)
		return false;
	run->accessed = false;
	run->seen = jiffies;
	return true;
}

/* Which runs coldest() passes over. */
enum sparing {
	SPARE_NONE,
	SPARE_ACCESSED,		/* lately */
	SPARE_SESSION,		/* of the present session */
	SPARE_BUSY,		/* accessed within opt.idle, or of mapped files */
};

static bool spare_locked(struct xenfs_mount *m, struct xenfs_run *run,
			 enum sparing sparing)
{
	switch (sparing) {
	case SPARE_NONE:
		return false;
	case SPARE_ACCESSED:
		return was_accessed_locked(m, run);
	case SPARE_SESSION:
		return READ_ONCE(m->state) == XENFS_MOUNT_UP &&
		       run->epoch == READ_ONCE(m->epoch);
	case SPARE_BUSY:
		return was_accessed_locked(m, run) ||
		       time_before(jiffies, run->seen + READ_ONCE(m->opt.idle)) ||
		       mapping_mapped(&run->inode->i_data);
	}
	return true;
}

/* The coldest run whose inode can be had; its place is told, not itself. */
static struct inode *coldest(struct xenfs_mount *m, pgoff_t *start,
			     enum sparing sparing)
{
	struct xenfs_run *run, *next;
	struct inode *inode = NULL;
	LIST_HEAD(spared);

	spin_lock(&m->lru_lock);
	list_for_each_entry_safe_reverse(run, next, &m->lru, lru) {
		if (spare_locked(m, run, sparing)) {
			if (sparing == SPARE_ACCESSED || sparing == SPARE_BUSY)
				list_move(&run->lru, &spared);
			continue;
		}
		inode = igrab(run->inode);
		if (inode) {
			*start = run->start;
			/* whoever looks next finds another */
			list_move(&run->lru, &spared);
			break;
		}
		/* being evicted: its pages are on their way anyway */
	}
	list_splice(&spared, &m->lru);
	spin_unlock(&m->lru_lock);
	return inode;
}

/**
 * xenfs_lent_shrink() - give the coldest lent pages of a mount back
 * @m: the mount
 * @nr: how many at least, if there are as many
 * @why: for the trace
 */
void xenfs_lent_shrink(struct xenfs_mount *m, unsigned int nr, const char *why)
{
	/* others that drop pages may take them from under us: then no more than this */
	unsigned int tries = READ_ONCE(m->nr_lent), n = 0;
	struct inode *inode;
	pgoff_t start;

	while (n < nr && tries--) {
		inode = coldest(m, &start, SPARE_ACCESSED);
		if (!inode)
			inode = coldest(m, &start, SPARE_NONE);
		if (!inode)
			break;
		n += xenfs_lent_drop(inode, start, start + XENFS_RUN_PAGES - 1,
				     why);
		iput(inode);
	}
	xenfs_count_add(m, evictions, n);
}

/**
 * xenfs_lent_idle_later() - something was borrowed: look later whether it is used
 * @m: the mount
 */
void xenfs_lent_idle_later(struct xenfs_mount *m)
{
	unsigned long idle = READ_ONCE(m->opt.idle);

	if (idle)
		queue_delayed_work(xenfs_wq, &m->idle_work, idle / 2 + 1);
}

/* Work: give back what nobody has used for a while. */
void xenfs_lent_idle_work(struct work_struct *work)
{
	struct xenfs_mount *m = container_of(to_delayed_work(work),
					     struct xenfs_mount, idle_work);
	struct inode *inode;
	pgoff_t start;

	/* an unmount waits for this work before it evicts inodes */
	while (READ_ONCE(m->opt.idle) && !READ_ONCE(m->stopping)) {
		inode = coldest(m, &start, SPARE_BUSY);
		if (!inode)
			break;
		xenfs_count_add(m, evictions,
				xenfs_lent_drop(inode, start,
						start + XENFS_RUN_PAGES - 1,
						"idle"));
		iput(inode);
		cond_resched();
	}
	if (READ_ONCE(m->nr_lent))
		xenfs_lent_idle_later(m);
}

/**
 * xenfs_lent_drop_old() - give back what was lent in sessions that are over
 * @m: the mount
 *
 * Until then nobody is given such a page: xenfs_lent_get() compares epochs.
 *
 * Context: process context; waits for faults and reads on the files concerned,
 * which may themselves wait for the next session.
 */
void xenfs_lent_drop_old(struct xenfs_mount *m)
{
	struct inode *inode;
	pgoff_t start;

	for (;;) {
		inode = coldest(m, &start, SPARE_SESSION);
		if (!inode)
			return;
		xenfs_lent_drop(inode, 0, ULONG_MAX, "disconnected");
		iput(inode);
	}
}

static void drop_detached(struct inode *inode,
			  const struct xenfsif_detached *detached,
			  unsigned int count)
{
	struct xenfs_inode *xi = XENFS_I(inode);
	unsigned int i;

	for (i = 0; i < count; i++) {
		pgoff_t index = detached[i].index;
		struct xenfs_slot *slot;
		bool ours;

		if (index > (ULONG_MAX >> PAGE_SHIFT))
			continue;
		xa_lock(&xi->lent);
		slot = xenfs_run_slot(xa_load(&xi->lent,
					      index >> XENFS_RUN_SHIFT),
				      index);
		ours = slot && slot->page && slot->ref == detached[i].ref;
		xa_unlock(&xi->lent);
		if (ours)
			xenfs_lent_drop(inode, index, index, "detached");
	}
}

#define DETACHED_MAX	256u

/**
 * xenfs_lent_revalidate() - give back what has left dom0's page cache
 * @inode: a regular file
 *
 * One round trip, if anything is lent.
 *
 * Return: 0, or an errno: then nothing is known.
 */
int xenfs_lent_revalidate(struct inode *inode)
{
	struct xenfs_mount *m = xenfs_mount_of(inode);
	struct xenfsif_detached *detached;
	struct xenfs_op op = {
		.req.op = XENFSIF_OP_REVALIDATE,
		.out_len = DETACHED_MAX * sizeof(*detached),
	};
	unsigned int count;
	int err;

	if (xa_empty(&XENFS_I(inode)->lent))
		return 0;
	detached = kmalloc_array(DETACHED_MAX, sizeof(*detached), GFP_NOFS);
	if (!detached)
		return -ENOMEM;
	op.out = detached;
	/* pages that are being lent may be among them: they are to be in the index */
	err = -EINTR;
	if (mutex_lock_killable(&XENFS_I(inode)->lend_mutex))
		goto free_detached;
	err = xenfs_call(inode, &op);
	if (err)
		goto unlock;
	count = op.rsp.u.readdir.count;
	xenfs_count_add(m, pages_detached, count);
	/* more than a message names, or not worth one by one: give back all */
	if (!op.rsp.u.readdir.eof || count > XENFS_RUN_PAGES)
		xenfs_lent_drop(inode, 0, ULONG_MAX, "detached");
	else
		drop_detached(inode, detached, count);
unlock:
	mutex_unlock(&XENFS_I(inode)->lend_mutex);
free_detached:
	kfree(detached);
	return err;
}
