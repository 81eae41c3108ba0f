// SPDX-License-Identifier: GPL-2.0
/*
 * Loans: making them and taking them back.
 *
 * A loan is a page of the page cache, held, and a grant reference through which
 * one guest may map it, read-only.  It belongs to a session, in which it is
 * found by the reference, and to a node, on whose list it is.  It ends when the
 * guest returns it or when the session ends: then Xen is asked to end the
 * grant.  Xen refuses while the guest has the page mapped, and nothing can
 * force it; such a loan is handed over to stuck.c.
 *
 * Never is a page let go while its grant exists.
 */
#include <linux/mm.h>
#include <linux/slab.h>
#include <xen/grant_table.h>
#include <xen/page.h>

#include "loan.h"
#include "node.h"
#include "request.h"
#include "share.h"
#include "trace.h"

/* Pages that a table may have beyond max-pages, which may be 0. */
#define TABLE_SPARE	64

static struct kmem_cache *loan_cache;

int xenfsd_loans_init(void)
{
	loan_cache = KMEM_CACHE(xenfsd_loan, 0);
	if (!loan_cache)
		return -ENOMEM;
	return xenfsd_account_init();
}

void xenfsd_loans_exit(void)
{
	kmem_cache_destroy(loan_cache);
}

/**
 * xenfsd_loan_make() - lend a page
 * @node: whose page it is
 * @page: of its page cache; the folio is locked and still there
 * @index: where in the file
 * @ref: a claimed grant reference, used up if this succeeds
 *
 * Context: folio lock held, allocations in a NOFS scope.
 * Return: the loan, owned by the session already; ERR_PTR(-EDQUOT) if too much
 * is pinned, -EAGAIN if pages that were recalled have not come back in time,
 * -ENOTCONN if the session has ended, or -ENOMEM.
 */
struct xenfsd_loan *xenfsd_loan_make(struct xenfsd_node *node,
				     struct page *page, pgoff_t index,
				     grant_ref_t ref)
{
	struct xenfsd_session *session = node->session;
	struct folio *folio = page_folio(page);
	struct xenfsd_loan *loan;
	int err = -ENOMEM;

	loan = kmem_cache_alloc(loan_cache, GFP_NOFS);
	if (!loan)
		return ERR_PTR(-ENOMEM);
	loan->page = page;
	loan->node = node;
	loan->index = index;
	loan->ref = ref;
	loan->detached = false;

	if (xa_reserve(&session->loans, ref, GFP_NOFS))
		goto free_loan;
	err = xenfsd_account_charge(session->account, folio,
				    session->config.max_pages);
	if (err)
		goto erase;
	folio_get(folio);
	kref_get(&node->ref);

	spin_lock(&session->loan_lock);
	err = session->dead ? -ENOTCONN : 0;
	if (!err) {
		/* Granted before it can be found, so before it can be ended. */
		gnttab_grant_foreign_access_ref(ref, session->share->domid,
						xen_page_to_gfn(page), GTF_readonly);
		xa_store(&session->loans, ref, loan, GFP_ATOMIC);
		list_add_tail(&loan->link, &node->loans);
		WRITE_ONCE(node->nr_loans, node->nr_loans + 1);
		atomic_inc(&session->share->nr_loans);
	}
	spin_unlock(&session->loan_lock);
	if (!err)
		return loan;

	xenfsd_account_release(session->account, folio);
	folio_put(folio);
	/* The request holds the node as well: this is not the last reference. */
	xenfsd_node_put(node);
erase:
	xa_erase(&session->loans, ref);
free_loan:
	kmem_cache_free(loan_cache, loan);
	return ERR_PTR(err);
}

/* Takes a loan, if there is one, out of its session's tables. */
static struct xenfsd_loan *unlink_loan(struct xenfsd_session *session, u32 ref)
{
	struct xenfsd_loan *loan;

