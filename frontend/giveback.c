// SPDX-License-Identifier: GPL-2.0
/*
 * Lent pages on their way back.
 *
 * A struct xenfs_giveback owns up to 64 pages that are in no index and in no
 * page table any more.  Somebody may still hold a reference: a read(2) that
 * copies, an O_DIRECT write whose source is a mapping, a pipe after vmsplice.
 * Undoing the mapping under them would make them read 0xff, so each page waits
 * until it is idle.  Pages that are idle do not wait for those that are not.
 *
 * It holds a reference on the mount and on the module: an unmount waits for a
 * while, then leaves the rest to go back whenever they can.
 */
#include <linux/module.h>
#include <linux/slab.h>
#include <xen/xen.h>

#include "xenfs.h"

#define STUCK_AFTER	(30 * HZ)
#define DELAY_MAX	HZ

/**
 * struct xenfs_giveback - pages to be unmapped and returned
 * @work: unmaps what is idle
 * @m: the mount
 * @conn: the connection that they were lent over, or NULL: session is over
 * @op: the RETURN
 * @begun: when they were taken out of the index
 * @delay: before the next try
 * @stuck: past the deadline, and counted so
 * @nr: how many wait to be unmapped
 * @nr_refs: how many are unmapped and wait for RETURN
 * @pages: what is mapped, @nr of them
 * @refs: their grants
 * @handles: their mappings
 * @done_refs: the grants of those that are unmapped
 * @unmap: scratch for the hypercall
 * @idle: scratch: their pages
 */
struct xenfs_giveback {
	struct delayed_work work;
	struct xenfs_mount *m;
	struct xenfs_conn *conn;
	struct xenfs_op op;
	unsigned long begun;
	unsigned long delay;
	bool stuck;
	unsigned int nr;
	unsigned int nr_refs;
	struct page *pages[XENFS_RUN_PAGES];
	grant_ref_t refs[XENFS_RUN_PAGES];
	grant_handle_t handles[XENFS_RUN_PAGES];
	u32 done_refs[XENFS_RUN_PAGES];
	struct gnttab_unmap_grant_ref unmap[XENFS_RUN_PAGES];
	struct page *idle[XENFS_RUN_PAGES];
};

static void free_giveback(struct xenfs_giveback *g)
{
	struct xenfs_mount *m = g->m;

	if (g->conn)
		xenfs_conn_put(g->conn);
	kfree(g);
	if (atomic_dec_and_test(&m->nr_returning))
		wake_up_all(&m->returning_wait);
	xenfs_mount_put(m);
	/* on the module's own workqueue: it is destroyed before we are gone */
	module_put(THIS_MODULE);
}

/*
 * Take the idle pages out, undo their mappings in one hypercall, and note what
 * can be returned.
 */
static void unmap_idle(struct xenfs_giveback *g)
{
	unsigned int i, n = 0, left = 0, freed = 0;

	for (i = 0; i < g->nr; i++) {
		if (page_count(g->pages[i]) > 1) {
			g->pages[left] = g->pages[i];
			g->refs[left] = g->refs[i];
			g->handles[left] = g->handles[i];
			left++;
			continue;
		}
		gnttab_set_unmap_op(&g->unmap[n],
				    (unsigned long)page_address(g->pages[i]),
				    GNTMAP_host_map | GNTMAP_readonly,
				    g->handles[i]);
		g->idle[n] = g->pages[i];
		g->done_refs[g->nr_refs + n] = g->refs[i];
		n++;
	}
	g->nr = left;
	if (!n)
		return;

	if (gnttab_unmap_refs(g->unmap, NULL, g->idle, n))
		pr_err_ratelimited("share %s: Xen refused to unmap lent pages\n",
				   g->m->tag);
	xenfs_count(g->m, unmap_calls);
	for (i = 0; i < n; i++) {
		if (g->unmap[i].status != GNTST_okay) {
			/* still mapped, for all we know: never used again */
			xenfs_count(g->m, unmap_failures);
			continue;
		}
		g->idle[freed] = g->idle[i];
		g->done_refs[g->nr_refs + freed] = g->done_refs[g->nr_refs + i];
		freed++;
	}
	xen_free_unpopulated_pages(freed, g->idle);
	xenfs_count_add(g->m, pages_returned, freed);
	g->nr_refs += freed;
}

