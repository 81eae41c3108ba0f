// SPDX-License-Identifier: GPL-2.0
/*
 * The server's table of words: memory of dom0's, mapped here, in which the
 * version word of each node is kept up to date by whoever changes the node's
 * file, before their system call returns.  What was learned under a word is true
 * as long as the table has the same word: one load, in RCU walk, too.
 *
 * Why no stale answer passes.  The server samples a word before it reads the
 * state that it answers with.  A change of that state makes a new word after it
 * is made and before the call that made it returns.  So if the table still has
 * the word of the answer, no such call has returned since the sample.  Words are
 * not used twice: an entry that was another node's in between has another word.
 * A node that is forgotten has no inode here that could ask; one whose session is
 * over has another epoch.
 *
 * A node whose page of the table is not mapped (yet, or for want of grants) has
 * the word 0, which nothing was learned under: then the server is asked, and for
 * the page once more, too, but not more than once a second.
 *
 * Lifetime: a table is of one session.  Readers find it by RCU.  It is taken from
 * the mount when the connection ends; then, after a grace period, the pages are
 * unmapped.  The work that makes it grow holds a reference, and maps nothing when
 * the table is dead.
 *
 * Cost: a page for 256 nodes; a round trip and a hypercall for up to 64 pages.
 */
#include <linux/kref.h>
#include <linux/slab.h>
#include <xen/grant_table.h>
#include <xen/xen.h>

#include "xenfs.h"
#include "trace.h"

#define BATCH	64u
/* 4 million nodes; what a server has beyond that it is asked about each time. */
#define PAGES_MAX	16384u

#define NONE		UINT_MAX

/* Grants that were used up come free again, debts are paid. */
#define RETRY_DELAY	HZ

/* A page of the table, and how to unmap it. */
struct table_page {
	struct page *page;
	grant_handle_t handle;
};

/**
 * struct xenfs_table - the table of one session
 * @ref: the mount's, and that of the work
 * @conn: its connection: compared, never followed
 * @epoch: number of the session
 * @pages: struct table_page by index
 * @lock: protects @dead and the making of @pages
 * @dead: it grows no more
 * @next: first page that was not asked for; like the two that follow written by
 *        the work alone
 * @missing: first page that was asked for and could not be had, or NONE
 * @again: when it may be asked for again, in jiffies
 * @highest: number of the highest node that became known
 */
struct xenfs_table {
	struct kref ref;
	const struct xenfs_conn *conn;
	u64 epoch;
	struct xarray pages;
	struct mutex lock;
	bool dead;
	unsigned int next;
	unsigned int missing;
	unsigned long again;
	u64 highest;
};

static void table_release(struct kref *ref)
{
	struct xenfs_table *t = container_of(ref, struct xenfs_table, ref);

	xa_destroy(&t->pages);
	mutex_destroy(&t->lock);
	kfree(t);
}

static void unmap(struct page *page, grant_handle_t handle)
{
	struct gnttab_unmap_grant_ref op;

	gnttab_set_unmap_op(&op, (unsigned long)page_address(page),
			    GNTMAP_host_map | GNTMAP_readonly, handle);
	if (gnttab_unmap_refs(&op, NULL, &page, 1) || op.status != GNTST_okay) {
		/* it is not ours to use again: as good as lost */
		pr_err_once("a page of the table of words cannot be unmapped\n");
		return;
	}
	xen_free_unpopulated_pages(1, &page);
}

/* Nobody finds it any more. */
static void end(struct xenfs_table *t)
{
	struct table_page *tp;
	unsigned long index;

	mutex_lock(&t->lock);
	t->dead = true;
	mutex_unlock(&t->lock);
	synchronize_rcu();
	xa_for_each(&t->pages, index, tp) {
		unmap(tp->page, tp->handle);
		kfree(tp);
	}
	kref_put(&t->ref, table_release);
}

