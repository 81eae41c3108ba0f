// SPDX-License-Identifier: GPL-2.0
/*
 * Accounts: what loans pin, per share and in all.
 *
 * A loan pins the whole folio that its page lies in.  A large folio is charged
 * when its first page is lent and released with the last one; a single page is
 * charged for each loan, so that a guest that borrows it twice pays twice.  (A
 * folio is not split while it is pinned.)  The same limit holds for the number
 * of loans: each takes a grant reference, however few frames they pin.
 *
 * In all, every folio is charged once, to however many guests it is lent: that
 * is what it takes of this domain's memory.
 *
 * An account is found by domain and tag, and lives as long as a share or a loan
 * that is stuck refers to it.
 *
 * It also keeps what the guest was asked to return (recall.c).  A debt has a
 * deadline; what is asked for meanwhile is due one term later, so that a guest
 * which keeps up with being asked is never late.  Who is late gets no more loans
 * until the debt is paid: neither this domain nor another guest waits.
 */
#include <linux/jiffies.h>
#include <linux/mm.h>
#include <linux/module.h>
#include <linux/moduleparam.h>
#include <linux/mutex.h>
#include <linux/slab.h>

#include "loan.h"

static unsigned long max_lent_pages;
module_param(max_lent_pages, ulong, 0644);
MODULE_PARM_DESC(max_lent_pages,
		 "How many pages loans may pin in all (default: a quarter of memory)");

static DEFINE_MUTEX(accounts_lock);
static LIST_HEAD(accounts);

/*
 * Loans of each folio that is lent to anybody, by the number of its first
 * frame; its lock, inside account->lock, protects pinned_in_all.
 */
static DEFINE_XARRAY(lent_folios);
static unsigned long pinned_in_all;

int xenfsd_account_init(void)
{
	if (!max_lent_pages)
		max_lent_pages = totalram_pages() / 4;
	return 0;
}

/* Pages that loans pin, of all shares. */
unsigned long xenfsd_pages_pinned(void)
{
	return READ_ONCE(pinned_in_all);
}

/* Counts one more loan of a folio, unless that would pin too much in all. */
static bool count_folio(struct folio *folio)
{
	unsigned long pfn = folio_pfn(folio), nr = folio_nr_pages(folio), loans;
	bool ok = false;
	void *entry;

	xa_lock(&lent_folios);
	entry = xa_load(&lent_folios, pfn);
	loans = entry ? xa_to_value(entry) : 0;
	if (!loans && pinned_in_all + nr > READ_ONCE(max_lent_pages))
		goto unlock;
	if (xa_is_err(__xa_store(&lent_folios, pfn, xa_mk_value(loans + 1),
				 GFP_ATOMIC)))
		goto unlock;
	if (!loans)
		pinned_in_all += nr;
	ok = true;
unlock:
	xa_unlock(&lent_folios);
	return ok;
}

static void uncount_folio(struct folio *folio)
{
	unsigned long pfn = folio_pfn(folio), loans;

	xa_lock(&lent_folios);
	loans = xa_to_value(xa_load(&lent_folios, pfn));
	if (loans > 1) {
		/* Replaces an entry: allocates nothing. */
		__xa_store(&lent_folios, pfn, xa_mk_value(loans - 1), GFP_ATOMIC);
	} else {
		__xa_erase(&lent_folios, pfn);
		pinned_in_all -= folio_nr_pages(folio);
	}
	xa_unlock(&lent_folios);
}

/**
 * xenfsd_account_open() - find or make an account
 * @domid: the guest
 * @tag: the share's tag
 *
 * Return: the account with a reference, or NULL.
 */
struct xenfsd_account *xenfsd_account_open(domid_t domid, const char *tag)
{
	struct xenfsd_account *account;

	mutex_lock(&accounts_lock);
	list_for_each_entry(account, &accounts, link) {
		if (account->domid == domid && !strcmp(account->tag, tag)) {
			kref_get(&account->ref);
			goto unlock;
		}
	}
	account = kzalloc(sizeof(*account), GFP_KERNEL);
	if (account) {
		kref_init(&account->ref);
		account->domid = domid;
		strscpy(account->tag, tag, sizeof(account->tag));
		spin_lock_init(&account->lock);
		xa_init(&account->large);
		list_add(&account->link, &accounts);
	}
unlock:
	mutex_unlock(&accounts_lock);
	return account;
}

void xenfsd_account_hold(struct xenfsd_account *account)
{
	kref_get(&account->ref);
}

static void account_free(struct kref *ref)
{
	struct xenfsd_account *account =
		container_of(ref, struct xenfsd_account, ref);

	list_del(&account->link);
	mutex_unlock(&accounts_lock);
	WARN_ON_ONCE(account->pinned);
	xa_destroy(&account->large);
	kfree(account);
}

/* @account may be NULL.  May sleep. */
void xenfsd_account_put(struct xenfsd_account *account)
{
	if (account)
		kref_put_mutex(&account->ref, account_free, &accounts_lock);
}

static bool pin_pages_locked(struct xenfsd_account *account, long n,
			     unsigned long limit)
{
	lockdep_assert_held(&account->lock);
	if (account->pinned + n > limit)
		return false;
	account->pinned += n;
	return true;
}

static void unpin_pages_locked(struct xenfsd_account *account, long n)
{
	lockdep_assert_held(&account->lock);
	account->pinned -= n;
}

