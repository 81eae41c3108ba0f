// SPDX-License-Identifier: GPL-2.0
/*
 * Stuck loans: taken back from a guest that still has the page mapped.
 *
 * Xen cannot be made to unmap them.  They stay held, and charged to the share's
 * account, until the guest unmaps them or dies.  They belong to nobody but this
 * list, so that the share's device, and its file system, can go meanwhile; each
 * keeps the module.
 *
 * The list is tried again after a while, which doubles as long as nothing
 * comes of it.
 */
#define pr_fmt(fmt) "xenfs_back: " fmt

#include <linux/jiffies.h>
#include <linux/mm.h>
#include <linux/module.h>
#include <linux/ratelimit.h>
#include <linux/workqueue.h>
#include <xen/grant_table.h>

#include "loan.h"
#include "share.h"
#include "trace.h"

#define FIRST_DELAY	(HZ / 10)
#define LAST_DELAY	(10 * HZ)
#define BATCH		256

static DEFINE_SPINLOCK(stuck_lock);
static LIST_HEAD(stuck);
static unsigned long nr_stuck;
static unsigned long delay = FIRST_DELAY;

static void try_again(struct work_struct *work);
static DECLARE_DELAYED_WORK(stuck_work, try_again);

static void count_stuck(struct xenfsd_account *account, int n)
{
	bool first;

	spin_lock(&account->lock);
	first = !account->stuck && n > 0;
	account->stuck += n;
	spin_unlock(&account->lock);
	if (first)
		pr_info_ratelimited("domain %u keeps pages of share '%s' mapped that it was asked to return\n",
				    account->domid, account->tag);
}

/**
 * xenfsd_stuck_add() - take over a loan that Xen would not end
 * @loan: unlinked; loan->account is set, with a reference
 */
void xenfsd_stuck_add(struct xenfsd_loan *loan)
{
	__module_get(THIS_MODULE);	/* whoever gave it here has one */
	count_stuck(loan->account, 1);

	spin_lock(&stuck_lock);
	list_add_tail(&loan->link, &stuck);
	nr_stuck++;
	delay = FIRST_DELAY;
	spin_unlock(&stuck_lock);
	queue_delayed_work(xenfsd_wq, &stuck_work, FIRST_DELAY);
}

/* Tries soon again: a guest may have died. */
void xenfsd_stuck_hurry(void)
{
	bool any;

	spin_lock(&stuck_lock);
	any = nr_stuck;
	delay = FIRST_DELAY;
	spin_unlock(&stuck_lock);
	if (any)
		mod_delayed_work(xenfsd_wq, &stuck_work, FIRST_DELAY);
}

/* The grant has ended at last. */
static void set_free(struct xenfsd_loan *loan)
{
	struct xenfsd_account *account = loan->account;

	trace_xenfsd_stuck(account, loan->ref, "ended");
	xenfsd_account_release(account, page_folio(loan->page));
	count_stuck(account, -1);
	xenfsd_loan_free(loan);
	xenfsd_account_put(account);
	module_put(THIS_MODULE);
}

static void try_again(struct work_struct *work)
{
	struct xenfsd_loan *loan;
	unsigned long left, tried, next;
	bool any = false;

	spin_lock(&stuck_lock);
	left = nr_stuck;
	spin_unlock(&stuck_lock);

	for (tried = 0; tried < left; tried++) {
		spin_lock(&stuck_lock);
		loan = list_first_entry(&stuck, struct xenfsd_loan, link);
		list_del(&loan->link);
		spin_unlock(&stuck_lock);

		/* Only this work takes loans off the list: it is ours now. */
		if (gnttab_try_end_foreign_access(loan->ref)) {
			spin_lock(&stuck_lock);
			nr_stuck--;
			spin_unlock(&stuck_lock);
			set_free(loan);
			any = true;
		} else {
			spin_lock(&stuck_lock);
			list_add_tail(&loan->link, &stuck);
			spin_unlock(&stuck_lock);
		}
		if (tried % BATCH == BATCH - 1)
			cond_resched();
	}

	spin_lock(&stuck_lock);
	left = nr_stuck;
	delay = any ? FIRST_DELAY : min_t(unsigned long, delay * 2, LAST_DELAY);
	next = delay;
	spin_unlock(&stuck_lock);
	if (left)
		queue_delayed_work(xenfsd_wq, &stuck_work, next);
}

/* Nothing is stuck any more, or the module could not be removed. */
void xenfsd_stuck_exit(void)
{
	cancel_delayed_work_sync(&stuck_work);
	WARN_ON_ONCE(!list_empty(&stuck));
}
