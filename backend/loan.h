/* SPDX-License-Identifier: GPL-2.0 */
/*
 * Loans: pages of the page cache that a guest has been granted.
 */
#ifndef _XENFSD_LOAN_H
#define _XENFSD_LOAN_H

#include <linux/list.h>
#include <linux/mm_types.h>
#include <linux/spinlock.h>
#include <linux/kref.h>
#include <linux/xarray.h>
#include <xen/interface/grant_table.h>
#include <xenfs_check.h>

struct address_space;
struct path;
struct xenfsd_node;
struct xenfsd_session;
struct xenfsd_share;

/* How long a guest may take to return what it is asked for. */
#define XENFSD_RECALL_TERM	(10 * HZ)

/*
 * One granted page.  In a session it is found by its reference and from its
 * node, which it holds.  When it is taken back while the guest still has the
 * page mapped it goes to stuck.c, which owns it from then on.
 *
 * The page is held until Xen says that nobody maps it.
 */
struct xenfsd_loan {
	struct list_head link;		/* node->loans, or those stuck */
	struct page *page;
	union {
		struct xenfsd_node *node;
		struct xenfsd_account *account;	/* once stuck */
	};
	pgoff_t index;
	grant_ref_t ref;
	bool detached;			/* seen to have left the page cache */
};

/*
 * What loans to the shares of one tag of one guest pin.  It outlives the share
 * as long as loans are stuck, and a share of that tag that comes back finds
 * what is still pinned.
 */
struct xenfsd_account {
	struct kref ref;
	struct list_head link;		/* all accounts */
	domid_t domid;
	char tag[XENFSIF_TAG_MAX + 1];

	spinlock_t lock;
	unsigned long loans;
	unsigned long pinned;		/* pages */
	struct xarray large;		/* large folios by frame: loans of each */
	unsigned long stuck;		/* loans */

	unsigned long due;		/* recalled: to be returned until ... */
	unsigned long deadline;		/* ... this, in jiffies */
	unsigned long asked;		/* recalled since, due after that */
	bool overdue;			/* the deadline has passed, and was told */
};

/**
 * struct xenfsd_balance - what an account shows of itself
 * @pinned: pages that loans pin
 * @stuck: loans that Xen would not end
 * @due: loans that were recalled and are not back
 * @overdue: and are late
 */
struct xenfsd_balance {
	unsigned long pinned;
	unsigned long stuck;
	unsigned long due;
	bool overdue;
};

/* account.c */
struct xenfsd_account *xenfsd_account_open(domid_t domid, const char *tag);
void xenfsd_account_hold(struct xenfsd_account *account);
void xenfsd_account_put(struct xenfsd_account *account);
int xenfsd_account_charge(struct xenfsd_account *account, struct folio *folio,
			  unsigned long limit);
void xenfsd_account_release(struct xenfsd_account *account,
			    struct folio *folio);
struct xenfsd_balance xenfsd_account_balance(struct xenfsd_account *account);
unsigned long xenfsd_account_recall(struct xenfsd_account *account,
				    unsigned long count,
				    unsigned long returnable);
unsigned long xenfsd_pages_pinned(void);
int xenfsd_account_init(void);

/* loan.c */
int xenfsd_loans_init(void);
void xenfsd_loans_exit(void);
struct xenfsd_loan *xenfsd_loan_make(struct xenfsd_node *node,
				     struct page *page, pgoff_t index,
				     grant_ref_t ref);
struct xenfsd_loan *xenfsd_loan_make_table(struct xenfsd_session *session,
					   struct page *page, grant_ref_t ref);
void xenfsd_loan_end_table(struct xenfsd_session *session,
			   struct xenfsd_loan *loan);
void xenfsd_loan_free(struct xenfsd_loan *loan);
void xenfsd_loans_end(struct xenfsd_session *session);

/* lend.c */
struct address_space *xenfsd_lend_mapping(const struct path *path);
u32 xenfsd_grants_alloc(u32 count, grant_ref_t *head);

/* stuck.c */
void xenfsd_stuck_add(struct xenfsd_loan *loan);
void xenfsd_stuck_hurry(void);
void xenfsd_stuck_exit(void);

#endif /* _XENFSD_LOAN_H */
