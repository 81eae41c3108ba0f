// SPDX-License-Identifier: GPL-2.0
/*
 * LEND: finding the pages of the page cache that a guest asks for.
 *
 * The pages come from the address space that really holds the file's content:
 * beneath an overlay that is the upper or lower file's.  What is not there is
 * read, by the readahead code, which takes the mapping's invalidate_lock as
 * every reader must who brings pages in while holes may be punched.  A page
 * that then is not there or not up to date (an error, no memory) is not lent;
 * the guest learns the reason when it READs it.
 *
 * Lent are pages of file systems on block devices, whose page cache is the
 * truth, and of tmpfs.  Of a network file system or FUSE the cache would have to
 * be validated at each use, as only its own read() does; DAX has no pages;
 * hugetlbfs is not read this way.
 *
 * tmpfs: a page that was swapped out is brought back; a hole stays one.
 */
#include <linux/jiffies.h>
#include <linux/magic.h>
#include <linux/pagemap.h>
#include <linux/sched/mm.h>
#include <linux/sched/signal.h>
#include <xen/grant_table.h>

#include "backend.h"
#include "loan.h"
#include "node.h"
#include "request.h"
#include "share.h"
#include "trace.h"

/**
 * xenfsd_lend_mapping() - the page cache from which a file's pages can be lent
 * @path: of a node
 *
 * Return: the mapping, or NULL if this file's pages cannot be lent.
 */
struct address_space *xenfsd_lend_mapping(const struct path *path)
{
	struct inode *inode = d_inode(path->dentry);
	struct address_space *mapping;

	if (!S_ISREG(inode->i_mode))
		return NULL;
	inode = d_real_inode(path->dentry);
	if (!inode || !S_ISREG(inode->i_mode) || IS_DAX(inode))
		return NULL;
	mapping = inode->i_mapping;
	if (shmem_mapping(mapping))
		return mapping;
	if (!(inode->i_sb->s_type->fs_flags & FS_REQUIRES_DEV) ||
	    inode->i_sb->s_magic == FUSE_SUPER_MAGIC)
		return NULL;
	return mapping->a_ops->read_folio ? mapping : NULL;
}

#define FEW_GRANTS	16
#define GRANTS_RETRY	HZ

/* A LEND on its way. */
struct lending {
	struct xenfsd_request *rq;
	struct xenfsd_openfile *of;
	struct address_space *mapping;
	bool shmem;
	bool ahead;		/* wait for nothing */
	pgoff_t index;		/* the next page */
	u32 count;		/* how many are left */
	u32 *refs;		/* its place in the answer */
	grant_ref_t grants;	/* not yet claimed */
	u32 lent;
	int stop;		/* -ENOSPC: no grants; others: xenfsd_loan_make() */
};

static struct folio *find_shmem(struct lending *l)
{
	struct folio *folio = xenfs_get_folio(l->mapping, l->index);
	bool swapped;

	if (folio && folio_test_uptodate(folio))
		return folio;
	if (folio) {
		/* allocated by fallocate(), and not zeroed yet */
		folio_put(folio);
	} else {
		rcu_read_lock();
		swapped = xa_is_value(xa_load(&l->mapping->i_pages, l->index));
		rcu_read_unlock();
		if (!swapped)
			return NULL;
	}
	if (l->ahead)
		return NULL;
	folio = xenfs_shmem_folio(l->mapping, l->index);
	return IS_ERR(folio) ? NULL : folio;
}

/* The folio of the next page with a reference, or NULL. */
static struct folio *find_folio(struct lending *l)
{
	struct file *file = l->of->file;
	struct folio *folio;

	if (l->shmem)
		return find_shmem(l);

	folio = xenfs_get_folio(l->mapping, l->index);
	if (folio)
		return folio;

	/* An overlay's file is not one that the real file system knows. */
	if (file->f_mapping != l->mapping)
		file = NULL;
	page_cache_sync_readahead(l->mapping, &l->of->ra, file, l->index, l->count);
	/* For LEND_AHEAD it is on its way, for the time when it is asked for. */
	return l->ahead ? NULL : xenfs_get_folio(l->mapping, l->index);
}

/* Locks a folio that is up to date and still where it was found. */
static bool lock_folio(struct lending *l, struct folio *folio)
{
	if (l->ahead) {
		if (!folio_test_uptodate(folio) || !folio_trylock(folio))
			return false;
	} else if (folio_lock_killable(folio)) {
		return false;
	}
	if (folio->mapping == l->mapping && folio_contains(folio, l->index) &&
	    folio_test_uptodate(folio))
		return true;
	folio_unlock(folio);
	return false;
}

