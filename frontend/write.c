// SPDX-License-Identifier: GPL-2.0
/*
 * write(2) into the page cache, and copy-to-write.
 *
 * The first store to a page makes a private folio of it: filled from the lent
 * page of the same index, or by READ, unless all of it is overwritten or lies
 * behind the end of the file.  Then the loan is dropped, which unmaps the lent
 * page from user space: whoever touches it next faults, and finds the folio.
 *
 * No store ever goes to a lent page: Xen would throw it away silently.
 *
 * Why no fault can map the lent page again once the folio holds new octets: a
 * fault looks for a private folio after it has found the lent page, with
 * invalidate_lock held shared until its entry is made; the loan is dropped after
 * the folio was entered, with that lock held exclusively.  So a fault either sees
 * the folio, or its entry is removed.
 *
 * Cost of overwriting n pages: no round trip; n partial ones that are not lent:
 * n round trips.
 */
#include <linux/backing-dev.h>
#include <linux/highmem.h>
#include <linux/uio.h>
#include <linux/writeback.h>

#include "xenfs.h"

/*
 * Private folios of [first, last] have taken the place of lent pages, or may
 * have.  Not with a folio's lock held.
 */
static void drop_loans(struct inode *inode, pgoff_t first, pgoff_t last)
{
	unsigned int n = xenfs_lent_count(inode, first, last);

	if (!n)
		return;
	xenfs_lent_drop(inode, first, last, "copy-to-write");
	xenfs_count_add(xenfs_mount_of(inode), pages_cow, n);
}

static struct folio *get_locked(struct address_space *mapping, pgoff_t index)
{
	return xenfs_grab_folio(mapping, index, mapping_gfp_mask(mapping));
}

/**
 * xenfs_make_private() - make sure that a page is an up-to-date private folio
 * @file: an open file
 * @index: the page, not behind the end of the file
 *
 * On return the page is not lent, and not mapped as such.
 *
 * Context: process context, may sleep for long.
 * Return: 0 or an errno.
 */
int xenfs_make_private(struct file *file, pgoff_t index)
{
	struct address_space *mapping = file->f_mapping;
	struct folio *folio = get_locked(mapping, index);
	int err = 0;

	if (IS_ERR(folio))
		return PTR_ERR(folio);
	if (!folio_test_uptodate(folio))
		err = xenfs_folio_fill(file, folio);
	folio_unlock(folio);
	folio_put(folio);
	if (!err)
		drop_loans(mapping->host, index, index);
	return err;
}

/**
 * xenfs_zero_tail() - make what lies behind the old end of a file read as zeros
 * @inode: the file, whose size grows
 * @old_size: its size up to now
 * @new_size: its size from now on
 *
 * A mapping may have stored there, which nobody was to see.
 */
void xenfs_zero_tail(struct inode *inode, loff_t old_size, loff_t new_size)
{
	struct address_space *mapping = inode->i_mapping;
	size_t from = offset_in_page(old_size);
	struct folio *folio;

	if (!from || new_size <= old_size || !mapping->nrpages)
		return;
	folio = xenfs_find_folio(mapping, old_size >> PAGE_SHIFT);
	if (!folio)
		return;
	folio_lock(folio);
	if (folio->mapping == mapping && folio_test_uptodate(folio))
		folio_zero_segment(folio, from,
				   min_t(loff_t, PAGE_SIZE,
					 from + new_size - old_size));
	folio_unlock(folio);
	folio_put(folio);
}

/**
 * xenfs_inode_grow() - a write of this guest's has gone beyond the end of a file
 * @inode: the file
 * @size: how far
 */
void xenfs_inode_grow(struct inode *inode, loff_t size)
{
	struct xenfs_inode *xi = XENFS_I(inode);

	spin_lock(&xi->lock);
	if (size > i_size_read(inode))
		i_size_write(inode, size);
	spin_unlock(&xi->lock);
}

/*
 * Make the folio ready for a store to [off, off + len).  What is neither stored
 * to nor to be read is zeroed.
 */
static int prepare(struct file *file, struct folio *folio, size_t off,
		   size_t len)
{
	loff_t size = i_size_read(file_inode(file));
	loff_t pos = folio_pos(folio);

	if (folio_test_uptodate(folio))
		return 0;
	if (off == 0 && len == PAGE_SIZE)
		return 0;
	if (pos >= size || (off == 0 && pos + len >= size)) {
		folio_zero_segments(folio, 0, off, off + len, PAGE_SIZE);
		return 0;
	}
	return xenfs_folio_fill(file, folio);
}

/*
 * Store up to a page.  Returns how much, or an error; -EAGAIN: nothing was
 * stored, because of a fault or of too many ranges, but the next try may.
 */
