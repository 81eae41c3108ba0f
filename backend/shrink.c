// SPDX-License-Identifier: GPL-2.0
/*
 * When the domain is short of memory: guests are asked to return pages.
 *
 * Lent pages cannot be reclaimed, and the memory manager does not know why.
 * This shrinker tells it how many there are and, when it scans, posts RECALL
 * events: for an eighth of what is on loan at least, to each share in proportion
 * to what it has, and not before guests have had time to answer the last.  Each
 * guest returns what it has not used for longest.  Nothing waits; what guests
 * return is page cache again, for the next round of reclaim.  A guest that does
 * not return it in time is lent no more: account.c.
 */
#include <linux/jiffies.h>
#include <linux/mutex.h>
#include <linux/shrinker.h>

#include "backend.h"
#include "conn.h"
#include "loan.h"
#include "share.h"

#define ROUND_TIME	(HZ / 4)
#define SHARE_TIME	(HZ)
#define SHARE_PART	64

static struct shrinker *shrinker;

/* The shrinker works on a part of the loans at a time. */
static unsigned long count_loans(struct shrinker *s, struct shrink_control *sc)
{
	return xenfsd_pages_pinned() / 4;
}

static unsigned long scan_loans(struct shrinker *s, struct shrink_control *sc)
{
	static unsigned long next_round = INITIAL_JIFFIES;
	unsigned long all = max(xenfsd_pages_pinned(), 1UL);
	unsigned long want = max(sc->nr_to_scan, all / 8);
	struct xenfsd_share *share;

	/* Reclaim may have been entered with the lock held. */
	if (!mutex_trylock(&xenfsd_shares_lock))
		return SHRINK_STOP;
	if (time_before(jiffies, next_round)) {
		mutex_unlock(&xenfsd_shares_lock);
		return SHRINK_STOP;
	}
	next_round = jiffies + ROUND_TIME;

	list_for_each_entry(share, &xenfsd_shares, link) {
		unsigned long loans = atomic_read(&share->nr_loans);
		u64 part = div64_ul((u64)want * loans, all);

		if (loans)
			xenfsd_recall(share, max_t(u64, part, 1));
	}
	mutex_unlock(&xenfsd_shares_lock);
	/* Nothing is free yet: that is for the guests to do. */
	return SHRINK_STOP;
}

/**
 * xenfsd_reclaim_share() - slab caches are being shrunk: ask for a few pages
 * @share: of the device that xenbus asks; may be NULL while it is probed
 *
 * Context: reclaim; does not wait.
 */
void xenfsd_reclaim_share(struct xenfsd_share *share)
{
	unsigned long loans = share ? atomic_read(&share->nr_loans) : 0;
	unsigned long last;

	if (!loans)
		return;
	last = READ_ONCE(share->reclaimed);
	if (time_before(jiffies, last + SHARE_TIME) ||
	    cmpxchg(&share->reclaimed, last, jiffies) != last)
		return;
	xenfsd_recall(share, DIV_ROUND_UP(loans, SHARE_PART));
}

int xenfsd_shrinker_init(void)
{
	shrinker = xenfs_shrinker_new(count_loans, scan_loans, "xenfs-loans");
	return shrinker ? 0 : -ENOMEM;
}

void xenfsd_shrinker_exit(void)
{
	xenfs_shrinker_free(shrinker);
}