/* Lends the next page, which lies in @folio; its lock is held. */
static int lend_page(struct lending *l, struct folio *folio)
{
	struct xenfsd_loan *loan;
	int ref;

	ref = gnttab_claim_grant_reference(&l->grants);
	if (ref < 0)
		return -ENOSPC;
	loan = xenfsd_loan_make(l->rq->node, folio_file_page(folio, l->index),
				l->index, ref);
	if (IS_ERR(loan)) {
		gnttab_release_grant_reference(&l->grants, ref);
		return PTR_ERR(loan);
	}
	*l->refs = ref;
	l->lent++;
	return 0;
}

static void step(struct lending *l)
{
	l->index++;
	l->refs++;
	l->count--;
}

/* Lends as many of the next pages as lie in one folio. */
static void lend_folio(struct lending *l)
{
	struct folio *folio = find_folio(l);
	unsigned int nofs;

	if (!folio || !lock_folio(l, folio)) {
		step(l);
		goto put_folio;
	}
	nofs = memalloc_nofs_save();
	do {
		l->stop = lend_page(l, folio);
		if (l->stop)
			break;
		step(l);
	} while (l->count && folio_contains(folio, l->index));
	memalloc_nofs_restore(nofs);
	folio_unlock(folio);
	folio_mark_accessed(folio);
put_folio:
	if (folio)
		folio_put(folio);
}

/**
 * xenfsd_grants_alloc() - get grant references
 * @count: how many are wanted
 * @head: set to them, as gnttab_alloc_grant_references() does
 *
 * The kernel complains in the log each time that there are none: after that
 * they are not tried for a while.
 *
 * Return: how many there are: all, or a few, or none.
 */
u32 xenfsd_grants_alloc(u32 count, grant_ref_t *head)
{
	static unsigned long next_try = INITIAL_JIFFIES;

	if (time_before(jiffies, READ_ONCE(next_try)))
		return 0;
	if (!gnttab_alloc_grant_references(count, head))
		return count;
	if (count > FEW_GRANTS && !gnttab_alloc_grant_references(FEW_GRANTS, head))
		return FEW_GRANTS;
	WRITE_ONCE(next_try, jiffies + GRANTS_RETRY);
	return 0;
}

static void lend_all(struct lending *l)
{
	u32 grants = xenfsd_grants_alloc(l->count, &l->grants);

	if (!grants) {
		l->stop = -ENOSPC;
		return;
	}
	while (l->count && !l->stop) {
		lend_folio(l);
		if (fatal_signal_pending(current))
			l->stop = -EINTR;
		cond_resched();
	}
	gnttab_free_grant_references(l->grants);
}

int xenfsd_op_lend(struct xenfsd_request *rq)
{
	const struct xenfsif_lend *args = &rq->req.u.lend;
	struct xenfsif_response *rsp = &rq->rsp;
	struct lending l = {
		.rq = rq,
		.ahead = args->flags & XENFSIF_LEND_AHEAD,
		.index = args->index,
		.refs = rq->out,
	};
	u64 pages;
	u32 count;
	int err;

	l.of = xenfsd_openfile_find(rq, args->fh);
	if (IS_ERR(l.of))
		return PTR_ERR(l.of);
	err = -EINVAL;
	if (!S_ISREG(rq->node->inode->i_mode))
		goto put_file;
	err = -EBADF;
	if (!(l.of->file->f_mode & FMODE_READ))
		goto put_file;
	err = 0;

	rsp->u.lend.size = i_size_read(file_inode(l.of->file));
	pages = DIV_ROUND_UP_ULL(rsp->u.lend.size, PAGE_SIZE);
	count = args->index < pages ? min_t(u64, args->count, pages - args->index) : 0;
	rsp->u.lend.count = count;
	rsp->out_len = count * sizeof(u32);
	memset(rq->out, 0, rsp->out_len);

	l.count = count;
	l.mapping = xenfsd_lend_mapping(&rq->path);
	if (!l.mapping) {
		rsp->u.lend.flags = XENFSIF_LENT_NEVER;
		goto put_file;
	}
	l.shmem = shmem_mapping(l.mapping);
	if (count)
		lend_all(&l);

	rsp->u.lend.lent = l.lent;
	if (l.stop == -ENOSPC || l.stop == -EDQUOT || l.stop == -EAGAIN)
		rsp->u.lend.flags = XENFSIF_LENT_EXHAUSTED;
	if (l.stop == -ENOSPC)
		xenfsd_count(rq->share, grant_failures);
	else if (l.stop == -EDQUOT)
		xenfsd_count(rq->share, budget_denied);
	else if (l.stop == -EAGAIN)
		xenfsd_recall_again(rq->share);
	else if (l.stop == -ENOTCONN)
		err = -ENOTCONN;
	xenfsd_count_add(rq->share, pages_lent, l.lent);
	xenfsd_count_add(rq->share, pages_not_lent, count - l.lent);
	trace_xenfsd_lend(rq->node, args, rsp);
put_file:
	xenfsd_openfile_put(l.of);
	return err;
}
