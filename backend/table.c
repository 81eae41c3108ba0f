// SPDX-License-Identifier: GPL-2.0
/*
 * The table of words: memory of ours that the guest of a session maps and
 * reads, an entry for each node (xen/io/xenfsif.h, "Nodes").  What stands in an
 * entry is version.c's.
 *
 * It grows by pages as node numbers do, and never shrinks; numbers are given out
 * from the lowest that is free.  A page for which there is no grant reference is
 * not seen by the guest, which asks about its nodes then.
 *
 * Lifetime: a page is written to as long as there is a node, so it is freed with
 * the session; its grant ends when the session does, or, if the guest has the
 * page mapped still, when stuck.c finds that it has not.
 */
#include <linux/mm.h>
#include <linux/slab.h>
#include <xen/grant_table.h>

#include "loan.h"
#include "request.h"
#include "share.h"

/* By how many pages the table grows at a time. */
#define FIRST_PAGES	4u
#define MORE_PAGES	32u

struct xenfsd_table_page {
	struct page *page;
	struct xenfsd_loan *loan;	/* the grant, or NULL */
};

void xenfsd_table_init(struct xenfsd_session *session)
{
	mutex_init(&session->table_lock);
	xa_init(&session->table);
}

/* @grants: to take one from, or NULL: there may be one now. */
static void grant_page(struct xenfsd_session *session,
		       struct xenfsd_table_page *tp, grant_ref_t *grants)
{
	grant_ref_t one;
	int ref;

	lockdep_assert_held(&session->table_lock);
	if (session->table_ended)
		return;
	if (!grants && !xenfsd_grants_alloc(1, &one))
		return;
	ref = gnttab_claim_grant_reference(grants ?: &one);
	if (ref < 0)
		return;
	tp->loan = xenfsd_loan_make_table(session, tp->page, ref);
	if (tp->loan)
		return;
	gnttab_release_grant_reference(grants ?: &one, ref);
	if (!grants)
		gnttab_free_grant_references(one);
}

static int add_page(struct xenfsd_session *session, grant_ref_t *grants)
{
	struct xenfsd_table_page *tp = kzalloc(sizeof(*tp), GFP_KERNEL);
	int err = -ENOMEM;

	lockdep_assert_held(&session->table_lock);
	if (!tp)
		return -ENOMEM;
	tp->page = alloc_page(GFP_KERNEL | __GFP_ZERO);
	if (!tp->page)
		goto free_tp;
	err = xa_err(xa_store(&session->table, session->table_pages, tp,
			      GFP_KERNEL));
	if (err)
		goto free_page;
	session->table_pages++;
	if (grants)
		grant_page(session, tp, grants);
	return 0;

free_page:
	__free_page(tp->page);
free_tp:
	kfree(tp);
	return err;
}

static void grow(struct xenfsd_session *session)
{
	u32 n = session->table_pages ? MORE_PAGES : FIRST_PAGES;
	grant_ref_t grants;
	u32 got = xenfsd_grants_alloc(n, &grants);
	u32 left = got;

	lockdep_assert_held(&session->table_lock);
	while (n-- && !add_page(session, left ? &grants : NULL))
		if (left)
			left--;
	if (got)
		gnttab_free_grant_references(grants);
}

/**
 * xenfsd_table_word() - where a node's version word is published
 * @session: the session
 * @id: the node's number
 *
 * Context: may sleep.
 * Return: the word, valid as long as the session is, or NULL: there is no memory.
 */
u64 *xenfsd_table_word(struct xenfsd_session *session, u32 id)
{
	struct xenfsd_table_page *tp;
	u32 index = id / XENFSIF_TABLE_ENTRIES;
	struct xenfsif_table_entry *entries;

	tp = xa_load(&session->table, index);
	if (!tp) {
		mutex_lock(&session->table_lock);
		/* numbers come in order, but for those being made just now */
		while (session->table_pages <= index) {
			u32 before = session->table_pages;

			grow(session);
			if (session->table_pages == before)
				break;
		}
		tp = xa_load(&session->table, index);
		mutex_unlock(&session->table_lock);
	}
	if (!tp)
		return NULL;
	entries = page_address(tp->page);
	return &entries[id % XENFSIF_TABLE_ENTRIES].version;
}

/**
 * xenfsd_table_end() - take the table away from the guest
 * @session: dead
 *
 * Context: waits for nobody but other threads that make the table grow.
 */
void xenfsd_table_end(struct xenfsd_session *session)
{
	struct xenfsd_table_page *tp;
	unsigned long index;

	mutex_lock(&session->table_lock);
	session->table_ended = true;
	xa_for_each(&session->table, index, tp) {
		if (tp->loan)
			xenfsd_loan_end_table(session, tp->loan);
		tp->loan = NULL;
	}
	mutex_unlock(&session->table_lock);
}

/* There is no node any more; nor need the session ever have begun. */
void xenfsd_table_free(struct xenfsd_session *session)
{
	struct xenfsd_table_page *tp;
	unsigned long index;

	xenfsd_table_end(session);
	xa_for_each(&session->table, index, tp) {
		put_page(tp->page);
		kfree(tp);
	}
	xa_destroy(&session->table);
	mutex_destroy(&session->table_lock);
}

int xenfsd_op_table(struct xenfsd_request *rq)
{
	const struct xenfsif_table *args = &rq->req.u.table;
	struct xenfsd_session *session = rq->session;
	struct xenfsd_table_page *tp;
	u32 *refs = rq->out;
	u32 n = 0;

	mutex_lock(&session->table_lock);
	while (n < args->count && args->index + n < session->table_pages) {
		tp = xa_load(&session->table, args->index + n);
		if (!tp->loan)
			grant_page(session, tp, NULL);
		refs[n++] = tp->loan ? tp->loan->ref : 0;
	}
	mutex_unlock(&session->table_lock);
	rq->rsp.u.readdir.count = n;
	rq->rsp.out_len = n * sizeof(u32);
	return 0;
}