/**
 * xenfs_table_new() - a session begins: make its table
 * @m: the mount; nobody else begins a session meanwhile
 * @conn: the session's connection
 * @epoch: number of the session
 *
 * Ends that of the session before, which may not have noticed yet that it is
 * over.  Without memory there is none: slow, not wrong.
 *
 * Context: process context; waits for a grace period, not for the server.
 */
void xenfs_table_new(struct xenfs_mount *m, const struct xenfs_conn *conn,
		     u64 epoch)
{
	struct xenfs_table *t = kzalloc(sizeof(*t), GFP_KERNEL);
	struct xenfs_table *old;

	if (t) {
		kref_init(&t->ref);
		t->conn = conn;
		t->epoch = epoch;
		t->missing = NONE;
		t->again = jiffies;
		xa_init(&t->pages);
		mutex_init(&t->lock);
	}
	spin_lock(&m->lock);
	old = rcu_replace_pointer(m->table, t, lockdep_is_held(&m->lock));
	spin_unlock(&m->lock);
	if (old)
		end(old);
}

/**
 * xenfs_table_end() - a session is over: unmap its table
 * @m: the mount
 * @conn: the session's connection; if the table is of another it stays.  NULL:
 *        whichever it is
 *
 * Context: process context; waits for a grace period, not for the server.
 */
void xenfs_table_end(struct xenfs_mount *m, const struct xenfs_conn *conn)
{
	struct xenfs_table *t;

	spin_lock(&m->lock);
	t = rcu_dereference_protected(m->table, lockdep_is_held(&m->lock));
	if (t && conn && t->conn != conn)
		t = NULL;
	if (t)
		RCU_INIT_POINTER(m->table, NULL);
	spin_unlock(&m->lock);
	if (t)
		end(t);
}

static struct xenfs_table *table_get(struct xenfs_mount *m)
{
	struct xenfs_table *t;

	spin_lock(&m->lock);
	t = rcu_dereference_protected(m->table, lockdep_is_held(&m->lock));
	if (t)
		kref_get(&t->ref);
	spin_unlock(&m->lock);
	return t;
}

/* Map one reference.  A page that cannot be mapped is done without. */
static void map_page(struct xenfs_table *t, struct xenfs_conn *conn,
		     unsigned int index, u32 ref)
{
	struct table_page *tp = kzalloc(sizeof(*tp), GFP_NOFS);
	struct gnttab_map_grant_ref op;

	lockdep_assert_held(&t->lock);
	if (!tp)
		return;
	if (xen_alloc_unpopulated_pages(1, &tp->page))
		goto free_tp;
	gnttab_set_map_op(&op, (unsigned long)page_address(tp->page),
			  GNTMAP_host_map | GNTMAP_readonly, ref,
			  conn->backend_id);
	if (gnttab_map_refs(&op, NULL, &tp->page, 1) || op.status != GNTST_okay) {
		xen_free_unpopulated_pages(1, &tp->page);
		goto free_tp;
	}
	tp->handle = op.handle;
	if (!xa_is_err(xa_store(&t->pages, index, tp, GFP_NOFS)))
		return;
	unmap(tp->page, tp->handle);
free_tp:
	kfree(tp);
}

/* Ask for the pages from one on.  Returns how many there were. */
static unsigned int fetch(struct xenfs_table *t, struct xenfs_conn *conn,
			  unsigned int from)
{
	u32 refs[BATCH];
	struct xenfs_op op = {
		.req.op = XENFSIF_OP_TABLE,
		.req.u.table.index = from,
		.req.u.table.count = BATCH,
		.out = refs,
		.out_len = sizeof(refs),
	};
	unsigned int n, i;

	if (xenfs_conn_call(conn, &op))
		return 0;
	n = op.rsp.u.readdir.count;
	mutex_lock(&t->lock);
	for (i = 0; i < n && !t->dead; i++) {
		if (xa_load(&t->pages, from + i))
			continue;
		if (refs[i])
			map_page(t, conn, from + i, refs[i]);
		if (!xa_load(&t->pages, from + i))
			WRITE_ONCE(t->missing, min(t->missing, from + i));
	}
	mutex_unlock(&t->lock);
	return n;
}