/* RETURN was answered or could not be sent: go on with the rest, or end. */
static void next_round(struct xenfs_giveback *g)
{
	g->nr_refs = 0;
	if (!g->nr) {
		free_giveback(g);
		return;
	}
	if (!g->stuck && time_after(jiffies, g->begun + STUCK_AFTER)) {
		g->stuck = true;
		xenfs_count_add(g->m, pages_stuck, g->nr);
		pr_warn_ratelimited("share %s: %u lent pages are held for more than %u s, by a pipe or by direct I/O\n",
				    g->m->tag, g->nr, STUCK_AFTER / HZ);
	}
	g->delay = min_t(unsigned long, g->delay ? g->delay * 2 : 1, DELAY_MAX);
	queue_delayed_work(xenfs_return_wq, &g->work, g->delay);
}

static void return_done(struct xenfs_op *op, int err)
{
	next_round(container_of(op, struct xenfs_giveback, op));
}

static void giveback_work(struct work_struct *work)
{
	struct xenfs_giveback *g = container_of(to_delayed_work(work),
						struct xenfs_giveback, work);

	unmap_idle(g);
	if (g->nr_refs && g->conn) {
		memset(&g->op, 0, sizeof(g->op));
		g->op.req.op = XENFSIF_OP_RETURN;
		g->op.req.u.ret.count = g->nr_refs;
		g->op.in[0].iov_base = g->done_refs;
		g->op.in[0].iov_len = g->nr_refs * sizeof(u32);
		g->op.done = return_done;
		if (!xenfs_conn_submit(g->conn, &g->op))
			return;
		/* the session is over: its loans end with it */
	}
	next_round(g);
}

/**
 * xenfs_giveback_alloc() - make an empty batch
 * @m: the mount
 * @conn: the connection the pages were lent over; NULL: not known yet, see
 *        xenfs_giveback_session()
 *
 * Return: the batch; always succeeds.
 */
struct xenfs_giveback *xenfs_giveback_alloc(struct xenfs_mount *m,
					    struct xenfs_conn *conn)
{
	struct xenfs_giveback *g = kzalloc(sizeof(*g), GFP_NOFS | __GFP_NOFAIL);

	__module_get(THIS_MODULE);
	refcount_inc(&m->ref);
	atomic_inc(&m->nr_returning);
	g->m = m;
	g->conn = conn ? xenfs_conn_get(conn) : NULL;
	g->begun = jiffies;
	INIT_DELAYED_WORK(&g->work, giveback_work);
	return g;
}

/**
 * xenfs_giveback_session() - say in which session a batch's pages were lent
 * @g: the batch
 * @epoch: number of the session; if it is over, there is nothing to RETURN
 */
void xenfs_giveback_session(struct xenfs_giveback *g, u64 epoch)
{
	g->conn = xenfs_mount_conn_of(g->m, epoch);
}

/**
 * xenfs_giveback_add() - add a page to a batch that is not started
 * @g: the batch; takes up to %XENFS_RUN_PAGES
 * @page: the page, or NULL if the grant was never mapped
 * @ref: its grant
 * @handle: its mapping
 */
void xenfs_giveback_add(struct xenfs_giveback *g, struct page *page,
			grant_ref_t ref, grant_handle_t handle)
{
	if (!page) {
		g->done_refs[g->nr_refs++] = ref;
		return;
	}
	g->pages[g->nr] = page;
	g->refs[g->nr] = ref;
	g->handles[g->nr] = handle;
	g->nr++;
}

/**
 * xenfs_giveback_start() - send a batch on its way
 * @g: the batch; not to be touched any more
 *
 * Context: any that may sleep for memory; sends nothing itself.
 */
void xenfs_giveback_start(struct xenfs_giveback *g)
{
	if (!g->nr && !g->nr_refs)
		free_giveback(g);
	else
		queue_delayed_work(xenfs_return_wq, &g->work, 0);
}

/**
 * xenfs_giveback_wait() - wait until a mount's pages have gone back
 * @m: the mount
 * @timeout: in jiffies
 *
 * Return: whether they have.
 */
bool xenfs_giveback_wait(struct xenfs_mount *m, unsigned long timeout)
{
	return wait_event_timeout(m->returning_wait,
				  !atomic_read(&m->nr_returning), timeout);
}