static ssize_t store_page(struct file *file, loff_t pos, struct iov_iter *from,
			  bool *partial_only)
{
	struct address_space *mapping = file->f_mapping;
	struct inode *inode = mapping->host;
	size_t off = offset_in_page(pos);
	size_t len = min(PAGE_SIZE - off, iov_iter_count(from)), copied;
	struct folio *folio;
	ssize_t ret;

	folio = get_locked(mapping, pos >> PAGE_SHIFT);
	if (IS_ERR(folio))
		return PTR_ERR(folio);
	if (*partial_only && !folio_test_uptodate(folio))
		ret = xenfs_folio_fill(file, folio);
	else
		ret = prepare(file, folio, off, len);
	if (ret)
		goto unlock;

	if (mapping_writably_mapped(mapping))
		flush_dcache_folio(folio);
	copied = xenfs_copy_to_folio(folio, off, len, from);
	if (copied < len && !folio_test_uptodate(folio)) {
		/* a fault: what was to be overwritten has to be read now */
		iov_iter_revert(from, copied);
		*partial_only = true;
		ret = -EAGAIN;
		goto unlock;
	}
	ret = -EAGAIN;
	if (!copied)
		goto unlock;
	folio_mark_uptodate(folio);
	if (!xenfs_dirty_add(inode, folio, off, off + copied)) {
		/*
		 * The octets are in the folio, but there is no room to note
		 * which: write out what is noted, and store them again.
		 */
		iov_iter_revert(from, copied);
		folio_unlock(folio);
		folio_put(folio);
		ret = filemap_write_and_wait_range(mapping, pos, pos);
		return ret ? ret : -EAGAIN;
	}
	folio_mark_dirty(folio);
	xenfs_inode_grow(inode, pos + copied);
	ret = copied;
unlock:
	folio_unlock(folio);
	folio_put(folio);
	return ret;
}

static ssize_t write_buffered(struct kiocb *iocb, struct iov_iter *from)
{
	struct file *file = iocb->ki_filp;
	struct address_space *mapping = file->f_mapping;
	struct inode *inode = mapping->host;
	loff_t pos = iocb->ki_pos;
	bool partial_only = false;
	ssize_t done = 0, ret = 0;

	xenfs_zero_tail(inode, i_size_read(inode), pos);
	while (iov_iter_count(from)) {
		size_t len = min_t(size_t, PAGE_SIZE - offset_in_page(pos),
				   iov_iter_count(from));

		if (fault_in_iov_iter_readable(from, len) == len) {
			ret = -EFAULT;
			break;
		}
		if (fatal_signal_pending(current)) {
			ret = -EINTR;
			break;
		}
		ret = store_page(file, pos, from, &partial_only);
		cond_resched();
		if (ret == -EAGAIN)
			continue;
		if (ret < 0)
			break;
		partial_only = false;
		pos += ret;
		done += ret;
		balance_dirty_pages_ratelimited(mapping);
	}
	if (done) {
		drop_loans(inode, iocb->ki_pos >> PAGE_SHIFT,
			   (pos - 1) >> PAGE_SHIFT);
		iocb->ki_pos = pos;
	}
	return done ? done : ret;
}

/*
 * Whether a write has to be the server's at once: it clears set-user-ID, or the
 * last writes failed after they had been taken here, or only the server may
 * read what lies around it.
 */
static bool writes_through(const struct inode *inode)
{
	return inode->i_mode & S_ISUID ||
	       (inode->i_mode & 02010) == 02010 ||
	       READ_ONCE(XENFS_I(inode)->write_through);
}

/**
 * xenfs_write_iter() - write to a file
 * @iocb: the file and the position
 * @from: what to write
 *
 * An append is one request to the server, which knows where the end is.
 */
ssize_t xenfs_write_iter(struct kiocb *iocb, struct iov_iter *from)
{
	struct inode *inode = file_inode(iocb->ki_filp);
	bool append = iocb->ki_flags & IOCB_APPEND;
	ssize_t ret;

	if (iocb->ki_flags & IOCB_NOWAIT)
		return -EAGAIN;
	ret = xenfs_revalidate(inode, false);
	if (ret)
		return ret;
	inode_lock(inode);
	ret = IS_IMMUTABLE(inode) ? -EPERM : generic_write_checks(iocb, from);
	if (ret <= 0)
		goto unlock;
	if (append || iocb->ki_flags & IOCB_DIRECT || writes_through(inode)) {
		ret = xenfs_write_direct(iocb, from, append);
	} else {
		ret = write_buffered(iocb, from);
		/* not readable for us: the server has to merge it */
		if (ret == -EBADF)
			ret = xenfs_write_direct(iocb, from, false);
	}
unlock:
	inode_unlock(inode);
	if (ret > 0) {
		xenfs_count_add(xenfs_mount_of(inode), write_bytes, ret);
		ret = generic_write_sync(iocb, ret);
	}
	return ret;
}