static void fetch_missing(struct xenfs_mount *m, struct xenfs_table *t,
			  struct xenfs_conn *conn)
{
	unsigned int from = t->missing, n;

	if (from == NONE || time_before(jiffies, t->again))
		return;
	WRITE_ONCE(t->missing, NONE);
	while (from < t->next && !READ_ONCE(m->stopping)) {
		n = fetch(t, conn, from);
		if (!n)
			break;
		from += n;
	}
	if (from < t->next)
		WRITE_ONCE(t->missing, min(t->missing, from));
	WRITE_ONCE(t->again, jiffies + RETRY_DELAY);
}

/* How many pages the nodes that are known take, within reason. */
static unsigned int wanted(struct xenfs_table *t)
{
	return min_t(u64, READ_ONCE(t->highest) / XENFSIF_TABLE_ENTRIES + 1,
		     PAGES_MAX);
}

/* Work: there are nodes beyond what is mapped, or gaps. */
void xenfs_table_work(struct work_struct *work)
{
	struct xenfs_mount *m = container_of(work, struct xenfs_mount, table_work);
	struct xenfs_table *t = table_get(m);
	struct xenfs_conn *conn;
	unsigned int n;

	if (!t)
		return;
	conn = xenfs_mount_conn_of(m, t->epoch);
	if (conn) {
		fetch_missing(m, t, conn);
		while (t->next < wanted(t) && !READ_ONCE(m->stopping)) {
			n = fetch(t, conn, t->next);
			if (!n)
				break;
			t->next += n;
		}
		xenfs_conn_put(conn);
	}
	kref_put(&t->ref, table_release);
}

/**
 * xenfs_table_want() - a node has become known
 * @m: the mount
 * @node: its number
 */
void xenfs_table_want(struct xenfs_mount *m, u64 node)
{
	struct xenfs_table *t;
	u64 highest;
	bool grow;

	rcu_read_lock();
	t = rcu_dereference(m->table);
	highest = t ? READ_ONCE(t->highest) : U64_MAX;
	while (node > highest && !try_cmpxchg(&t->highest, &highest, node))
		;
	grow = t && READ_ONCE(t->next) < wanted(t);
	rcu_read_unlock();
	if (grow)
		queue_work(xenfs_wq, &m->table_work);
}

/**
 * xenfs_table_word() - the version word of a file now
 * @inode: the file
 * @epoch: number of the session that is meant
 *
 * Context: any, RCU walk too.
 * Return: the word; 0 if it is not known, or may not be relied on.
 */
u64 xenfs_table_word(const struct inode *inode, u64 epoch)
{
	const struct xenfs_inode *xi = XENFS_I(inode);
	const struct xenfsif_table_entry *entries;
	struct table_page *tp;
	struct xenfs_table *t;
	u64 word = 0, node;

	rcu_read_lock();
	t = rcu_dereference(xenfs_mount_of(inode)->table);
	/* the node is read after the session: pairs with bind_node() */
	if (!t || t->epoch != epoch || smp_load_acquire(&xi->epoch) != epoch)
		goto unlock;
	/* it is bound to one node a session */
	node = READ_ONCE(xi->node);
	tp = xa_load(&t->pages, node / XENFSIF_TABLE_ENTRIES);
	if (!tp) {
		if (node / XENFSIF_TABLE_ENTRIES >= READ_ONCE(t->missing) &&
		    time_after_eq(jiffies, READ_ONCE(t->again)))
			queue_work(xenfs_wq, &xenfs_mount_of(inode)->table_work);
		goto unlock;
	}
	entries = page_address(tp->page);
	word = READ_ONCE(entries[node % XENFSIF_TABLE_ENTRIES].version);
	if (word & XENFSIF_WORD_VOLATILE)
		word = 0;
unlock:
	rcu_read_unlock();
	return word;
}