	spin_lock(&session->loan_lock);
	loan = xa_load(&session->loans, ref);
	if (loan) {
		xa_erase(&session->loans, ref);
		list_del(&loan->link);
		WRITE_ONCE(loan->node->nr_loans, loan->node->nr_loans - 1);
		atomic_dec(&session->share->nr_loans);
	}
	spin_unlock(&session->loan_lock);
	return loan;
}

/**
 * xenfsd_loan_free() - let go of a page whose grant has ended
 * @loan: in no table; its account is not touched
 */
void xenfsd_loan_free(struct xenfsd_loan *loan)
{
	put_page(loan->page);
	kmem_cache_free(loan_cache, loan);
}

static void stick(struct xenfsd_session *session, struct xenfsd_loan *loan)
{
	trace_xenfsd_stuck(session->account, loan->ref, "still mapped");
	loan->account = session->account;
	xenfsd_account_hold(session->account);
	xenfsd_stuck_add(loan);
}

/* Returns the loan's node, which is the caller's to put; NULL: no such loan. */
static struct xenfsd_node *end_loan(struct xenfsd_session *session, u32 ref)
{
	struct xenfsd_loan *loan = unlink_loan(session, ref);
	struct xenfsd_node *node;

	if (!loan)
		return NULL;
	node = loan->node;
	if (gnttab_try_end_foreign_access(loan->ref)) {
		xenfsd_account_release(session->account, page_folio(loan->page));
		xenfsd_loan_free(loan);
		xenfsd_count(session->share, pages_returned);
	} else {
		stick(session, loan);
	}
	return node;
}

/**
 * xenfsd_loan_make_table() - grant a page of the table of words
 * @session: whose table it is
 * @page: the page; a reference is taken
 * @ref: a claimed grant reference, used up if this succeeds
 *
 * What it pins is charged as any loan is: a guest that keeps the tables of
 * sessions that are over has the less to borrow.
 *
 * Return: the loan, in no table, or NULL.
 */
struct xenfsd_loan *xenfsd_loan_make_table(struct xenfsd_session *session,
					   struct page *page, grant_ref_t ref)
{
	struct xenfsd_loan *loan = kmem_cache_zalloc(loan_cache, GFP_KERNEL);

	if (!loan)
		return NULL;
	if (xenfsd_account_charge(session->account, page_folio(page),
				  session->config.max_pages + TABLE_SPARE)) {
		kmem_cache_free(loan_cache, loan);
		return NULL;
	}
	get_page(page);
	loan->page = page;
	loan->ref = ref;
	gnttab_grant_foreign_access_ref(ref, session->share->domid,
					xen_page_to_gfn(page), GTF_readonly);
	return loan;
}

/* Takes a page of the table back; frees the loan, or lets stuck.c do so. */
void xenfsd_loan_end_table(struct xenfsd_session *session,
			   struct xenfsd_loan *loan)
{
	if (gnttab_try_end_foreign_access(loan->ref)) {
		xenfsd_account_release(session->account, page_folio(loan->page));
		xenfsd_loan_free(loan);
	} else {
		stick(session, loan);
	}
}

/* RETURN */
int xenfsd_op_return(struct xenfsd_request *rq)
{
	struct xenfsd_session *session = rq->session;
	const u32 *refs = rq->in;
	int err = 0;
	u32 i;

	for (i = 0; i < rq->req.u.ret.count; i++) {
		struct xenfsd_node *node = end_loan(session, refs[i]);

		if (node)
			xenfsd_node_put_nowait(node);
		else
			err = -EINVAL;
		cond_resched();
	}
	trace_xenfsd_return(rq->share, rq->req.u.ret.count, err);
	return err;
}

/**
 * xenfsd_loans_end() - take all loans of a session back
 * @session: dead; no loan is made any more
 *
 * Context: does not wait for a file system; nodes that only loans kept are left
 * to xenfsd_nodes_release().
 */
void xenfsd_loans_end(struct xenfsd_session *session)
{
	struct xenfsd_loan *loan;
	unsigned long ref;

	xa_for_each(&session->loans, ref, loan) {
		struct xenfsd_node *node = end_loan(session, ref);

		if (node)
			xenfsd_node_put_later(node);
		cond_resched();
	}
}
