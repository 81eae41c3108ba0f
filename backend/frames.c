// SPDX-License-Identifier: GPL-2.0
/*
 * Which lent frames have left the page cache.
 *
 * A lent page is held, so nothing reclaims it; but truncation, hole punching, a
 * direct write and a copy-up beneath an overlay detach it from its file: then
 * folio->mapping is no longer the file's, and what the guest sees in it is old.
 * No event says so.  The node's loans are walked when the guest asks about the
 * node, if the inode was seen to change since they were walked last; words that
 * are made because somebody may write unseen do not count, for a store through a
 * mapping detaches nothing.
 *
 * The change of the inode may become visible before its pages are detached, and
 * two changes within a tick of the clock may look like one; so a node whose
 * last change was recent at the time of a walk is walked once more.
 *
 * The list may be long: the walk leaves a marker in it, an entry without a
 * page, when it pauses.
 */
#include <linux/mm.h>
#include <linux/pagemap.h>
#include <linux/sched.h>
#include <linux/timekeeping.h>

#include "loan.h"
#include "node.h"
#include "request.h"
#include "share.h"
#include "trace.h"

#define RECENT_SEC	2
#define WALK_BATCH	512

/**
 * xenfsd_frames_detached() - whether a page is no longer part of a file
 * @page: held
 * @mapping: the file's page cache, NULL for none
 */
bool xenfsd_frames_detached(const struct page *page,
			    const struct address_space *mapping)
{
	const struct folio *folio = page_folio(page);

	return !mapping || READ_ONCE(folio->mapping) != mapping;
}

/**
 * xenfsd_frames_doubt() - a request of the guest may have detached pages
 * @node: of the file
 *
 * The guest's own change need not make a new version, by which others' are
 * noticed: the loans are walked all the same.
 */
void xenfsd_frames_doubt(struct xenfsd_node *node)
{
	spin_lock(&node->word_lock);
	node->doubts++;
	spin_unlock(&node->word_lock);
}

/* Called under loan_lock for each detached loan; returns false to stop. */
typedef bool (*detached_fn)(struct xenfsd_loan *loan, void *arg);

/* Returns false if @fn stopped the walk. */
static bool walk_detached(struct xenfsd_node *node,
			  struct address_space *mapping,
			  detached_fn fn, void *arg)
{
	struct xenfsd_session *session = node->session;
	struct xenfsd_loan marker = { .page = NULL };
	struct list_head *pos;
	bool more = true;
	int n = 0;

	spin_lock(&session->loan_lock);
	pos = node->loans.next;
	while (more && pos != &node->loans) {
		struct xenfsd_loan *loan = list_entry(pos, struct xenfsd_loan, link);

		if (loan->page && xenfsd_frames_detached(loan->page, mapping))
			more = fn(loan, arg);
		pos = pos->next;
		if (++n % WALK_BATCH == 0) {
			list_add_tail(&marker.link, pos);
			spin_unlock(&session->loan_lock);
			cond_resched();
			spin_lock(&session->loan_lock);
			pos = marker.link.next;
			list_del(&marker.link);
		}
	}
	spin_unlock(&session->loan_lock);
	return more;
}

static bool note(struct xenfsd_loan *loan, void *arg)
{
	unsigned int *fresh = arg;

	if (!loan->detached) {
		loan->detached = true;
		++*fresh;
	}
	return true;
}

/*
 * Direct writes take pages out of the cache when they end, whenever they
 * changed the times; they are counted until after that.
 */
static bool has_direct_io(const struct address_space *mapping)
{
	return mapping && atomic_read(&mapping->host->i_dio_count);
}

static bool is_recent(const struct timespec64 *time)
{
	struct timespec64 now;

	ktime_get_real_ts64(&now);
	return now.tv_sec - time->tv_sec < RECENT_SEC;
}

/**
 * xenfsd_node_frames() - sample a node's frames word
 * @node: its version has just been sampled
 * @path: of it
 *
 * Context: may sleep.
 * Return: the word.
 */
u64 xenfsd_node_frames(struct xenfsd_node *node, const struct path *path)
{
	struct address_space *mapping = xenfsd_lend_mapping(path);
	struct xenfsd_share *share = node->session->share;
	bool again = has_direct_io(mapping), walk;
	unsigned int fresh = 0, doubts;
	u64 changes, frames;

	spin_lock(&node->word_lock);
	changes = node->changes;
	again = again || is_recent(&node->sample.ctime);
	walk = READ_ONCE(node->nr_loans) &&
	       (node->walked != changes || node->walk_again ||
		node->doubts != node->walked_doubts);
	doubts = node->doubts;
	frames = node->frames;
	spin_unlock(&node->word_lock);
	if (!walk)
		return frames;

	walk_detached(node, mapping, note, &fresh);

	spin_lock(&node->word_lock);
	node->walked = changes;
	node->walked_doubts = doubts;
	node->walk_again = again;
	if (fresh)
		node->frames = xenfsd_share_word(share);
	frames = node->frames;
	spin_unlock(&node->word_lock);
	if (fresh) {
		xenfsd_count_add(share, pages_detached, fresh);
		trace_xenfsd_detached(node, fresh);
	}
	return frames;
}

struct listing {
	struct xenfsif_detached *entries;
	u32 count;
	u32 max;
};

static bool list_one(struct xenfsd_loan *loan, void *arg)
{
	struct listing *listing = arg;

	if (listing->count == listing->max)
		return false;
	listing->entries[listing->count++] = (struct xenfsif_detached) {
		.index = loan->index,
		.ref = loan->ref,
	};
	return true;
}

/* REVALIDATE */
int xenfsd_op_revalidate(struct xenfsd_request *rq)
{
	struct listing listing = {
		.entries = rq->out,
		.max = rq->req.out_len / sizeof(struct xenfsif_detached),
	};
	bool all = true;

	/* The word first: what is detached later makes another one. */
	rq->rsp.frames = xenfsd_node_frames(rq->node, &rq->path);
	if (READ_ONCE(rq->node->nr_loans))
		all = walk_detached(rq->node, xenfsd_lend_mapping(&rq->path),
				    list_one, &listing);
	rq->rsp.u.readdir.count = listing.count;
	rq->rsp.u.readdir.eof = all;
	rq->rsp.out_len = listing.count * sizeof(struct xenfsif_detached);
	return 0;
}