/* Counts one more loan of a large folio, which is charged with the first. */
static bool charge_large_locked(struct xenfsd_account *account,
				struct folio *folio, unsigned long limit)
{
	unsigned long pfn = folio_pfn(folio), loans;
	void *entry;
	bool ok;

	lockdep_assert_held(&account->lock);
	entry = xa_load(&account->large, pfn);
	loans = entry ? xa_to_value(entry) : 0;
	ok = loans || pin_pages_locked(account, folio_nr_pages(folio), limit);
	if (ok && xa_is_err(xa_store(&account->large, pfn,
				     xa_mk_value(loans + 1), GFP_ATOMIC))) {
		if (!loans)
			unpin_pages_locked(account, folio_nr_pages(folio));
		ok = false;
	}
	return ok;
}

static bool is_overdue_locked(struct xenfsd_account *account)
{
	lockdep_assert_held(&account->lock);
	return account->due && time_after(jiffies, account->deadline);
}

static void begin_term_locked(struct xenfsd_account *account, unsigned long due)
{
	lockdep_assert_held(&account->lock);
	account->due = due;
	account->asked = 0;
	account->deadline = jiffies + XENFSD_RECALL_TERM;
	account->overdue = false;
}

/* Once a term. */
static bool notice_overdue_locked(struct xenfsd_account *account)
{
	if (account->overdue || !is_overdue_locked(account))
		return false;
	account->overdue = true;
	return true;
}

static void tell_overdue(struct xenfsd_account *account)
{
	pr_warn_ratelimited("domain %u has not returned pages of share '%s' within %u s of being asked: it is lent no more until it does\n",
			    account->domid, account->tag,
			    XENFSD_RECALL_TERM / HZ);
}

/**
 * xenfsd_account_recall() - note that a guest is asked for loans
 * @account: whose
 * @count: how many
 * @returnable: how many it has; what was asked for before is among them
 *
 * Context: any but interrupts; does not sleep.
 * Return: how many to ask for: @count, or all of the debt if that is overdue,
 * for the guest may not know of it.
 */
unsigned long xenfsd_account_recall(struct xenfsd_account *account,
				    unsigned long count,
				    unsigned long returnable)
{
	unsigned long owed, add;
	bool tell;

	spin_lock(&account->lock);
	owed = account->due + account->asked;
	add = min(count, returnable - min(returnable, owed));
	if (account->due)
		account->asked += add;
	else if (add)
		begin_term_locked(account, add);
	tell = notice_overdue_locked(account);
	if (is_overdue_locked(account))
		count = max(count, owed + add);
	spin_unlock(&account->lock);
	if (tell)
		tell_overdue(account);
	return count;
}

/* What an account is to be shown as. */
struct xenfsd_balance xenfsd_account_balance(struct xenfsd_account *account)
{
	struct xenfsd_balance b;

	spin_lock(&account->lock);
	b.pinned = account->pinned;
	b.stuck = account->stuck;
	b.due = account->due + account->asked;
	b.overdue = is_overdue_locked(account);
	spin_unlock(&account->lock);
	return b;
}

/* A loan less: one that was due, if any was. */
static void pay_locked(struct xenfsd_account *account)
{
	lockdep_assert_held(&account->lock);
	if (!account->loans)
		begin_term_locked(account, 0);
	else if (account->due && !--account->due)
		begin_term_locked(account, account->asked);
}

/**
 * xenfsd_account_charge() - charge a loan
 * @account: whom
 * @folio: of which a page is lent; held
 * @limit: how much the share may pin, in pages
 *
 * Return: 0; -EDQUOT if that would be more than the share or all may have;
 * -EAGAIN if the guest is late in returning what it was asked for.
 */
int xenfsd_account_charge(struct xenfsd_account *account, struct folio *folio,
			  unsigned long limit)
{
	bool ok = false, late, tell;

	spin_lock(&account->lock);
	tell = notice_overdue_locked(account);
	late = is_overdue_locked(account);
	if (!late && account->loans < limit && count_folio(folio)) {
		if (folio_test_large(folio))
			ok = charge_large_locked(account, folio, limit);
		else
			ok = pin_pages_locked(account, 1, limit);
		if (!ok)
			uncount_folio(folio);
	}
	if (ok)
		account->loans++;
	spin_unlock(&account->lock);
	if (tell)
		tell_overdue(account);
	if (ok)
		return 0;
	return late ? -EAGAIN : -EDQUOT;
}

/**
 * xenfsd_account_release() - the reverse of xenfsd_account_charge()
 * @account: whom
 * @folio: still held
 */
void xenfsd_account_release(struct xenfsd_account *account,
			    struct folio *folio)
{
	unsigned long pfn = folio_pfn(folio), loans;

	spin_lock(&account->lock);
	account->loans--;
	pay_locked(account);
	uncount_folio(folio);
	if (!folio_test_large(folio)) {
		unpin_pages_locked(account, 1);
	} else {
		loans = xa_to_value(xa_load(&account->large, pfn));
		if (loans > 1) {
			/* Replaces an entry: allocates nothing. */
			xa_store(&account->large, pfn, xa_mk_value(loans - 1),
				 GFP_ATOMIC);
		} else {
			xa_erase(&account->large, pfn);
			unpin_pages_locked(account, folio_nr_pages(folio));
		}
	}
	spin_unlock(&account->lock);
}
