// SPDX-License-Identifier: GPL-2.0
/*
 * Which octets of a private folio are dirty.
 *
 * What write(2) stored travels as ranges of octets, so that two guests who write
 * different octets of one page both keep theirs; NFS does so with one range a
 * page, here there are up to XENFS_DIRTY_RANGES.  A store through a mapping is
 * seen page by page only: it makes the whole page dirty.
 *
 * The ranges are in folio->private: a single one in the pointer itself, so that
 * the common case allocates nothing.  A folio has them as long as it is dirty;
 * writeback takes them with it.  They change under the folio's lock.
 *
 * xenfs_inode.nr_dirty counts folios with ranges and folios under writeback.  As
 * long as it is not 0 the file's size here is ahead of the server's, and files
 * that were closed linger (file.c).
 */
#include <linux/slab.h>

#include "xenfs.h"

struct ranges {
	unsigned int nr;
	struct xenfs_range r[XENFS_DIRTY_RANGES + 1];
};

/* As ranges are kept where there are several. */
struct many {
	u16 nr;
	struct xenfs_range r[XENFS_DIRTY_RANGES];
};

#define ONE	1ul	/* in folio->private: a single range, not a pointer */

static void *encode_one(struct xenfs_range r)
{
	return (void *)(ONE | (unsigned long)r.from << 1 |
			(unsigned long)r.to << 17);
}

static void load(struct folio *folio, struct ranges *to)
{
	unsigned long p = (unsigned long)folio_get_private(folio);
	struct many *many = (struct many *)p;

	to->nr = 0;
	if (!p)
		return;
	if (p & ONE) {
		to->nr = 1;
		to->r[0].from = p >> 1;
		to->r[0].to = p >> 17;
		return;
	}
	to->nr = many->nr;
	memcpy(to->r, many->r, many->nr * sizeof(many->r[0]));
}

static void forget(struct folio *folio)
{
	unsigned long p = (unsigned long)folio_detach_private(folio);

	if (!(p & ONE))
		kfree((void *)p);
}

static bool is_many(struct folio *folio)
{
	unsigned long p = (unsigned long)folio_get_private(folio);

	return p && !(p & ONE);
}

/* False: no memory, or too many. */
static bool store(struct folio *folio, const struct ranges *from)
{
	struct many *many;

	if (from->nr > XENFS_DIRTY_RANGES)
		return false;
	if (from->nr == 1) {
		if (is_many(folio))
			kfree(folio_get_private(folio));
		if (folio_test_private(folio))
			folio_change_private(folio, encode_one(from->r[0]));
		else
			folio_attach_private(folio, encode_one(from->r[0]));
		return true;
	}
	if (is_many(folio)) {
		many = folio_get_private(folio);
	} else {
		many = kmalloc(sizeof(*many), GFP_NOFS);
		if (!many)
			return false;
		folio_change_private(folio, many);
	}
	many->nr = from->nr;
	memcpy(many->r, from->r, from->nr * sizeof(many->r[0]));
	return true;
}

/* Add a range, and make one of all that touch it.  They stay in order. */
static void merge(struct ranges *s, unsigned int from, unsigned int to)
{
	unsigned int i = 0, j;

	while (i < s->nr && s->r[i].to < from)
		i++;
	for (j = i; j < s->nr && s->r[j].from <= to; j++) {
		from = min_t(unsigned int, from, s->r[j].from);
		to = max_t(unsigned int, to, s->r[j].to);
	}
	memmove(&s->r[i + 1], &s->r[j], (s->nr - j) * sizeof(s->r[0]));
	s->r[i].from = from;
	s->r[i].to = to;
	s->nr += 1 - (j - i);
}

/**
 * xenfs_dirty_add() - note that octets of a folio are dirty
 * @inode: the file
 * @folio: locked, up to date; the caller marks it dirty
 * @from: the first
 * @to: behind the last
 *
 * Return: false if there are too many ranges: write the folio first.  The whole
 * folio can always be added.
 */
bool xenfs_dirty_add(struct inode *inode, struct folio *folio,
		     unsigned int from, unsigned int to)
{
	struct xenfs_inode *xi = XENFS_I(inode);
	bool fresh = !folio_test_private(folio);
	struct ranges s;

	load(folio, &s);
	merge(&s, from, to);
	if (!store(folio, &s))
		return false;
	if (fresh) {
		spin_lock(&xi->lock);
		xi->nr_dirty++;
		spin_unlock(&xi->lock);
	}
	return true;
}

/**
 * xenfs_dirty_take() - take the ranges of a folio that is about to be written
 * @inode: the file
 * @folio: locked, not dirty any more
 * @ranges: filled in, in order; room for %XENFS_DIRTY_RANGES
 *
 * It still counts as dirty until xenfs_dirty_done().
 *
 * Return: how many.
 */
unsigned int xenfs_dirty_take(struct inode *inode, struct folio *folio,
			      struct xenfs_range *ranges)
{
	struct xenfs_inode *xi = XENFS_I(inode);
	struct ranges s;

	load(folio, &s);
	if (s.nr) {
		forget(folio);
	} else {
		/* dirtied through a page reference that outlived a mapping */
		merge(&s, 0, PAGE_SIZE);
		spin_lock(&xi->lock);
		xi->nr_dirty++;
		spin_unlock(&xi->lock);
	}
	memcpy(ranges, s.r, s.nr * sizeof(s.r[0]));
	return s.nr;
}

/**
 * xenfs_dirty_done() - folios are not dirty any more
 * @inode: the file, held by the caller
 * @nr: how many folios
 */
void xenfs_dirty_done(struct inode *inode, unsigned int nr)
{
	struct xenfs_inode *xi = XENFS_I(inode);
	bool clean;

	spin_lock(&xi->lock);
	xi->nr_dirty -= nr;
	clean = !xi->nr_dirty;
	spin_unlock(&xi->lock);
	if (clean)
		xenfs_files_settle(inode);
}

/* A folio's content, or its end, is thrown away. */
void xenfs_dirty_invalidate(struct folio *folio, size_t offset, size_t length)
{
	struct ranges s;

	if (!folio_test_private(folio))
		return;
	if (offset == 0 && length >= folio_size(folio)) {
		struct inode *inode = folio->mapping->host;

		forget(folio);
		xenfs_dirty_done(inode, 1);
		return;
	}
	if (offset + length < folio_size(folio))
		return;		/* a hole, of zeros: they may be written */
	load(folio, &s);
	while (s.nr && s.r[s.nr - 1].from >= offset)
		s.nr--;
	if (s.nr) {
		s.r[s.nr - 1].to = min_t(size_t, s.r[s.nr - 1].to, offset);
	} else {
		/* stays dirty, with nothing to write but its beginning */
		s.r[0].from = 0;
		s.r[0].to = offset;
		s.nr = 1;
	}
	store(folio, &s);
}

/* Whether the ranges can be let go, the folio with them. */
bool xenfs_dirty_release(struct folio *folio, gfp_t gfp)
{
	if (folio_test_dirty(folio) || folio_test_writeback(folio))
		return false;
	if (folio_test_private(folio)) {
		struct inode *inode = folio->mapping->host;

		forget(folio);
		xenfs_dirty_done(inode, 1);
	}
	return true;
}
